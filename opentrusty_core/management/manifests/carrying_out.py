"""The steps of a plan, taken by the use cases that anybody else takes them by."""

from __future__ import annotations

from opentrusty_core.domain.client import ClientStatus
from opentrusty_core.domain.principal import Principal, PrincipalKind
from opentrusty_core.domain.resource import Resource
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.manifests.state import UseCases
from opentrusty_core.management.manifests.steps import (
    Action,
    AssignmentStep,
    ClientStep,
    GroupStep,
    ResourceStep,
    RoleStep,
    Step,
    TenantStep,
)


async def take_tenant_step(actor: Actor, step: TenantStep, use_cases: UseCases) -> str:
    """Makes or changes the tenant; its id."""
    tenants = use_cases.tenants
    if step.action is Action.CREATE:
        return (await tenants.create(actor, step.name, step.display_name, settings=step.settings)).id
    tenant_id = (await tenants.find(actor, step.name)).id
    await tenants.update(actor, tenant_id, display_name=step.display_name, settings=step.settings, version=step.version)
    return tenant_id


async def take_step(actor: Actor, tenant_id: str, step: Step, use_cases: UseCases) -> str | None:
    """Takes a step in the tenant; the secret of a client that gets one."""
    match step:
        case TenantStep():
            await take_tenant_step(actor, step, use_cases)
        case ResourceStep(resource=Resource() as resource):
            await use_cases.resources.save(actor, tenant_id, resource, version=step.version)
        case ResourceStep():
            await use_cases.resources.delete(actor, tenant_id, step.name)
        case RoleStep():
            await _role(actor, tenant_id, step, use_cases)
        case GroupStep():
            await _group(actor, tenant_id, step, use_cases)
        case AssignmentStep():
            await _assignment(actor, tenant_id, step, use_cases)
        case ClientStep():
            return await _client(actor, tenant_id, step, use_cases)
    return None


async def _role(actor: Actor, tenant_id: str, step: RoleStep, use_cases: UseCases) -> None:
    roles = use_cases.custom_roles
    match step.action:
        case Action.CREATE:
            await roles.create(actor, tenant_id, step.name, step.fields)
        case Action.UPDATE:
            await roles.update(actor, tenant_id, step.name, step.fields, version=step.version)
        case Action.DELETE:
            await roles.delete(actor, tenant_id, step.name)


async def _group(actor: Actor, tenant_id: str, step: GroupStep, use_cases: UseCases) -> None:
    groups = use_cases.groups
    match step.action:
        case Action.CREATE:
            await groups.create(actor, tenant_id, step.fields)
        case Action.UPDATE:
            await groups.update(actor, tenant_id, step.group_id, step.fields, version=step.version)
        case Action.DELETE:
            await groups.delete(actor, tenant_id, step.group_id)


async def _assignment(actor: Actor, tenant_id: str, step: AssignmentStep, use_cases: UseCases) -> None:
    principal = Principal.client(step.holder)
    if step.kind is PrincipalKind.GROUP:
        principal = Principal.group((await use_cases.groups.get(actor, tenant_id, step.holder)).id)
    change = use_cases.roles.revoke if step.action is Action.DELETE else use_cases.roles.assign
    await change(actor, tenant_id, principal, step.role)


async def _client(actor: Actor, tenant_id: str, step: ClientStep, use_cases: UseCases) -> str | None:
    """The secret of a client that was made, or that authenticates from now on."""
    clients, secret = use_cases.clients, None
    match step.action:
        case Action.DELETE:
            await clients.delete(actor, tenant_id, step.name)
        case Action.CREATE:
            secret = (await clients.create(actor, tenant_id, step.fields, client_id=step.name)).secret
        case Action.UPDATE:
            changed = await clients.update(actor, tenant_id, step.name, step.fields, version=step.version)
            if not changed.is_public and not changed.secrets:
                secret = (await clients.rotate_secret(actor, tenant_id, step.name)).secret
    match step.status:
        case ClientStatus.DISABLED:
            await clients.disable(actor, tenant_id, step.name)
        case ClientStatus.ACTIVE:
            await clients.enable(actor, tenant_id, step.name)
        case None:
            pass
    return secret
