"""`opentrusty tenant domain`: domains of a tenant's own, asked for, approved and removed."""

from __future__ import annotations

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import Paging, confirm, paged, yes_option
from opentrusty_cli.records import of_tenant
from opentrusty_core.domain.tenant import Tenant


@click.group()
def domain() -> None:
    """The domain of a tenant's own, which is its issuer in place of the address below the Auth Plane's."""


@domain.command()
@paged
@operation
async def waiting(desk: Desk, paging: Paging) -> None:
    """List the tenants whose domain waits for an approval."""
    page = await paging.fetch(lambda request: desk.management.domains.waiting(desk.actor, request))
    columns = ("name", "domain", "pending_domain")
    desk.output.many([of_tenant(item) for item in page.items], columns, key="name", next_after=page.next_after)


@domain.command()
@click.argument("name")
@click.argument("domain")
@operation
async def add(desk: Desk, name: str, domain: str) -> None:
    """Ask for a domain such as login.example.org; nothing is served there until it is approved."""
    tenant_id = await desk.tenant_id(name)
    _show(desk, await desk.management.domains.ask(desk.actor, tenant_id, domain))


@domain.command()
@click.argument("name")
@click.argument("domain")
@yes_option
@operation
async def approve(desk: Desk, name: str, domain: str, yes: bool) -> None:
    """Make the domain that a tenant asked for its issuer, within a second."""
    tenant_id = await desk.tenant_id(name)
    confirm(f"The issuer of {name} changes, and every application of it has to know. Approve {domain}?", yes)
    _show(desk, await desk.management.domains.approve(desk.actor, tenant_id, domain))


@domain.command()
@click.argument("name")
@click.argument("domain")
@yes_option
@operation
async def remove(desk: Desk, name: str, domain: str, yes: bool) -> None:
    """Take a domain from a tenant, approved or not."""
    tenant_id = await desk.tenant_id(name)
    confirm(f"Nobody will be able to sign in at {domain}. Remove it?", yes)
    _show(desk, await desk.management.domains.remove(desk.actor, tenant_id, domain))


def _show(desk: Desk, shown: Tenant) -> None:
    desk.output.one(of_tenant(shown, desk.issuer_of(shown)))
