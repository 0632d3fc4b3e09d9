"""A tenant's resources: its APIs and their scopes (RFC 8707 §2)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from opentrusty_core.config import Config
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.builtin import ADMIN_SCOPE
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.scope import STANDARD_SCOPES, is_scope_token
from opentrusty_core.errors import Invalid, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context


class Resources:
    """Use cases around resources."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def page(self, actor: Actor, tenant_id: str, request: PageRequest, *, search: str = "") -> Page[Resource]:
        """Resources by identifier, those alone in whose identifier, name or scopes all words of `search` are.

        A tenant has few: each of its requests knows them all.
        """
        words = search.casefold().split()
        found = [it for it in await self.list(actor, tenant_id) if all(word in _text_of(it) for word in words)]
        beyond = [it for it in found if request.after is None or it.identifier > request.after]
        shown = tuple(beyond[: request.limit])
        return Page(items=shown, next_after=shown[-1].identifier if len(beyond) > len(shown) else None)

    async def list(self, actor: Actor, tenant_id: str) -> tuple[Resource, ...]:
        """Every resource, by identifier."""
        actor.require(Permission.CLIENT_READ, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        return await self._store.tenant(tenant_id).resources.all()

    async def get(self, actor: Actor, tenant_id: str, identifier: str) -> Resource:
        """One resource. Raises `NotFound`."""
        found = [resource for resource in await self.list(actor, tenant_id) if resource.identifier == identifier]
        if not found:
            raise NotFound("There is no such resource.")
        return found[0]

    async def save(self, actor: Actor, tenant_id: str, resource: Resource, *, version: int | None = None) -> Resource:
        """Add a resource, or replace the one with its identifier; it comes back with its version.

        `version` is the one that was looked at, 0 where there was none.

        Raises:
            Invalid: a field is not acceptable.
            ChangedMeanwhile: another version is there.
            Conflict: another resource has one of its scopes.
        """
        actor.require(Permission.CLIENT_WRITE, tenant_id)
        if problems := dict(resource_problems(resource, self._context.config)):
            raise Invalid(problems)
        event = self._context.event(
            actor, AuditType.RESOURCE_SAVED, resource.identifier, {"scopes": sorted(resource.scopes)}
        )
        async with self._store.transaction(tenant_id) as repos:
            await repos.tenant.get()
            return await repos.resources.save(resource, event, replaces=version)

    async def delete(self, actor: Actor, tenant_id: str, identifier: str) -> None:
        """Remove a resource; tokens for it run out by themselves. Raises `NotFound`."""
        actor.require(Permission.CLIENT_WRITE, tenant_id)
        event = self._context.event(actor, AuditType.RESOURCE_DELETED, identifier)
        await self._store.tenant(tenant_id).resources.delete(identifier, event)


def _text_of(resource: Resource) -> str:
    return "\n".join((resource.identifier, resource.name, *resource.scopes)).casefold()


def resource_problems(resource: Resource, config: Config) -> Iterator[tuple[str, str]]:
    """What is not acceptable of a resource, by field."""
    if problem := _identifier_problem(resource.identifier, config):
        yield "identifier", problem
    if not 1 <= len(resource.name) <= 200 or not resource.name.isprintable():
        yield "name", "Use 1 to 200 printable characters."
    if len(resource.scopes) > 200:
        yield "scopes", "No more than 200."
    for scope, description in resource.scopes.items():
        if not is_scope_token(scope) or len(scope) > 200:
            yield "scopes", f"{scope!r} cannot be a scope."
        elif scope in STANDARD_SCOPES:
            yield "scopes", f"{scope} is a scope of OpenID Connect."
        elif scope == ADMIN_SCOPE:
            yield "scopes", f"{scope} is the scope of the Admin Plane."
        elif len(description) > 200 or not description.isprintable():
            yield "scopes", f"Describe {scope} in at most 200 printable characters."


def _identifier_problem(identifier: str, config: Config) -> str | None:
    if len(identifier) > 2048 or not identifier.isascii() or not identifier.isprintable() or " " in identifier:
        return "It holds characters that a URI may not hold, or is longer than 2048 characters."
    try:
        scheme = urlsplit(identifier).scheme
    except ValueError:
        scheme = ""
    if not scheme or identifier == f"{scheme}:":
        return "It is an absolute URI, such as https://api.example or urn:example:api."
    if "#" in identifier:
        return "It may not have a fragment."
    ours = (url for url in (config.auth_url, config.admin_url) if url is not None)
    if any(identifier == url or identifier.startswith(f"{url}/") for url in ours):
        return "It is an address of this server's own, whose tokens are for itself."
    return None
