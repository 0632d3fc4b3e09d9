"""Trespasses on who may do what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opentrusty_core.domain.authority import Authority
from opentrusty_core.domain.departure import UserGone
from opentrusty_core.domain.group import group_name_normal
from opentrusty_core.domain.page import Page
from opentrusty_core.domain.principal import Principal
from opentrusty_core.errors import NotFound
from opentrusty_core.storage.contract.builders import a_user
from opentrusty_core.storage.contract.planted import Planted
from opentrusty_core.storage.contract.trespass import trespass
from opentrusty_core.storage.contract.world import ALL, World


@trespass("roles.add")
async def _(world: World, planted: Planted) -> None:
    await world.there.roles.add(replace(planted.role, permission_names=()), world.event())


@trespass("roles.get")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.roles.get(planted.role.name) is None


@trespass("roles.all")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.roles.all() == ()


@trespass("roles.update")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.roles.update(replace(planted.role, version=2), world.event())


@trespass("roles.delete")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.roles.delete(planted.role.name, world.event(), force=True)
    await world.there.roles.add(planted.role, world.event())
    await world.there.roles.delete(planted.role.name, world.event(), force=True)


@trespass("groups.add")
async def _(world: World, planted: Planted) -> None:
    await world.there.groups.add(replace(planted.group, description="Foreign"), world.event())
    assert await world.there.groups.members(planted.group.id, ALL) == Page(items=())


@trespass("groups.get")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.groups.get(planted.group.id) is None


@trespass("groups.find")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.groups.find(group_name_normal(planted.group.name)) is None


@trespass("groups.update")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.groups.update(replace(planted.group, version=2), world.event())


@trespass("groups.delete")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.groups.delete(planted.group.id, world.event())
    await world.there.groups.add(planted.group, world.event())
    await world.there.groups.delete(planted.group.id, world.event())


@trespass("groups.page")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.groups.page(ALL) == Page(items=())


@trespass("groups.join")
async def _(world: World, planted: Planted) -> None:
    own = a_user(world.runtime)
    await world.there.users.add(own, world.event())
    with pytest.raises(NotFound):
        await world.there.groups.join(planted.group.id, {own.id: world.event()}, world.now)
    await world.there.groups.add(planted.group, world.event())
    with pytest.raises(NotFound):
        await world.there.groups.join(planted.group.id, {planted.user.id: world.event()}, world.now)
    assert await world.there.groups.join(planted.group.id, {own.id: world.event()}, world.now) == (own.id,)


@trespass("groups.leave")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.groups.leave(planted.group.id, planted.user.id, world.event()) is False


@trespass("groups.members")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.groups.members(planted.group.id, ALL) == Page(items=())


@trespass("groups.of_user")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.groups.of_user(planted.user.id, ALL) == Page(items=())


@trespass("assignments.assign")
async def _(world: World, planted: Planted) -> None:
    foreign = replace(planted.assignment, tenant_id=world.there_tenant.id)
    assert await world.there.assignments.assign(foreign, world.event()) is True
    for principal in (Principal.client(planted.client.client_id), Principal.group(planted.group.id)):
        held = replace(foreign, principal=principal)
        assert await world.there.assignments.assign(held, world.event()) is False
    assert await world.there.assignments.assign(replace(foreign, role=planted.role.name), world.event()) is False


@trespass("assignments.revoke")
async def _(world: World, planted: Planted) -> None:
    held = (planted.assignment.principal, planted.assignment.role)
    assert await world.there.assignments.revoke(*held, world.event()) is False


@trespass("assignments.of_principal")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.assignments.of_principal(planted.assignment.principal) == ()


@trespass("assignments.of_role")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.assignments.of_role(planted.assignment.role, ALL) == Page(items=())


@trespass("assignments.held_by")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.assignments.held_by(planted.assignment.principal) == Authority()
    assert await world.there.assignments.held_by(Principal.client(planted.client.client_id)) == Authority()
    assert await world.there.assignments.held_by(Principal.group(planted.group.id)) == Authority()


@trespass("assignments.remains")
async def _(world: World, planted: Planted) -> None:
    assert await world.here.assignments.remains(planted.assignment.role, UserGone(user_id="nobody")) is True
    assert await world.there.assignments.remains(planted.assignment.role, UserGone(user_id="nobody")) is False
