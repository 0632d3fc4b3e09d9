"""Groups that carry roles: who joins holds what the group holds, and only who could give that lets them in."""

from __future__ import annotations

import pytest

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.group import MAX_JOINING
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import PLATFORM_AUDITOR, TENANT_ADMIN, TENANT_OWNER, TENANT_SUPPORT, Permission
from opentrusty_core.errors import ChangedMeanwhile, Conflict, Denied, Invalid, NotFound
from opentrusty_core.management import Actor, GroupFields
from tests.management.place import EVERYTHING, SYSTEM, Place


async def group_with(acme: Place, *roles: str, name: str = "Group") -> str:
    """The id of a new group that holds the roles."""
    group = await acme.management.groups.create(SYSTEM, acme.tenant.id, {"name": name})
    for role in roles:
        assert await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.group(group.id), role)
    return group.id


async def test_a_group_is_made_found_changed_and_removed(acme: Place) -> None:
    groups, owner = acme.management.groups, await acme.actor(acme.owner)
    made = await groups.create(owner, acme.tenant.id, {"name": "  Support \n team ", "description": "Helps"})
    assert (made.name, made.description, made.version) == ("Support team", "Helps", 1)
    for known_as in (made.id, "support TEAM", "Support team"):
        assert await groups.get(owner, acme.tenant.id, known_as) == made
    changed = await groups.update(owner, acme.tenant.id, made.id, {"name": "SUPPORT team"}, version=1)
    assert (changed.name, changed.description, changed.version) == ("SUPPORT team", "Helps", 2)
    with pytest.raises(ChangedMeanwhile):
        await groups.update(owner, acme.tenant.id, made.id, {}, version=1)
    await groups.delete(owner, acme.tenant.id, made.id)
    with pytest.raises(NotFound):
        await groups.get(owner, acme.tenant.id, made.id)
    types = (AuditType.GROUP_CREATED, AuditType.GROUP_UPDATED, AuditType.GROUP_DELETED)
    assert {(event.type, event.target) for event in await acme.events(*types)} == {(it, made.id) for it in types}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, {"name"}),
        ({"name": ""}, {"name"}),
        ({"name": " \t "}, {"name"}),
        ({"name": "x" * 201}, {"name"}),
        ({"name": "a\0b"}, {"name"}),
        ({"name": "a\ud800"}, {"name"}),
        ({"name": "a\u200bb", "description": "x" * 1001}, {"name", "description"}),
        ({"name": "a", "members": []}, {"members"}),
    ],
)
async def test_every_field_that_is_not_acceptable_is_named(acme: Place, fields: GroupFields, named: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        await acme.management.groups.create(SYSTEM, acme.tenant.id, fields)
    assert refused.value.fields.keys() == named


@pytest.mark.case("K15")
async def test_names_that_look_alike_are_one(acme: Place) -> None:
    await acme.management.groups.create(SYSTEM, acme.tenant.id, {"name": "Straße ①"})
    for twin in ("STRASSE 1", "straße  1", "strasse\u30001"):
        with pytest.raises(Conflict):
            await acme.management.groups.create(SYSTEM, acme.tenant.id, {"name": twin})


async def test_groups_are_listed_and_found_by_name(acme: Place) -> None:
    groups = acme.management.groups
    for name in ("Sales", "support B", "Support A"):
        await groups.create(SYSTEM, acme.tenant.id, {"name": name})
    listed = await groups.page(SYSTEM, acme.tenant.id, EVERYTHING)
    assert [group.name for group in listed.items] == ["Sales", "Support A", "support B"]
    found = await groups.page(SYSTEM, acme.tenant.id, PageRequest(limit=1), search="SUPP")
    assert [group.name for group in found.items] == ["Support A"]
    assert found.next_after is not None
    for nothing in ("x", "\0", "\ud800", "%"):
        assert (await groups.page(SYSTEM, acme.tenant.id, EVERYTHING, search=nothing)).items == ()


async def test_a_member_holds_what_the_group_holds_while_both_last(acme: Place) -> None:
    management, user = acme.management, acme.plain
    group_id = await group_with(acme, TENANT_SUPPORT.name)
    assert await management.groups.add_members(SYSTEM, acme.tenant.id, group_id, [user.id, user.id]) == (user.id,)
    assert await management.groups.add_members(SYSTEM, acme.tenant.id, group_id, [user.id]) == ()
    assert (await acme.actor(user)).permissions == TENANT_SUPPORT.permissions
    await management.roles.assign(SYSTEM, acme.tenant.id, Principal.group(group_id), PLATFORM_AUDITOR.name)
    assert (await acme.actor(user)).platform_permissions == PLATFORM_AUDITOR.permissions
    await management.groups.remove_member(SYSTEM, acme.tenant.id, group_id, user.id)
    assert (await acme.actor(user)).permissions == (await acme.actor(user)).platform_permissions == frozenset()
    with pytest.raises(NotFound, match="no member"):
        await management.groups.remove_member(SYSTEM, acme.tenant.id, group_id, user.id)
    types = (AuditType.GROUP_JOINED, AuditType.GROUP_LEFT)
    told = {(event.type, event.target, event.details["group_id"]) for event in await acme.events(*types)}
    assert told == {(type_, user.id, group_id) for type_ in types}


async def test_members_and_groups_of_a_user_are_listed(acme: Place) -> None:
    groups = acme.management.groups
    group_id = await group_with(acme)
    users = sorted([acme.owner, acme.admin, acme.plain], key=lambda user: user.id)
    await groups.add_members(SYSTEM, acme.tenant.id, group_id, [user.id for user in users])
    first = await groups.members(SYSTEM, acme.tenant.id, group_id, PageRequest(limit=2))
    rest = await groups.members(SYSTEM, acme.tenant.id, group_id, PageRequest(limit=2, after=first.next_after))
    assert [member.user for member in (*first.items, *rest.items)] == users
    (only,) = (await groups.of_user(SYSTEM, acme.tenant.id, acme.plain.id, EVERYTHING)).items
    assert only.id == group_id
    await acme.management.users.delete(SYSTEM, acme.tenant.id, acme.plain.id)
    assert len((await groups.members(SYSTEM, acme.tenant.id, group_id, EVERYTHING)).items) == 2


@pytest.mark.case("J1")
@pytest.mark.parametrize("role", [TENANT_OWNER.name, PLATFORM_AUDITOR.name])
async def test_nobody_lets_others_into_a_group_above_their_own(acme: Place, role: str) -> None:
    """Nor themselves; nor do they put anybody out, take its roles, or remove it. Its name they may change."""
    management, admin = acme.management, await acme.actor(acme.admin)
    group_id = await group_with(acme, role)
    await management.groups.add_members(SYSTEM, acme.tenant.id, group_id, [acme.plain.id])
    for attempt in (
        management.groups.add_members(admin, acme.tenant.id, group_id, [acme.admin.id]),
        management.groups.remove_member(admin, acme.tenant.id, group_id, acme.plain.id),
        management.groups.delete(admin, acme.tenant.id, group_id),
        management.roles.revoke(admin, acme.tenant.id, Principal.group(group_id), role),
        management.roles.assign(admin, acme.tenant.id, Principal.group(group_id), TENANT_OWNER.name),
    ):
        with pytest.raises(Denied):
            await attempt
    await management.groups.update(admin, acme.tenant.id, group_id, {"name": "Renamed"})


@pytest.mark.case("J1")
async def test_joining_a_group_with_roles_needs_what_giving_them_needs(acme: Place) -> None:
    """Who may keep groups but not give roles fills only those that carry none."""
    actor = Actor(
        kind=(await acme.actor(acme.plain)).kind,
        id=acme.plain.id,
        tenant_id=acme.tenant.id,
        permissions=TENANT_ADMIN.permissions - {Permission.ROLE_ASSIGN},
    )
    groups = acme.management.groups
    empty, carrying = await group_with(acme, name="Empty"), await group_with(acme, TENANT_SUPPORT.name)
    assert await groups.add_members(actor, acme.tenant.id, empty, [acme.plain.id]) == (acme.plain.id,)
    with pytest.raises(Denied, match="role:assign"):
        await groups.add_members(actor, acme.tenant.id, carrying, [acme.plain.id])


@pytest.mark.case("J1")
async def test_who_holds_more_by_a_group_stands_above_too(acme: Place) -> None:
    """An administrator does not set the password of somebody who is an owner by a group."""
    group_id = await group_with(acme, TENANT_OWNER.name)
    await acme.management.groups.add_members(SYSTEM, acme.tenant.id, group_id, [acme.plain.id])
    with pytest.raises(Denied):
        await acme.management.users.set_password(
            await acme.actor(acme.admin), acme.tenant.id, acme.plain.id, "a new long password"
        )


@pytest.mark.case("I1")
async def test_a_foreign_user_does_not_join(acme: Place, globex: Place) -> None:
    group_id = await group_with(acme)
    for user_id in (globex.plain.id, "nobody", "\0"):
        with pytest.raises(NotFound, match=r"^There is no such user\.$"):
            await acme.management.groups.add_members(SYSTEM, acme.tenant.id, group_id, [acme.plain.id, user_id])
    assert (await acme.management.groups.members(SYSTEM, acme.tenant.id, group_id, EVERYTHING)).items == ()


async def test_not_too_many_join_at_once(acme: Place) -> None:
    group_id = await group_with(acme)
    for user_ids in ([], ["x"] * (MAX_JOINING + 1)):
        with pytest.raises(Invalid):
            await acme.management.groups.add_members(SYSTEM, acme.tenant.id, group_id, user_ids)
