"""`opentrusty role`: what roles there are, who holds them, given and taken."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import Paging, confirm, paged, tenant_option, yes_option
from opentrusty_cli.records import of_assignment, of_role
from opentrusty_core.domain.principal import Principal

COLUMNS = ("role", "tenant_id", "kind", "id", "assigned_at")


@click.group()
def role() -> None:
    """Roles of users. A tenant always has an owner, the platform an administrator."""


@role.command("list")
@operation
async def list_(desk: Desk) -> None:
    """List the roles and what they allow."""
    desk.output.many(
        [of_role(item) for item in desk.management.roles.builtin()], ("name", "scope", "permissions"), key="name"
    )


@role.command()
@tenant_option
@click.argument("user")
@operation
async def show(desk: Desk, tenant_name: str, user: str) -> None:
    """Show the roles of a user."""
    tenant_id = await desk.tenant_id(tenant_name)
    user_id = await desk.user_id(tenant_id, user)
    found = await desk.management.roles.of_principal(desk.actor, tenant_id, Principal.user(user_id))
    desk.output.many([of_assignment(item) for item in found], COLUMNS, key="role")


@role.command()
@click.option("-t", "--tenant", "tenant_name", metavar="NAME", help="The tenant's name; without it, on the platform.")
@click.argument("role")
@paged
@operation
async def holders(desk: Desk, tenant_name: str | None, role: str, paging: Paging) -> None:
    """List who holds a role."""
    roles = desk.management.roles
    if tenant_name is None:
        page = await paging.fetch(lambda request: roles.platform_holders(desk.actor, role, request))
    else:
        tenant_id = await desk.tenant_id(tenant_name)
        page = await paging.fetch(lambda request: roles.holders(desk.actor, tenant_id, role, request))
    desk.output.many([of_assignment(item) for item in page.items], COLUMNS, next_after=page.next_after)


@role.command()
@tenant_option
@click.argument("user")
@click.argument("role")
@operation
async def assign(desk: Desk, tenant_name: str, user: str, role: str) -> None:
    """Give a user of the tenant a role, there or on the platform."""
    tenant_id = await desk.tenant_id(tenant_name)
    user_id = await desk.user_id(tenant_id, user)
    new = await desk.management.roles.assign(desk.actor, tenant_id, Principal.user(user_id), role)
    message = f"{user} is {role} now." if new else f"{user} was {role} already."
    desk.output.done(message, {"user_id": user_id, "role": role, "changed": new}, key="user_id")


@role.command()
@tenant_option
@click.argument("user")
@click.argument("role")
@yes_option
@operation
async def revoke(desk: Desk, tenant_name: str, user: str, role: str, yes: bool) -> None:
    """Take a role from a user of the tenant."""
    tenant_id = await desk.tenant_id(tenant_name)
    user_id = await desk.user_id(tenant_id, user)
    confirm(f"{user} will no longer be {role}. Revoke it?", yes)
    gone = await desk.management.roles.revoke(desk.actor, tenant_id, Principal.user(user_id), role)
    message = f"{user} is no longer {role}." if gone else f"{user} was not {role}."
    desk.output.done(message, {"user_id": user_id, "role": role, "changed": gone}, key="user_id")
