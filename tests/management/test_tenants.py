"""Tenants: made, configured, suspended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.domain.audit import ActorKind, AuditType
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.role import PLATFORM_ADMIN, TENANT_OWNER
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.tenant import Branding, Lifetimes, PasswordPolicy, TenantSettings, TenantStatus, Throttling
from opentrusty_core.domain.throttle import Rate
from opentrusty_core.errors import Conflict, Denied, Invalid, NotFound
from opentrusty_core.management import PLATFORM_TENANT, Actor, ClientFields, FirstOwner, Management
from tests.management.place import EVERYTHING, PASSWORD, SYSTEM, Place

ADMINISTRATOR = Actor(
    kind=ActorKind.USER, id="p", tenant_id="platform", platform_permissions=PLATFORM_ADMIN.permissions
)
OWNER: FirstOwner = {"fields": {"username": "olive"}, "password": PASSWORD}


async def test_a_new_tenant_can_sign_at_once(management: Management) -> None:
    tenant = await management.tenants.create(SYSTEM, "acme", "Acme Ltd.")
    (key,) = await management.keys.list(SYSTEM, tenant.id)
    assert (key.alg, key.status) == ("ES256", KeyStatus.ACTIVE)
    assert await management.tenants.find(SYSTEM, "acme") == tenant
    assert await management.tenants.get(SYSTEM, tenant.id) == tenant
    assert tenant.display_name == "Acme Ltd."


async def test_a_platform_administrator_makes_a_tenant_with_its_owner(management: Management) -> None:
    with pytest.raises(Invalid, match="owner"):
        await management.tenants.create(ADMINISTRATOR, "acme")
    tenant = await management.tenants.create(ADMINISTRATOR, "acme", owner=OWNER)
    (holder,) = (await management.roles.holders(SYSTEM, tenant.id, TENANT_OWNER.name, EVERYTHING)).items
    assert (await management.users.get(SYSTEM, tenant.id, "olive")).id == holder.principal.id


async def test_a_refused_owner_leaves_no_tenant(management: Management) -> None:
    with pytest.raises(Invalid):
        await management.tenants.create(SYSTEM, "acme", owner={"fields": {"username": "olive"}, "password": "short"})
    assert (await management.tenants.page(SYSTEM, EVERYTHING)).items == ()


async def test_a_name_is_taken_once(acme: Place) -> None:
    with pytest.raises(Conflict):
        await acme.management.tenants.create(SYSTEM, "acme")


@pytest.mark.parametrize("name", ["", "A", "-a", "a-", "a_b", "a" * 64, "a.b", "a/b", "ä", "a\n", "..", "a%2f"])
async def test_a_name_that_cannot_stand_in_a_url_is_refused(management: Management, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        await management.tenants.create(SYSTEM, name, "Display")
    assert refused.value.fields.keys() == {"name"}


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "\x00", "x" * 201])
async def test_a_display_name_is_something_to_read(management: Management, name: str) -> None:
    with pytest.raises(Invalid, match="display_name"):
        await management.tenants.create(SYSTEM, "acme", name)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (TenantSettings(lifetimes=Lifetimes(code=timedelta(minutes=11))), "lifetimes.code"),
        (TenantSettings(lifetimes=Lifetimes(access_token=timedelta(days=2))), "lifetimes.access_token"),
        (TenantSettings(lifetimes=Lifetimes(id_token=timedelta(seconds=-1))), "lifetimes.id_token"),
        (TenantSettings(lifetimes=Lifetimes(session=timedelta(minutes=5))), "lifetimes.session_idle"),
        (TenantSettings(lifetimes=Lifetimes(refresh_token=timedelta(days=1))), "lifetimes.refresh_token_idle"),
        (TenantSettings(password_policy=PasswordPolicy(min_length=7)), "password_policy.min_length"),
        (TenantSettings(password_policy=PasswordPolicy(min_length=65)), "password_policy.min_length"),
        (TenantSettings(branding=Branding(logo_uri="javascript:alert(1)")), "branding.logo_uri"),
        (TenantSettings(branding=Branding(logo_uri="http://logo.example/x.svg")), "branding.logo_uri"),
        (TenantSettings(branding=Branding(primary_color="red;}")), "branding.primary_color"),
        (TenantSettings(branding=Branding(logo_dark_uri="data:image/png,x")), "branding.logo_dark_uri"),
        (TenantSettings(branding=Branding(support_uri="mailto:help@acme.example")), "branding.support_uri"),
        (TenantSettings(branding=Branding(tos_uri="JaVaScript:alert(1)")), "branding.tos_uri"),
        (TenantSettings(branding=Branding(policy_uri="//evil.example")), "branding.policy_uri"),
        (TenantSettings(throttling=Throttling(account=Rate(burst=2, per_minute=1))), "throttling.account.burst"),
        (TenantSettings(throttling=Throttling(account=Rate(burst=3, per_minute=21))), "throttling.account.per_minute"),
        (TenantSettings(throttling=Throttling(network=Rate(burst=10_001, per_minute=1))), "throttling.network.burst"),
        (TenantSettings(throttling=Throttling(tenant=Rate(burst=20, per_minute=0))), "throttling.tenant.per_minute"),
        (TenantSettings(default_locale="de_AT"), "default_locale"),
        (TenantSettings(allowed_scopes=("profile",)), "allowed_scopes"),
        (TenantSettings(allowed_scopes=("openid", "a b")), "allowed_scopes"),
        (TenantSettings(allowed_scopes=("openid", "openid")), "allowed_scopes"),
        (TenantSettings(allowed_resources=("urn:x",) * 2), "allowed_resources"),
    ],
)
@pytest.mark.case("A8")
async def test_a_setting_out_of_bounds_is_refused_by_name(acme: Place, settings: TenantSettings, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await acme.management.tenants.update(SYSTEM, acme.tenant.id, settings=settings)
    assert refused.value.fields.keys() == {field}


async def test_everything_that_is_wrong_is_told_at_once(acme: Place) -> None:
    tenants = acme.management.tenants
    settings = TenantSettings(password_policy=PasswordPolicy(min_length=1), default_locale="")
    with pytest.raises(Invalid) as refused:
        await tenants.update(SYSTEM, acme.tenant.id, display_name=" ", settings=settings)
    assert refused.value.fields.keys() == {"display_name", "password_policy.min_length", "default_locale"}
    with pytest.raises(Invalid) as refused:
        await tenants.create(SYSTEM, "A", "", settings=settings)
    assert refused.value.fields.keys() == {"name", "display_name", "password_policy.min_length", "default_locale"}


async def test_clients_are_registered_for_what_the_tenant_allows(acme: Place) -> None:
    """A client for which nothing is said gets of the usual scopes those that are allowed."""
    clients, tenant_id = acme.management.clients, acme.tenant.id
    for identifier, scope in (("urn:orders", "orders:read"), ("urn:stock", "stock:read")):
        resource = Resource(identifier=identifier, name=identifier, scopes={scope: "Read"})
        await acme.management.resources.save(SYSTEM, tenant_id, resource)
    settings = TenantSettings(
        allowed_scopes=("openid", "email", "orders:read", "stock:read"), allowed_resources=("urn:orders",)
    )
    await acme.management.tenants.update(SYSTEM, tenant_id, settings=settings)
    fields: ClientFields = {"client_name": "A", "redirect_uris": ("https://a.example/cb",)}
    made = await clients.create(SYSTEM, tenant_id, fields)
    assert made.client.scope == ("openid", "email")
    for scope in ("profile", "stock:read"):
        with pytest.raises(Invalid) as refused:
            await clients.create(SYSTEM, tenant_id, {**fields, "scope": ("openid", scope)})
        assert refused.value.fields.keys() == {"scope"}
    with pytest.raises(Invalid) as refused:
        await clients.update(SYSTEM, tenant_id, made.client.client_id, {"resource_identifiers": ("urn:stock",)})
    assert refused.value.fields.keys() == {"resource_identifiers"}
    await clients.update(SYSTEM, tenant_id, made.client.client_id, {"scope": ("openid", "orders:read")})


async def test_an_owner_configures_the_tenant_and_nothing_else_changes(acme: Place) -> None:
    tenants, actor = acme.management.tenants, await acme.actor(acme.owner)
    settings = TenantSettings(password_policy=PasswordPolicy(min_length=20), branding=Branding(primary_color="#00ff00"))
    acme.runtime.advance(hours=1)
    changed = await tenants.update(actor, acme.tenant.id, display_name="Acme", settings=settings, version=1)
    expected = replace(acme.tenant, display_name="Acme", settings=settings, version=2, updated_at=acme.runtime.now())
    assert changed == expected == await tenants.get(actor, acme.tenant.id)
    with pytest.raises(Conflict):
        await tenants.update(actor, acme.tenant.id, display_name="Old", version=1)
    with pytest.raises(Invalid, match="at least 20"):
        await acme.management.users.create(actor, acme.tenant.id, {"username": "n"}, password="x" * 19)


async def test_an_administrator_of_the_tenant_does_not_configure_it(acme: Place) -> None:
    with pytest.raises(Denied):
        await acme.management.tenants.update(await acme.actor(acme.admin), acme.tenant.id, display_name="Mine")


async def test_suspending_and_resuming_are_events_and_idempotent(acme: Place) -> None:
    tenants = acme.management.tenants
    for _ in range(2):
        assert (await tenants.suspend(ADMINISTRATOR, acme.tenant.id)).status is TenantStatus.SUSPENDED
    for _ in range(2):
        assert (await tenants.resume(ADMINISTRATOR, acme.tenant.id)).is_active
    details: list[Mapping[str, object]] = [event.details for event in await acme.events(AuditType.TENANT_UPDATED)]
    assert sorted(str(detail["status"]) for detail in details) == ["active", "suspended"]
    with pytest.raises(Denied):
        await tenants.suspend(await acme.actor(acme.owner), acme.tenant.id)


async def test_the_platforms_own_tenant_cannot_be_suspended(management: Management) -> None:
    boss = await management.bootstrap.first_administrator(SYSTEM)
    with pytest.raises(Conflict):
        await management.tenants.suspend(SYSTEM, boss.tenant.id)
    assert boss.tenant.name == PLATFORM_TENANT


@pytest.mark.case("I1")
async def test_a_foreign_tenant_cannot_be_told_from_an_absent_one(acme: Place, globex: Place) -> None:
    actor = await acme.actor(acme.owner)
    tenants = acme.management.tenants
    answers = []
    for name, tenant_id in (("globex", globex.tenant.id), ("nowhere", "nowhere")):
        with pytest.raises(NotFound) as found:
            await tenants.find(actor, name)
        with pytest.raises(NotFound) as got:
            await tenants.get(actor, tenant_id)
        answers.append((str(found.value), str(got.value)))
    assert answers[0] == answers[1]
    with pytest.raises(Denied):
        await tenants.page(actor, EVERYTHING)
