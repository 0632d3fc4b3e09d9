"""What has to be done to make a tenant what a manifest says: worked out from both, nothing read and nothing written.

The order is one in which every step is acceptable when its turn comes: the tenant with its settings, then its APIs
(those that go first, then those that give up a scope which another takes), its roles and groups, its clients, and who
holds which role; the roles that go come last, when no client or group holds them any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from opentrusty_core.domain import settings_document
from opentrusty_core.domain.client import Client, ClientStatus
from opentrusty_core.domain.client_document import defaults, plain_fields
from opentrusty_core.domain.manifest import DeclaredClient, Manifest
from opentrusty_core.domain.resource import Resource, permitted_scopes
from opentrusty_core.domain.tenant import Tenant, TenantSettings
from opentrusty_core.management.client_fields import ClientFields
from opentrusty_core.management.manifests.plan_roles import (
    assignment_steps,
    group_steps,
    removed_role_steps,
    role_steps,
    roles_after,
)
from opentrusty_core.management.manifests.steps import (
    Action,
    ClientStep,
    Plan,
    ResourceStep,
    State,
    Step,
    TenantStep,
    changes_between,
)


def planned(manifest: Manifest, state: State, *, delete: bool = True) -> Plan:
    """The plan; without `delete` what the manifest does not list stays."""
    settings = manifest.settings or (state.tenant.settings if state.tenant else TenantSettings())
    resources = state.resources
    steps: list[Step] = [*_tenant_steps(manifest, state.tenant)]
    if manifest.resources is not None:
        resources = manifest.resources if delete else {**state.resources, **manifest.resources}
        steps += _resource_steps(manifest.resources, state.resources, delete=delete)
    if manifest.roles is not None:
        steps += role_steps(manifest.roles, state.roles)
    if manifest.groups is not None:
        steps += group_steps(manifest.groups, state.groups, delete=delete)
    if manifest.clients is not None:
        allowed = permitted_scopes(resources.values(), settings)
        steps += _client_steps(manifest.clients, state.clients, allowed, delete=delete)
    steps += assignment_steps(manifest, state)
    if manifest.roles is not None and delete:
        steps += removed_role_steps(manifest.roles, state.roles)
    return Plan(
        tenant=manifest.tenant,
        steps=tuple(steps),
        settings=settings,
        resources=resources,
        roles=roles_after(manifest, state, delete=delete),
    )


def _tenant_steps(manifest: Manifest, tenant: Tenant | None) -> Iterator[TenantStep]:
    if tenant is None:
        name = manifest.tenant
        yield TenantStep(
            action=Action.CREATE, name=name, display_name=manifest.display_name, settings=manifest.settings
        )
        return
    before: dict[str, object] = {"display_name": tenant.display_name, "settings": _plain(tenant.settings)}
    after = dict(before)
    if manifest.display_name is not None:
        after["display_name"] = manifest.display_name
    if manifest.settings is not None:
        after["settings"] = _plain(manifest.settings)
    if changes := tuple(changes_between(before, after)):
        yield TenantStep(
            action=Action.UPDATE,
            name=tenant.name,
            display_name=manifest.display_name,
            settings=manifest.settings,
            changes=changes,
            version=tenant.version,
        )


def _plain(settings: TenantSettings) -> Mapping[str, object]:
    return settings_document.document_of(settings)


def _resource_steps(
    wanted: Mapping[str, Resource], known: Mapping[str, Resource], *, delete: bool
) -> Iterator[ResourceStep]:
    if delete:
        for identifier in sorted(known.keys() - wanted.keys()):
            yield ResourceStep(action=Action.DELETE, name=identifier, resource=None)
    for identifier, resource in wanted.items():
        before = known.get(identifier)
        if before is not None and _gives_up(before, resource, wanted):
            kept = {scope: text for scope, text in before.scopes.items() if scope in resource.scopes}
            yield _saved(replace(before, scopes=kept), before)
    for identifier, resource in wanted.items():
        before = known.get(identifier)
        if before is not None and _gives_up(before, resource, wanted):
            before = replace(before, scopes={s: text for s, text in before.scopes.items() if s in resource.scopes})
            if before != resource:
                yield replace(_saved(resource, before), version=None)
        elif before != resource:
            yield _saved(resource, before)


def _gives_up(before: Resource, after: Resource, wanted: Mapping[str, Resource]) -> bool:
    """Whether another resource takes a scope that this one has had."""
    lost = before.scopes.keys() - after.scopes.keys()
    return any(lost & other.scopes.keys() for other in wanted.values())


def _saved(resource: Resource, before: Resource | None) -> ResourceStep:
    action = Action.CREATE if before is None else Action.UPDATE
    changes = () if before is None else tuple(changes_between(_resource(before), _resource(resource)))
    version = 0 if before is None else before.version
    return ResourceStep(action=action, name=resource.identifier, resource=resource, changes=changes, version=version)


def _resource(resource: Resource) -> Mapping[str, object]:
    return {"name": resource.name, "scopes": dict(resource.scopes)}


def _client_steps(
    wanted: Mapping[str, DeclaredClient], known: Mapping[str, Client], allowed: frozenset[str], *, delete: bool
) -> Iterator[ClientStep]:
    if delete:
        for client_id in sorted(known.keys() - wanted.keys()):
            yield ClientStep(action=Action.DELETE, name=client_id)
    for client_id, declared in wanted.items():
        fields = _all_fields(declared, allowed)
        current = known.get(client_id)
        if current is None:
            status = None if declared.status is ClientStatus.ACTIVE else declared.status
            yield ClientStep(action=Action.CREATE, name=client_id, fields=fields, status=status)
            continue
        before: dict[str, object] = {**plain_fields(current), "status": current.status.value}
        declared_fields: dict[str, Any] = {**fields}
        after = {**plain_fields(replace(current, **declared_fields)), "status": declared.status.value}
        if changes := tuple(changes_between(before, after)):
            yield ClientStep(
                action=Action.UPDATE,
                name=client_id,
                fields=fields,
                status=None if declared.status is current.status else declared.status,
                changes=changes,
                version=current.version,
            )


def _all_fields(declared: DeclaredClient, allowed: frozenset[str]) -> ClientFields:
    """Every field of a declared client; the scope begins as all standard ones that the tenant allows."""
    begun = defaults()
    begun["scope"] = tuple(token for token in begun["scope"] if token in allowed)
    fields: ClientFields = {**begun, **declared.fields}  # type: ignore[typeddict-item]
    return fields
