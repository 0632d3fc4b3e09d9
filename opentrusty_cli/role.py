"""`opentrusty role`: what roles there are, those of a tenant's own, who holds them, given and taken."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import Paging, confirm, paged, tenant_option, version_option, yes_option
from opentrusty_cli.principal_options import principal_of, principal_options
from opentrusty_cli.records import of_assignment, of_role

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentrusty_core.management import RoleFields

COLUMNS = ("role", "tenant_id", "kind", "id", "assigned_at")
permissions_option = click.option(
    "--permission", "permissions", multiple=True, metavar="NAME", help="What it allows, such as user:read; repeatable."
)


@click.group()
def role() -> None:
    """Roles of users, groups and clients. A tenant always has an owner, the platform an administrator."""


@role.command("list")
@click.option("-t", "--tenant", "tenant_name", metavar="NAME", help="The tenant's name; without it, the built-in ones.")
@paged
@operation
async def list_(desk: Desk, tenant_name: str | None, paging: Paging) -> None:
    """List the roles that can be held in a tenant, or those that are built in, and what they allow."""
    columns = ("name", "scope", "permissions")
    if tenant_name is None:
        desk.output.many([of_role(item) for item in desk.management.roles.builtin()], columns, key="name")
        return
    tenant_id = await desk.tenant_id(tenant_name)
    page = await paging.fetch(lambda request: desk.management.custom_roles.page(desk.actor, tenant_id, request))
    desk.output.many([of_role(item) for item in page.items], columns, key="name", next_after=page.next_after)


@role.command()
@tenant_option
@click.argument("name")
@operation
async def describe(desk: Desk, tenant_name: str, name: str) -> None:
    """Show a role that can be held in a tenant, and what it allows."""
    tenant_id = await desk.tenant_id(tenant_name)
    desk.output.one(of_role(await desk.management.custom_roles.get(desk.actor, tenant_id, name)), key="name")


@role.command()
@tenant_option
@click.argument("name")
@permissions_option
@click.option("--description", default="", help="What it is for.")
@operation
async def create(desk: Desk, tenant_name: str, name: str, permissions: tuple[str, ...], description: str) -> None:
    """Make a role of the tenant's own."""
    tenant_id = await desk.tenant_id(tenant_name)
    fields: RoleFields = {"description": description, "permissions": permissions}
    made = await desk.management.custom_roles.create(desk.actor, tenant_id, name, fields)
    desk.output.one(of_role(made), key="name")


@role.command()
@tenant_option
@click.argument("name")
@permissions_option
@click.option("--no-permissions", is_flag=True, help="It allows nothing any more.")
@click.option("--description")
@version_option
@operation
async def update(
    desk: Desk,
    tenant_name: str,
    name: str,
    permissions: tuple[str, ...],
    no_permissions: bool,
    description: str | None,
    version: int | None,
) -> None:
    """Change what is given and leave the rest; the permissions given replace those it had."""
    if permissions and no_permissions:
        raise click.UsageError("--permission contradicts --no-permissions.")
    tenant_id = await desk.tenant_id(tenant_name)
    fields: RoleFields = {}
    if description is not None:
        fields["description"] = description
    if permissions or no_permissions:
        fields["permissions"] = permissions
    changed = await desk.management.custom_roles.update(desk.actor, tenant_id, name, fields, version=version)
    desk.output.one(of_role(changed), key="name")


@role.command()
@tenant_option
@click.argument("name")
@click.option("--force", is_flag=True, help="Also where somebody holds it, who then holds it no more.")
@yes_option
@operation
async def delete(desk: Desk, tenant_name: str, name: str, force: bool, yes: bool) -> None:
    """Remove a role of the tenant's own, unless somebody holds it."""
    tenant_id = await desk.tenant_id(tenant_name)
    confirm(f"Nobody will be {name} any more. Delete it?", yes)
    await desk.management.custom_roles.delete(desk.actor, tenant_id, name, force=force)
    desk.output.done(f"Deleted {name}.", {"name": name, "deleted": True}, key="name")


@role.command()
@tenant_option
@click.argument("holder")
@principal_options
@operation
async def show(desk: Desk, tenant_name: str, holder: str, kind: str | None) -> None:
    """Show the roles of a user, a group or a client."""
    tenant_id = await desk.tenant_id(tenant_name)
    principal = await principal_of(desk, tenant_id, holder, kind)
    found = await desk.management.roles.of_principal(desk.actor, tenant_id, principal)
    desk.output.many([of_assignment(item) for item in found], COLUMNS, key="role")


@role.command()
@tenant_option
@click.argument("holder")
@principal_options
@operation
async def permissions(desk: Desk, tenant_name: str, holder: str, kind: str | None) -> None:
    """Show what a user, a group or a client may do, by roles of their own and of their groups."""
    tenant_id = await desk.tenant_id(tenant_name)
    principal = await principal_of(desk, tenant_id, holder, kind)
    held = await desk.management.roles.authority(desk.actor, tenant_id, principal)
    shown = {
        "id": principal.id,
        "roles": sorted(held.roles),
        "permissions": sorted(held.permissions),
        "platform_roles": sorted(held.platform_roles),
        "platform_permissions": sorted(held.platform_permissions),
    }
    desk.output.one(shown)


@role.command()
@click.option("-t", "--tenant", "tenant_name", metavar="NAME", help="The tenant's name; without it, on the platform.")
@click.argument("role")
@paged
@operation
async def holders(desk: Desk, tenant_name: str | None, role: str, paging: Paging) -> None:
    """List who holds a role themselves: users, groups and clients."""
    roles = desk.management.roles
    if tenant_name is None:
        page = await paging.fetch(lambda request: roles.platform_holders(desk.actor, role, request))
    else:
        tenant_id = await desk.tenant_id(tenant_name)
        page = await paging.fetch(lambda request: roles.holders(desk.actor, tenant_id, role, request))
    desk.output.many([of_assignment(item) for item in page.items], COLUMNS, next_after=page.next_after)


@role.command()
@tenant_option
@click.argument("holder")
@click.argument("role")
@principal_options
@operation
async def assign(desk: Desk, tenant_name: str, holder: str, role: str, kind: str | None) -> None:
    """Give a user, a group or a client of the tenant a role, there or on the platform."""
    tenant_id = await desk.tenant_id(tenant_name)
    principal = await principal_of(desk, tenant_id, holder, kind)
    new = await desk.management.roles.assign(desk.actor, tenant_id, principal, role)
    message = f"{holder} is {role} now." if new else f"{holder} was {role} already."
    desk.output.done(message, {"kind": principal.kind.value, "id": principal.id, "role": role, "changed": new})


@role.command()
@tenant_option
@click.argument("holder")
@click.argument("role")
@principal_options
@yes_option
@operation
async def revoke(desk: Desk, tenant_name: str, holder: str, role: str, kind: str | None, yes: bool) -> None:
    """Take a role from a user, a group or a client of the tenant."""
    tenant_id = await desk.tenant_id(tenant_name)
    principal = await principal_of(desk, tenant_id, holder, kind)
    confirm(f"{holder} will no longer be {role}. Revoke it?", yes)
    gone = await desk.management.roles.revoke(desk.actor, tenant_id, principal, role)
    message = f"{holder} is no longer {role}." if gone else f"{holder} was not {role}."
    desk.output.done(message, {"kind": principal.kind.value, "id": principal.id, "role": role, "changed": gone})
