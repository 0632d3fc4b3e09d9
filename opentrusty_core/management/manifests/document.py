"""Manifests as plain data, read strictly and written so that the same manifest is read again.

    tenant: acme
    display_name: Acme Corp.
    settings: {lifetimes: {access_token: 300}}
    resources:
      https://api.acme.example: {name: Orders, scopes: {"orders:read": See your orders}}
    roles:
      clerk: {description: Looks after people, permissions: ["user:read", "user:write"]}
    groups:
      Front desk: {roles: [clerk]}
    clients:
      shop: {client_name: Shop, redirect_uris: [https://shop.example/callback]}

What is wrong is named by JSON pointers into the data (RFC 6901), so that a reader of files can say the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from opentrusty_core.domain import settings_document
from opentrusty_core.domain.client import Client, ClientStatus
from opentrusty_core.domain.client_document import document_of, read_fields
from opentrusty_core.domain.group import group_name, group_name_normal
from opentrusty_core.domain.manifest import DeclaredClient, DeclaredGroup, DeclaredRole, Manifest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.tenant import Tenant, TenantSettings
from opentrusty_core.errors import Invalid
from opentrusty_core.management.client_fields import NOT_SUPPORTED
from opentrusty_core.management.manifests.steps import State

Document = Mapping[str, object]
Problems = dict[str, str]

SECTIONS = ("tenant", "display_name", "settings", "resources", "roles", "groups", "clients")
_AN_OBJECT = "It is an object: write {} for an empty one, or leave it out."
_A_TEXT = "It is a text."


def read_manifest(data: object) -> Manifest:
    """The manifest in plain data.

    Raises:
        Invalid: one sentence for each part that is unknown or not of its form, by JSON pointer.
    """
    problems: Problems = {}
    document = _object(data, (), problems)
    for name in document:
        if name not in SECTIONS:
            problems[pointer(name)] = f"There is no such section: use {', '.join(SECTIONS)}."
    tenant = document.get("tenant")
    if not isinstance(tenant, str):
        problems[pointer("tenant")] = "The tenant's name is missing." if tenant is None else _A_TEXT
    display_name = document.get("display_name")
    if "display_name" in document and not isinstance(display_name, str):
        problems[pointer("display_name")] = _A_TEXT
    settings = _settings(document["settings"], problems) if "settings" in document else None
    resources = _section(document, "resources", problems)
    clients = _section(document, "clients", problems)
    roles = _section(document, "roles", problems)
    groups = _section(document, "groups", problems)
    manifest = Manifest(
        tenant=str(tenant),
        display_name=None if display_name is None else str(display_name).strip(),
        settings=settings,
        resources=None if resources is None else {it.identifier: it for it in _resources(resources, problems)},
        clients=None if clients is None else dict(_clients(clients, problems)),
        roles=None if roles is None else dict(_roles(roles, problems)),
        groups=None if groups is None else dict(_groups(groups, problems)),
    )
    if problems:
        raise Invalid(problems)
    return manifest


def write_manifest(tenant: Tenant, state: State) -> dict[str, Any]:
    """The manifest of a tenant as plain data; settings and fields that are as they begin are left out."""
    begun = settings_document.document_of(TenantSettings())
    held, groups = state.held, state.groups.values()
    return {
        "tenant": tenant.name,
        "display_name": tenant.display_name,
        "settings": _differing(settings_document.document_of(tenant.settings), begun),
        "resources": {
            identifier: {"name": resource.name, "scopes": dict(resource.scopes)}
            for identifier, resource in state.resources.items()
        },
        "roles": {
            name: _said(role.description) | {"permissions": list(role.permission_names)}
            for name, role in state.roles.items()
        },
        "groups": {
            group.name: _said(group.description) | _roles_document(held.get(Principal.group(group.id), ()))
            for group in groups
        },
        "clients": {
            client_id: _client_document(client) | _roles_document(held.get(Principal.client(client_id), ()))
            for client_id, client in state.clients.items()
        },
    }


def pointer(*path: str) -> str:
    """The JSON pointer of a part."""
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path)


def _client_document(client: Client) -> dict[str, Any]:
    status = {} if client.is_active else {"status": client.status.value}
    return document_of(client) | status


def _said(description: str) -> dict[str, Any]:
    return {"description": description} if description else {}


def _roles_document(roles: tuple[str, ...]) -> dict[str, Any]:
    return {"roles": list(roles)} if roles else {}


def _differing(value: Mapping[str, Any], begun: Mapping[str, Any]) -> dict[str, Any]:
    """What is not as it begins, at any depth."""
    found: dict[str, Any] = {}
    for name, part in value.items():
        before = begun.get(name)
        if isinstance(part, Mapping) and isinstance(before, Mapping):
            if inner := _differing(part, before):
                found[name] = inner
        elif part != before:
            found[name] = part
    return found


# --- reading the sections ---------------------------------------------------------------------------------------------


def _object(value: object, path: tuple[str, ...], problems: Problems) -> Document:
    """The object, or an empty one with a problem."""
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return value
    problems[pointer(*path)] = _AN_OBJECT if not isinstance(value, Mapping) else "Its names are texts: quote them."
    return {}


def _section(document: Document, name: str, problems: Problems) -> Document | None:
    return _object(document[name], (name,), problems) if name in document else None


def _settings(value: object, problems: Problems) -> TenantSettings:
    try:
        return settings_document.patched(TenantSettings(), _object(value, ("settings",), problems))
    except Invalid as error:
        problems |= {pointer("settings", *name.split(".")): why for name, why in error.fields.items()}
        return TenantSettings()


def _resources(section: Document, problems: Problems) -> Iterator[Resource]:
    for identifier, value in section.items():
        path = ("resources", identifier)
        document = _object(value, path, problems)
        for field in document.keys() - {"name", "scopes"}:
            problems[pointer(*path, field)] = "There is no such field."
        name = document.get("name", identifier)
        if not isinstance(name, str):
            problems[pointer(*path, "name")] = _A_TEXT
        scopes = _object(document.get("scopes", {}), (*path, "scopes"), problems)
        for scope, description in scopes.items():
            if not isinstance(description, str):
                problems[pointer(*path, "scopes", scope)] = _A_TEXT
        yield Resource(
            identifier=identifier, name=str(name), scopes={scope: str(text) for scope, text in scopes.items()}
        )


def _clients(section: Document, problems: Problems) -> Iterator[tuple[str, DeclaredClient]]:
    for client_id, value in section.items():
        path = ("clients", client_id)
        document = dict(_object(value, path, problems))
        roles = _texts(document.pop("roles", []), (*path, "roles"), problems)
        status = document.pop("status", ClientStatus.ACTIVE.value)
        if status not in tuple(ClientStatus):
            problems[pointer(*path, "status")] = f"Use {' or '.join(ClientStatus)}."
            status = ClientStatus.ACTIVE.value
        fields, misfits = read_fields(document)
        problems |= {pointer(*path, name): NOT_SUPPORTED.get(name, why) for name, why in misfits.items()}
        yield client_id, DeclaredClient(fields=fields, status=ClientStatus(str(status)), roles=roles)


def _roles(section: Document, problems: Problems) -> Iterator[tuple[str, DeclaredRole]]:
    for name, value in section.items():
        description, permissions = _described(value, ("roles", name), "permissions", problems)
        yield name, DeclaredRole(description=description, permissions=permissions)


def _groups(section: Document, problems: Problems) -> Iterator[tuple[str, DeclaredGroup]]:
    """Groups by their names as they are shown; two whose names look alike are one too many."""
    seen: dict[str, str] = {}
    for name, value in section.items():
        description, roles = _described(value, ("groups", name), "roles", problems)
        try:
            shown = group_name(name)
        except Invalid as error:
            problems[pointer("groups", name)] = error.fields["name"]
            continue
        if (normal := group_name_normal(name)) in seen:
            problems[pointer("groups", name)] = f"It is another way to write {seen[normal]}."
        seen.setdefault(normal, name)
        yield shown, DeclaredGroup(description=description, roles=roles)


def _described(value: object, path: tuple[str, ...], names: str, problems: Problems) -> tuple[str, tuple[str, ...]]:
    """The description of a role or group, and the texts under `names`."""
    document = _object(value, path, problems)
    for field in document.keys() - {"description", names}:
        problems[pointer(*path, field)] = "There is no such field."
    description = document.get("description", "")
    if not isinstance(description, str):
        problems[pointer(*path, "description")] = _A_TEXT
    return str(description), _texts(document.get(names, []), (*path, names), problems)


def _texts(value: object, path: tuple[str, ...], problems: Problems) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    problems[pointer(*path)] = "It is a list of texts."
    return ()
