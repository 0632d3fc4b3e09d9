"""Manifests over HTTP, by the signatures of `opentrusty_core.management`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

from opentrusty_cli.remote.api import Api
from opentrusty_cli.remote.problems import Misfits
from opentrusty_cli.remote.reading import read
from opentrusty_core.errors import DomainError, Invalid
from opentrusty_core.management import Actor
from opentrusty_core.management.manifests import Action, Change, Done, Plan, Step, read_manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStep:
    """What is to be done with one thing, as the Admin Plane tells it."""

    action: Action
    noun: str
    name: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPlan:
    """The steps, and what they were worked out from: it is sent again to be applied."""

    tenant: str
    steps: tuple[ToldStep, ...]
    asked: dict[str, Any]


class RemoteManifests:
    """Twin of `management.Manifests`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def export(self, actor: Actor, tenant_id: str) -> dict[str, Any]:
        manifest: dict[str, Any] = (await self._api.get(self._api.of(tenant_id, "manifest")))["manifest"]
        return manifest

    async def plan_document(self, actor: Actor, document: object, *, delete: bool = True) -> Plan:
        tenant = read_manifest(document).tenant
        asked = {"manifest": document, "delete": delete}
        try:
            told = await self._api.post(self._api.of(tenant, "manifest", "plan"), asked)
        except Misfits as error:
            raise Invalid({it.removeprefix("/manifest"): why for it, why in error.pointers.items()}) from None
        steps = tuple(read(ToldStep, step) for step in told["steps"])
        return cast("Plan", ToldPlan(tenant=tenant, steps=steps, asked=asked))

    async def apply(self, actor: Actor, plan: Plan) -> AsyncIterator[Done]:
        """The Admin Plane works the plan out anew and takes its steps: what is told is what was done."""
        told = await self._api.post(self._api.of(plan.tenant, "manifest", "apply"), cast("ToldPlan", plan).asked)
        for it in told["done"]:
            yield Done(step=cast("Step", read(ToldStep, it)), secret=it["client_secret"])
        if told["failure"] is not None:
            raise DomainError(told["failure"])
