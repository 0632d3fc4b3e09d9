"""openid-client 6 as relying party: the verdicts (state, iss, nonce, signature, aud, sub, errors) are its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.interop.conftest import Registration, registered
from tests.interop.openid_client import Refused, RelyingParty
from tests.support.callback import Receiver
from tests.support.chromium import Tab
from tests.support.dev import Dev
from tests.support.person import Person, Shown

CALLBACK = "http://127.0.0.1:9999/callback"
EVERYTHING = "openid profile email address phone offline_access"


def become(rp: RelyingParty, client: Registration, **more: str) -> dict[str, Any]:
    return rp.discover(client.issuer, client.client_id, client.secret, method=client.method, **more)


def signed_in(rp: RelyingParty, person: Person, **parameters: str) -> Any:
    request = rp.authorize(**{"redirect_uri": CALLBACK, "scope": EVERYTHING} | parameters)
    return rp.exchange_left(request, person.authorize(request.url))


@pytest.mark.parametrize("algorithm", ["oidc", "oauth2"])
def test_the_issuer_is_found_by_either_discovery_document(dev: Dev, rp: RelyingParty, algorithm: str) -> None:
    metadata = become(rp, registered(dev, "web"), algorithm=algorithm)
    assert metadata["issuer"] == dev.tenant("acme")["issuer"]


@pytest.mark.browser
def test_a_person_signs_in_to_an_application_in_chromium(
    dev: Dev, rp: RelyingParty, tab: Tab, receiver: Receiver
) -> None:
    """Sign-in, consent and the redirect in a real browser; the library accepts what comes back."""
    become(rp, registered(dev, "app"))
    request = rp.authorize(redirect_uri=receiver.redirect_uri, scope=EVERYTHING, prompt="consent")
    user, page = dev.tenant("acme")["users"][0], tab.page
    page.goto(request.url)
    page.fill("#username", user["username"])
    page.fill("#password", user["password"])
    page.click("#submit")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{receiver.redirect_uri}?**")
    tokens = rp.exchange(request, page.url)
    claims = rp.call("userinfo", token=tokens["access_token"], sub=tokens["claims"]["sub"])
    assert claims["preferred_username"] == "alice"
    assert (claims["email"], claims["email_verified"]) == ("alice@acme.example", True)
    assert claims["address"]["locality"] == "Berlin"


def test_a_person_signs_in(rp: RelyingParty, registration: Registration, alice: Person) -> None:
    """Whatever the client's authentication method; userinfo is about the person of the ID token."""
    become(rp, registration)
    tokens = signed_in(rp, alice)
    claims = rp.call("userinfo", token=tokens["access_token"], sub=tokens["claims"]["sub"])
    assert claims["preferred_username"] == "alice"


def test_tokens_are_refreshed_and_revoked(rp: RelyingParty, registration: Registration, alice: Person) -> None:
    """The refreshed ID token is the same person's by the library's check; after revocation nothing works any more."""
    become(rp, registration)
    tokens = signed_in(rp, alice)
    refreshed = rp.call("refresh", token=tokens["refresh_token"])
    assert refreshed["claims"]["sub"] == tokens["claims"]["sub"]
    assert refreshed["claims"]["auth_time"] == tokens["claims"]["auth_time"]
    rotates = registration.method == "none"
    assert (refreshed["refresh_token"] != tokens["refresh_token"]) is rotates
    rp.call("userinfo", token=refreshed["access_token"], sub=tokens["claims"]["sub"])
    rp.call("revoke", token=refreshed["refresh_token"])
    for dead in (tokens["refresh_token"], refreshed["refresh_token"]):
        with pytest.raises(Refused) as refusal:
            rp.call("refresh", token=dead)
        assert (refusal.value.error, refusal.value.status) == ("invalid_grant", 400)
    with pytest.raises(Refused) as refusal:
        rp.call("userinfo", token=refreshed["access_token"], sub=tokens["claims"]["sub"])
    assert refusal.value.status == 401


def test_introspection_tells_a_live_token_from_a_dead_one(dev: Dev, rp: RelyingParty, alice: Person) -> None:
    become(rp, registered(dev, "web"))
    tokens = signed_in(rp, alice)
    for kind in ("access_token", "refresh_token"):
        told = rp.call("introspect", token=tokens[kind])
        assert told["active"] is True
        assert told["sub"] == tokens["claims"]["sub"]
        assert told["client_id"] == "web"
    rp.call("revoke", token=tokens["access_token"])
    assert rp.call("introspect", token=tokens["access_token"]) == {"active": False}
    assert rp.call("introspect", token=tokens["refresh_token"])["active"] is True


def test_a_public_client_may_not_introspect(dev: Dev, rp: RelyingParty, alice: Person) -> None:
    become(rp, registered(dev, "app"))
    tokens = signed_in(rp, alice)
    with pytest.raises(Refused) as refusal:
        rp.call("introspect", token=tokens["access_token"])
    assert (refusal.value.error, refusal.value.status) == ("invalid_client", 401)


def test_opaque_access_tokens_work_like_the_others(dev: Dev, rp: RelyingParty, alice: Person) -> None:
    become(rp, registered(dev, "opaque"))
    tokens = signed_in(rp, alice)
    assert "." not in tokens["access_token"]
    rp.call("userinfo", token=tokens["access_token"], sub=tokens["claims"]["sub"])
    assert rp.call("introspect", token=tokens["access_token"])["active"] is True


def test_the_other_signing_algorithms_verify_too(dev: Dev, rp: RelyingParty, alice: Person) -> None:
    """ID token ES256 and access token RS256, where the defaults are the other way round."""
    become(rp, registered(dev, "es256"))
    issuer = dev.tenant("acme")["issuer"]
    tokens = signed_in(rp, alice)
    assert rp.call("verifyAccessToken", token=tokens["access_token"], audience=issuer)["header"]["alg"] == "RS256"


def test_a_machine_gets_a_token_of_its_own(dev: Dev, rp: RelyingParty) -> None:
    """A JWT that jose verifies offline as RFC 9068 asks, for the resource whose scope was asked."""
    become(rp, registered(dev, "machine"))
    tokens = rp.call("clientCredentials", parameters={"scope": "orders:read"})
    assert "refresh_token" not in tokens
    verified = rp.call("verifyAccessToken", token=tokens["access_token"], audience="https://api.acme.example")
    assert verified["payload"]["sub"] == verified["payload"]["client_id"] == "machine"
    assert verified["payload"]["scope"] == "orders:read"
    assert verified["header"]["alg"] == "ES256"
    assert rp.call("introspect", token=tokens["access_token"])["active"] is True
    rp.call("revoke", token=tokens["access_token"])
    assert rp.call("introspect", token=tokens["access_token"]) == {"active": False}


@pytest.mark.case("G5")
def test_a_machine_gets_no_more_than_it_is_registered_for(dev: Dev, rp: RelyingParty) -> None:
    become(rp, registered(dev, "machine"))
    with pytest.raises(Refused) as refusal:
        rp.call("clientCredentials", parameters={"scope": "openid"})
    assert refusal.value.error == "invalid_scope"


def test_an_unasked_person_is_not_signed_in_silently(dev: Dev, rp: RelyingParty, alice: Person) -> None:
    """prompt=none without a session: the library takes the error, after it has checked state and iss."""
    become(rp, registered(dev, "web"))
    request = rp.authorize(redirect_uri=CALLBACK, scope="openid", prompt="none")
    with pytest.raises(Refused) as refusal:
        rp.exchange_left(request, alice.authorize(request.url))
    assert refusal.value.error == "login_required"


def test_a_person_who_denies_is_reported_as_such(rp: RelyingParty, registration: Registration, alice: Person) -> None:
    become(rp, registration)
    request = rp.authorize(redirect_uri=CALLBACK, scope="openid", prompt="consent")
    with pytest.raises(Refused) as refusal:
        rp.exchange_left(request, alice.authorize(request.url, decision="deny"))
    assert refusal.value.error == "access_denied"


def test_form_post_responses_are_accepted(dev: Dev, rp: RelyingParty, alice: Person) -> None:
    become(rp, registered(dev, "web"))
    request = rp.authorize(redirect_uri=CALLBACK, scope="openid", response_mode="form_post")
    left = alice.authorize(request.url)
    assert left.posted is not None
    tokens = rp.exchange(request, left.url, posted=urlencode(left.posted))
    assert tokens["claims"]["aud"] == "web"


def test_max_age_shows_in_auth_time(dev: Dev, rp: RelyingParty, alice: Person) -> None:
    """The library holds auth_time against the max_age that it asked for."""
    become(rp, registered(dev, "web"))
    signed_in(rp, alice)
    request = rp.authorize(redirect_uri=CALLBACK, scope="openid", max_age="3600")
    tokens = rp.exchange(request, alice.authorize(request.url).url, max_age=3600)
    assert tokens["claims"]["amr"] == ["pwd"]


@pytest.mark.case("C1")
def test_a_code_that_comes_back_takes_its_tokens_with_it(
    rp: RelyingParty, registration: Registration, alice: Person
) -> None:
    become(rp, registration)
    request = rp.authorize(redirect_uri=CALLBACK, scope=EVERYTHING)
    left = alice.authorize(request.url)
    tokens = rp.exchange_left(request, left)
    with pytest.raises(Refused) as refusal:
        rp.exchange_left(request, left)
    assert (refusal.value.error, refusal.value.status) == ("invalid_grant", 400)
    with pytest.raises(Refused) as refusal:
        rp.call("refresh", token=tokens["refresh_token"])
    assert refusal.value.error == "invalid_grant"


@pytest.mark.case("C4")
def test_a_wrong_verifier_spends_nothing(dev: Dev, rp: RelyingParty, alice: Person) -> None:
    """The thief without the verifier gets nothing, and the owner's code still works afterwards."""
    become(rp, registered(dev, "app"))
    request, other = rp.authorize(redirect_uri=CALLBACK, scope="openid"), rp.authorize(redirect_uri=CALLBACK)
    left = alice.authorize(request.url)
    thief = {**request.kept, "verifier": other.kept["verifier"]}
    with pytest.raises(Refused) as refusal:
        rp.call("exchange", url=left.url, kept=thief)
    assert refusal.value.error == "invalid_grant"
    assert rp.exchange_left(request, left)["claims"]["aud"] == "app"


def test_a_logout_that_the_application_vouches_for_ends_the_session(
    rp: RelyingParty, registration: Registration, alice: Person
) -> None:
    """The ID token of this session as the hint: signed out at once, back at the application with its state."""
    become(rp, registration)
    after = "http://127.0.0.1:9999/"
    tokens = signed_in(rp, alice)
    if registration.client_id == "post":  # registered no target of its own
        url = rp.call("endSession", parameters={"id_token_hint": tokens["id_token"]})
        assert isinstance(page := alice.open(url), Shown)
        assert page.url.endswith("/t/acme/signed-out")
    else:
        hint = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": after, "state": "s 1"}
        assert alice.open(rp.call("endSession", parameters=hint)).url == f"{after}?state=s+1"
    request = rp.authorize(redirect_uri=CALLBACK, scope="openid", prompt="none")
    with pytest.raises(Refused) as refusal:
        rp.exchange_left(request, alice.authorize(request.url))
    assert refusal.value.error == "login_required"
    # Its scope holds offline_access, so the grant outlives the session (OpenID Connect Core 1.0 §11).
    rp.call("refresh", token=tokens["refresh_token"])
