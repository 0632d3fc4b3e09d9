"""A tenant's own roles: what their holders may do is what they say now, and no more than their makers may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.custom_role import MAX_ROLES
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import BUILTIN_ROLES, TENANT_ADMIN, Permission, RoleScope
from opentrusty_core.errors import ChangedMeanwhile, Conflict, Denied, Invalid, NotFound
from opentrusty_core.management import RoleFields
from tests.management.place import EVERYTHING, SYSTEM, Place

HELPER: RoleFields = {"description": "Reads users and keys", "permissions": ["user:read", "key:read"]}


async def test_a_role_is_made_read_changed_and_removed(acme: Place) -> None:
    """Each with its event, which says what the role allows then."""
    roles, owner = acme.management.custom_roles, await acme.actor(acme.owner)
    made = await roles.create(owner, acme.tenant.id, "helper", HELPER)
    assert await roles.get(owner, acme.tenant.id, "helper") == made
    assert made.permissions == {Permission.USER_READ, Permission.KEY_READ}
    acme.runtime.advance(timedelta(seconds=1))
    changed = await roles.update(owner, acme.tenant.id, "helper", {"permissions": ["user:read"]}, version=1)
    assert (changed.description, changed.permission_names, changed.version) == (made.description, ("user:read",), 2)
    acme.runtime.advance(timedelta(seconds=1))
    await roles.delete(owner, acme.tenant.id, "helper")
    with pytest.raises(NotFound):
        await roles.get(owner, acme.tenant.id, "helper")
    types = (AuditType.ROLE_CREATED, AuditType.ROLE_UPDATED, AuditType.ROLE_DELETED)
    told = [(event.type, event.target, event.details["permissions"]) for event in await acme.events(*types)]
    assert told == [
        (AuditType.ROLE_CREATED, "helper", ["key:read", "user:read"]),
        (AuditType.ROLE_UPDATED, "helper", ["user:read"]),
        (AuditType.ROLE_DELETED, "helper", ["user:read"]),
    ]


async def test_what_a_role_allows_is_read_at_each_request(acme: Place) -> None:
    """An update takes hold for all who hold it, and so does its end."""
    management, user = acme.management, Principal.user(acme.plain.id)
    await management.custom_roles.create(SYSTEM, acme.tenant.id, "helper", HELPER)
    await management.roles.assign(SYSTEM, acme.tenant.id, user, "helper")
    assert (await acme.actor(acme.plain)).permissions == {Permission.USER_READ, Permission.KEY_READ}
    await management.custom_roles.update(SYSTEM, acme.tenant.id, "helper", {"permissions": ["audit:read"]})
    assert (await acme.actor(acme.plain)).permissions == {Permission.AUDIT_READ}
    await management.custom_roles.delete(SYSTEM, acme.tenant.id, "helper", force=True)
    assert (await acme.actor(acme.plain)).permissions == frozenset()
    await management.custom_roles.create(SYSTEM, acme.tenant.id, "helper", HELPER)
    assert (await acme.actor(acme.plain)).permissions == frozenset(), "nobody holds the namesake of a role that is gone"


async def test_a_role_that_is_held_is_not_removed_by_accident(acme: Place) -> None:
    management, user = acme.management, Principal.user(acme.plain.id)
    await management.custom_roles.create(SYSTEM, acme.tenant.id, "helper", HELPER)
    await management.roles.assign(SYSTEM, acme.tenant.id, user, "helper")
    with pytest.raises(Conflict, match="holds"):
        await management.custom_roles.delete(SYSTEM, acme.tenant.id, "helper")
    await management.roles.revoke(SYSTEM, acme.tenant.id, user, "helper")
    await management.custom_roles.delete(SYSTEM, acme.tenant.id, "helper")


async def test_roles_are_listed_with_those_that_are_built_in(acme: Place) -> None:
    """By name, page by page; those of the platform are none of a tenant's."""
    roles = acme.management.custom_roles
    for name in ("zookeeper", "helper"):
        await roles.create(SYSTEM, acme.tenant.id, name, HELPER)
    builtin = {role.name for role in BUILTIN_ROLES.values() if role.scope is RoleScope.TENANT}
    names: list[str] = []
    request: PageRequest | None = PageRequest(limit=2)
    while request is not None:
        page = await roles.page(SYSTEM, acme.tenant.id, request)
        names += [role.name for role in page.items]
        request = PageRequest(limit=2, after=page.next_after) if page.next_after else None
    assert names == sorted(builtin | {"zookeeper", "helper"})
    assert await roles.get(SYSTEM, acme.tenant.id, "tenant_admin") == TENANT_ADMIN
    with pytest.raises(NotFound):
        await roles.get(SYSTEM, acme.tenant.id, "platform_admin")


@pytest.mark.case("J1")
@pytest.mark.parametrize("name", ["tenant_owner", "tenant_god", "platform_admin", "platform_x"])
async def test_no_role_takes_the_name_of_a_built_in_one(acme: Place, name: str) -> None:
    """Nor one that a later version may build in."""
    for actor in (SYSTEM, await acme.actor(acme.owner)):
        with pytest.raises(Invalid) as refused:
            await acme.management.custom_roles.create(actor, acme.tenant.id, name, HELPER)
        assert refused.value.fields.keys() == {"name"}


@pytest.mark.parametrize("name", ["", "A", "1st", "a b", "ä", "a" * 64, "a:b", "a\n", "helper\0"])
async def test_a_name_is_one_that_can_be_typed(acme: Place, name: str) -> None:
    with pytest.raises(Invalid):
        await acme.management.custom_roles.create(SYSTEM, acme.tenant.id, name, HELPER)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"permissions": ["user:rule"]}, {"permissions"}),
        ({"permissions": ["platform-role:assign"]}, {"permissions"}),
        ({"permissions": ["tenant:create"]}, {"permissions"}),
        ({"description": "x" * 1001, "permissions": ["\0"]}, {"description", "permissions"}),
        ({"description": "a\tb"}, {"description"}),
        ({"tenant_id": "x"}, {"tenant_id"}),
    ],
)
async def test_every_field_that_is_not_acceptable_is_named(acme: Place, fields: RoleFields, named: set[str]) -> None:
    """A permission of the platform is none that a tenant can give."""
    roles = acme.management.custom_roles
    await roles.create(SYSTEM, acme.tenant.id, "helper", HELPER)
    for attempt in (
        roles.create(SYSTEM, acme.tenant.id, "other", fields),
        roles.update(SYSTEM, acme.tenant.id, "helper", fields),
    ):
        with pytest.raises(Invalid) as refused:
            await attempt
        assert refused.value.fields.keys() == named


@pytest.mark.case("J1")
async def test_nobody_puts_in_or_takes_out_what_they_lack(acme: Place) -> None:
    """Neither when a role is made, nor changed, nor removed; the owner may."""
    roles, admin, owner = acme.management.custom_roles, await acme.actor(acme.admin), await acme.actor(acme.owner)
    above: RoleFields = {"permissions": ["user:read", "tenant:configure"]}
    with pytest.raises(Denied, match="tenant:configure"):
        await roles.create(admin, acme.tenant.id, "high", above)
    made = await roles.create(owner, acme.tenant.id, "high", above)
    await roles.create(admin, acme.tenant.id, "low", HELPER)
    with pytest.raises(Denied):
        await roles.update(admin, acme.tenant.id, "low", above)
    for fields in (RoleFields(description="mine"), RoleFields(permissions=[]), RoleFields(permissions=["user:read"])):
        with pytest.raises(Denied):
            await roles.update(admin, acme.tenant.id, "high", fields)
    for force in (False, True):
        with pytest.raises(Denied):
            await roles.delete(admin, acme.tenant.id, "high", force=force)
    assert await roles.get(owner, acme.tenant.id, "high") == made


@pytest.mark.case("J1")
async def test_a_role_of_the_tenant_s_own_is_given_by_those_who_hold_what_it_allows(acme: Place) -> None:
    roles, user = acme.management.roles, Principal.user(acme.plain.id)
    await acme.management.custom_roles.create(SYSTEM, acme.tenant.id, "high", {"permissions": ["tenant:configure"]})
    for change in (roles.assign, roles.revoke):
        with pytest.raises(Denied):
            await change(await acme.actor(acme.admin), acme.tenant.id, user, "high")
        assert await change(await acme.actor(acme.owner), acme.tenant.id, user, "high") is True


@pytest.mark.case("I1")
async def test_a_role_of_another_tenant_is_none_here(acme: Place, globex: Place) -> None:
    await globex.management.custom_roles.create(SYSTEM, globex.tenant.id, "helper", HELPER)
    with pytest.raises(NotFound):
        await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.plain.id), "helper")
    with pytest.raises(NotFound):
        await acme.management.roles.holders(SYSTEM, acme.tenant.id, "helper", EVERYTHING)


async def test_an_update_of_what_somebody_else_has_changed_is_refused(acme: Place) -> None:
    roles = acme.management.custom_roles
    await roles.create(SYSTEM, acme.tenant.id, "helper", HELPER)
    await roles.update(SYSTEM, acme.tenant.id, "helper", {"description": "One"}, version=1)
    with pytest.raises(ChangedMeanwhile):
        await roles.update(SYSTEM, acme.tenant.id, "helper", {"description": "Two"}, version=1)
    with pytest.raises(Conflict):
        await roles.create(SYSTEM, acme.tenant.id, "helper", HELPER)


async def test_a_tenant_has_no_endless_number_of_roles(acme: Place) -> None:
    roles = acme.management.custom_roles
    for number in range(MAX_ROLES):
        await roles.create(SYSTEM, acme.tenant.id, f"role-{number}", {})
    with pytest.raises(Conflict, match="most"):
        await roles.create(SYSTEM, acme.tenant.id, "one-more", {})


@pytest.mark.case("L7")
async def test_what_a_newer_version_put_into_a_role_allows_nothing(acme: Place) -> None:
    """A name that this version does not know is neither a failure nor a permission, and an update leaves it there."""
    management, user = acme.management, Principal.user(acme.plain.id)
    made = await management.custom_roles.create(SYSTEM, acme.tenant.id, "helper", HELPER)
    newer = ("of:tomorrow", "tenant:create", "user:read")
    event = AuditEvent(id="an-event", at=made.created_at, type=AuditType.ROLE_UPDATED)
    stored = replace(made, permission_names=newer, version=2)
    await acme.store.tenant(acme.tenant.id).roles.update(stored, event)
    await management.roles.assign(SYSTEM, acme.tenant.id, user, "helper")
    actor = await acme.actor(acme.plain)
    assert actor.permissions == {Permission.USER_READ}
    assert actor.platform_permissions == frozenset()
    kept = await management.custom_roles.update(SYSTEM, acme.tenant.id, "helper", {"description": "Kept"})
    assert kept.permission_names == newer
