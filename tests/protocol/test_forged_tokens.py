"""JWTs presented to us: nothing that a token says of itself is believed (RFC 8725), at any place that takes one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opentrusty_core.crypto.jwk import PrivateKey
from opentrusty_core.crypto.signing import open_signing_key
from opentrusty_core.protocol.endpoints.logout import ConfirmLogout
from opentrusty_core.protocol.messages import HttpRequest
from tests.crypto.forge import compact, signed
from tests.support.cast import ALICE, ISSUER, MASTER, signing_key
from tests.support.messages import Answer
from tests.support.world import World

shared = settings(derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def private(alg: str, tenant_id: str = "acme-id") -> PrivateKey:
    """The tenant's own key, as only its own process has it."""
    return open_signing_key(signing_key(tenant_id, alg), tenant_id, MASTER)


def claims_in(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


@dataclass
class Places:
    """Everywhere that a JWT of ours is taken, and a good token for each."""

    world: World
    access: dict[str, Any]
    identity: dict[str, Any]

    @classmethod
    async def of(cls, world: World) -> Places:
        tokens = await world.tokens(scope="openid orders:read")
        return cls(world, claims_in(tokens["access_token"]), claims_in(tokens["id_token"]))

    async def accept_access(self, token: str) -> bool:
        """Whether userinfo and introspection take it: both, or neither."""
        info, told = await self.world.userinfo(token), await self.world.introspect(token)
        if told["active"]:
            assert info.status == 200
            assert told["sub"] == ALICE
            return True
        assert info.error == (401, "invalid_token")
        assert told == {"active": False}
        assert (await self.world.introspect(token, "api")) == {"active": False}
        assert (await self.world.revoke(token)).status == 200
        return False

    async def accept_hint(self, token: str) -> bool:
        """Whether authorization and logout take it as an id_token_hint: both, or neither."""
        asked = await self.world.redirect(id_token_hint=token)
        issuer, browser = await self.world.issuer(), self.world.browsers["acme"]
        answer = await self.world.protocol.logout(
            HttpRequest(method="GET", query=b"id_token_hint=" + token.encode()), browser, issuer
        )
        if "code" in asked:
            return not isinstance(answer, ConfirmLogout)
        assert asked["error"] == "invalid_request"
        assert isinstance(answer, ConfirmLogout), "the hint vouches for nothing"
        return False


@pytest.fixture
async def places(world: World) -> Places:
    return await Places.of(world)


async def test_what_we_sign_is_taken(places: Places) -> None:
    """So that every refusal below has one reason only."""
    for alg in ("ES256", "RS256"):
        assert await places.accept_access(signed(private(alg), places.access))
    assert await places.accept_hint(signed(private("RS256"), places.identity, typ="JWT"))


# --- signature and algorithm -----------------------------------------------------------------------------------------


def hs256(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda message: hmac.digest(secret, message, hashlib.sha256)


def unsigned(_: bytes) -> bytes:
    return b""


@pytest.mark.case("F1", "F3")
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", "HS256", "ES256 ", "es256", "RS256", "PS256"])
async def test_the_algorithm_is_the_keys(places: Places, alg: str) -> None:
    """Without signature, with any case, and with a good signature under another name."""
    kid = signing_key("acme-id", "ES256").kid
    for sign in (unsigned, private("ES256").sign, hs256(b"")):
        header = {"alg": alg, "kid": kid}
        assert not await places.accept_access(compact(header | {"typ": "at+jwt"}, places.access, sign))
        assert not await places.accept_hint(compact(header | {"typ": "JWT"}, places.identity, sign))


@pytest.mark.case("F1")
@pytest.mark.parametrize("alg", ["HS256", "HS512", "RS256", "ES256"])
async def test_a_public_key_is_no_secret(places: Places, alg: str) -> None:
    """HMAC over whatever form of a published key."""
    for name in ("ES256", "RS256"):
        record = signing_key("acme-id", name)
        jwk = json.loads(record.public_jwk)
        for secret in (record.public_jwk.encode(), jwk.get("n", jwk.get("x")).encode(), record.kid.encode(), b""):
            header = {"alg": alg, "kid": record.kid, "typ": "at+jwt"}
            assert not await places.accept_access(compact(header, places.access, hs256(secret)))


@pytest.mark.case("F1")
@shared
@given(position=st.floats(0, 0.999), replacement=st.sampled_from("ABab01-_.=+"))
async def test_no_changed_token_is_taken(world: World, position: float, replacement: str) -> None:
    """One letter anywhere in it."""
    await world.sign_in()
    token = (await world.tokens("spa"))["access_token"]
    index = int(position * len(token))
    changed = token[:index] + replacement + token[index + 1 :]
    assert ((await world.userinfo(changed)).status == 200) == (changed == token)


@pytest.mark.case("F1")
@pytest.mark.parametrize("cut", ["signature", "payload", "header"])
async def test_every_part_of_a_token_counts(places: Places, cut: str) -> None:
    """An empty one, or one too many or too few."""
    header, payload, signature = signed(private("ES256"), places.access).split(".")
    parts = {"header": header, "payload": payload, "signature": signature, cut: ""}
    for token in (".".join(parts.values()), ".".join(part for part in parts.values() if part)):
        assert not await places.accept_access(token)
    assert not await places.accept_access(f"{header}.{payload}.{signature}.{signature}")
    assert not await places.accept_access(f"{header}.{payload}.{signature}.")


# --- keys ------------------------------------------------------------------------------------------------------------


def header_that_brings_a_key(name: str) -> dict[str, Any]:
    own = json.loads(signing_key("evil-id", "ES256").public_jwk)
    return {
        "jwk": {"jwk": own},
        "jku": {"jku": "https://evil.test/jwks"},
        "x5u": {"x5u": "https://evil.test/cert"},
        "x5c": {"x5c": ["MIIB"]},
        "x5t": {"x5t": "AAAA"},
    }[name]


@pytest.mark.case("F2")
@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c", "x5t"])
async def test_a_token_brings_no_key_along(places: Places, name: str) -> None:
    """Signed by the stranger under our kid or theirs, or even by us: a header that we never write is refused."""
    extra = header_that_brings_a_key(name)
    stranger, own = private("ES256", "evil-id"), private("ES256")
    for key, kid in ((stranger, own.kid), (stranger, stranger.kid), (own, own.kid)):
        assert not await places.accept_access(signed(key, places.access, kid=kid, **extra))
        assert not await places.accept_hint(signed(key, places.identity, kid=kid, typ="JWT", **extra))


@pytest.mark.case("F2", "I2")
@pytest.mark.parametrize(
    "kid",
    [
        None,
        "",
        "../../../../dev/null",
        "/dev/null",
        "' OR 1=1 --",
        "https://evil.test/key",
        "0",
        signing_key("globex-id", "ES256").kid,
        signing_key("acme-id", "RS256").kid,
        "\u0000",
        7,
        {"$gt": ""},
    ],
    ids=[
        "missing",
        "empty",
        "path up",
        "path",
        "query",
        "url",
        "zero",
        "foreign",
        "other key",
        "nul",
        "number",
        "object",
    ],
)
async def test_a_kid_is_one_of_this_tenants_or_nothing(places: Places, kid: object) -> None:
    """Missing, a path, a query, a URL, another tenant's, another key's, no string."""
    for key in (private("ES256"), private("ES256", "globex-id")):
        assert not await places.accept_access(signed(key, places.access, kid=kid))
        assert not await places.accept_hint(signed(key, places.identity, kid=kid, typ="JWT"))


@pytest.mark.case("F3")
@pytest.mark.parametrize(
    "header",
    [
        {"crit": []},
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"crit": ["x"], "x": 1},
        {"zip": "DEF"},
        {"cty": "JWT"},
        {"enc": "A128GCM"},
    ],
    ids=str,
)
async def test_a_header_that_we_never_write_is_refused(places: Places, header: dict[str, Any]) -> None:
    """Even under a good signature."""
    assert not await places.accept_access(signed(private("ES256"), places.access, **header))
    assert not await places.accept_hint(signed(private("RS256"), places.identity, typ="JWT", **header))


# --- one kind for another --------------------------------------------------------------------------------------------


@pytest.mark.case("F8")
@pytest.mark.parametrize("typ", [None, "JWT", "jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", "at", "", "at+jwt "])
async def test_an_access_token_is_typed_as_one(places: Places, typ: str | None) -> None:
    """RFC 9068 §4: whatever else we may sign one day."""
    assert not await places.accept_access(signed(private("ES256"), places.access, typ=typ))


@pytest.mark.case("F8")
@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
async def test_the_type_is_read_as_a_media_type(places: Places, typ: str) -> None:
    """RFC 7515 §4.1.9: letter case and the prefix do not matter."""
    assert await places.accept_access(signed(private("ES256"), places.access, typ=typ))


@pytest.mark.case("F8")
@pytest.mark.parametrize("typ", [None, "at+jwt", "logout+jwt", "dpop+jwt", ""])
async def test_a_hint_is_typed_as_an_id_token(places: Places, typ: str | None) -> None:
    """An access token says `sub` too."""
    assert not await places.accept_hint(signed(private("RS256"), places.identity, typ=typ))


@pytest.mark.case("F8")
async def test_no_token_passes_for_another_kind(world: World) -> None:
    """Each of a whole dance at each place: only its own opens."""
    tokens, opaque = await world.tokens(), await world.tokens("opaque")
    kinds = {
        "access": tokens["access_token"],
        "opaque": opaque["access_token"],
        "identity": tokens["id_token"],
        "refresh": tokens["refresh_token"],
        "code": await world.code(),
    }
    opens = {kind for kind, value in kinds.items() if (await world.userinfo(value)).status == 200}
    assert opens == {"access", "opaque"}
    active = {kind for kind, value in kinds.items() if (await world.introspect(value))["active"]}
    assert active == {"access", "refresh"}
    hints = {kind for kind, value in kinds.items() if "code" in await world.redirect(id_token_hint=value)}
    assert hints == {"identity"}


@pytest.mark.case("F8")
async def test_a_token_for_an_api_is_not_for_us(world: World) -> None:
    """Userinfo is the issuer's own resource (RFC 9068 §4)."""
    token = (await world.tokens(scope="orders:read"))["access_token"]
    assert (await world.userinfo(token)).error == (401, "invalid_token")
    assert (await world.introspect(token, "api"))["active"] is True


@pytest.mark.case("F8", "I2")
@pytest.mark.parametrize("iss", [ISSUER.replace("acme", "globex"), ISSUER + "/", ISSUER.upper(), "", None, [ISSUER]])
async def test_a_token_says_who_made_it(places: Places, iss: object) -> None:
    """Ours to the letter, even under our own signature."""
    assert not await places.accept_access(signed(private("ES256"), places.access | {"iss": iss}))
    assert not await places.accept_hint(signed(private("RS256"), places.identity | {"iss": iss}, typ="JWT"))


# --- time and form ---------------------------------------------------------------------------------------------------


@pytest.mark.case("F9")
@pytest.mark.parametrize("name", ["exp", "iat"])
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "true", "null", '"9999999999"', "[]"])
async def test_a_time_is_a_finite_number(places: Places, name: str, value: str) -> None:
    """As text in the payload: JSON itself has no NaN."""
    text = json.dumps({**places.access, name: 0})
    forged = text.replace(f'"{name}": 0', f'"{name}": {value}')
    assert forged != text
    assert not await places.accept_access(signed(private("ES256"), forged))


@pytest.mark.case("F9")
@pytest.mark.parametrize("name", ["exp", "iat"])
async def test_a_time_that_has_to_stand_stands(places: Places, name: str) -> None:
    """RFC 9068 §2.2."""
    claims = {key: value for key, value in places.access.items() if key != name}
    assert not await places.accept_access(signed(private("ES256"), claims))


@pytest.mark.case("F9")
@pytest.mark.parametrize(("ahead", "good"), [(10, True), (60, True), (61, False), (10**12, False)])
async def test_a_token_from_the_future_is_refused(places: Places, ahead: int, good: bool) -> None:
    """Ten seconds of clock skew pass, more than sixty do not."""
    claims = places.access | {"iat": places.access["iat"] + ahead}
    assert await places.accept_access(signed(private("ES256"), claims)) is good


@pytest.mark.case("F9")
async def test_an_expired_token_is_refused_to_the_second(places: Places) -> None:
    """No grace at the end."""
    token = signed(private("ES256"), places.access)
    places.world.runtime.advance(seconds=599)
    assert await places.accept_access(token)
    places.world.runtime.advance(seconds=1)
    assert not await places.accept_access(token)


@pytest.mark.case("F5", "F6")
@pytest.mark.parametrize(
    "payload",
    [
        f'{{{{"iss":"x","iss":"{ISSUER}"}}}}',
        "[]",
        '"x"',
        "1",
        "{",
        "",
        '{"a":' * 30_000,
        "[" * 30_000,
        "\ufeff{}",
    ],
    ids=lambda payload: payload[:12],
)
async def test_a_payload_has_one_meaning_or_none(places: Places, payload: str) -> None:
    """Names twice, no object, nesting without end: refused, and never an exception."""
    assert not await places.accept_access(signed(private("ES256"), payload))
    assert not await places.accept_hint(signed(private("RS256"), payload, typ="JWT"))


@pytest.mark.case("F5")
@shared
@given(st.text(max_size=80) | st.lists(st.text(st.sampled_from("eyJhbGc0_-"), max_size=20), max_size=5).map(".".join))
async def test_no_text_breaks_anything(world: World, text: str) -> None:
    """Whatever is sent as a token: 400 or 401 at userinfo, inactive at introspection."""
    http = HttpRequest(method="GET", headers={"authorization": f"Bearer {text}"})
    answer = Answer.of(await world.protocol.userinfo(http, await world.issuer()))
    assert answer.status in {400, 401}
    if text.strip() and "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text):
        assert await world.introspect(text) == {"active": False}


async def test_a_refused_hint_is_no_reason_to_sign_anybody_out(places: Places) -> None:
    """The session stays; the person is asked."""
    forged = signed(private("ES256", "evil-id"), places.identity, typ="JWT", kid=private("ES256").kid)
    assert not await places.accept_hint(forged)
    assert "code" in await places.world.redirect(prompt="none")
