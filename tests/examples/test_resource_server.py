"""The resource server takes live access tokens of its issuer for itself, and nothing else."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import anyio
import jwt
import pytest

from opentrusty_core import (
    Config,
    HttpRequest,
    Issuer,
    ProtocolService,
    Provider,
    Runtime,
    Settings,
    SystemRuntime,
    load_master_keys,
    open_store,
)
from tests.examples.conftest import Net, Start
from tests.support.application import Application
from tests.support.callback import receiving
from tests.support.dev import Dev
from tests.support.http import FORM, Answer, Http, basic
from tests.support.person import Person
from tests.support.runtime import FakeRuntime
from tests.support.servers import free_port

API = "examples.resource_server.app:app"
WEB_SCOPE = "openid orders:read"


@pytest.fixture(scope="module")
def api(dev_sqlite: Dev, start: Start, net: Net, port: int) -> Http:
    """The example, for the tenant acme."""
    start("uvicorn", API, port=port, ISSUER=dev_sqlite.tenant("acme")["issuer"])
    return net.http(f"http://127.0.0.1:{port}")


def get(api: Http, token: str, *, method: str = "GET") -> Answer:
    return api.request(method, "/orders", headers={"Authorization": f"Bearer {token}"})


def machine_token(dev: Dev, tenant: str = "acme", **more: str) -> str:
    machine = Application.of(dev.tenant(tenant), "machine")
    with Http(dev.auth_url) as http:
        answer = machine.post(http, "token", {"grant_type": "client_credentials", **more})
    token: str = answer.json()["access_token"]
    return token


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_a_machine_with_the_scope_is_let_in(dev_sqlite: Dev, api: Http) -> None:
    """The client's own token opens what its scope names; the caller is the client itself."""
    answer = get(api, machine_token(dev_sqlite))
    assert answer.status == 200, answer.text
    assert answer.json() == {"orders": ["A-1", "A-2"], "asked_by": "machine", "through": "machine"}


def test_a_person_is_known_by_their_id(dev_sqlite: Dev, api: Http, alice: Person) -> None:
    """A token that a person allowed carries their `sub` and the client that they allowed."""
    web = Application.of(dev_sqlite.tenant("acme"), "web", scope=WEB_SCOPE)
    token = web.tokens_for(alice)["access_token"]
    answer = get(api, token)
    assert answer.json()["through"] == "web"
    assert answer.json()["asked_by"] == claims_of(token)["sub"] != "web"


def test_another_scope_does_not_do(dev_sqlite: Dev, api: Http) -> None:
    """A token without the scope gets 403 and is told which scope it lacks (RFC 6750 §3.1)."""
    answer = get(api, machine_token(dev_sqlite, scope="orders:read"), method="POST")
    assert answer.status == 403
    assert answer.header("www-authenticate") == 'Bearer error="insufficient_scope", scope="orders:write"'


def test_nobody_without_a_token(api: Http) -> None:
    """No token: 401, and a challenge without an error (RFC 6750 §3.1)."""
    answer = api.get("/orders")
    assert (answer.status, answer.header("www-authenticate")) == (401, "Bearer")


@pytest.mark.case("F8")
def test_an_id_token_opens_nothing(dev_sqlite: Dev, api: Http, alice: Person) -> None:
    """An ID token is signed by the same issuer, and refused."""
    web = Application.of(dev_sqlite.tenant("acme"), "web", scope=WEB_SCOPE)
    assert_refused(get(api, web.tokens_for(alice)["id_token"]))


def test_a_token_for_the_issuer_alone_opens_nothing(dev_sqlite: Dev, api: Http, alice: Person) -> None:
    """Without a scope of the API its identifier is not in `aud`."""
    web = Application.of(dev_sqlite.tenant("acme"), "web", scope="openid")
    assert_refused(get(api, web.tokens_for(alice)["access_token"]))


@pytest.mark.case("I2")
def test_another_tenants_token_opens_nothing(dev_sqlite: Dev, api: Http) -> None:
    """Globex's tokens are another issuer's, by keys that acme's JWKS does not have."""
    assert_refused(get(api, machine_token(dev_sqlite, "globex")))


def test_an_expired_token_opens_nothing(dev_sqlite: Dev, api: Http) -> None:
    """A token of an hour ago ran out 50 minutes ago; one of nine minutes ago has not."""
    assert get(api, anyio.run(issued, dev_sqlite, timedelta(minutes=9))).status == 200
    assert_refused(get(api, anyio.run(issued, dev_sqlite, timedelta(hours=1))))


def test_each_check_counts_by_itself(dev_sqlite: Dev, api: Http) -> None:
    """With one thing wrong or missing, a token that the issuer's own key signed is refused (RFC 9068 §4)."""
    good = claims_of(machine_token(dev_sqlite))
    assert get(api, anyio.run(signed, dev_sqlite, good)).status == 200
    for wrong in (
        {"iss": good["iss"] + "/"},
        {"aud": "https://other.example"},
        {"exp": good["iat"] - 60},
        *({name: None} for name in ("iss", "aud", "exp", "sub", "client_id", "iat", "jti")),
    ):
        claims = {name: value for name, value in (good | wrong).items() if value is not None}
        assert_refused(get(api, anyio.run(signed, dev_sqlite, claims)))
    for typ in ("JWT", "logout+jwt", "at+jwt2"):
        assert_refused(get(api, anyio.run(signed, dev_sqlite, good, typ)))
    lacking = {name: value for name, value in good.items() if name != "scope"}
    assert get(api, anyio.run(signed, dev_sqlite, lacking)).status == 403


@pytest.mark.case("F1")
def test_forged_tokens_open_nothing(dev_sqlite: Dev, api: Http, net: Net) -> None:
    """No signature, a changed claim, a MAC by the public key, and no token at all."""
    token = machine_token(dev_sqlite)
    header, payload, signature = token.split(".")
    richer = claims_of(token) | {"sub": "somebody else"}
    key = net.http(dev_sqlite.auth_url).get(f"{dev_sqlite.tenant('acme')['issuer']}/jwks").body
    forged = [
        f"{encoded({'alg': 'none', 'typ': 'at+jwt'})}.{payload}.",
        f"{header}.{encoded(richer)}.{signature}",
        mac({"alg": "HS256", "typ": "at+jwt", "kid": jwt.get_unverified_header(token)["kid"]}, payload, key),
        f"{header}.{payload}.",
        "nonsense",
    ]
    for token in forged:
        assert_refused(get(api, token))


def test_the_issuer_is_asked_for_its_keys_only(dev_sqlite: Dev, start: Start, net: Net) -> None:
    """Twenty requests, good and bad, cost an issuer that counts them one: its JWKS."""
    port = free_port()
    with receiving() as issuer:
        jwks = net.http(dev_sqlite.auth_url).get(f"{dev_sqlite.tenant('acme')['issuer']}/jwks")
        issuer.pages["/t/acme/jwks"] = jwks.text
        start("uvicorn", API, port=port, ISSUER=f"{issuer.origin}/t/acme")
        api = net.http(f"http://127.0.0.1:{port}")
        good = anyio.run(issued, dev_sqlite, timedelta(0), issuer.origin)
        foreign = machine_token(dev_sqlite, "globex")
        for _ in range(10):
            assert get(api, good).status == 200
            assert_refused(get(api, foreign))
        assert [visit.path for visit in issuer.visits] == ["/t/acme/jwks"]


def test_without_the_issuers_keys_nobody_is_let_in(dev_sqlite: Dev, start: Start, net: Net) -> None:
    """An issuer that cannot be reached is 503, not an open door."""
    port = free_port()
    start("uvicorn", API, port=port, ISSUER=f"http://127.0.0.1:{free_port()}/t/acme")
    answer = get(net.http(f"http://127.0.0.1:{port}"), machine_token(dev_sqlite))
    assert (answer.status, answer.header("retry-after")) == (503, "5")


def assert_refused(answer: Answer) -> None:
    assert answer.status == 401, answer.text
    assert answer.header("www-authenticate") == 'Bearer error="invalid_token"'


async def issued(dev: Dev, ago: timedelta, auth_url: str | None = None) -> str:
    """An access token of acme's machine client that the issuer, which stands at `auth_url`, made so long ago."""
    runtime = FakeRuntime(start=SystemRuntime().now() - ago, seed=str(ago))
    async with acme(dev, runtime, auth_url) as (protocol, issuer):
        headers = {"content-type": FORM, "authorization": basic("machine", str(dev.secrets["machine"]))}
        request = HttpRequest(method="POST", headers=headers, body=b"grant_type=client_credentials")
        token: str = json.loads((await protocol.token(request, issuer)).body)["access_token"]
        return token


async def signed(dev: Dev, claims: dict[str, Any], typ: str = "at+jwt") -> str:
    """These very claims, signed by acme's own key."""
    async with acme(dev, SystemRuntime()) as (_, issuer):
        signer = issuer.keys.signer("ES256", typ)
        assert signer is not None
        return signer.sign(claims)


@asynccontextmanager
async def acme(
    dev: Dev, runtime: Runtime, auth_url: str | None = None
) -> AsyncIterator[tuple[ProtocolService, Issuer]]:
    """The issuer in this process, over the database of the running one."""
    store = open_store(dev.ready["database_url"])
    try:
        keys = load_master_keys(Settings(master_key_file=dev.folder / "opentrusty.key"), runtime)
        protocol = Provider(store, Config(auth_url=auth_url or dev.auth_url), keys, runtime=runtime).protocol
        issuer = await protocol.issuer("acme")
        assert issuer is not None
        yield protocol, issuer
    finally:
        await store.close()


def encoded(value: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def mac(header: dict[str, Any], payload: str, key: bytes) -> str:
    signed = f"{encoded(header)}.{payload}"
    tag = hmac.digest(key, signed.encode(), hashlib.sha256)
    return f"{signed}.{urlsafe_b64encode(tag).rstrip(b'=').decode()}"
