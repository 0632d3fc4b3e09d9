"""Invitations, password resets and unlocking over HTTP, to the page where the person uses them."""

from __future__ import annotations

import pytest

from tests.servers.test_sign_in import heading
from tests.support.admin_plane import AdminWorld
from tests.support.auth_plane import PASSWORD

TENANT = "/tenants/acme"
USERS = f"{TENANT}/users"
NEW = "an entirely new battery staple"


async def choose(world: AdminWorld, url: str) -> str:
    """The heading of the page on which choosing a password by the link ends."""
    async with world.auth.browser() as browser:
        page = await browser.submit(await browser.open(url.partition("#")[0]), {"link": url})
        if page.status != 200:
            return heading(page)
        return heading(await browser.submit(page, {"password": NEW, "password_again": NEW}))


async def test_a_user_is_invited_and_uses_the_link(world: AdminWorld) -> None:
    """The link stands in the answer to its making and in no other."""
    api = await world.owner()
    made = await api.post(
        f"{TENANT}/invitations",
        {"username": "ida", "email": "ida@a.example", "link": {"lifetime": 3600, "mailed": True, "client_id": "shop"}},
    )
    assert made.status_code == 201
    link = made.json()
    assert (link["kind"], link["sent_to"], link["client_id"]) == ("invitation", "ida@a.example", "shop")
    assert link["user"]["username"] == "ida"
    assert link["url"].startswith("https://auth.example/t/acme/invitation#otv_")
    one = f"{USERS}/{link['user']['id']}"
    shown = await api.get(f"{one}/link")
    assert shown.json() == {"link": {name: link[name] for name in link if name not in {"url", "user"}}}
    assert "otv_" not in shown.text + (await api.get(one)).text
    assert await choose(world, link["url"]) == "Your password is set"
    assert (await api.get(f"{one}/link")).json() == {"link": None}
    assert (await api.get(one)).json()["email_verified"] is True
    assert (await api.post(f"{one}/invitation", {})).status_code == 409


async def test_a_user_is_invited_again(world: AdminWorld) -> None:
    api = await world.owner()
    first = (await api.post(f"{TENANT}/invitations", {"username": "ida"})).json()
    second = await api.post(f"{USERS}/{first['user']['id']}/invitation", {})
    assert second.status_code == 201
    assert await choose(world, first["url"]) == "This link doesn’t work"
    assert await choose(world, second.json()["url"]) == "Your password is set"


async def test_a_reset_is_started_used_and_withdrawn(world: AdminWorld) -> None:
    """By support, who may do little else."""
    api = await world.as_new("sue", "tenant_support")
    one = f"{USERS}/{world.auth.maria.id}"
    made = await api.post(f"{one}/password-reset", {})
    assert made.status_code == 201
    assert made.json()["url"].startswith("https://auth.example/t/acme/password-reset#otp_")
    assert (await api.delete(f"{one}/link")).json() == {"withdrawn": True}
    assert (await api.delete(f"{one}/link")).json() == {"withdrawn": False}
    assert await choose(world, made.json()["url"]) == "This link doesn’t work"
    again = await api.post(f"{one}/password-reset", {"lifetime": 300})
    assert await choose(world, again.json()["url"]) == "Your password is set"
    assert (await api.post(f"{TENANT}/invitations", {"username": "ida"})).status_code == 403


@pytest.mark.case("J1")
async def test_nobody_makes_a_link_for_who_stands_above_them(world: AdminWorld) -> None:
    owner, support = await world.person("owner", "tenant_owner"), await world.as_new("sue", "tenant_support")
    one = f"{USERS}/{owner.id}"
    for answer in (
        await support.post(f"{one}/password-reset", {}),
        await support.post(f"{one}/invitation", {}),
        await support.delete(f"{one}/link"),
        await support.post(f"{one}/unlock"),
    ):
        assert answer.status_code == 403


@pytest.mark.case("J2")
async def test_what_is_wrong_with_a_link_is_told_by_field(world: AdminWorld) -> None:
    """Where the body has it; nothing is made."""
    api = await world.owner()
    one = f"{USERS}/{world.auth.maria.id}/password-reset"
    refused: list[tuple[dict[str, object], str]] = [
        ({"lifetime": 10}, "#/lifetime"),
        ({"lifetime": 10**15}, "#/lifetime"),
        ({"lifetime": -(10**15)}, "#/lifetime"),
        ({"client_id": "nothing"}, "#/client_id"),
        ({"user_id": "x"}, "#/user_id"),
        ({"sent_to": "x@y.example"}, "#/sent_to"),
    ]
    for body, pointer in refused:
        answer = await api.post(one, body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    refused = [
        ({"username": "a b"}, "#/username"),
        ({"username": "ida", "link": {"lifetime": 1}}, "#/link/lifetime"),
        ({"username": "ida", "link": {"mailed": True}}, "#/link/mailed"),
        ({"username": "ida", "password": PASSWORD}, "#/password"),
        ({"username": "ida", "link": {"made_by": "x"}}, "#/link/made_by"),
    ]
    for body, pointer in refused:
        answer = await api.post(f"{TENANT}/invitations", body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert (await api.get(f"{USERS}/ida")).status_code == 404


@pytest.mark.case("K6")
async def test_a_user_is_unlocked(world: AdminWorld) -> None:
    """After ten wrong passwords the eleventh attempt waits; unlocked, the right one signs in."""
    api = await world.owner()
    one = f"{USERS}/{world.auth.maria.id}"
    assert (await api.post(f"{one}/unlock")).json() == {"unlocked": False}
    async with world.auth.browser() as browser:
        page = await browser.open(world.auth.authorize_url("own"))
        for _ in range(10):
            await browser.sign_in(page, "maria", "wrong horse battery staple")
        assert (await browser.sign_in(page, "maria", PASSWORD)).status == 429
        assert (await api.post(f"{one}/unlock")).json() == {"unlocked": True}
        assert "code" in (await browser.sign_in(page, "maria", PASSWORD)).sent


async def test_a_tenant_is_made_with_its_owner_by_invitation(world: AdminWorld) -> None:
    """Or by a password; not by both."""
    root = await world.as_new("root", "platform_admin", tenant=world.platform)
    owner = {"username": "oscar", "email": "oscar@new.example"}
    made = await root.post("/tenants", {"name": "new", "owner": {**owner, "invitation": {"lifetime": 600}}})
    assert made.status_code == 201
    link = made.json()["owner_link"]
    assert link["url"].startswith("https://auth.example/t/new/invitation#otv_")
    assert "owner_link" not in (await root.get("/tenants/new")).json()
    assert await choose(world, link["url"]) == "Your password is set"
    made = await root.post("/tenants", {"name": "plain", "owner": {**owner, "password": PASSWORD}})
    assert made.json()["owner_link"] is None
    for wrong, pointer in (
        ({**owner, "password": PASSWORD, "invitation": {}}, "#/owner/invitation"),
        ({**owner, "invitation": {"lifetime": 1}}, "#/owner/invitation/lifetime"),
        ({"username": "o", "invitation": {"mailed": True}}, "#/owner/invitation/mailed"),
        ({**owner, "invitation": {"client_id": "x"}}, "#/owner/invitation/client_id"),
    ):
        answer = await root.post("/tenants", {"name": "wrong", "owner": wrong})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert (await root.get("/tenants/wrong")).status_code == 404
