"""The bounds of settings, and the sign-in page as other branding would make it."""

from __future__ import annotations

import pytest

from opentrusty_core.management import settings_bounds
from tests.support.admin_plane import AdminWorld
from tests.support.auth_plane import SYSTEM

SETTINGS = "/tenants/acme/settings"
PREVIEW = f"{SETTINGS}/sign-in-page"
NONCE = "bm9uY2Utbm9uY2Utbm9uY2U"


async def test_a_setting_beyond_its_bounds_is_refused_and_one_at_them_is_taken(world: AdminWorld) -> None:
    """The bounds that are listed are those that hold."""
    api = await world.owner()
    listed = {item["name"]: item for item in (await api.get("/settings-bounds")).json()["items"]}
    assert listed.keys() == settings_bounds().keys()
    shown = (await api.get(SETTINGS)).json()
    for name, bounds in listed.items():
        section, _, setting = name.partition(".")
        if section == "throttling":
            assert bounds["default"] is None
            continue
        assert (shown[section][setting] if setting else shown[section]) == bounds["default"]
        for value in (bounds["least"] - 1, bounds["most"] + 1):
            refused = (await api.patch(SETTINGS, {section: {setting: value} if setting else value})).json()
            assert f"#/{name.replace('.', '/')}" in {error["pointer"] for error in refused["errors"]}, (name, value)
    for end in ("least", "most"):
        patch = {
            "lifetimes": {
                name.partition(".")[2]: bounds[end] for name, bounds in listed.items() if name.startswith("lifetimes.")
            },
            "throttling": {
                who: {what: listed[f"throttling.{who}.{what}"][end] for what in ("burst", "per_minute")}
                for who in ("account", "network", "tenant")
            },
            "audit_days": listed["audit_days"][end],
            "password_policy": {"min_length": listed["password_policy.min_length"][end]},
        }
        assert (await api.patch(SETTINGS, patch)).status_code == 200, end


async def test_the_sign_in_page_is_shown_as_a_draft_would_make_it_and_nothing_changes(world: AdminWorld) -> None:
    api = await world.owner()
    before = (await api.get(SETTINGS)).json()
    draft = {
        "branding": {"primary_color": "#ffe100", "logo_uri": "https://cdn.acme.example/logo.png"},
        "client_name": "<Shop>",
        "language": "de",
        "nonce": NONCE,
    }
    page = (await api.post(PREVIEW, draft)).json()
    assert "Acme" in page["html"]
    assert "&lt;Shop&gt;" in page["html"]
    assert "--accent:#ffe100" in page["html"]
    assert 'src="https://cdn.acme.example/logo.png"' in page["html"]
    assert 'id="password"' in page["html"]
    assert '<html lang="de"' in page["html"]
    assert "<link" not in page["html"]
    assert page["html"].count(f'<style nonce="{NONCE}">') == 2
    uses = {use["name"]: use for use in page["accent"]}
    assert uses["button"]["contrast"] == uses["button"]["own_contrast"] >= 4.5
    assert uses["light_text"]["own_contrast"] < 1.5
    assert uses["light_text"]["contrast"] >= 4.5
    assert uses["light_text"]["color"] != "#ffe100"
    assert "color-scheme:light}" in page["html"]
    assert "color-scheme:dark}" in (await api.post(PREVIEW, {**draft, "scheme": "dark"})).json()["html"]
    assert (await api.get(SETTINGS)).json() == before
    assert (await api.post(PREVIEW, {"nonce": NONCE})).json()["accent"] == []


@pytest.mark.case("A8")
@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "data:image/png;base64,AAAA", "http://127.0.0.1/logo.png", "//x.example/logo.png"]
)
async def test_a_draft_is_refused_as_the_change_would_be(world: AdminWorld, uri: str) -> None:
    api = await world.owner()
    branding = {"logo_uri": uri, "primary_color": "red"}
    refused = await api.post(PREVIEW, {"branding": branding, "nonce": NONCE})
    saved = await api.patch(SETTINGS, {"branding": branding})
    assert refused.status_code == saved.status_code == 400
    assert refused.json()["errors"] == saved.json()["errors"]
    assert {error["pointer"] for error in saved.json()["errors"]} == {"#/branding/logo_uri", "#/branding/primary_color"}
    (sentence,) = (error["detail"] for error in saved.json()["errors"] if error["pointer"] == "#/branding/logo_uri")
    assert "https:" in sentence


@pytest.mark.parametrize("nonce", ["", "short", '"><script>alert(1)</script>'])
async def test_a_nonce_that_is_none_does_not_reach_the_page(world: AdminWorld, nonce: str) -> None:
    answer = await (await world.owner()).post(PREVIEW, {"nonce": nonce})
    assert answer.status_code == 400
    assert {error["pointer"] for error in answer.json()["errors"]} == {"#/nonce"}


async def test_whose_an_issuer_is_can_be_asked_by_anybody_and_of_those_that_serve_only(world: AdminWorld) -> None:
    api, management = world.api(), world.auth.provider.management

    async def tenant_of(iss: str) -> str | None:
        answer = await api.get("/issuer", params={"iss": iss})
        return answer.json()["tenant"] if answer.status_code == 200 else None

    usual, own = "https://auth.example/t/acme", "https://login.acme.example"
    assert await tenant_of(usual) == "acme"
    await management.domains.ask(SYSTEM, world.acme.id, "login.acme.example")
    assert await tenant_of(own) is None
    await management.domains.approve(SYSTEM, world.acme.id, "login.acme.example")
    world.auth.runtime.advance(seconds=2)
    assert await tenant_of(own) == "acme"
    for other in (
        usual,
        f"{own}/",
        "http://login.acme.example",
        "https://login.other.example",
        "https://evil",
        "x",
        "",
    ):
        assert await tenant_of(other) is None, other
    await management.tenants.suspend(SYSTEM, world.acme.id)
    world.auth.runtime.advance(seconds=2)
    assert await tenant_of(own) is None
