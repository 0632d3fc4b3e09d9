"""What `storage.Roles`, `Assignments`, `PlatformAssignments` and `DeclaredAccesses` promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.domain.authority import Authority
from opentrusty_core.domain.client import ClientStatus
from opentrusty_core.domain.departure import Departure, GroupLeft, HomeGone, RoleTaken, UserGone
from opentrusty_core.domain.page import Page
from opentrusty_core.domain.principal import Principal, PrincipalKind
from opentrusty_core.domain.role import Assignment
from opentrusty_core.domain.user import UserStatus
from opentrusty_core.errors import Conflict, NotFound
from opentrusty_core.storage.contract.builders import a_custom_role, a_declared_access, an_assignment
from opentrusty_core.storage.contract.world import ALL, Contract, World
from opentrusty_core.storage.store import TenantRepositories

case = pytest.mark.case

OWNER, ADMIN = "tenant_owner", "tenant_admin"


async def give(world: World, principal: Principal, role: str, *, at: TenantRepositories | None = None) -> Assignment:
    """Give a role here, or there."""
    tenant = world.here_tenant if at is None else world.there_tenant
    assignment = an_assignment(world.runtime, tenant.id, principal, role=role)
    assert await (at or world.here).assignments.assign(assignment, world.event()) is True
    return assignment


async def give_on_platform(world: World, principal: Principal, role: str, *, there: bool = False) -> Assignment:
    """Give a platform role to a principal whose home is here, or there."""
    home = world.there_tenant if there else world.here_tenant
    assignment = an_assignment(world.runtime, home.id, principal, role=role)
    assert await world.store.platform.assignments.assign(assignment, world.event()) is True
    return assignment


class TestRoles(Contract):
    """`Roles`."""

    async def test_a_role_is_read_as_it_was_written(self, world: World) -> None:
        """Also names of permissions that nobody knows; each with its event."""
        first = a_custom_role(world.runtime, name="b", description="Ünïcode", permission_names=("a:b", "user:read"))
        second = a_custom_role(world.runtime, name="a", permission_names=())
        for role in (first, second):
            event = world.event()
            await world.here.roles.add(role, event)
            assert (await world.events())[-1] == event
        assert await world.here.roles.get("b") == first
        assert await world.here.roles.get("B") is None
        assert await world.here.roles.all() == (second, first)

    async def test_names_are_unique(self, world: World) -> None:
        """In a tenant; another may use the same."""
        role = a_custom_role(world.runtime)
        await world.here.roles.add(role, world.event())
        before = await world.events()
        with pytest.raises(Conflict):
            await world.here.roles.add(replace(role, description="Twin"), world.event())
        assert await world.here.roles.all() == (role,)
        assert await world.events() == before
        await world.there.roles.add(role, world.event())

    async def test_an_update_replaces_the_version_before(self, world: World) -> None:
        """Another version is a conflict, no role is not found, and neither changes anything."""
        role = a_custom_role(world.runtime)
        await world.here.roles.add(role, world.event())
        changed = replace(role, permission_names=("user:read",), version=2)
        await world.here.roles.update(changed, world.event())
        before = await world.events()
        with pytest.raises(Conflict):
            await world.here.roles.update(changed, world.event())
        with pytest.raises(NotFound):
            await world.here.roles.update(a_custom_role(world.runtime, version=2), world.event())
        assert await world.here.roles.all() == (changed,)
        assert await world.events() == before

    async def test_a_role_that_is_held_is_deleted_by_force_only(self, world: World) -> None:
        """Then it is taken from all who hold it, and a namesake made later is held by nobody."""
        role, user = a_custom_role(world.runtime), Principal.user("a-user")
        await world.here.roles.add(role, world.event())
        held = await give(world, user, role.name)
        other = await give(world, user, ADMIN)
        before = await world.events()
        with pytest.raises(Conflict):
            await world.here.roles.delete(role.name, world.event(), force=False)
        assert await world.here.roles.all() == (role,)
        assert await world.here.assignments.of_role(role.name, ALL) == Page(items=(held,))
        assert await world.events() == before
        event = world.event()
        await world.here.roles.delete(role.name, event, force=True)
        assert (await world.events())[-1] == event
        with pytest.raises(NotFound):
            await world.here.roles.delete(role.name, world.event(), force=True)
        await world.here.roles.add(role, world.event())
        assert await world.here.assignments.of_principal(user) == (other,)
        await world.here.roles.delete(role.name, world.event(), force=False)
        assert await world.here.roles.get(role.name) is None


class TestAssignments(Contract):
    """`Assignments`."""

    async def test_a_role_is_given_once(self, world: World) -> None:
        """Where the principal holds it already: False, no event, and the first assignment stays."""
        first = an_assignment(world.runtime, world.here_tenant.id, Principal.user("a-user"))
        event = world.event()
        assert await world.here.assignments.assign(first, event) is True
        world.advance(seconds=1)
        again = replace(first, assigned_at=world.now)
        assert await world.here.assignments.assign(again, world.event()) is False
        assert await world.here.assignments.of_principal(first.principal) == (first,)
        assert (await world.events())[-1] == event

    @case("J1")
    async def test_a_role_is_given_to_what_there_is(self, world: World) -> None:
        """Not to a client or group that does not exist, nor one of the tenant's own roles that does not."""
        before = await world.events()
        for principal, role in (
            (Principal.client("nobody"), ADMIN),
            (Principal.group("nobody"), ADMIN),
            (Principal.user("somebody"), "no-role"),
        ):
            assignment = an_assignment(world.runtime, world.here_tenant.id, principal, role=role)
            assert await world.here.assignments.assign(assignment, world.event()) is False
            assert await world.here.assignments.of_principal(principal) == ()
        for principal in (Principal.client("nobody"), Principal.group("nobody")):
            assignment = an_assignment(world.runtime, world.here_tenant.id, principal, role="platform_admin")
            assert await world.store.platform.assignments.assign(assignment, world.event()) is False
        assert await world.events() == before

    async def test_roles_are_listed_by_principal_and_by_role(self, world: World) -> None:
        """Those of a principal by name, those who hold a role by kind and id."""
        client, group = await world.client(), await world.group()
        given = [
            await give(world, Principal.user("b"), OWNER),
            await give(world, Principal.user("b"), ADMIN),
            await give(world, Principal.user("a"), OWNER),
            await give(world, Principal.user("B"), OWNER),
            await give(world, Principal.client(client.client_id), OWNER),
            await give(world, Principal.group(group.id), OWNER),
        ]
        assert await world.here.assignments.of_principal(Principal.user("b")) == (given[1], given[0])
        holders = (given[4], given[5], given[3], given[2], given[0])
        assert await world.here.assignments.of_role(OWNER, ALL) == Page(items=holders)
        assert await world.here.assignments.of_principal(Principal.user("nobody")) == ()
        assert await world.here.assignments.of_role("no_role", ALL) == Page(items=())

    async def test_a_role_is_taken_once(self, world: World) -> None:
        """Where the principal does not hold it: False, and no event; other roles stay."""
        user = Principal.user("a-user")
        kept = await give(world, user, OWNER)
        await give(world, user, ADMIN)
        event = world.event()
        assert await world.here.assignments.revoke(user, ADMIN, event) is True
        assert await world.here.assignments.revoke(user, ADMIN, world.event()) is False
        assert await world.here.assignments.revoke(Principal.user("nobody"), OWNER, world.event()) is False
        assert await world.here.assignments.revoke(Principal.client("a-user"), OWNER, world.event()) is False
        assert await world.here.assignments.of_principal(user) == (kept,)
        assert (await world.events())[-1] == event

    @case("J1")
    async def test_a_kind_is_part_of_who_somebody_is(self, world: World) -> None:
        """A user, a group and a client with one id are three, however their ids look."""
        for id_ in ("x", "user:x", "client:x", "group:"):
            group, client = await world.group(id=id_, name=f"Group {id_}"), await world.client(client_id=id_)
            user = await world.user(id=id_)
            principals = [Principal.user(user.id), Principal.group(group.id), Principal.client(client.client_id)]
            for number, principal in enumerate(principals):
                held = await give(world, principal, ADMIN)
                assert [await world.here.assignments.of_principal(it) for it in principals] == [
                    *[()] * number,
                    (held,),
                    *[()] * (2 - number),
                ]
                assert await world.here.assignments.revoke(principal, ADMIN, world.event()) is True

    @case("I3")
    async def test_who_is_deleted_leaves_no_role_behind(self, world: World) -> None:
        """A client or a group that takes the same id later holds nothing, here and on the platform."""
        client, group = await world.client(), await world.group()
        principals = (Principal.client(client.client_id), Principal.group(group.id))
        for principal in principals:
            await give(world, principal, ADMIN)
            await give_on_platform(world, principal, "platform_admin")
        await world.here.clients.delete(client.client_id, world.event())
        await world.here.groups.delete(group.id, world.event())
        await world.here.clients.add(client, world.event())
        await world.here.groups.add(group, world.event())
        for principal in principals:
            assert await world.here.assignments.held_by(principal) == Authority(is_active=True)
        assert await world.store.platform.assignments.of_role("platform_admin", ALL) == Page(items=())


class TestAuthority(Contract):
    """`Assignments.held_by` and `remains`."""

    async def test_a_user_holds_their_own_roles_and_those_of_their_groups(self, world: World) -> None:
        """In the tenant and on the platform, with what the tenant's own roles allow now."""
        user, group = await world.user(), await world.group()
        stranger = await world.group()
        own = a_custom_role(world.runtime, permission_names=("key:read", "user:read"))
        await world.here.roles.add(own, world.event())
        principal = Principal.user(user.id)
        await world.here.groups.join(group.id, {user.id: world.event()}, world.now)
        await give(world, principal, "tenant_support")
        await give(world, Principal.group(group.id), own.name)
        await give(world, Principal.group(stranger.id), OWNER)
        await give_on_platform(world, principal, "platform_auditor")
        await give_on_platform(world, Principal.group(group.id), "platform_admin")
        expected = Authority(
            is_active=True,
            roles={"tenant_support": (), own.name: ("key:read", "user:read")},
            platform_roles=frozenset({"platform_admin", "platform_auditor"}),
        )
        assert await world.here.assignments.held_by(principal) == expected
        changed = replace(own, permission_names=(), version=2)
        await world.here.roles.update(changed, world.event())
        assert await world.here.assignments.held_by(principal) == replace(
            expected, roles={"tenant_support": (), own.name: ()}
        )
        await world.here.groups.leave(group.id, user.id, world.event())
        assert await world.here.assignments.held_by(principal) == Authority(
            is_active=True, roles={"tenant_support": ()}, platform_roles=frozenset({"platform_auditor"})
        )

    async def test_a_client_holds_its_own_roles(self, world: World) -> None:
        """And not those of a user or a group with its id."""
        client = await world.client(client_id="same")
        user, group = await world.user(id="same"), await world.group(id="same", members=("same",))
        for principal in (Principal.user(user.id), Principal.group(group.id)):
            await give(world, principal, OWNER)
            await give_on_platform(world, principal, "platform_admin")
        principal = Principal.client(client.client_id)
        assert await world.here.assignments.held_by(principal) == Authority(is_active=True)
        await give(world, principal, ADMIN)
        await give_on_platform(world, principal, "platform_auditor")
        assert await world.here.assignments.held_by(principal) == Authority(
            is_active=True, roles={ADMIN: ()}, platform_roles=frozenset({"platform_auditor"})
        )

    @case("D7")
    async def test_it_says_whether_the_principal_is_active(self, world: World) -> None:
        """A disabled one still holds what it held; one that is not there is not active."""
        user, client, group = await world.user(), await world.client(), await world.group()
        principals = (Principal.user(user.id), Principal.client(client.client_id), Principal.group(group.id))
        for principal in principals:
            await give(world, principal, ADMIN)
            assert (await world.here.assignments.held_by(principal)).is_active
        await world.here.users.update(replace(user, status=UserStatus.DISABLED, version=2), world.event())
        await world.here.clients.update(replace(client, status=ClientStatus.DISABLED, version=2), world.event())
        for principal in principals[:2]:
            assert await world.here.assignments.held_by(principal) == Authority(roles={ADMIN: ()})
        for kind in PrincipalKind:
            assert await world.here.assignments.held_by(Principal(kind=kind, id="nobody")) == Authority()

    async def test_it_knows_the_accesses_declared(self, world: World) -> None:
        """The latest end of each tenant's, not those that were ended, nor anybody else's."""
        user = await world.user()
        principal = Principal.user(user.id)
        accesses = world.store.platform.accesses
        first = a_declared_access(world.runtime, world.there_tenant.id, world.here_tenant.id, principal)
        later = replace(first, id=world.runtime.new_id(), expires_at=first.expires_at + timedelta(minutes=1))
        ended = replace(first, id=world.runtime.new_id(), tenant_id=world.here_tenant.id)
        for access in (first, later, ended):
            await accesses.declare(access, world.event(), world.event())
        others = (replace(first, home_id=world.there_tenant.id), replace(first, principal=Principal.client(user.id)))
        for access in others:
            await accesses.declare(replace(access, id=world.runtime.new_id()), world.event(), world.event())
        assert await accesses.end(ended, world.now, world.event(), world.event())
        assert await world.here.assignments.held_by(principal) == Authority(
            is_active=True, accesses={world.there_tenant.id: later.expires_at}
        )

    @case("J7")
    async def test_a_role_remains_while_an_active_user_holds_it(self, world: World) -> None:
        """Themselves or by a group: whoever leaves, in whichever way, does not count, nor does a client."""
        one, two, three = [await world.user() for _ in range(3)]
        client = await world.client()
        group = await world.group(members=(two.id, three.id))
        await give(world, Principal.client(client.client_id), OWNER)
        await give(world, Principal.user("a-directory's"), OWNER)
        await give(world, Principal.user(one.id), OWNER)
        remains = world.here.assignments.remains
        gone: list[Departure] = [UserGone(user_id=one.id), RoleTaken(principal=Principal.user(one.id))]
        for departure in gone:
            assert await remains(OWNER, departure) is False
            assert await remains(ADMIN, departure) is False
        assert await remains(OWNER, UserGone(user_id=two.id)) is True
        assert await remains(OWNER, RoleTaken(principal=Principal.client(client.client_id))) is True
        assert await remains(OWNER, RoleTaken(principal=Principal.group(one.id))) is True
        await give(world, Principal.group(group.id), OWNER)
        for departure in gone:
            assert await remains(OWNER, departure) is True
        await world.here.assignments.revoke(Principal.user(one.id), OWNER, world.event())
        assert await remains(OWNER, RoleTaken(principal=Principal.group(group.id))) is False
        await world.here.users.update(replace(three, status=UserStatus.DISABLED, version=2), world.event())
        assert await remains(OWNER, UserGone(user_id=two.id)) is False
        assert await remains(OWNER, GroupLeft(group_id=group.id, user_id=two.id)) is False
        assert await remains(OWNER, GroupLeft(group_id=group.id, user_id=three.id)) is True
        assert await remains(OWNER, RoleTaken(principal=Principal.user(two.id))) is True
        assert await remains(OWNER, HomeGone()) is False


class TestPlatformAssignments(Contract):
    """`PlatformAssignments`."""

    async def test_a_role_is_given_once(self, world: World) -> None:
        """Where the principal holds it already: False, no event, and the first assignment stays."""
        platform, user = world.store.platform, Principal.user("a-user")
        first = an_assignment(world.runtime, world.here_tenant.id, user, role="platform_admin")
        event = world.event()
        assert await platform.assignments.assign(first, event) is True
        world.advance(seconds=1)
        assert await platform.assignments.assign(replace(first, assigned_at=world.now), world.event()) is False
        assert await platform.assignments.of_principal(world.here_tenant.id, user) == (first,)
        assert (await platform.audit.page(ALL)).items == (event,)

    async def test_roles_are_listed_by_principal_and_by_role(self, world: World) -> None:
        """A principal is who it is in its home: the same id elsewhere is somebody else."""
        platform, user = world.store.platform, Principal.user("u")
        auditor = await give_on_platform(world, user, "platform_auditor")
        admin = await give_on_platform(world, user, "platform_admin")
        namesake = await give_on_platform(world, user, "platform_admin", there=True)
        client = await world.client(client_id="u")
        machine = await give_on_platform(world, Principal.client(client.client_id), "platform_admin")
        assert await platform.assignments.of_principal(world.here_tenant.id, user) == (admin, auditor)
        assert await platform.assignments.of_principal(world.there_tenant.id, user) == (namesake,)
        holders = sorted([admin, namesake, machine], key=lambda it: (it.tenant_id, it.principal))
        assert await platform.assignments.of_role("platform_admin", ALL) == Page(items=tuple(holders))
        assert await platform.assignments.of_role("no_role", ALL) == Page(items=())
        assert await world.here.assignments.of_principal(user) == ()

    async def test_a_role_is_taken_once(self, world: World) -> None:
        """Where the principal does not hold it: False, and no event; the namesake elsewhere keeps theirs."""
        platform, user = world.store.platform, Principal.user("u")
        await give_on_platform(world, user, "platform_admin")
        namesake = await give_on_platform(world, user, "platform_admin", there=True)
        event = world.event()
        assert await platform.assignments.revoke(world.here_tenant.id, user, "platform_admin", event) is True
        assert await platform.assignments.revoke(world.here_tenant.id, user, "platform_admin", world.event()) is False
        assert await platform.assignments.revoke(world.there_tenant.id, user, "no_role", world.event()) is False
        assert await platform.assignments.of_role("platform_admin", ALL) == Page(items=(namesake,))
        assert (await platform.audit.page(ALL)).items[-1] == event

    @case("J7")
    async def test_only_the_first_is_the_first(self, world: World) -> None:
        """Where anybody holds the role: False, and no event; another role has a first of its own."""
        platform, user = world.store.platform, Principal.user("u")
        first, second = (
            an_assignment(world.runtime, home.id, user, role="platform_admin")
            for home in (world.here_tenant, world.there_tenant)
        )
        event = world.event()
        assert await platform.assignments.assign_first(first, event) is True
        assert await platform.assignments.assign_first(second, world.event()) is False
        assert await platform.assignments.assign_first(first, world.event()) is False
        assert await platform.assignments.of_role("platform_admin", ALL) == Page(items=(first,))
        assert (await platform.audit.page(ALL)).items == (event,)
        assert await platform.assignments.assign_first(replace(second, role="platform_auditor"), world.event()) is True

    @case("J7")
    async def test_a_role_remains_while_an_active_user_holds_it(self, world: World) -> None:
        """In whichever home; who leaves is known by home and id."""
        remains, role = world.store.platform.assignments.remains, "platform_admin"
        here, there = world.here_tenant.id, world.there_tenant.id
        one, two = await world.user(), await world.user()
        await world.there.users.add(one, world.event())
        group = await world.group(members=(two.id,))
        user, gone = Principal.user(one.id), UserGone(user_id=one.id)
        await give_on_platform(world, user, role)
        assert await remains(role, here, gone) is False
        assert await remains("platform_auditor", here, UserGone(user_id="nobody")) is False
        assert await remains(role, there, gone) is True
        await give_on_platform(world, user, role, there=True)
        assert await remains(role, here, gone) is True
        assert await remains(role, here, RoleTaken(principal=user)) is True
        await world.store.platform.assignments.revoke(there, user, role, world.event())
        assert await remains(role, here, RoleTaken(principal=user)) is False
        await give_on_platform(world, Principal.group(group.id), role)
        assert await remains(role, here, gone) is True
        await world.store.platform.assignments.revoke(here, user, role, world.event())
        for departure in (
            UserGone(user_id=two.id),
            RoleTaken(principal=Principal.group(group.id)),
            GroupLeft(group_id=group.id, user_id=two.id),
        ):
            assert await remains(role, here, departure) is False
            assert await remains(role, there, departure) is True
        assert await remains(role, here, HomeGone()) is False
        assert await remains(role, there, HomeGone()) is True


class TestDeclaredAccesses(Contract):
    """`DeclaredAccesses`."""

    async def test_an_access_is_declared_with_an_event_in_both_audits(self, world: World) -> None:
        """Of the tenant that it opens, and of the platform."""
        platform, principal = world.store.platform, Principal.user("a-user")
        access = a_declared_access(world.runtime, world.here_tenant.id, world.there_tenant.id, principal)
        event, platform_event = world.event(), world.event()
        await platform.accesses.declare(access, event, platform_event)
        assert await platform.accesses.get(access.id) == access
        assert await platform.accesses.get("no-access") is None
        assert (await world.events())[-1] == event
        assert (await platform.audit.page(ALL)).items == (platform_event,)

    async def test_an_access_is_ended_once(self, world: World) -> None:
        """Not where it has ended or expired: False, and no event in either audit."""
        platform, principal = world.store.platform, Principal.user("a-user")
        access = a_declared_access(world.runtime, world.here_tenant.id, world.there_tenant.id, principal)
        other = replace(access, id=world.runtime.new_id())
        for each in (access, other):
            await platform.accesses.declare(each, world.event(), world.event())
        event, platform_event = world.event(), world.event()
        assert await platform.accesses.end(access, world.now, event, platform_event) is True
        assert await platform.accesses.get(access.id) == replace(access, ended_at=world.now)
        before = (await world.events(), await platform.audit.page(ALL))
        assert before[0][-1] == event
        assert before[1].items[-1] == platform_event
        assert await platform.accesses.end(access, world.now, world.event(), world.event()) is False
        assert await platform.accesses.end(other, other.expires_at, world.event(), world.event()) is False
        unknown = replace(access, id="no-access")
        assert await platform.accesses.end(unknown, world.now, world.event(), world.event()) is False
        assert (await world.events(), await platform.audit.page(ALL)) == before

    async def test_live_accesses_are_listed(self, world: World) -> None:
        """By id, all or those to one tenant, up to their end."""
        accesses, now = world.store.platform.accesses, world.now
        here, there = world.here_tenant.id, world.there_tenant.id
        one = a_declared_access(world.runtime, here, there, Principal.user("a"))
        two = a_declared_access(world.runtime, there, there, Principal.client("b"))
        three = a_declared_access(world.runtime, here, here, Principal.user("c"), expires_at=now + timedelta(minutes=1))
        for access in (three, two, one):
            await accesses.declare(access, world.event(), world.event())
        assert await accesses.live(now, ALL) == Page(items=(one, two, three))
        assert await accesses.live_in(here, now, ALL) == Page(items=(one, three))
        assert await accesses.live_in("nowhere", now, ALL) == Page(items=())
        assert await accesses.live(three.expires_at, ALL) == Page(items=(one, two))
        await accesses.end(one, now, world.event(), world.event())
        assert await accesses.live_in(here, now, ALL) == Page(items=(three,))
