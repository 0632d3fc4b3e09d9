"""Every command does what it says, and its json is stable."""

from __future__ import annotations

import anyio
import pytest

from opentrusty_core.runtime import SystemRuntime
from opentrusty_core.storage.contract.builders import a_code, a_grant, a_session, an_event
from opentrusty_core.stores import open_store
from tests.cli.conftest import PASSWORD, Cli

SHOP = ("client", "create", "-t", "acme", "--client-id", "shop", "--name", "Shop")
CALLBACK = ("--redirect-uri", "https://shop.example/callback")


def test_tenants_are_made_shown_changed_suspended_and_resumed(acme: Cli) -> None:
    made = acme.json("tenant", "create", "globex", "--display-name", "Globex Corp.")
    assert made == acme.json("tenant", "show", "globex")
    assert made | {"id": "", "created_at": "", "updated_at": ""} == {
        "id": "",
        "name": "globex",
        "display_name": "Globex Corp.",
        "status": "active",
        "issuer": "http://localhost:8080/t/globex",
        "settings": {
            "lifetimes": {
                "code": 60,
                "access_token": 600,
                "id_token": 600,
                "refresh_token_idle": 2592000,
                "refresh_token": 7776000,
                "refresh_token_grace": 60,
                "session_idle": 3600,
                "session": 86400,
                "interaction": 1800,
            },
            "password_policy": {"min_length": 15, "refuse_common": True},
            "throttling": {"account": None, "network": None, "tenant": None},
            "branding": {
                "logo_uri": None,
                "logo_dark_uri": None,
                "primary_color": None,
                "support_uri": None,
                "tos_uri": None,
                "policy_uri": None,
            },
            "default_locale": None,
            "allowed_scopes": None,
            "allowed_resources": None,
            "audit_days": None,
        },
        "created_at": "",
        "updated_at": "",
        "version": 1,
        "domain": None,
        "pending_domain": None,
        "delete_at": None,
    }
    assert made["created_at"].endswith("Z")
    changed = acme.json("tenant", "update", "globex", "--lifetime", "access_token=300", "--primary-color", "#00ff00")
    assert changed["settings"]["lifetimes"]["access_token"] == 300
    assert changed["settings"]["branding"]["primary_color"] == "#00ff00"
    assert changed["display_name"] == "Globex Corp."
    cleared = acme.json("tenant", "update", "globex", "--clear", "primary_color", "--min-password-length", "20")
    assert cleared["settings"]["branding"]["primary_color"] is None
    assert cleared["settings"]["password_policy"]["min_length"] == 20
    assert acme.json("tenant", "suspend", "globex", "--yes")["status"] == "suspended"
    assert acme.json("tenant", "resume", "globex")["status"] == "active"
    assert [tenant["name"] for tenant in acme.json("tenant", "list")["items"]] == ["acme", "globex", "platform"]


def test_settings_are_set_by_their_names_and_shown_under_them(acme: Cli) -> None:
    words = ["lifetimes.access_token=300", "throttling.account.burst=5", "throttling.account.per_minute=4"]
    words += ["allowed_scopes=openid,profile", "default_locale=de", "branding.primary_color=#00ff00"]
    made = acme.json("tenant", "settings", "set", "acme", *words, "password_policy.refuse_common=false")
    assert made == acme.json("tenant", "settings", "show", "acme")
    assert made["lifetimes"]["access_token"] == 300
    assert made["throttling"] == {"account": {"burst": 5, "per_minute": 4}, "network": None, "tenant": None}
    assert (made["allowed_scopes"], made["default_locale"]) == (["openid", "profile"], "de")
    assert made["password_policy"] == {"min_length": 15, "refuse_common": False}
    words = ["lifetimes=null", "allowed_scopes=null", "throttling.account=null"]
    reset = acme.json("tenant", "settings", "set", "acme", *words)
    assert reset["lifetimes"]["access_token"] == 600
    assert (reset["allowed_scopes"], reset["throttling"]["account"]) == (None, None)
    assert reset["branding"]["primary_color"] == "#00ff00"
    assert "branding.primary_color" in acme("tenant", "settings", "show", "acme")


def test_settings_that_are_wrong_are_all_named_at_once(acme: Cli) -> None:
    words = ["lifetimes.code=soon", "lifetimes.tokn=1", "allowed_scopes=5", "throttling.account.burst=5", "branding=1"]
    told = acme.refused(2, "tenant", "settings", "set", "acme", *words)
    for name in ("lifetimes.code", "lifetimes.tokn", "allowed_scopes", "throttling.account.per_minute", "branding"):
        assert f"{name}: " in told
    told = acme.refused(2, "tenant", "settings", "set", "acme", "lifetimes.code=1", "default_locale=!")
    assert "lifetimes.code: " in told
    assert "default_locale: " in told
    acme.refused(2, "tenant", "settings", "set", "acme", "branding=null", "branding.logo_uri=x")
    acme.refused(5, "tenant", "settings", "set", "acme", "lifetimes.code=30", "--if-version", "7")


def test_tenants_are_found_and_sorted(acme: Cli) -> None:
    acme("tenant", "create", "globex", "--display-name", "Globex Acme Trading")

    def names(*options: str) -> list[str]:
        return [tenant["name"] for tenant in acme.json("tenant", "list", *options)["items"]]

    assert names("--search", "ACM") == ["acme", "globex"]
    assert names("--search", "acm trad") == ["globex"]
    assert names("--sort=-created_at") == ["globex", "acme", "platform"]
    assert names("--sort=-name", "--limit", "1") == ["platform"]
    acme("tenant", "suspend", "acme", "-y")
    assert names("--status", "suspended") == ["acme"]
    assert "Use one of name, created_at" in acme.refused(2, "tenant", "list", "--sort", "id")


def test_a_tenant_is_deleted_and_restored_until_its_end(acme: Cli) -> None:
    before = acme.json("tenant", "show", "acme")
    deleted = acme.json("tenant", "delete", "acme", "--grace", "7", "-y")
    assert deleted["status"] == "deleting"
    assert deleted["delete_at"] > before["created_at"]
    restored = acme.json("tenant", "restore", "acme")
    assert (restored["status"], restored["delete_at"]) == ("active", None)
    gone = acme.json("tenant", "delete", "acme", "--now", "-y")
    assert gone["status"] == "erasing"
    assert "being erased" in acme.refused(5, "tenant", "restore", "acme")
    assert "either --grace or --now" in acme.refused(2, "tenant", "delete", "acme", "--now", "--grace", "7", "-y")


def test_a_tenant_gets_a_domain_of_its_own(acme: Cli) -> None:
    asked = acme.json("tenant", "domain", "add", "acme", "login.acme.com")
    assert (asked["domain"], asked["pending_domain"]) == (None, "login.acme.com")
    assert asked["issuer"] == "http://localhost:8080/t/acme"
    assert [item["name"] for item in acme.json("tenant", "domain", "waiting")["items"]] == ["acme"]
    approved = acme.json("tenant", "domain", "approve", "acme", "login.acme.com", "-y")
    assert (approved["domain"], approved["issuer"]) == ("login.acme.com", "http://login.acme.com:8080")
    removed = acme.json("tenant", "domain", "remove", "acme", "login.acme.com", "-y")
    assert (removed["domain"], removed["issuer"]) == (None, "http://localhost:8080/t/acme")
    assert "no such domain" in acme.refused(4, "tenant", "domain", "remove", "acme", "login.acme.com", "-y")
    assert "host name" in acme.refused(2, "tenant", "domain", "add", "acme", "LOGIN")


def test_a_tenants_owner_gets_a_password_shown_once(acme: Cli) -> None:
    made = acme.json("tenant", "create", "globex", "--owner", "olive", "--owner-email", "olive@globex.example")
    assert len(made["owner_password"]) >= 20
    (held,) = acme.json("role", "show", "-t", "globex", "olive")["items"]
    assert held["role"] == "tenant_owner"
    assert "owner_password" not in acme.json("tenant", "show", "globex")


def test_users_are_made_found_changed_and_deleted(acme: Cli) -> None:
    made = acme.json(
        *("user", "create", "-t", "acme", "pat", "--email", "pat@acme.example", "--email-verified"),
        *(
            "--claim",
            "given_name=Pat",
            "--claim",
            'address={"country": "SE"}',
            "--claim",
            "phone_number_verified=false",
        ),
    )
    assert made == {
        "id": made["id"],
        "username": "pat",
        "email": "pat@acme.example",
        "email_verified": True,
        "status": "active",
        "claims": {"given_name": "Pat", "address": {"country": "SE"}, "phone_number_verified": False},
        "created_at": made["created_at"],
        "updated_at": made["updated_at"],
        "version": 1,
    }
    for name in (made["id"], "PAT", "pat@ACME.example"):
        assert acme.json("user", "show", "-t", "acme", name) == made
    changed = acme.json(
        *("user", "update", "-t", "acme", "pat", "--username", "patricia", "--claim", "name=Patricia"),
        *("--clear", "given_name", "--clear", "email", "--email-unverified"),
    )
    assert (changed["username"], changed["email"], changed["version"]) == ("patricia", None, 2)
    assert changed["claims"] == {"address": {"country": "SE"}, "phone_number_verified": False, "name": "Patricia"}
    found = acme.json("user", "list", "-t", "acme", "--search", "patr")
    assert [user["username"] for user in found["items"]] == ["patricia"]
    assert acme.json("user", "disable", "-t", "acme", "patricia", "-y")["status"] == "disabled"
    found = acme.json("user", "list", "-t", "acme", "--status", "disabled")
    assert [user["username"] for user in found["items"]] == ["patricia"]
    assert acme.json("user", "enable", "-t", "acme", "patricia")["status"] == "active"
    assert acme.json("user", "delete", "-t", "acme", "patricia", "-y") == {"id": made["id"], "deleted": True}
    assert "no such user" in acme.refused(4, "user", "show", "-t", "acme", "patricia")


def test_passwords_come_from_standard_input_or_are_made_and_shown_once(acme: Cli) -> None:
    made = acme.json("user", "create", "-t", "acme", "pat", "--generate-password")
    assert len(made["password"]) >= 20
    quiet = acme.json("user", "create", "-t", "acme", "sam", "--password-stdin", input=f"{PASSWORD}\r\n")
    assert "password" not in quiet
    again = acme.json("user", "set-password", "-t", "acme", "pat", "--generate-password", "--yes")
    assert again["password"] != made["password"]
    assert acme.json("user", "set-password", "-t", "acme", "pat", "--password-stdin", input=PASSWORD) == {
        "id": made["id"],
        "username": "pat",
    }


def test_clients_are_made_changed_disabled_and_deleted(acme: Cli) -> None:
    made = acme.json(*SHOP, *CALLBACK, "--scope", "openid profile", "--grant-type", "authorization_code")
    secret = made.pop("client_secret")
    assert secret.startswith("ots_")
    assert made == acme.json("client", "show", "-t", "acme", "shop")
    (known,) = made["secrets"]
    assert known == {"id": known["id"], "created_at": made["created_at"], "expires_at": None}, "of a secret no more"
    assert made | {"created_at": "", "updated_at": "", "secrets": []} == {
        "client_id": "shop",
        "client_name": "Shop",
        "kind": "web",
        "status": "active",
        "application_type": "web",
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "redirect_uris": ["https://shop.example/callback"],
        "post_logout_redirect_uris": [],
        "allowed_origins": [],
        "scope": "openid profile",
        "require_pkce": True,
        "skip_consent": False,
        "resource_identifiers": [],
        "access_token_format": "jwt",
        "access_token_signed_response_alg": "ES256",
        "access_token_lifetime": None,
        "id_token_signed_response_alg": "RS256",
        "id_token_lifetime": None,
        "refresh_token_idle_lifetime": None,
        "refresh_token_lifetime": None,
        "default_max_age": None,
        "require_auth_time": False,
        "client_uri": None,
        "logo_uri": None,
        "policy_uri": None,
        "tos_uri": None,
        "contacts": [],
        "translations": {},
        "software_id": None,
        "software_version": None,
        "description": None,
        "tags": [],
        "secrets": [],
        "created_at": "",
        "updated_at": "",
        "version": 1,
    }
    changed = acme.json(
        *("client", "update", "-t", "acme", "shop", "--logo-uri", "https://shop.example/logo.svg", "--skip-consent"),
        *("--access-token-lifetime", "120", "--access-token-format", "opaque", "--no-pkce"),
    )
    assert (changed["client_name"], changed["skip_consent"], changed["require_pkce"]) == ("Shop", True, False)
    assert (changed["access_token_lifetime"], changed["access_token_format"]) == (120, "opaque")
    cleared = acme.json("client", "update", "-t", "acme", "shop", "--clear", "logo_uri", "--ask-consent", "--pkce")
    assert (cleared["logo_uri"], cleared["skip_consent"], cleared["require_pkce"]) == (None, False, True)
    rotated = acme.json("client", "rotate-secret", "-t", "acme", "shop", "--overlap", "3600")
    assert rotated["client_secret"] != secret
    assert [secret["expires_at"] is None for secret in rotated["secrets"]] == [False, True]
    assert acme.json("client", "disable", "-t", "acme", "shop", "-y")["status"] == "disabled"
    assert acme.json("client", "enable", "-t", "acme", "shop")["status"] == "active"
    assert acme("client", "list", "-t", "acme", "-o", "id").split() == ["shop"]
    assert acme.json("client", "delete", "-t", "acme", "shop", "-y") == {"client_id": "shop", "deleted": True}


def test_a_public_client_has_no_secret(acme: Cli) -> None:
    made = acme.json(*SHOP, *CALLBACK, "--public")
    assert "client_secret" not in made
    assert made["token_endpoint_auth_method"] == "none"


def test_resources_are_made_changed_and_deleted(acme: Cli) -> None:
    made = acme.json(
        "resource",
        "create",
        "-t",
        "acme",
        "https://api.example",
        "--name",
        "API",
        "--scope",
        "read=Read",
        "--scope",
        "x=X",
    )
    assert made == {"identifier": "https://api.example", "name": "API", "scopes": {"read": "Read", "x": "X"}}
    changed = acme.json(
        "resource", "update", "-t", "acme", "https://api.example", "--scope", "write=Write", "--remove-scope", "x"
    )
    assert changed["scopes"] == {"read": "Read", "write": "Write"}
    assert acme.json("resource", "list", "-t", "acme") == {"items": [changed], "next_after": None}
    assert acme.json("resource", "show", "-t", "acme", "https://api.example") == changed
    assert "already" in acme.refused(5, "resource", "create", "-t", "acme", "https://api.example")
    acme("resource", "delete", "-t", "acme", "https://api.example", "-y")
    assert acme.json("resource", "list", "-t", "acme")["items"] == []


def test_roles_are_listed_given_and_taken(acme: Cli) -> None:
    roles = {role["name"]: role for role in acme.json("role", "list")["items"]}
    assert roles["tenant_auditor"]["scope"] == "tenant"
    assert "user:read" in roles["tenant_auditor"]["permissions"]
    user = acme.json("user", "create", "-t", "acme", "pat")
    changed = {"kind": "user", "id": user["id"], "role": "tenant_admin"}
    assert acme.json("role", "assign", "-t", "acme", "pat", "tenant_admin") == {**changed, "changed": True}
    assert acme.json("role", "assign", "-t", "acme", "pat", "tenant_admin") == {**changed, "changed": False}
    (held,) = acme.json("role", "holders", "-t", "acme", "tenant_admin")["items"]
    assert (held["kind"], held["id"]) == ("user", user["id"])
    assert acme.json("role", "revoke", "-t", "acme", "pat", "tenant_admin", "-y") == {**changed, "changed": True}
    assert [holder["role"] for holder in acme.json("role", "holders", "platform_admin")["items"]] == ["platform_admin"]


def test_a_tenant_s_own_roles_are_made_changed_and_deleted(acme: Cli) -> None:
    made = acme.json(
        *("role", "create", "-t", "acme", "helper", "--description", "Helps"),
        *("--permission", "user:read", "--permission", "key:read"),
    )
    assert made == {
        "name": "helper",
        "scope": "tenant",
        "description": "Helps",
        "permissions": ["key:read", "user:read"],
        "version": 1,
    }
    assert acme.json("role", "describe", "-t", "acme", "helper") == made
    assert acme("role", "list", "-t", "acme", "-o", "id").split()[0] == "helper"
    changed = acme.json("role", "update", "-t", "acme", "helper", "--permission", "audit:read", "--if-version", "1")
    assert (changed["permissions"], changed["description"], changed["version"]) == (["audit:read"], "Helps", 2)
    acme("role", "assign", "-t", "acme", "olive", "helper")
    assert "holds the role" in acme.refused(5, "role", "delete", "-t", "acme", "helper", "-y")
    assert acme.json("role", "update", "-t", "acme", "helper", "--no-permissions")["permissions"] == []
    assert acme.json("role", "delete", "-t", "acme", "helper", "--force", "-y") == {"name": "helper", "deleted": True}
    assert [held["role"] for held in acme.json("role", "show", "-t", "acme", "olive")["items"]] == ["tenant_owner"]


def test_groups_carry_roles_to_their_members(acme: Cli) -> None:
    user = acme.json("user", "create", "-t", "acme", "pat")
    made = acme.json("group", "create", "-t", "acme", "Support team", "--description", "Helps")
    assert acme.json("group", "show", "-t", "acme", "support TEAM") == made
    group = ("-t", "acme", "support team")
    assert acme.json("role", "assign", *group, "tenant_support", "--group")["kind"] == "group"
    assert acme.json("group", "add", *group, "pat", "olive") == {"id": made["id"], "joined": 2}
    assert acme("group", "add", *group, "pat") == "0 joined Support team; 1 had been members.\n"
    assert "session:end" in acme.json("role", "permissions", "-t", "acme", "pat")["permissions"]
    (held,) = acme.json("role", "show", *group, "--group")["items"]
    assert (held["role"], held["kind"], held["id"]) == ("tenant_support", "group", made["id"])
    members = acme.json("group", "members", *group)["items"]
    assert {member["username"] for member in members} == {"pat", "olive"}
    assert acme("group", "list", "-t", "acme", "--user", "pat", "-o", "id").split() == [made["id"]]
    assert acme("group", "list", "-t", "acme", "--search", "SUPP", "-o", "id").split() == [made["id"]]
    assert acme.json("group", "update", *group, "--name", "Helpers", "--if-version", "1")["version"] == 2
    assert acme.json("group", "remove", "-t", "acme", "helpers", "pat", "-y") == {
        "id": made["id"],
        "user_id": user["id"],
    }
    assert acme.json("role", "permissions", "-t", "acme", "pat")["permissions"] == []
    assert acme.json("group", "delete", "-t", "acme", "helpers", "-y") == {"id": made["id"], "deleted": True}


def test_a_client_holds_roles_for_itself(acme: Cli) -> None:
    acme.json("client", "create", "-t", "acme", "--client-id", "job", "--grant-type", "client_credentials")
    assert acme.json("role", "assign", "-t", "acme", "job", "tenant_auditor", "--client") == {
        "kind": "client",
        "id": "job",
        "role": "tenant_auditor",
        "changed": True,
    }
    assert "user:read" in acme.json("role", "permissions", "-t", "acme", "job", "--client")["permissions"]
    assert acme.json("role", "revoke", "-t", "acme", "job", "tenant_auditor", "--client", "-y")["changed"] is True


def test_an_access_is_declared_listed_and_ended(acme: Cli) -> None:
    """For whom, and why, stands in both audits."""
    made = acme.json("access", "declare", "-t", "acme", "admin", "--reason", "Ticket 4711: the owner asks for help")
    assert (made["tenant"], made["home"], made["kind"]) == ("acme", "platform", "user")
    for listed in (acme.json("access", "list"), acme.json("access", "list", "-t", "acme")):
        assert listed["items"] == [made]
    assert acme.json("access", "end", made["id"], "-y") == {"id": made["id"], "ended": True}
    assert acme.json("access", "list")["items"] == []
    for where in (("-t", "acme"), ("--platform",)):
        types = [event["type"] for event in acme.json("audit", "list", *where, "--all")["items"]]
        assert {"access.declared", "access.ended"} <= set(types)


def test_keys_are_listed_rotated_and_retired(acme: Cli) -> None:
    (first,) = acme.json("key", "list", "-t", "acme")["items"]
    assert (first["alg"], first["status"], first["public_jwk"]["kid"]) == ("ES256", "active", first["kid"])
    assert "d" not in first["public_jwk"]
    announced = acme.json("key", "rotate", "-t", "acme", "--alg", "ES256")
    assert announced["status"] == "announced"
    retired = acme.json("key", "retire", "-t", "acme", first["kid"], "--yes")
    assert retired["status"] == "retired"
    assert acme.json("key", "show", "-t", "acme", announced["kid"])["status"] == "active"


def test_a_client_of_a_kind_needs_no_more_than_its_name_and_address(acme: Cli) -> None:
    made = acme.json(*SHOP, *CALLBACK, "--kind", "single_page")
    assert (made["kind"], made["token_endpoint_auth_method"]) == ("single_page", "none")
    assert made["allowed_origins"] == ["https://shop.example"]
    machine = acme.json("client", "create", "-t", "acme", "--name", "Job", "--kind", "machine")
    assert machine["grant_types"] == ["client_credentials"]


def test_clients_are_listed_in_every_order_and_found(acme: Cli) -> None:
    acme(*SHOP, *CALLBACK, "--tag", "team:sales")
    acme("client", "create", "-t", "acme", "--client-id", "zeta", "--name", "Éclair", "--kind", "machine")
    found = ("client", "list", "-t", "acme", "-o", "id")
    assert acme(*found).split() == ["shop", "zeta"]
    assert acme(*found, "--sort", "-client_id").split() == ["zeta", "shop"]
    assert acme(*found, "--sort", "client_name").split() == ["zeta", "shop"]
    assert acme(*found, "--kind", "machine").split() == ["zeta"]
    assert acme(*found, "--search", "ecl").split() == ["zeta"]
    assert acme(*found, "--search", "TEAM: ").split() == ["shop"]
    page = acme.json("client", "list", "-t", "acme", "--sort", "-client_name", "--limit", "1")
    assert [item["client_id"] for item in page["items"]] == ["shop"]
    assert acme(*found, "--sort", "-client_name", "--after", page["next_after"]).split() == ["zeta"]
    assert "client_name" in acme.refused(2, "client", "list", "-t", "acme", "--sort", "secrets")


def test_texts_lifetimes_and_tags_of_a_client_are_set_and_cleared(acme: Cli) -> None:
    made = acme.json(
        *(
            *SHOP,
            *CALLBACK,
            "--translation",
            "client_name#de=Laden",
            "--translation",
            "tos_uri#de=https://a.example/?a=b",
        ),
        *("--id-token-lifetime", "60", "--refresh-token-idle-lifetime", "3600", "--refresh-token-lifetime", "7200"),
        *("--tag", "team:shop", "--tag", "public", "--description", "The shop", "--software-id", "4NRB1"),
    )
    assert made["translations"] == {"client_name#de": "Laden", "tos_uri#de": "https://a.example/?a=b"}
    assert (made["id_token_lifetime"], made["refresh_token_idle_lifetime"]) == (60, 3600)
    assert (made["tags"], made["description"], made["software_id"]) == (["team:shop", "public"], "The shop", "4NRB1")
    cleared = acme.json(
        *("client", "update", "-t", "acme", "shop", "--clear", "translations", "--clear", "tags"),
        *("--clear", "id_token_lifetime", "--clear", "description"),
    )
    assert (cleared["translations"], cleared["tags"]) == ({}, [])
    assert (cleared["id_token_lifetime"], cleared["description"]) == (None, None)
    assert "FIELD" not in acme.refused(2, "client", "update", "-t", "acme", "shop", "--translation", "client_name#de")


def test_a_client_s_secrets_are_added_and_ended(acme: Cli) -> None:
    first = acme.json(*SHOP, *CALLBACK)["secrets"][0]["id"]
    made = acme.json("client", "add-secret", "-t", "acme", "shop", "--lifetime", "86400")
    assert made["client_secret"].startswith("ots_")
    second = made["secrets"][1]
    assert second["expires_at"] is not None
    ended = acme.json("client", "end-secret", "-t", "acme", "shop", first, "-y")
    assert ended["secrets"] == [second]
    assert "only secret" in acme.refused(5, "client", "end-secret", "-t", "acme", "shop", second["id"], "-y")


def planted_grants(acme: Cli, username: str, client_id: str, *scopes: tuple[str, ...]) -> None:
    """Grants as sign-ins would leave them."""
    user_id = acme("user", "show", "-t", "acme", username, "-o", "id").strip()
    tenant_id, runtime = acme("tenant", "show", "acme", "-o", "id").strip(), SystemRuntime()

    async def plant() -> None:
        store = open_store(acme.database_url)
        session = a_session(runtime, user_id)
        await store.tenant(tenant_id).sessions.start(session, an_event(runtime))
        for scope in scopes:
            grant = a_grant(runtime, session, client_id, scope=scope)
            await store.tenant(tenant_id).codes.issue(a_code(runtime, grant), grant, an_event(runtime))
        await store.close()

    anyio.run(plant)


def test_grants_to_a_client_are_listed_and_revoked(acme: Cli) -> None:
    acme(*SHOP, *CALLBACK)
    planted_grants(acme, "olive", "shop", ("openid",), ("openid", "email"), ("openid", "offline_access"))
    listed = acme.json("client", "grants", "-t", "acme", "shop")["items"]
    assert {(grant["scope"], grant["username"], grant["offline"]) for grant in listed} == {
        ("openid", "olive", False),
        ("openid email", "olive", False),
        ("openid offline_access", "olive", True),
    }
    assert acme.json("client", "revoke-grants", "-t", "acme", "shop", listed[0]["id"], "-y")["revoked"] == 1
    assert acme.json("client", "grants", "-t", "acme", "shop")["items"] == listed[1:]
    assert acme.json("client", "revoke-grants", "-t", "acme", "shop", "--all", "-y")["revoked"] == 2


def test_where_there_is_no_grant_to_a_client_there_is_none_to_revoke(acme: Cli) -> None:
    acme(*SHOP, *CALLBACK)
    assert acme.json("client", "grants", "-t", "acme", "shop") == {"items": [], "next_after": None}
    revoked = acme.json("client", "revoke-grants", "-t", "acme", "shop", "--all", "-y")
    assert revoked == {"client_id": "shop", "revoked": 0}
    assert "no such grant" in acme.refused(4, "client", "revoke-grants", "-t", "acme", "shop", "nothing", "-y")
    assert "--all" in acme.refused(2, "client", "revoke-grants", "-t", "acme", "shop", "-y")
    assert "--all" in acme.refused(2, "client", "revoke-grants", "-t", "acme", "shop", "nothing", "--all", "-y")


def test_what_a_client_would_get_for_a_user_is_shown_with_reasons(acme: Cli) -> None:
    acme(*SHOP, *CALLBACK)
    acme("user", "create", "-t", "acme", "pat", "--email", "pat@acme.example")
    preview = ("client", "preview", "-t", "acme", "shop", "--user", "pat", "--scope", "openid email")
    shown = acme.json(*preview, "--claims", '{"id_token": {"email": {"essential": true}}}')
    assert (shown["issued"], shown["scope"], shown["asks_consent"]) == (True, "openid email", True)
    (email,) = [claim for claim in shown["id_token"] if claim["name"] == "email"]
    assert email == {
        "name": "email",
        "value": "pat@acme.example",
        "is_fresh": False,
        "source": "claims_parameter",
        "scopes": [],
        "why": "The claims parameter asks for it by name as essential.",
    }
    table = acme(*preview)
    assert "userinfo      email           pat@acme.example" in table
    assert "The scope email releases it." in table
    assert "(made anew for each token)" in table
    (event,) = [it for it in acme.json("audit", "list", "-t", "acme")["items"] if it["type"] == "token.previewed"][:1]
    assert (event["client_id"], event["target"]) == (
        "shop",
        acme("user", "show", "-t", "acme", "pat", "-o", "id").strip(),
    )
    acme("user", "disable", "-t", "acme", "pat", "-y")
    assert acme.json(*preview) == {
        "issued": False,
        "reasons": [{"error": "user_disabled", "why": "The user is disabled."}],
    }
    assert "The user is disabled." in acme(*preview)
    assert "JSON object" in acme.refused(2, *preview, "--claims", "[]")
    assert acme.json("client", "preview", "-t", "acme", "shop")["reasons"][0]["error"] == "unauthorized_client"


def test_sessions_are_listed_and_ended(acme: Cli) -> None:
    assert acme.json("session", "list", "-t", "acme", "olive") == {"items": [], "next_after": None}
    user = acme.json("user", "show", "-t", "acme", "olive")
    ended = acme.json("session", "end", "-t", "acme", "--user", "olive", "-y")
    assert ended == {"id": user["id"], "ended": 0}
    assert "no such session" in acme.refused(4, "session", "end", "-t", "acme", "nothing")


def test_every_change_is_in_the_audit_with_who_sat_at_the_keyboard(acme: Cli) -> None:
    acme("user", "create", "-t", "acme", "pat")
    events = acme.json("audit", "list", "-t", "acme", "--all")["items"]
    created = [event for event in events if event["type"] == "user.created"][-1]
    assert created["actor_kind"] == "system"
    assert created["details"]["via"] == "cli"
    assert created["details"]["os_user"]
    acme("user", "update", "-t", "acme", "pat", "--username", "patricia")
    (updated,) = [e for e in acme.json("audit", "list", "-t", "acme")["items"] if e["type"] == "user.updated"]
    assert updated["details"]["fields"] == ["username"], "what was not given is not said to have changed"
    platform = acme.json("audit", "list", "--platform")["items"]
    assert [event["type"] for event in platform] == ["role.assigned"]
    assert acme.json("audit", "list", "-t", "acme", "--since", "2999-01-01")["items"] == []


def test_maintenance_makes_what_is_missing_and_reports(acme: Cli) -> None:
    report = acme.json("maintain")
    assert (report["ran"], report["finished"], report["tenants"], report["keys_made"]) == (True, True, 2, 2)
    assert acme.json("maintain")["keys_made"] == 0


@pytest.mark.parametrize(
    "command",
    [
        ("tenant", "suspend", "acme"),
        ("user", "disable", "-t", "acme", "pat"),
        ("user", "delete", "-t", "acme", "pat"),
        ("user", "set-password", "-t", "acme", "pat", "--generate-password"),
        ("client", "disable", "-t", "acme", "shop"),
        ("client", "delete", "-t", "acme", "shop"),
        ("client", "rotate-secret", "-t", "acme", "shop"),
        ("role", "revoke", "-t", "acme", "pat", "tenant_admin"),
        ("session", "end", "-t", "acme", "--user", "pat"),
    ],
)
@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_what_cannot_be_undone_asks_first_and_no_is_the_default(
    acme: Cli, command: tuple[str, ...], answer: str
) -> None:
    acme("user", "create", "-t", "acme", "pat")
    acme(*SHOP, *CALLBACK)
    before = acme("audit", "list", "-t", "acme", "--all", "-o", "id")
    result = acme.run(*command, input=answer)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "[y/N]" in result.stderr
    assert acme("audit", "list", "-t", "acme", "--all", "-o", "id") == before


def test_yes_answers_the_question(acme: Cli) -> None:
    acme("user", "create", "-t", "acme", "pat")
    assert acme.run("user", "disable", "-t", "acme", "pat", input="y\n").exit_code == 0


def test_health_is_shown_and_fails_where_something_is_wrong(acme: Cli) -> None:
    assert acme.run("health").exit_code == 1, "nobody has maintained it yet"
    acme("maintain")
    found = acme.json("health")
    assert (found["status"], found["failing"]) == ("ok", [])
    assert found["schema"][:4].isdecimal()
    assert found["keys"]["active"] == 4
    assert set(found["checks"]) == {
        "database",
        "clock",
        "keys",
        "maintenance",
        "backlog",
        "master_key",
        "older_master_keys",
    }
