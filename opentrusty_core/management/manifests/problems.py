"""What the use cases would refuse of a plan, found before the first of them is asked: a plan is taken whole or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from opentrusty_core.config import Config
from opentrusty_core.domain.builtin import RESERVED_CLIENT_IDS, builtin_resources
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.custom_role import validated_role_name
from opentrusty_core.domain.manifest import DeclaredClient, DeclaredGroup, Manifest
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.tenant import TenantSettings, name_problems
from opentrusty_core.errors import Invalid
from opentrusty_core.management.client_fields import with_fields
from opentrusty_core.management.custom_roles import role_problems
from opentrusty_core.management.groups import group_problems
from opentrusty_core.management.manifests.document import pointer
from opentrusty_core.management.manifests.steps import (
    Action,
    ClientStep,
    GroupStep,
    Plan,
    ResourceStep,
    RoleStep,
    State,
    TenantStep,
)
from opentrusty_core.management.resources import resource_problems
from opentrusty_core.management.tenant_settings import display_name_problems, settings_problems

_SOME_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def plan_problems(plan: Plan, manifest: Manifest, state: State, config: Config) -> dict[str, str]:
    """One sentence for each part of the manifest that is not acceptable, by JSON pointer."""
    settings, resources = plan.settings, tuple(plan.resources.values())
    problems = dict(_scope_problems(plan.resources)) | dict(_holder_problems(manifest, plan.roles))
    for step in plan.steps:
        match step:
            case TenantStep():
                problems |= _of_tenant(step)
            case ResourceStep(resource=Resource() as resource):
                for name, why in resource_problems(resource, config):
                    problems[pointer("resources", step.name, *(() if name == "identifier" else (name,)))] = why
            case RoleStep() if step.action is not Action.DELETE:
                for name, why in _of_role(step).items():
                    problems[pointer("roles", step.name, *(() if name == "name" else (name,)))] = why
            case GroupStep() if step.action is not Action.DELETE:
                for name, why in group_problems(step.fields):
                    problems[pointer("groups", step.name, name)] = why
            case ClientStep() if step.action is not Action.DELETE:
                client = state.clients.get(step.name) or _blank(step.name)
                for name, why in _of_client(step, client, resources, settings, config).items():
                    problems[pointer("clients", step.name, *(() if name == "client_id" else (name,)))] = why
            case _:
                pass
    return problems


def _of_tenant(step: TenantStep) -> dict[str, str]:
    problems: dict[str, str] = {}
    if step.action is Action.CREATE:
        problems |= {pointer("tenant"): why for why in name_problems(step.name).values()}
    if step.display_name is not None:
        problems |= {pointer(name): why for name, why in display_name_problems(step.display_name).items()}
    if step.settings is not None:
        found = settings_problems(step.settings)
        problems |= {pointer("settings", *name.split(".")): why for name, why in found.items()}
    return problems


def _holder_problems(manifest: Manifest, roles: frozenset[str]) -> Iterator[tuple[str, str]]:
    sections: Mapping[str, Mapping[str, DeclaredClient | DeclaredGroup]] = {
        "clients": manifest.clients or {},
        "groups": manifest.groups or {},
    }
    for section, holders in sections.items():
        for name, holder in holders.items():
            if unknown := sorted(set(holder.roles) - roles):
                yield pointer(section, name, "roles"), f"The tenant has no role {', '.join(unknown)}."


def _of_role(step: RoleStep) -> dict[str, str]:
    problems = dict(role_problems(step.fields))
    try:
        validated_role_name(step.name)
    except Invalid as error:
        problems |= error.fields
    return problems


def _scope_problems(resources: Mapping[str, Resource]) -> Iterator[tuple[str, str]]:
    owners: dict[str, str] = {}
    for identifier, resource in resources.items():
        for scope in resource.scopes:
            if scope in owners:
                yield pointer("resources", identifier, "scopes", scope), f"{owners[scope]} has this scope already."
            owners.setdefault(scope, identifier)


def _of_client(
    step: ClientStep, client: Client, resources: tuple[Resource, ...], settings: TenantSettings, config: Config
) -> Mapping[str, str]:
    if step.name in RESERVED_CLIENT_IDS:
        return {"client_id": "A client of this id is built in."}
    try:
        with_fields(client, step.fields, resources, settings, builtin_resources(config))
    except Invalid as error:
        return error.fields
    return {}


def _blank(client_id: str) -> Client:
    return Client(client_id=client_id, client_name="", created_at=_SOME_TIME, updated_at=_SOME_TIME)
