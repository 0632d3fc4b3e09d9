"""Manifests: a tenant made what a file says, and written into such a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from opentrusty_core.domain.client import Client, ClientStatus
from opentrusty_core.domain.manifest import Manifest
from opentrusty_core.domain.page import MAX_PAGE, Page, PageRequest
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.errors import Invalid, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.clients import Clients
from opentrusty_core.management.context import Context
from opentrusty_core.management.manifests.document import read_manifest, write_manifest
from opentrusty_core.management.manifests.plan import (
    Action,
    Change,
    ClientStep,
    Plan,
    ResourceStep,
    State,
    Step,
    TenantStep,
    planned,
)
from opentrusty_core.management.manifests.problems import plan_problems
from opentrusty_core.management.resources import Resources
from opentrusty_core.management.tenants import Tenants

__all__ = ["Action", "Change", "Done", "Manifests", "Plan", "Step", "read_manifest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A step that was done, with the secret of a client that it made, shown this once."""

    step: Step
    secret: str | None = field(default=None, repr=False)


class Manifests:
    """Use cases around manifests."""

    def __init__(self, context: Context, tenants: Tenants, resources: Resources, clients: Clients) -> None:
        self._context = context
        self._tenants = tenants
        self._resources = resources
        self._clients = clients

    async def export(self, actor: Actor, tenant_id: str) -> dict[str, Any]:
        """The tenant's manifest as plain data: applied to it, it changes nothing. Raises `NotFound`."""
        tenant = await self._tenants.get(actor, tenant_id)
        state = await self._state(actor, tenant)
        return write_manifest(tenant, state.resources, state.clients)

    async def plan(self, actor: Actor, manifest: Manifest, *, delete: bool = True) -> Plan:
        """What has to be done, checked as far as it can be before it is; without `delete` nothing is removed.

        Raises:
            Invalid: one sentence for each part of the manifest that is not acceptable, by JSON pointer.
            Denied: the actor may not read what the plan is made from.
        """
        try:
            state = await self._state(actor, await self._tenants.find(actor, manifest.tenant))
        except NotFound:
            state = State()
        plan = planned(manifest, state, delete=delete)
        if problems := plan_problems(plan, state, self._context.config):
            raise Invalid(problems)
        return plan

    async def apply(self, actor: Actor, plan: Plan) -> AsyncIterator[Done]:
        """Takes the steps, each in a transaction of its own, and yields each when it is done. Where one fails, those
        before it stay: a new plan goes on from there.

        Raises:
            ChangedMeanwhile: something is not any more what the plan was made for.
            OpenTrustyError: a use case refuses.
        """
        tenant_id = None
        for step in plan.steps:
            if isinstance(step, TenantStep):
                tenant_id = await self._tenant(actor, step)
                yield Done(step=step)
                continue
            if tenant_id is None:
                tenant_id = (await self._tenants.find(actor, plan.tenant)).id
            match step:
                case ResourceStep():
                    await self._resource(actor, tenant_id, step)
                    yield Done(step=step)
                case ClientStep():
                    yield Done(step=step, secret=await self._client(actor, tenant_id, step))

    async def _state(self, actor: Actor, tenant: Tenant) -> State:
        return State(
            tenant=tenant,
            resources={it.identifier: it for it in await self._resources.list(actor, tenant.id)},
            clients={it.client_id: it for it in await self._every_client(actor, tenant.id)},
        )

    async def _every_client(self, actor: Actor, tenant_id: str) -> list[Client]:
        clients: list[Client] = []
        page: Page[Client] | None = None
        while page is None or page.next_after is not None:
            after = page.next_after if page else None
            page = await self._clients.page(actor, tenant_id, PageRequest(limit=MAX_PAGE, after=after))
            clients += page.items
        return clients

    async def _tenant(self, actor: Actor, step: TenantStep) -> str:
        if step.action is Action.CREATE:
            made = await self._tenants.create(actor, step.name, step.display_name, settings=step.settings)
            return made.id
        current = await self._tenants.find(actor, step.name)
        changed = await self._tenants.update(
            actor, current.id, display_name=step.display_name, settings=step.settings, version=step.version
        )
        return changed.id

    async def _resource(self, actor: Actor, tenant_id: str, step: ResourceStep) -> None:
        if step.resource is None:
            await self._resources.delete(actor, tenant_id, step.name)
        else:
            await self._resources.save(actor, tenant_id, step.resource)

    async def _client(self, actor: Actor, tenant_id: str, step: ClientStep) -> str | None:
        """The secret of a client that was made, or that authenticates from now on."""
        secret = None
        match step.action:
            case Action.DELETE:
                await self._clients.delete(actor, tenant_id, step.name)
            case Action.CREATE:
                made = await self._clients.create(actor, tenant_id, step.fields, client_id=step.name)
                secret = made.secret
            case Action.UPDATE:
                changed = await self._clients.update(actor, tenant_id, step.name, step.fields, version=step.version)
                if not changed.is_public and not changed.secrets:
                    secret = (await self._clients.rotate_secret(actor, tenant_id, step.name)).secret
        match step.status:
            case ClientStatus.DISABLED:
                await self._clients.disable(actor, tenant_id, step.name)
            case ClientStatus.ACTIVE:
                await self._clients.enable(actor, tenant_id, step.name)
            case None:
                pass
        return secret
