"""`opentrusty group`: groups of a tenant's users that carry roles."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import Paging, confirm, paged, tenant_option, version_option, yes_option
from opentrusty_cli.records import of_group, of_member
from opentrusty_core.domain.group import MAX_JOINING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentrusty_core.domain.group import Group
    from opentrusty_core.management import GroupFields

COLUMNS = ("id", "name", "description")
MEMBERS = ("id", "username", "email", "status", "joined_at")


@click.group()
def group() -> None:
    """Groups of users. Who is a member holds the roles of the group (`role assign --group`)."""


@group.command("list")
@tenant_option
@click.option("--search", default="", metavar="TEXT", help="Only whose name begins so, however it is written.")
@click.option("--user", help="Only those of which this user is a member, by id.")
@paged
@operation
async def list_(desk: Desk, tenant_name: str, search: str, user: str | None, paging: Paging) -> None:
    """List groups by name."""
    if search and user is not None:
        raise click.UsageError("--search contradicts --user.")
    tenant_id, groups = await desk.tenant_id(tenant_name), desk.management.groups
    if user is None:
        page = await paging.fetch(lambda request: groups.page(desk.actor, tenant_id, request, search=search))
    else:
        user_id = await desk.user_id(tenant_id, user)
        page = await paging.fetch(lambda request: groups.of_user(desk.actor, tenant_id, user_id, request))
    desk.output.many([of_group(item) for item in page.items], COLUMNS, next_after=page.next_after)


@group.command()
@tenant_option
@click.argument("group")
@operation
async def show(desk: Desk, tenant_name: str, group: str) -> None:
    """Show a group, by id or name."""
    _, found = await _found(desk, tenant_name, group)
    desk.output.one(of_group(found))


@group.command()
@tenant_option
@click.argument("name")
@click.option("--description", default="", help="What it is for.")
@operation
async def create(desk: Desk, tenant_name: str, name: str, description: str) -> None:
    """Make a group, without members and roles yet."""
    tenant_id = await desk.tenant_id(tenant_name)
    fields: GroupFields = {"name": name, "description": description}
    desk.output.one(of_group(await desk.management.groups.create(desk.actor, tenant_id, fields)))


@group.command()
@tenant_option
@click.argument("group")
@click.option("--name")
@click.option("--description")
@version_option
@operation
async def update(
    desk: Desk, tenant_name: str, group: str, name: str | None, description: str | None, version: int | None
) -> None:
    """Change what is given and leave the rest."""
    tenant_id, found = await _found(desk, tenant_name, group)
    fields: GroupFields = {}
    if name is not None:
        fields["name"] = name
    if description is not None:
        fields["description"] = description
    changed = await desk.management.groups.update(desk.actor, tenant_id, found.id, fields, version=version)
    desk.output.one(of_group(changed))


@group.command()
@tenant_option
@click.argument("group")
@yes_option
@operation
async def delete(desk: Desk, tenant_name: str, group: str, yes: bool) -> None:
    """Remove a group; its members lose its roles."""
    tenant_id, found = await _found(desk, tenant_name, group)
    confirm(f"The members of {found.name} will lose its roles. Delete it?", yes)
    await desk.management.groups.delete(desk.actor, tenant_id, found.id)
    desk.output.done(f"Deleted {found.name}.", {"id": found.id, "deleted": True})


@group.command()
@tenant_option
@click.argument("group")
@paged
@operation
async def members(desk: Desk, tenant_name: str, group: str, paging: Paging) -> None:
    """List the members of a group by user id."""
    tenant_id, found = await _found(desk, tenant_name, group)
    page = await paging.fetch(lambda request: desk.management.groups.members(desk.actor, tenant_id, found.id, request))
    desk.output.many([of_member(item) for item in page.items], MEMBERS, next_after=page.next_after)


@group.command()
@tenant_option
@click.argument("group")
@click.argument("users", nargs=-1, required=True)
@operation
async def add(desk: Desk, tenant_name: str, group: str, users: tuple[str, ...]) -> None:
    """Add users to a group; they hold its roles then."""
    tenant_id, found = await _found(desk, tenant_name, group)
    ids = [await desk.user_id(tenant_id, user) for user in users]
    joined = 0
    for start in range(0, len(ids), MAX_JOINING):
        some = ids[start : start + MAX_JOINING]
        joined += len(await desk.management.groups.add_members(desk.actor, tenant_id, found.id, some))
    message = f"{joined} joined {found.name}; {len(ids) - joined} had been members."
    desk.output.done(message, {"id": found.id, "joined": joined})


@group.command()
@tenant_option
@click.argument("group")
@click.argument("user")
@yes_option
@operation
async def remove(desk: Desk, tenant_name: str, group: str, user: str, yes: bool) -> None:
    """Remove a member from a group; they lose its roles."""
    tenant_id, found = await _found(desk, tenant_name, group)
    user_id = await desk.user_id(tenant_id, user)
    confirm(f"{user} will lose the roles of {found.name}. Remove them?", yes)
    await desk.management.groups.remove_member(desk.actor, tenant_id, found.id, user_id)
    desk.output.done(f"{user} is no member of {found.name} any more.", {"id": found.id, "user_id": user_id})


async def _found(desk: Desk, tenant_name: str, group: str) -> tuple[str, Group]:
    """The id of the tenant, and its group of this id or name. Raises `NotFound`."""
    tenant_id = await desk.tenant_id(tenant_name)
    return tenant_id, await desk.management.groups.get(desk.actor, tenant_id, group)
