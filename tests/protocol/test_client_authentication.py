"""Client authentication (RFC 6749 §2.3): the registered method, once, at every endpoint that asks for it."""

from __future__ import annotations

import base64
import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from opentrusty_core.crypto.handles import Handle, hash_handle
from opentrusty_core.domain.client import AuthMethod, ClientSecret, ClientStatus
from opentrusty_core.protocol.messages import HttpRequest
from tests.support.cast import CLIENTS, secret_of
from tests.support.messages import Answer, basic, post
from tests.support.world import World

shared = settings(derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
ENDPOINTS = ("token", "introspection", "revocation")
FORM = {"grant_type": "client_credentials", "token": "x"}
REGISTERED = {"web": AuthMethod.BASIC, "post": AuthMethod.POST, "spa": AuthMethod.NONE}


async def send(
    world: World, endpoint: str, form: dict[str, str], headers: dict[str, str] | None = None, at: str = "acme"
) -> Answer:
    http = post(form, headers, origin=world.origin)
    return Answer.of(await getattr(world.protocol, endpoint)(http, await world.issuer(at)))


def assert_invalid_client(answer: Answer, *, challenged: bool) -> None:
    """RFC 6749 §5.2: 401, and the scheme that was used comes back as a challenge."""
    assert answer.status == 401
    assert answer.json == {
        "error": "invalid_client",
        "error_description": "Client authentication failed.",
        "request_id": "r-1",
    }
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers.get("www-authenticate") == ('Basic realm="OpenTrusty"' if challenged else None)


def presented(method: AuthMethod, client_id: str, secret: str) -> tuple[dict[str, str], dict[str, str]]:
    """Form fields and headers."""
    match method:
        case AuthMethod.BASIC:
            return {}, basic(client_id, secret)
        case AuthMethod.POST:
            return {"client_id": client_id, "client_secret": secret}, {}
        case AuthMethod.NONE:
            return {"client_id": client_id}, {}


@pytest.mark.case("E1")
async def test_the_registered_method_is_the_only_one(world: World) -> None:
    """Every client kind, method and endpoint: with the right secret, by another method, it is nobody."""
    for (client_id, registered), method, endpoint in itertools.product(REGISTERED.items(), AuthMethod, ENDPOINTS):
        fields, headers = presented(method, client_id, secret_of(client_id))
        answer = await send(world, endpoint, FORM | fields, headers)
        public_asks = endpoint == "introspection" and client_id == "spa"
        if method is registered and not public_asks:
            assert answer.status == 200 or answer.json["error"] == "unauthorized_client"
        else:
            assert_invalid_client(answer, challenged=method is AuthMethod.BASIC)


@pytest.mark.case("E1")
@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("client_id", ["web", "post"])
async def test_two_methods_at_once_are_refused(world: World, endpoint: str, client_id: str) -> None:
    """RFC 6749 §2.3: even where both are right."""
    secret = secret_of(client_id)
    fields = {"client_id": client_id, "client_secret": secret}
    answer = await send(world, endpoint, FORM | fields, basic(client_id, secret))
    assert answer.error == (400, "invalid_request")
    without_id = FORM | {"client_secret": secret}
    assert (await send(world, endpoint, without_id, basic(client_id, secret))).error == (400, "invalid_request")
    assert (await send(world, endpoint, without_id)).error == (400, "invalid_request")


@pytest.mark.case("E1")
@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("client_id", REGISTERED)
@pytest.mark.parametrize(
    "claim",
    [
        {"client_assertion": "e30.e30.e30"},
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
        {
            "client_assertion": "e30.e30.e30",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        },
    ],
    ids=["assertion", "type", "both"],
)
async def test_an_assertion_proves_nothing_here(
    world: World, client_id: str, claim: dict[str, str], endpoint: str
) -> None:
    """Neither alone nor beside what is right, as long as it is no method of ours."""
    fields, headers = presented(REGISTERED[client_id], client_id, secret_of(client_id))
    assert_invalid_client(await send(world, endpoint, FORM | claim | fields, headers), challenged=bool(headers))
    assert_invalid_client(await send(world, endpoint, FORM | claim | {"client_id": client_id}), challenged=False)
    assert_invalid_client(await send(world, endpoint, FORM | claim), challenged=False)


@pytest.mark.case("E1")
async def test_a_client_id_beside_the_credentials_has_to_be_the_same(world: World) -> None:
    """RFC 6749 §3.2.1: it may be repeated, not contradicted."""
    credentials = basic("web", secret_of("web"))
    assert (await send(world, "revocation", {"token": "x", "client_id": "web"}, credentials)).status == 200
    answer = await send(world, "revocation", {"token": "x", "client_id": "web2"}, credentials)
    assert answer.error == (400, "invalid_request")


@pytest.mark.case("E1")
async def test_nobody_is_who_gives_no_name(world: World) -> None:
    """No credentials at all."""
    for endpoint in ENDPOINTS:
        assert_invalid_client(await send(world, endpoint, FORM), challenged=False)


@pytest.mark.parametrize("client_id", ["web", "post", "nobody"])
@pytest.mark.parametrize("secret", ["", "x", secret_of("web2"), secret_of("web")[:-1], secret_of("web") + "A"])
async def test_a_wrong_secret_and_an_unknown_client_are_alike(world: World, client_id: str, secret: str) -> None:
    """To the byte, and to the audit's reason."""
    method = REGISTERED.get(client_id, AuthMethod.BASIC)
    fields, headers = presented(method, client_id, secret)
    assert_invalid_client(await send(world, "token", FORM | fields, headers), challenged=bool(headers))
    (event,) = await world.refusals()
    assert (event.reason, event.client_id) == ("invalid_client", None)


@pytest.mark.case("I2")
async def test_a_client_is_known_in_its_own_tenant_only(world: World) -> None:
    """The same id elsewhere has another secret."""
    fresh = ClientSecret(hash=hash_handle(Handle.CLIENT_SECRET, "globex's own"), created_at=world.runtime.now())
    await world.change_client("web", at="globex", secrets=(fresh,))
    await world.repos("globex").clients.delete("post", world.event())
    assert (await send(world, "revocation", FORM, basic("web", secret_of("web")))).status == 200
    assert_invalid_client(
        await send(world, "revocation", FORM, basic("web", secret_of("web")), at="globex"), challenged=True
    )
    fields, _ = presented(AuthMethod.POST, "post", secret_of("post"))
    assert_invalid_client(await send(world, "revocation", FORM | fields, at="globex"), challenged=False)


async def test_of_two_secrets_both_are_good_until_the_old_one_ends(world: World) -> None:
    """Rotation without an outage, and a second later without the old one."""
    now = world.runtime.now()
    old = next(client for client in CLIENTS if client.client_id == "web").secrets[0]
    new = ClientSecret(hash=hash_handle(Handle.CLIENT_SECRET, "the new one"), created_at=now)
    await world.change_client("web", secrets=(replace(old, expires_at=now + timedelta(hours=1)), new))
    for secret in (secret_of("web"), "the new one"):
        assert (await send(world, "revocation", FORM, basic("web", secret))).status == 200
    world.runtime.advance(hours=1)
    assert_invalid_client(await send(world, "revocation", FORM, basic("web", secret_of("web"))), challenged=True)
    assert (await send(world, "revocation", FORM, basic("web", "the new one"))).status == 200


@pytest.mark.case("D7")
async def test_a_secret_taken_away_is_refused_within_a_second(world: World) -> None:
    """As is a disabled client; a second's memory is all there is."""
    credentials = basic("web", secret_of("web"))
    assert (await send(world, "revocation", FORM, credentials)).status == 200
    await world.change_client("web", secrets=())
    world.runtime.advance(seconds=1)
    assert_invalid_client(await send(world, "revocation", FORM, credentials), challenged=True)
    await world.change_client("post", status=ClientStatus.DISABLED)
    fields, _ = presented(AuthMethod.POST, "post", secret_of("post"))
    assert_invalid_client(await send(world, "revocation", FORM | fields), challenged=False)


async def test_names_and_secrets_are_form_encoded_in_basic(world: World) -> None:
    """RFC 6749 §2.3.1: a colon or a space in a secret is no obstacle."""
    secret = "a:b c+d%e/ü"
    await world.change_client(
        "web", secrets=(ClientSecret(hash=hash_handle(Handle.CLIENT_SECRET, secret), created_at=world.runtime.now()),)
    )
    assert (await send(world, "revocation", FORM, basic("web", secret))).status == 200


def encoded(text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    return base64.b64encode(raw).decode()


GOOD = encoded(f"web:{secret_of('web')}")


@pytest.mark.case("E4")
@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Basic",
        "Basic ",
        "Basic !!!",
        f"Basic {GOOD[:-2]}",
        f"Basic{GOOD}",
        f"Basic\t{GOOD}",
        f"Bearer {GOOD}",
        f"Digest {GOOD}",
        f"Basic {GOOD}, Basic {GOOD}",
        f"Basic {encoded('web')}",
        f"Basic {encoded(':')}",
        f"Basic {encoded(':' + secret_of('web'))}",
        f"Basic {encoded('web:')}",
        f"Basic {encoded('web:%')}",
        f"Basic {encoded('web:%zz')}",
        f"Basic {encoded('web%00:x')}",
        f"Basic {encoded('web:' + secret_of('web') + '%00')}",
        "Basic " + encoded(b"web\0:x"),
        "Basic " + encoded(b"web:\xff"),
        f"Basic {encoded('web:%ff')}",
        f"Basic {encoded('web:%ed%a0%80')}",
        "Basic \u00fc",
        "Basic \udc80",
    ],
    ids=ascii,
)
async def test_a_malformed_authorization_header_is_nobody(world: World, header: str) -> None:
    """401, one event, never an exception; and no public client either, where the body names one."""
    assert_invalid_client(await send(world, "token", FORM, {"authorization": header}), challenged=True)
    answer = await send(world, "token", FORM | {"client_id": "spa"}, {"authorization": header})
    assert answer.json["error"] in {"invalid_client", "invalid_request"}
    assert len(await world.refusals()) == 2


@pytest.mark.case("E4", "K16")
@shared
@given(header=st.text(max_size=60) | st.binary(max_size=40).map(lambda raw: f"Basic {encoded(raw)}"))
@example(header="basic " + encoded("web:\\"))
async def test_no_authorization_header_breaks_anything(world: World, header: str) -> None:
    """Whatever bytes come: 401 or, where it names two clients, 400."""
    answer = await send(world, "token", FORM, {"authorization": header})
    assert answer.status in {400, 401}
    assert answer.json["error"] in {"invalid_client", "invalid_request"}


@pytest.mark.case("E4", "K16")
@shared
@given(body=st.binary(max_size=80), endpoint=st.sampled_from(ENDPOINTS))
@example(body=b"client_id=%", endpoint="token")
@example(body=b"client_id=web%00", endpoint="token")
@example(body=b"client_id=web&client_id=web", endpoint="token")
@example(body=b"\xff=\xff", endpoint="token")
@example(body=b"&&&&;;;=", endpoint="revocation")
async def test_no_body_breaks_anything(world: World, body: bytes, endpoint: str) -> None:
    """A form or not: 400 or 401 as JSON."""
    http = HttpRequest(
        method="POST", headers={"content-type": "application/x-www-form-urlencoded"}, body=body, origin=world.origin
    )
    answer = Answer.of(await getattr(world.protocol, endpoint)(http, await world.issuer()))
    assert answer.status in {400, 401}
    assert answer.json["error"] in {"invalid_client", "invalid_request"}


@pytest.mark.case("A6")
@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_a_request_is_a_form_in_the_body_with_each_parameter_once(world: World, endpoint: str) -> None:
    """RFC 6749 §3.2: nothing in the query, no other content type, nothing twice, POST or not."""
    issuer, credentials = await world.issuer(), basic("web", secret_of("web"))
    form = "application/x-www-form-urlencoded"
    bad: dict[str, Any] = {
        "query": {"query": b"token=x"},
        "secret in the query": {"query": f"client_id=post&client_secret={secret_of('post')}".encode()},
        "twice": {"body": b"token=x&token=x&grant_type=client_credentials"},
        "twice, once empty": {"body": b"token=x&token=&grant_type=client_credentials"},
        "JSON": {"headers": {"content-type": "application/json"}, "body": b"{}"},
        "no type": {"headers": {}},
        "two types": {"headers": {"content-type": f"{form}, {form}"}},
        "GET": {"method": "GET", "headers": {}, "query": b"token=x", "body": b""},
    }
    for kind, changed in bad.items():
        request: dict[str, Any] = {"method": "POST", "headers": {"content-type": form}, "body": b"token=x"} | changed
        request["headers"] = request["headers"] | credentials
        http = HttpRequest(**request, origin=world.origin)
        answer = Answer.of(await getattr(world.protocol, endpoint)(http, issuer))
        assert answer.error == (400, "invalid_request"), kind
    assert len(await world.refusals()) == len(bad)


async def test_a_charset_beside_the_content_type_does_no_harm(world: World) -> None:
    """Many client libraries send one."""
    headers = basic("web", secret_of("web")) | {"content-type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8"}
    assert (await send(world, "revocation", FORM, headers)).status == 200
