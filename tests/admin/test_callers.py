"""Who may call the Admin Plane: bearers of a token for it, and people in the console by their session."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import httpx2
import pytest

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.client import AccessTokenFormat, AuthMethod, GrantType
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.session import TOUCH_EVERY
from opentrusty_core.management import ClientFields
from tests.support.admin_plane import ADMIN_SETTINGS, CONSOLE, AdminWorld, Api, admin_world
from tests.support.auth_plane import SYSTEM

CLIENTS = "/tenants/acme/clients"


async def refusals(world: AdminWorld) -> list[AuditEvent]:
    return [event for event in await world.auth.events() if event.type is AuditType.REQUEST_REFUSED]


def challenge(answer: httpx2.Response) -> str:
    assert answer.status_code in {401, 403}
    assert answer.json()["status"] == answer.status_code
    return str(answer.headers["www-authenticate"])


async def service_token(world: AdminWorld, **fields: object) -> str:
    """A token by client credentials, of a new client with the scope `admin` and these fields."""
    usual = {
        "client_name": "Service",
        "grant_types": (GrantType.CLIENT_CREDENTIALS,),
        "redirect_uris": (),
        "scope": ("admin",),
        "token_endpoint_auth_method": AuthMethod.POST,
    }
    wanted = cast("ClientFields", usual | fields)
    made = await world.auth.provider.management.clients.create(SYSTEM, world.acme.id, wanted, client_id="service")
    form = {"grant_type": "client_credentials", "client_id": "service", "client_secret": made.secret or ""}
    async with world.auth.client() as client:
        answer = await client.post("/t/acme/token", data=form)
    return str(answer.json()["access_token"])


async def test_nobody_is_told_what_to_show(world: AdminWorld) -> None:
    """A challenge without an error, for there was nothing wrong with what was not there (RFC 6750 §3.1)."""
    assert challenge(await world.api().get(CLIENTS)) == 'Bearer realm="OpenTrusty"'


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "bearer\t", "Token x", ""])
async def test_another_scheme_is_no_bearer_token(world: AdminWorld, header: str) -> None:
    answer = await world.api(authorization=header).get(CLIENTS)
    assert answer.status_code == 400
    assert 'error="invalid_request"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("token", ["x", "a.b.c", "ota_" + "a" * 43, "e30.e30.e30", "." * 3])
async def test_what_is_no_token_of_ours_opens_nothing(world: AdminWorld, token: str) -> None:
    assert 'error="invalid_token"' in challenge(await world.api(token).get(CLIENTS))


@pytest.mark.case("J4", "F8")
async def test_a_token_for_something_else_opens_nothing(world: AdminWorld) -> None:
    """An ID token, a token for userinfo, a token with the audience but not of this issuer's key."""
    await world.person("olivia", "tenant_owner")
    async with world.auth.browser() as browser:
        tokens = await world.sign_in(browser, "olivia")
        done = await browser.open(world.auth.authorize_url("own"))
    plain = await world.auth.redeem(done.sent["code"], "own")
    head, body, signature = tokens["access_token"].split(".")
    for bad in (
        tokens["id_token"],
        plain["access_token"],
        tokens["refresh_token"],
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{str(plain['access_token']).split('.')[1]}.{signature}",
    ):
        assert 'error="invalid_token"' in challenge(await world.api(str(bad)).get(CLIENTS))
    assert (await world.api(tokens["access_token"]).get(CLIENTS)).status_code == 200
    assert {event.reason for event in await refusals(world)} >= {"token for another resource", "signature"}


async def test_the_authority_of_a_token_ends_at_once(world: AdminWorld) -> None:
    """With its time, its session, its person, and each role of theirs."""
    api = await world.owner()
    olivia = await world.auth.provider.management.users.get(SYSTEM, world.acme.id, "olivia")
    await world.person("second", "tenant_owner")
    assert (await api.get(CLIENTS)).status_code == 200
    roles = world.auth.provider.management.roles
    await roles.revoke(SYSTEM, world.acme.id, Principal.user(olivia.id), "tenant_owner")
    assert (await api.get(CLIENTS)).status_code == 403
    await roles.assign(SYSTEM, world.acme.id, Principal.user(olivia.id), "tenant_auditor")
    assert (await api.get(CLIENTS)).status_code == 200
    await world.auth.provider.management.users.disable(SYSTEM, world.acme.id, olivia.id)
    challenge(await api.get(CLIENTS))


async def test_an_expired_token_opens_nothing(world: AdminWorld) -> None:
    api = await world.owner()
    world.auth.runtime.advance(timedelta(minutes=10))
    assert "expired" in challenge(await api.get(CLIENTS))


async def test_a_service_client_is_somebody_without_a_role(world: AdminWorld) -> None:
    """It is known, and may nothing that nobody gave it."""
    answer = await world.api(await service_token(world)).get(CLIENTS)
    assert answer.status_code == 403
    assert "www-authenticate" not in answer.headers


@pytest.mark.case("K5", "J4")
async def test_a_service_client_may_do_what_its_roles_say(world: AdminWorld) -> None:
    """Its own, not those of a user with its id; taken from it, or with it disabled, its token opens nothing."""
    api, management = world.api(await service_token(world)), world.auth.provider.management
    namesake = replace(world.auth.sam, id="service", username="service", email=None)
    event = AuditEvent(id="an-event", at=namesake.created_at, type=AuditType.USER_CREATED)
    await world.auth.store.tenant(world.acme.id).users.add(namesake, event)
    await management.roles.assign(SYSTEM, world.acme.id, Principal.user("service"), "tenant_owner")
    assert (await api.get(CLIENTS)).status_code == 403
    client = Principal.client("service")
    await management.roles.assign(SYSTEM, world.acme.id, client, "tenant_auditor")
    assert (await api.get(CLIENTS)).status_code == 200
    assert (await api.post(f"{CLIENTS}/shop/disable")).status_code == 403
    me = (await api.get("/me")).json()
    assert (me["kind"], me["id"], "client:read" in me["permissions"]) == ("client", "service", True)
    await management.roles.revoke(SYSTEM, world.acme.id, client, "tenant_auditor")
    assert (await api.get(CLIENTS)).status_code == 403
    await management.roles.assign(SYSTEM, world.acme.id, client, "tenant_auditor")
    await management.clients.disable(SYSTEM, world.acme.id, "service")
    world.auth.runtime.advance(timedelta(seconds=1))
    challenge(await api.get(CLIENTS))


async def test_a_token_without_the_scope_is_not_for_administration(world: AdminWorld) -> None:
    """Nor is one that has no form from which its issuer can be told."""
    token = await service_token(world, access_token_format=AccessTokenFormat.OPAQUE)
    assert 'error="invalid_token"' in challenge(await world.api(token).get(CLIENTS))


@pytest.mark.case("J1")
async def test_no_client_takes_authority_without_asking(world: AdminWorld) -> None:
    """Whoever may register clients could otherwise send an owner to one of their own, and act as the owner."""
    api = await world.owner()
    asked = {"scope": "openid admin", "redirect_uris": ["https://evil.example/cb"], "skip_consent": True}
    answer = await api.post(CLIENTS, asked | {"client_name": "Evil"})
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/skip_consent"]


# --- Sessions ------------------------------------------------------------------------------------------------------


class InConsole:
    """A page of the console in a signed-in browser: what it sends may be changed in part."""

    def __init__(self, world: AdminWorld, sid: str, cookie: str) -> None:
        self.world = world
        self.headers = {
            "x-opentrusty-session": sid,
            "cookie": f"opentrusty_session.acme={cookie}",
            "origin": CONSOLE,
            "sec-fetch-site": "same-site",
        }

    def api(self, **changed: str | None) -> Api:
        headers = self.headers | {name.replace("_", "-"): value for name, value in changed.items()}
        return self.world.api(**{name: value for name, value in headers.items() if value is not None})

    async def status(self, **changed: str | None) -> int:
        return (await self.api(**changed).get(CLIENTS)).status_code


async def in_console(world: AdminWorld, username: str = "olivia") -> InConsole:
    await world.person(username, "tenant_owner")
    async with world.auth.browser() as browser:
        await world.sign_in(browser, username)
        cookie = browser.cookies["opentrusty_session.acme"]
    user = await world.auth.provider.management.users.get(SYSTEM, world.acme.id, username)
    (session,) = (await sessions_of(world, user.id)).items
    return InConsole(world, session.id, cookie)


async def sessions_of(world: AdminWorld, user_id: str) -> Any:
    return await world.auth.provider.management.sessions.page(SYSTEM, world.acme.id, user_id, PageRequest())


@pytest.mark.case("G8", "K17", "A11")
async def test_a_session_counts_only_from_a_page_of_the_console(world: AdminWorld) -> None:
    """The cookie alone opens nothing: not from elsewhere, not without its `sid`, not with another's."""
    page, other = await in_console(world), await in_console(world, "second")
    assert await page.status() == 200
    assert await page.status(sec_fetch_site=None) == 200
    for wrong in (
        {"x_opentrusty_session": None},
        {"x_opentrusty_session": other.headers["x-opentrusty-session"]},
        {"x_opentrusty_session": ""},
        {"x_opentrusty_session": "x" * 300},
        {"origin": None},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": CONSOLE + ".evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "none"},
        {"cookie": None},
        {"cookie": other.headers["cookie"]},
        {"cookie": page.headers["cookie"].replace(".acme=", ".other=")},
        {"cookie": f"{page.headers['cookie']}; {other.headers['cookie']}"},
        {"cookie": "; ".join(f"opentrusty_session.t{n}={'a' * 47}" for n in range(12)) + "; " + page.headers["cookie"]},
    ):
        assert await page.status(**wrong) == 401, wrong


async def test_a_session_that_ended_opens_nothing(world: AdminWorld) -> None:
    page = await in_console(world)
    await world.auth.provider.management.sessions.end(SYSTEM, world.acme.id, page.headers["x-opentrusty-session"])
    assert await page.status() == 401


async def test_a_visit_to_the_console_keeps_the_session_alive(world: AdminWorld) -> None:
    """A person at work in it is not idle."""
    page = await in_console(world)
    before = await world.auth.store.tenant(world.acme.id).sessions.get(page.headers["x-opentrusty-session"])
    world.auth.runtime.advance(TOUCH_EVERY)
    assert await page.status() == 200
    after = await world.auth.store.tenant(world.acme.id).sessions.get(page.headers["x-opentrusty-session"])
    assert before is not None
    assert after is not None
    assert after.idle_expires_at - before.idle_expires_at == TOUCH_EVERY
    world.auth.runtime.advance(timedelta(hours=1))
    assert await page.status() == 401


async def test_without_a_console_no_session_counts() -> None:
    async with admin_world(settings=replace(ADMIN_SETTINGS, console_url=None)) as world:
        answer = await world.api(origin="null", **{"x-opentrusty-session": "x"}).get(CLIENTS)
        assert answer.status_code == 401


async def test_what_the_audit_says_of_a_caller(world: AdminWorld) -> None:
    """Who, from where, and by which application or session."""
    api = await world.owner()
    await api.post(f"{CLIENTS}/shop/disable")
    page = await in_console(world, "second")
    await page.api().post(f"{CLIENTS}/shop/enable")
    changes = [event for event in await world.auth.events() if event.type is AuditType.CLIENT_UPDATED]
    by_token, by_session = sorted(changes, key=lambda event: str(event.details["status"]), reverse=True)
    assert by_token.details["client_id"] == "opentrusty-console"
    assert by_session.details["session_id"] == page.headers["x-opentrusty-session"]
    assert by_token.origin.ip == "192.0.2.1"
    assert by_token.origin.request_id


async def test_what_is_refused_for_want_of_a_permission_is_written_down(world: AdminWorld) -> None:
    api = await world.as_new("audrey", "tenant_auditor")
    assert (await api.post(CLIENTS, {})).status_code == 403
    (event,) = await refusals(world)
    assert (event.target, event.reason) == ("create_client", "permission missing")
