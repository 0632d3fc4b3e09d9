"""A domain of the tenant's own: its issuer there, everything else's host nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from opentrusty_core.domain.audit import AuditType
from tests.support.auth_plane import CALLBACK, PASSWORD, SETTINGS, SYSTEM, VERIFIER, World
from tests.support.auth_plane import world as open_world
from tests.support.browser import Browser, Reply

LOGIN = "login.acme.com"
HERE = f"https://{LOGIN}"
DISCOVERY = "/.well-known/openid-configuration"


async def give_domain(world: World, domain: str = LOGIN) -> None:
    """The tenant asks for the domain and gets it, and a second goes by."""
    domains = world.provider.management.domains
    await domains.ask(SYSTEM, world.tenant.id, domain)
    await domains.approve(SYSTEM, world.tenant.id, domain)
    world.runtime.advance(seconds=1)


@asynccontextmanager
async def calls(world: World, host: str = LOGIN) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=world.transport(), base_url=f"https://{host}", trust_env=False) as client:
        yield client


def at_root(world: World, **parameters: str) -> str:
    """An authorization request to the tenant's own domain."""
    return world.authorize_url("own", **parameters).removeprefix("/t/acme")


async def redeem(world: World, done: Reply, client: httpx2.AsyncClient, path: str = "/token") -> dict[str, Any]:
    form = {"grant_type": "authorization_code", "code": done.sent["code"], "redirect_uri": CALLBACK}
    form |= {"client_id": "own", "client_secret": world.secrets["own"], "code_verifier": VERIFIER}
    answer = await client.post(path, data=form)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


async def test_a_person_signs_in_at_the_tenants_own_domain(world: World) -> None:
    """Every page, cookie and redirect stays on that host; iss, tokens and documents name it."""
    await give_domain(world)
    async with Browser(world.transport(), HERE) as browser, calls(world) as client:
        page = await browser.open(at_root(world))
        assert page.url.startswith(f"{HERE}/interaction/")
        done = await browser.sign_in(page, "maria", PASSWORD)
        assert done.sent["iss"] == HERE
        cookies = page.set_cookies | done.set_cookies
        assert "opentrusty_session.acme" in done.set_cookies
        assert all("domain" not in cookie.attributes for cookie in cookies.values())
        tokens = await redeem(world, done, client)
        claims = await client.get("/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"})
        assert claims.json()["sub"] == world.maria.id
        again = await browser.open(at_root(world))
        assert again.sent["iss"] == HERE
        signed_out = await browser.open("/logout")
        left = await browser.submit(signed_out, follow=False)
        assert left.location == "/signed-out"
        assert all("domain" not in cookie.attributes for cookie in left.set_cookies.values())
    document = None
    for path in (DISCOVERY, "/.well-known/oauth-authorization-server"):
        async with calls(world) as client:
            answer = await client.get(path)
        document = document or answer.json()
        assert answer.json() == document
    assert document is not None
    assert document["issuer"] == HERE
    urls = [url for name, url in document.items() if name.endswith(("_endpoint", "jwks_uri"))]
    assert len(urls) == 7
    assert all(url.startswith(f"{HERE}/") for url in urls)


async def test_the_paths_below_the_auth_url_go_on_as_the_same_issuer(world: World) -> None:
    """An issuer has one name (RFC 8414 §2), wherever its tenant is called; a session stays on the host it began on."""
    await give_domain(world)
    async with world.browser() as browser, world.client() as client:
        document = (await client.get(f"/t/acme{DISCOVERY}")).json()
        assert (document["issuer"], document["token_endpoint"]) == (HERE, f"{HERE}/token")
        done = await world.signed_in(browser)
        assert done.sent["iss"] == HERE
        assert done.set_cookies["opentrusty_session.acme"].attributes["domain"] == "example"
        tokens = await redeem(world, done, client, "/t/acme/token")
        authorization = {"authorization": f"Bearer {tokens['access_token']}"}
        for base, host in (("/t/acme", "auth.example"), ("", LOGIN)):
            async with calls(world, host) as caller:
                assert (await caller.get(f"{base}/userinfo", headers=authorization)).status_code == 200
                assert (await caller.get(f"{base}/jwks")).json()["keys"]
        refreshed = await client.post(
            f"{HERE}/token",
            data={
                "grant_type": "refresh_token",
                "refresh_token": tokens["refresh_token"],
                "client_id": "own",
                "client_secret": world.secrets["own"],
            },
        )
        assert refreshed.status_code == 200


async def test_tokens_of_the_issuer_before_are_good_no_more(world: World) -> None:
    """They name another issuer; a refresh token gets new ones."""
    async with world.browser() as browser, world.client() as client:
        tokens = await redeem(world, await world.signed_in(browser), client, "/t/acme/token")
        await give_domain(world)
        old = {"authorization": f"Bearer {tokens['access_token']}"}
        assert (await client.get("/t/acme/userinfo", headers=old)).status_code == 401


@pytest.mark.case("K11")
@pytest.mark.parametrize(
    "host", ["other.acme.com", f"{LOGIN}.", f"x.{LOGIN}", f"{LOGIN}:8443", "acme.com", "192.0.2.1", "a" * 300, "[::1]"]
)
async def test_a_host_that_is_nobodys_is_not_served(world: World, host: str) -> None:
    """Neither endpoints nor static files; nor is a domain that nobody has approved."""
    await give_domain(world)
    await world.provider.management.domains.ask(SYSTEM, world.tenant.id, "other.acme.com")
    (asset, *_) = world.app._plane.pages.assets
    async with calls(world) as client:
        for path in (DISCOVERY, f"/t/acme{DISCOVERY}", asset, "/nothing"):
            answer = await client.get(path, headers={"host": host})
            assert answer.status_code == 421
        for good in (LOGIN, LOGIN.upper(), f"{LOGIN}:443"):
            assert (await client.get(DISCOVERY, headers={"host": good})).status_code == 200
            assert (await client.get(asset, headers={"host": good})).status_code == 200
        assert (await client.get("/livez", headers={"host": host})).status_code == 200


@pytest.mark.case("I1")
async def test_a_tenants_domain_serves_that_tenant_alone(world: World) -> None:
    """No path leads from it to another, nor to itself by its name."""
    await give_domain(world)
    other = await world.provider.management.tenants.create(SYSTEM, "other")
    assert other.is_active
    async with calls(world) as client:
        for path in (f"/t/other{DISCOVERY}", f"/t/acme{DISCOVERY}", "/.well-known/oauth-authorization-server/t/other"):
            assert (await client.get(path)).status_code == 404


async def test_a_domain_stops_within_a_second_of_its_removal_or_its_tenants_end(world: World) -> None:
    management, tenant_id = world.provider.management, world.tenant.id
    await give_domain(world)
    async with calls(world) as client:
        for stop, resume in (
            (management.tenants.suspend(SYSTEM, tenant_id), management.tenants.resume),
            (management.tenants.delete(SYSTEM, tenant_id), management.tenants.restore),
        ):
            assert (await client.get("/jwks")).status_code == 200
            await stop
            world.runtime.advance(seconds=1)
            assert (await client.get("/jwks")).status_code == 421
            await resume(SYSTEM, tenant_id)
            world.runtime.advance(seconds=1)
        assert (await client.get("/jwks")).status_code == 200
        await management.domains.remove(SYSTEM, tenant_id, LOGIN)
        world.runtime.advance(seconds=1)
        assert (await client.get("/jwks")).status_code == 421
    async with world.client() as client:
        assert (await client.get(f"/t/acme{DISCOVERY}")).json()["issuer"] == "https://auth.example/t/acme"


@pytest.mark.case("A11")
async def test_a_form_is_posted_from_the_host_that_showed_it(world: World) -> None:
    """The Auth Plane's own origin is a stranger there, and the domain a stranger here."""
    await give_domain(world)
    for origin, url, foreign in ((HERE, at_root(world), "https://auth.example"), (None, None, HERE)):
        async with Browser(world.transport(), origin or "https://auth.example") as browser:
            page = await browser.open(url or world.authorize_url("own"))
            form = page.form
            fields = form.fields | {"username": "maria", "password": PASSWORD}
            answer = await browser.post(form.action, fields, headers={"sec-fetch-site": None, "origin": foreign})
            assert answer.status == 403
            own = {"sec-fetch-site": None, "origin": browser.origin}
            assert (await browser.post(form.action, fields, headers=own)).status == 303
    forged = [event for event in await world.events() if event.type is AuditType.REQUEST_REFUSED]
    assert [event.reason for event in forged] == ["forged form", "forged form"]


async def test_behind_a_port_of_its_own_a_domain_has_that_port() -> None:
    """As on a developer's machine."""
    settings = replace(SETTINGS, auth_url="http://localhost:8080", cookie_domain=None)
    async with open_world(settings=settings) as world:
        await give_domain(world, "acme.localhost")
        async with world.client() as client:
            for host, status in (("acme.localhost:8080", 200), ("acme.localhost", 421), ("acme.localhost:80", 421)):
                answer = await client.get(DISCOVERY, headers={"host": host})
                assert answer.status_code == status
                if status == 200:
                    assert answer.json()["issuer"] == "http://acme.localhost:8080"
