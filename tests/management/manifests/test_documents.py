"""Manifests as plain data: read strictly, every mistake named by where it stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from opentrusty_core.domain.client import ClientStatus, GrantType
from opentrusty_core.domain.manifest import DeclaredGroup, DeclaredRole
from opentrusty_core.domain.tenant import TenantSettings
from opentrusty_core.errors import Invalid
from opentrusty_core.management.manifests import read_manifest

FIELDS = ("description", "permissions", "x")
WHOLE: dict[str, Any] = {
    "tenant": "acme",
    "display_name": " Acme Corp. ",
    "settings": {"lifetimes": {"access_token": 300}, "branding": {"primary_color": "#112233"}},
    "resources": {"https://api.example": {"name": "API", "scopes": {"orders:read": "Read"}}, "urn:bare": {}},
    "clients": {
        "shop": {
            "client_name": "Shop",
            "redirect_uris": ["https://shop.example/cb"],
            "scope": "openid  orders:read",
            "id_token_lifetime": 60,
            "translations": {"client_name#de": "Laden"},
        },
        "job": {
            "client_name": "Job",
            "grant_types": ["client_credentials"],
            "status": "disabled",
            "roles": ["tenant_auditor"],
        },
    },
    "roles": {"clerk": {"description": "Helps", "permissions": ["user:read"]}, "idle": {}},
    "groups": {" Front   desk ": {"roles": ["clerk"]}},
}


def test_what_a_manifest_says_is_read() -> None:
    """Each section, its values in the types of the domain."""
    manifest = read_manifest(WHOLE)
    assert (manifest.tenant, manifest.display_name) == ("acme", "Acme Corp.")
    assert manifest.settings is not None
    assert manifest.settings.lifetimes.access_token == timedelta(seconds=300)
    assert manifest.resources is not None
    assert (manifest.resources["urn:bare"].name, manifest.resources["urn:bare"].scopes) == ("urn:bare", {})
    assert manifest.clients is not None
    assert manifest.clients["shop"].fields == {
        "client_name": "Shop",
        "redirect_uris": ("https://shop.example/cb",),
        "scope": ("openid", "orders:read"),
        "id_token_lifetime": timedelta(seconds=60),
        "translations": {"client_name#de": "Laden"},
    }
    assert manifest.clients["job"].fields["grant_types"] == (GrantType.CLIENT_CREDENTIALS,)
    assert manifest.clients["job"].status is ClientStatus.DISABLED
    assert manifest.clients["job"].roles == ("tenant_auditor",)
    assert manifest.roles == {
        "clerk": DeclaredRole(description="Helps", permissions=("user:read",)),
        "idle": DeclaredRole(),
    }
    assert manifest.groups == {"Front desk": DeclaredGroup(roles=("clerk",))}


def test_a_section_that_is_not_there_says_nothing_and_an_empty_one_says_that_there_is_nothing() -> None:
    """The difference between leaving and removing."""
    manifest = read_manifest({"tenant": "acme"})
    assert (manifest.settings, manifest.resources, manifest.clients) == (None, None, None)
    manifest = read_manifest({"tenant": "acme", "settings": {}, "resources": {}, "clients": {}})
    assert (manifest.settings, manifest.resources, manifest.clients) == (TenantSettings(), {}, {})


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"tenant": None}, {"/tenant"}),
        ({"tenant": 1}, {"/tenant"}),
        ({"display_name": 1}, {"/display_name"}),
        ({"clients": None}, {"/clients"}),
        ({"resources": []}, {"/resources"}),
        ({"clients": {1: {}}}, {"/clients"}),
        ({"users": {}, "client": {}}, {"/users", "/client"}),
        ({"settings": {"lifetime": {}}}, {"/settings/lifetime"}),
        ({"settings": {"lifetimes": {"code": "60"}, "colour": 1}}, {"/settings/lifetimes/code", "/settings/colour"}),
        ({"resources": {"a/b~": {"scope": {}}}}, {"/resources/a~1b~0/scope"}),
        ({"resources": {"a": {"name": 1, "scopes": {"x": None}}}}, {"/resources/a/name", "/resources/a/scopes/x"}),
        ({"resources": {"a": {"scopes": ["x"]}}}, {"/resources/a/scopes"}),
        ({"clients": {"a": []}}, {"/clients/a"}),
        ({"clients": {"a": {"status": "off"}}}, {"/clients/a/status"}),
        ({"clients": {"a": {"secrets": [], "jwks": {}}}}, {"/clients/a/secrets", "/clients/a/jwks"}),
        ({"clients": {"a": {"grant_types": ["implicit"]}}}, {"/clients/a/grant_types"}),
        ({"clients": {"a": {"redirect_uris": "https://a.example"}}}, {"/clients/a/redirect_uris"}),
        ({"clients": {"a": {"redirect_uris": [1]}}}, {"/clients/a/redirect_uris"}),
        ({"clients": {"a": {"require_pkce": "yes"}}}, {"/clients/a/require_pkce"}),
        ({"clients": {"a": {"default_max_age": True}}}, {"/clients/a/default_max_age"}),
        ({"clients": {"a": {"id_token_lifetime": -1}}}, {"/clients/a/id_token_lifetime"}),
        ({"clients": {"a": {"id_token_lifetime": 10**10}}}, {"/clients/a/id_token_lifetime"}),
        ({"clients": {"a": {"scope": 'a"b'}}}, {"/clients/a/scope"}),
        ({"clients": {"a": {"scope": ["openid"]}}}, {"/clients/a/scope"}),
        ({"clients": {"a": {"translations": {"client_name#de": 1}}}}, {"/clients/a/translations"}),
        ({"clients": {"a": {"translations": []}}}, {"/clients/a/translations"}),
        ({"clients": {"a": {"roles": "x"}}}, {"/clients/a/roles"}),
        ({"roles": {"a": {"description": 1, "permissions": [1], "x": 1}}}, {f"/roles/a/{it}" for it in FIELDS}),
        ({"roles": {"a": None}, "groups": None}, {"/roles/a", "/groups"}),
        ({"groups": {"a": {"members": []}, "b": {"roles": {}}}}, {"/groups/a/members", "/groups/b/roles"}),
        ({"groups": {" ": {}, "Ops": {}, "oPS": {}}}, {"/groups/ ", "/groups/oPS"}),
    ],
)
def test_what_is_unknown_or_of_another_form_is_named(change: dict[str, Any], problems: set[str]) -> None:
    """All of it at once; each is a sentence."""
    with pytest.raises(Invalid) as refused:
        read_manifest({**WHOLE, **change})
    assert refused.value.fields.keys() == problems
    assert all(why.endswith(".") for why in refused.value.fields.values())


@pytest.mark.parametrize("data", [None, [], "acme", 1, {}])
def test_what_is_no_manifest_is_refused(data: object) -> None:
    with pytest.raises(Invalid):
        read_manifest(data)
