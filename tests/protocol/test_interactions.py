"""When the person is needed: silent requests say so, others begin an interaction, and only its end brings a code.

OpenID Connect Core 1.0 §3.1.2.1 to §3.1.2.4.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from opentrusty_core.crypto.handles import Handle, hash_handle, new_handle
from opentrusty_core.domain.client import ClientStatus
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.session import Browser
from opentrusty_core.domain.user import User, UserStatus
from opentrusty_core.errors import InteractionRequired, InvalidRequest, LoginRequired, ProtocolError
from opentrusty_core.protocol.messages import HttpRequest
from opentrusty_core.protocol.messages.authorization import AuthorizationResponse, InteractionStarted
from tests.support.cast import ALICE, BOB, ISSUER, STATE, USERS
from tests.support.world import World

STRANGER = Browser()
HTTP = HttpRequest(method="GET")


async def started(world: World, client_id: str = "web", **parameters: Any) -> str:
    """The handle of the interaction that the request began."""
    answer = await world.authorize(client_id, **parameters)
    assert isinstance(answer, InteractionStarted)
    return answer.handle


async def resume(
    world: World, handle: str, *, at: str = "acme", browser: Browser | None = None
) -> AuthorizationResponse | None:
    return await world.protocol.resume(handle, HTTP, browser or world.browsers[at], await world.issuer(at))


async def answered(world: World, handle: str, **answers: Any) -> None:
    """The pages write down what the person said."""
    opened = await opened_interaction(world, handle)
    assert opened
    assert await world.repos().interactions.update(replace(opened, **answers))


async def opened_interaction(world: World, handle: str) -> Interaction | None:
    browser = world.browsers["acme"]
    assert browser.hash
    opened = await world.repos().interactions.open(
        hash_handle(Handle.INTERACTION, handle), browser.hash, world.runtime.now(), session_handle_hash=None
    )
    return opened.interaction if opened else None


# --- silent ----------------------------------------------------------------------------------------------------------


async def test_a_silent_request_of_a_signed_in_person_gets_its_code(world: World) -> None:
    """`prompt=none` with nothing pending."""
    assert "code" in await world.redirect(prompt="none")


@pytest.mark.case("A14")
@pytest.mark.parametrize("scope", ["openid", "openid email", "offline_access", "orders:read"])
async def test_a_third_party_gets_no_silent_consent(world: World, scope: str) -> None:
    """Until the person has allowed just this, and no longer than they do."""
    assert await world.redirect("partner", prompt="none", scope=scope) == {
        "error": "consent_required",
        "error_description": "The end-user has to give consent.",
        "state": STATE,
        "iss": ISSUER,
    }
    await world.allow("partner", *scope.split())
    assert "code" in await world.redirect("partner", prompt="none", scope=scope)
    assert (await world.redirect("partner", prompt="none", scope=f"{scope} phone"))["error"] == "consent_required"
    named = '{"userinfo":{"birthdate":null}}'
    assert (await world.redirect("partner", prompt="none", scope=scope, claims=named))["error"] == "consent_required"
    now = world.runtime.now()
    assert await world.repos().consents.withdraw(ALICE, "partner", now, world.event())
    assert (await world.redirect("partner", prompt="none", scope=scope))["error"] == "consent_required"


@pytest.mark.case("A14")
async def test_the_consent_of_one_person_or_client_is_not_anothers(world: World) -> None:
    """Bob has allowed nothing, and Alice nothing to anybody else, nor in another tenant."""
    await world.allow("partner", "openid")
    await world.change_client("web", skip_consent=False)
    assert (await world.redirect("web", prompt="none"))["error"] == "consent_required"
    assert (await world.redirect("partner", prompt="none", at="globex"))["error"] == "consent_required"
    await world.sign_in(BOB)
    assert (await world.redirect("partner", prompt="none"))["error"] == "consent_required"


@pytest.mark.case("A20")
@pytest.mark.parametrize(
    ("after", "parameters", "error"),
    [
        (0, {"max_age": "0"}, "login_required"),
        (61, {"max_age": "60"}, "login_required"),
        (60, {"max_age": "60"}, None),
        (3600, {}, "login_required"),  # idle for an hour: nobody is signed in
        (3599, {}, None),
    ],
)
async def test_a_silent_request_never_shows_a_sign_in(
    world: World, after: int, parameters: dict[str, Any], error: str | None
) -> None:
    """Too old a sign-in, or none, is an error for the client."""
    world.runtime.advance(seconds=after)
    assert (await world.redirect(prompt="none", **parameters)).get("error") == error


@pytest.mark.case("A20")
async def test_a_silent_request_for_somebody_else_is_refused(world: World) -> None:
    """By id_token_hint, or by a `sub` asked for (§5.5.1)."""
    hint = (await world.tokens())["id_token"]
    asked = '{"id_token":{"sub":{"value":"alice-id"}}}'
    assert "code" in await world.redirect(prompt="none", id_token_hint=hint, claims=asked)
    await world.sign_in(BOB)
    assert (await world.redirect(prompt="none", id_token_hint=hint))["error"] == "login_required"
    assert (await world.redirect(prompt="none", claims=asked))["error"] == "login_required"
    assert "code" in await world.redirect(prompt="none")


@pytest.mark.case("A20")
async def test_a_silent_request_of_a_stranger_leaves_nothing_behind(world: World) -> None:
    """No interaction, no cookie: one event."""
    answer = await world.authorize(prompt="none", browser=STRANGER)
    assert isinstance(answer, AuthorizationResponse)
    assert answer.parameters["error"] == "login_required"
    assert not world.store._database.tenants["acme-id"].interactions
    assert len(await world.refusals()) == 1


@pytest.mark.case("K17")
async def test_one_cookie_without_the_other_recognises_nobody(world: World) -> None:
    """A session cookie planted by a sibling host lacks the browser's own."""
    own, other = world.browsers["acme"], world.browsers["globex"]
    for browser in (
        Browser(session_hash=own.session_hash),
        Browser(hash=own.hash),
        Browser(hash=other.hash, session_hash=own.session_hash),
        Browser(hash=own.hash, session_hash=own.hash),
    ):
        answer = await world.authorize(prompt="none", browser=browser)
        assert isinstance(answer, AuthorizationResponse)
        assert answer.parameters["error"] == "login_required"


# --- interactions ----------------------------------------------------------------------------------------------------


@pytest.mark.case("A20")
@pytest.mark.parametrize(
    ("client_id", "parameters"),
    [
        ("web", {"prompt": "login"}),
        ("web", {"prompt": "consent"}),
        ("web", {"prompt": "select_account"}),
        ("web", {"prompt": "login consent"}),
        ("web", {"max_age": "0"}),
        ("partner", {}),
    ],
)
async def test_what_needs_the_person_begins_an_interaction(
    world: World, client_id: str, parameters: dict[str, Any]
) -> None:
    """No code, and nothing goes on before the person has answered."""
    world.runtime.advance(seconds=1)  # since the sign-in
    handle = await started(world, client_id, **parameters)
    assert await resume(world, handle) is None
    assert not world.store._database.tenants["acme-id"].codes


@pytest.mark.case("A20")
async def test_max_age_is_measured_from_the_sign_in(world: World) -> None:
    """One second decides; `default_max_age` of the client counts where the request says nothing."""
    world.runtime.advance(seconds=100)
    assert "code" in await world.redirect(max_age="100")
    await started(world, max_age="99")
    await world.change_client("web", default_max_age=99)
    world.runtime.advance(seconds=1)
    await started(world)
    assert "code" in await world.redirect(max_age="101")


async def test_a_stranger_gets_a_cookie_of_their_own_once(world: World) -> None:
    """A browser that shows one keeps it."""
    first = await world.authorize(browser=STRANGER)
    assert isinstance(first, InteractionStarted)
    assert first.browser_handle
    assert first.browser_handle not in repr(first)
    assert first.handle not in repr(first)
    known = Browser(hash=hash_handle(Handle.BROWSER, first.browser_handle))
    second = await world.authorize(browser=known)
    assert isinstance(second, InteractionStarted)
    assert second.browser_handle is None
    assert second.handle != first.handle


@pytest.mark.case("A13")
async def test_a_code_comes_when_nothing_is_pending_and_only_then(world: World) -> None:
    """Each step is worked out anew at the end: sign-in, choice of account, consent."""
    handle = await started(world, "partner", prompt="login select_account consent", scope="openid email")
    await answered(world, handle, account_selected=True, consent_given=True)
    assert await resume(world, handle) is None, "the old session does not count as a sign-in"
    world.runtime.advance(seconds=5)
    await signed_in_again(world)
    assert await resume(world, handle) is None, "a consent that nobody remembers is none"
    await world.allow("partner", "openid")
    assert await resume(world, handle) is None, "less than what is asked"
    await world.allow("partner", "openid", "email")
    answer = await resume(world, handle)
    assert isinstance(answer, AuthorizationResponse)
    assert (answer.parameters["state"], answer.parameters["iss"]) == (STATE, ISSUER)
    tokens = (await world.redeem(answer.parameters["code"], "partner")).json
    claims = await world.verified(tokens["id_token"], "partner", typ="JWT")
    assert claims["auth_time"] == int(world.runtime.now().timestamp())
    assert tokens["scope"] == "openid email"


async def signed_in_again(world: World, user_id: str = ALICE) -> None:
    """A new session in the same browser."""
    before = world.browsers["acme"]
    session = await world.sign_in(user_id)
    await world.repos().sessions.end(session.id, world.runtime.now(), world.event())
    fresh = Browser(
        hash=before.hash,
        session_hash=hash_handle(Handle.SESSION, new_handle(Handle.SESSION, world.runtime.token_bytes)),
    )
    assert fresh.hash
    assert fresh.session_hash
    session = replace(
        session, id=world.runtime.new_id(), handle_hash=fresh.session_hash, browser_hash=fresh.hash, ended_at=None
    )
    await world.repos().sessions.start(session, world.event())
    world.browsers["acme"], world.sessions["acme"] = fresh, session


@pytest.mark.case("A13")
async def test_an_interaction_ends_once(world: World) -> None:
    """The second tab gets nothing, and the handle opens nothing any more."""
    handle = await started(world, prompt="select_account")
    await answered(world, handle, account_selected=True)
    assert isinstance(await resume(world, handle), AuthorizationResponse)
    assert await resume(world, handle) is None
    assert len(world.store._database.tenants["acme-id"].codes) == 1


class OtherTab:
    """A directory that is asked about a person just when the other tab finishes the interaction."""

    handle = ""

    def __init__(self, world: World) -> None:
        self.world = world

    async def find(self, tenant_id: str, identifier: str) -> User | None:
        return None

    async def get(self, tenant_id: str, user_id: str) -> User | None:
        if self.handle:
            assert await self.world.repos().interactions.finish(hash_handle(Handle.INTERACTION, self.handle))
        return USERS[0]

    async def check_password(self, tenant_id: str, user: User | None, password: str) -> bool:
        return False


@pytest.mark.case("A13")
async def test_of_two_tabs_that_finish_at_once_one_gets_a_code(world: World) -> None:
    """The other one gets a page, and nothing is issued to it."""
    other = OtherTab(world)
    world.directory = other
    world.restart()
    handle = await started(world, prompt="select_account")
    await answered(world, handle, account_selected=True)
    other.handle = handle
    with pytest.raises(InteractionRequired):
        await resume(world, handle)
    assert not world.store._database.tenants["acme-id"].codes
    assert not world.store._database.tenants["acme-id"].grants


@pytest.mark.case("A12")
async def test_an_interaction_belongs_to_its_browser(world: World) -> None:
    """A link passed on opens nothing elsewhere, neither to go on nor to decline."""
    handle = await started(world, prompt="select_account")
    await answered(world, handle, account_selected=True)
    mine, issuer = world.browsers["acme"], await world.issuer()
    foreign = replace(mine, hash=hash_handle(Handle.BROWSER, "other"))
    for browser in (STRANGER, foreign, Browser(session_hash=mine.session_hash)):
        assert await resume(world, handle, browser=browser) is None
        assert await world.protocol.decline(handle, HTTP, browser, issuer) is None
    assert isinstance(await resume(world, handle), AuthorizationResponse)


@pytest.mark.case("I1", "I2")
async def test_an_interaction_belongs_to_its_tenant(world: World) -> None:
    """The same browser at another tenant finds nothing."""
    handle = await started(world, prompt="select_account")
    await answered(world, handle, account_selected=True)
    assert await resume(world, handle, at="globex", browser=world.browsers["acme"]) is None
    http, globex = HTTP, await world.issuer("globex")
    assert await world.protocol.decline(handle, http, world.browsers["acme"], globex) is None


async def test_an_interaction_expires(world: World) -> None:
    """After half an hour it opens nothing."""
    handle = await started(world, prompt="select_account")
    await answered(world, handle, account_selected=True)
    world.runtime.advance(minutes=30)
    assert await resume(world, handle) is None


@pytest.mark.case("K18")
async def test_signing_out_ends_what_the_browser_was_answering(world: World) -> None:
    """Whoever signs in next starts anew."""
    handle = await started(world, prompt="select_account")
    await answered(world, handle, account_selected=True, consent_given=True)
    await world.repos().sessions.end(world.sessions["acme"].id, world.runtime.now(), world.event())
    await signed_in_again(world, BOB)
    assert await resume(world, handle) is None


@pytest.mark.case("K18")
async def test_a_second_person_is_asked_for_a_consent_of_their_own(world: World) -> None:
    """Bob signs in while Alice's answer stands in the interaction: nothing is issued in his name."""
    handle = await started(world, "partner")
    await world.allow("partner", "openid")
    await answered(world, handle, consent_given=True)
    world.runtime.advance(seconds=1)
    await signed_in_again(world, BOB)
    assert await resume(world, handle) is None


@pytest.mark.case("A20")
async def test_who_signs_in_has_to_be_whom_the_client_expects(world: World) -> None:
    """A hint for Alice is not answered with a code for Bob."""
    hint = (await world.tokens())["id_token"]
    handle = await started(world, id_token_hint=hint, prompt="login")
    world.runtime.advance(seconds=1)
    await signed_in_again(world, BOB)
    assert await resume(world, handle) is None
    await signed_in_again(world, ALICE)
    assert isinstance(await resume(world, handle), AuthorizationResponse)


@pytest.mark.case("D7", "K5")
async def test_a_person_or_client_disabled_meanwhile_gets_no_code(world: World) -> None:
    """Looked at again when the code would be made."""
    handle = await started(world, prompt="select_account")
    await answered(world, handle, account_selected=True)
    await world.change_user(ALICE, status=UserStatus.DISABLED)
    assert await resume(world, handle) is None
    assert (await world.redirect(prompt="none"))["error"] == "login_required"
    await world.change_user(ALICE, status=UserStatus.ACTIVE)
    await world.change_client("web", status=ClientStatus.DISABLED)
    world.runtime.advance(seconds=1)
    assert await resume(world, handle) is None
    with pytest.raises(ProtocolError):
        await world.authorize()
    await world.change_client("web", status=ClientStatus.ACTIVE)
    world.runtime.advance(seconds=1)
    assert isinstance(await resume(world, handle), AuthorizationResponse)


@pytest.mark.case("A1", "A5")
@pytest.mark.parametrize("declined", [False, True])
async def test_a_uri_taken_away_meanwhile_is_not_redirected_to(world: World, declined: bool) -> None:
    """Neither with a code nor with a no: a page, and one event."""
    handle = await started(world, prompt="select_account")
    await answered(world, handle, account_selected=True)
    await world.change_client("web", redirect_uris=("https://web.example/new",))
    world.runtime.advance(seconds=1)
    go_on = world.protocol.decline if declined else world.protocol.resume
    issuer = await world.issuer()
    with pytest.raises(InvalidRequest):
        await go_on(handle, HTTP, world.browsers["acme"], issuer)
    (event,) = await world.refusals()
    assert (event.reason, event.client_id) == ("invalid_request", "web")
    assert not world.store._database.tenants["acme-id"].codes


@pytest.mark.case("D7")
async def test_a_disabled_client_is_sent_no_answer(world: World) -> None:
    """Not even the person's no."""
    handle = await started(world, "partner")
    await world.change_client("partner", status=ClientStatus.DISABLED)
    world.runtime.advance(seconds=1)
    with pytest.raises(InvalidRequest):
        await world.protocol.decline(handle, HTTP, world.browsers["acme"], await world.issuer())


@pytest.mark.parametrize(
    ("error", "code"), [(None, "access_denied"), (LoginRequired("another person signed in"), "login_required")]
)
async def test_a_persons_no_goes_to_the_client(world: World, error: ProtocolError | None, code: str) -> None:
    """With state and iss; the interaction is over, and one event tells."""
    handle = await started(world, "partner")
    issuer, browser = await world.issuer(), world.browsers["acme"]
    answer = await world.protocol.decline(handle, HTTP, browser, issuer, error=error)
    assert answer
    assert answer.redirect_uri == "https://partner.example/cb"
    parameters = dict(answer.parameters)
    assert parameters.pop("error_description")
    assert parameters == {"error": code, "state": STATE, "iss": ISSUER}
    assert await world.protocol.decline(handle, HTTP, browser, issuer) is None
    assert await resume(world, handle) is None
    (event,) = await world.refusals()
    assert (event.reason, event.client_id) == (code, "partner")


async def test_a_visit_keeps_a_session_awake_until_its_absolute_end(world: World) -> None:
    """Every visit moves the idle end, written down once a minute; none moves the absolute one."""
    session = world.sessions["acme"]
    world.runtime.advance(seconds=59)
    await world.code()
    assert await world.repos().sessions.get(session.id) == session
    for _ in range(23 * 60 // 50):
        world.runtime.advance(minutes=50)
        await world.code()
    touched = await world.repos().sessions.get(session.id)
    assert touched
    assert touched.last_seen_at == world.runtime.now()
    assert touched.expires_at == session.expires_at
    world.runtime.advance(session.expires_at - world.runtime.now())
    assert (await world.redirect(prompt="none"))["error"] == "login_required"
