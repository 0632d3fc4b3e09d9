"""Manifests: a tenant made what a file says, and written into such a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from opentrusty_core.domain.manifest import Manifest
from opentrusty_core.errors import Invalid, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.manifests.carrying_out import take_step, take_tenant_step
from opentrusty_core.management.manifests.document import read_manifest, write_manifest
from opentrusty_core.management.manifests.plan import planned
from opentrusty_core.management.manifests.problems import plan_problems
from opentrusty_core.management.manifests.state import EVERYTHING, UseCases, read_state
from opentrusty_core.management.manifests.steps import Action, Change, Plan, State, Step, TenantStep

__all__ = ["Action", "Change", "Done", "Manifests", "Plan", "Step", "UseCases", "read_manifest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A step that was done, with the secret of a client that it made, shown this once."""

    step: Step
    secret: str | None = field(default=None, repr=False)


class Manifests:
    """Use cases around manifests."""

    def __init__(self, context: Context, use_cases: UseCases) -> None:
        self._context = context
        self._use_cases = use_cases

    async def export(self, actor: Actor, tenant_id: str) -> dict[str, Any]:
        """The tenant's manifest as plain data: applied to it, it changes nothing. Raises `NotFound`."""
        tenant = await self._use_cases.tenants.get(actor, tenant_id)
        return write_manifest(tenant, await read_state(actor, tenant, EVERYTHING, self._use_cases))

    async def plan(self, actor: Actor, manifest: Manifest, *, delete: bool = True) -> Plan:
        """What has to be done, checked as far as it can be before it is; without `delete` nothing is removed.

        Raises:
            Invalid: one sentence for each part of the manifest that is not acceptable, by JSON pointer.
            Denied: the actor may not read what the plan is made from.
        """
        sections = {name for name in EVERYTHING if getattr(manifest, name) is not None}
        try:
            tenant = await self._use_cases.tenants.find(actor, manifest.tenant)
            state = await read_state(actor, tenant, sections, self._use_cases)
        except NotFound:
            state = State()
        plan = planned(manifest, state, delete=delete)
        if problems := plan_problems(plan, manifest, state, self._context.config):
            raise Invalid(problems)
        return plan

    async def plan_document(self, actor: Actor, document: object, *, delete: bool = True) -> Plan:
        """The same for a manifest that is plain data still. Raises what `read_manifest` and `plan` do."""
        return await self.plan(actor, read_manifest(document), delete=delete)

    async def apply(self, actor: Actor, plan: Plan) -> AsyncIterator[Done]:
        """Takes the steps, each in a transaction of its own, and yields each when it is done. Where one fails, those
        before it stay: a new plan goes on from there.

        Raises:
            ChangedMeanwhile: something is not any more what the plan was made for.
            OpenTrustyError: a use case refuses.
        """
        tenant_id = None
        for step in plan.steps:
            actor = await self._context.renewed(actor)
            if isinstance(step, TenantStep):
                tenant_id = await take_tenant_step(actor, step, self._use_cases)
                yield Done(step=step)
                continue
            if tenant_id is None:
                tenant_id = (await self._use_cases.tenants.find(actor, plan.tenant)).id
            yield Done(step=step, secret=await take_step(actor, tenant_id, step, self._use_cases))
