"""What `storage.Groups` promises."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opentrusty_core.domain.group import Member
from opentrusty_core.domain.page import Page
from opentrusty_core.domain.principal import Principal
from opentrusty_core.errors import Conflict, NotFound
from opentrusty_core.storage.contract.builders import a_group
from opentrusty_core.storage.contract.world import ALL, Contract, World

case = pytest.mark.case


class TestGroups(Contract):
    """`Groups`."""

    async def test_a_group_is_read_as_it_was_written(self, world: World) -> None:
        """By id, and by the normal form of its name; with its event."""
        group, event = a_group(world.runtime, name="Ünit  TWO", description="書"), world.event()
        await world.here.groups.add(group, event)
        assert await world.here.groups.get(group.id) == group
        assert await world.here.groups.find("ünit two") == group
        assert await world.here.groups.find("Ünit  TWO") is None
        assert await world.here.groups.get("no-group") is None
        assert (await world.events())[-1] == event

    async def test_names_are_unique_in_their_normal_form(self, world: World) -> None:
        """When a group is made and when it is changed; another tenant may use the same."""
        group, other = await world.group(name="Support"), await world.group(name="Sales")
        before = await world.events()
        with pytest.raises(Conflict):
            await world.here.groups.add(a_group(world.runtime, name="SUPPORT"), world.event())
        with pytest.raises(Conflict):
            await world.here.groups.update(replace(other, name="support", version=2), world.event())
        assert await world.here.groups.page(ALL) == Page(items=(other, group))
        assert await world.events() == before
        await world.there.groups.add(group, world.event())

    async def test_an_update_replaces_the_version_before(self, world: World) -> None:
        """Another version is a conflict, no group is not found; the name may stay or change its case."""
        group = await world.group(name="Support")
        changed = replace(group, name="SUPPORT", description="New", version=2)
        await world.here.groups.update(changed, world.event())
        before = await world.events()
        with pytest.raises(Conflict):
            await world.here.groups.update(changed, world.event())
        with pytest.raises(NotFound):
            await world.here.groups.update(a_group(world.runtime, version=2), world.event())
        assert await world.here.groups.get(group.id) == changed
        assert await world.events() == before

    async def test_groups_are_listed_by_name(self, world: World) -> None:
        """With a prefix, those whose normal form begins so."""
        names = ("beta", "Alpha", "alpine", "%")
        groups = {name: await world.group(name=name) for name in names}
        ordered = tuple(groups[name] for name in ("%", "Alpha", "alpine", "beta"))
        assert await world.here.groups.page(ALL) == Page(items=ordered)
        assert await world.here.groups.page(ALL, prefix="alp") == Page(items=ordered[1:3])
        assert await world.here.groups.page(ALL, prefix="%") == Page(items=ordered[:1])
        assert await world.here.groups.page(ALL, prefix="Alp") == Page(items=())

    async def test_users_join_once(self, world: World) -> None:
        """Those who were no members before, each with their event; none for one who was."""
        group, users = await world.group(), [await world.user() for _ in range(3)]
        one, two, three = users
        event = world.event()
        assert await world.here.groups.join(group.id, {one.id: event}, world.now) == (one.id,)
        assert (await world.events())[-1] == event
        world.advance(seconds=1)
        events = {user.id: world.event() for user in (three, one, two)}
        joined = await world.here.groups.join(group.id, events, world.now)
        assert joined == tuple(sorted((two.id, three.id)))
        before = await world.events()
        assert all((events[user.id] in before) is (user.id in joined) for user in users)
        assert await world.here.groups.join(group.id, {user.id: world.event() for user in users}, world.now) == ()
        assert await world.here.groups.join(group.id, {}, world.now) == ()
        assert await world.events() == before
        members = (await world.here.groups.members(group.id, ALL)).items
        assert {member.user.id for member in members} == {user.id for user in users}
        assert Member(user=two, joined_at=world.now) in members

    async def test_who_does_not_exist_does_not_join(self, world: World) -> None:
        """Then nobody does; nor does anybody join a group that does not exist."""
        group, user = await world.group(), await world.user()
        before = await world.events()
        for group_id, user_ids in (
            (group.id, (user.id, "nobody")),
            (group.id, (user.id, "\0")),
            ("no-group", (user.id,)),
            ("\0", (user.id,)),
        ):
            with pytest.raises(NotFound):
                await world.here.groups.join(group_id, {it: world.event() for it in user_ids}, world.now)
        assert await world.here.groups.members(group.id, ALL) == Page(items=())
        assert await world.here.groups.of_user(user.id, ALL) == Page(items=())
        assert await world.events() == before

    async def test_a_member_leaves_once(self, world: World) -> None:
        """Where the user is no member: False, and no event."""
        one, two = await world.user(), await world.user()
        group = await world.group(members=(one.id, two.id))
        event = world.event()
        assert await world.here.groups.leave(group.id, one.id, event) is True
        assert await world.here.groups.leave(group.id, one.id, world.event()) is False
        assert await world.here.groups.leave("no-group", two.id, world.event()) is False
        assert (await world.events())[-1] == event
        assert [member.user for member in (await world.here.groups.members(group.id, ALL)).items] == [two]

    async def test_a_user_s_groups_are_listed(self, world: World) -> None:
        """By id, and not those of others."""
        user, other = await world.user(), await world.user()
        mine = [await world.group(members=(user.id,)) for _ in range(3)]
        await world.group(members=(other.id,))
        ordered = tuple(sorted(mine, key=lambda group: group.id))
        assert await world.here.groups.of_user(user.id, ALL) == Page(items=ordered)
        assert await world.here.groups.of_user("nobody", ALL) == Page(items=())

    async def test_a_deleted_user_leaves_their_groups(self, world: World) -> None:
        """And a user with the same id is a member of none."""
        user = await world.user()
        group = await world.group(members=(user.id,))
        await world.here.users.delete(user.id, world.event())
        assert await world.here.groups.members(group.id, ALL) == Page(items=())
        await world.here.users.add(user, world.event())
        assert await world.here.groups.of_user(user.id, ALL) == Page(items=())
        assert await world.here.groups.get(group.id) == group

    @case("I3")
    async def test_a_group_is_deleted_with_its_memberships(self, world: World) -> None:
        """Once; its name is free then, and a group with the same id has no members and no roles."""
        user = await world.user()
        group = await world.group(members=(user.id,))
        event = world.event()
        await world.here.groups.delete(group.id, event)
        assert (await world.events())[-1] == event
        with pytest.raises(NotFound):
            await world.here.groups.delete(group.id, world.event())
        assert await world.here.groups.of_user(user.id, ALL) == Page(items=())
        await world.here.groups.add(group, world.event())
        assert await world.here.groups.members(group.id, ALL) == Page(items=())
        assert (await world.here.assignments.held_by(Principal.group(group.id))).roles == {}
