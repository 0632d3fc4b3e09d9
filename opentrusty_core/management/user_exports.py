"""Exporting users: all of them as JSON Lines that an import reads, or all that is known of one as a JSON document.

Both are written while they are read, page by page, so that neither has to fit into memory. No hash and no handle is
ever among them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.page import MAX_PAGE, Page, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.user import User, UserStatus
from opentrusty_core.errors import NotFound
from opentrusty_core.management import export_documents as documents
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.storage import TenantRepositories

T = TypeVar("T")

OF_A_PERSON = (Permission.USER_READ, Permission.SESSION_READ, Permission.ROLE_READ, Permission.AUDIT_READ)
"""What reading all that is known of a person needs."""


class UserExports:
    """Use cases of exporting users."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def lines(
        self, actor: Actor, tenant_id: str, *, search: str = "", status: UserStatus | None = None
    ) -> AsyncIterator[bytes]:
        """Users as JSON Lines, in the fields that an import reads and those that the server sets, page by page.

        Raises:
            Invalid: `search` is none.
        """
        actor.require(Permission.USER_READ, tenant_id)
        repos = self._store.tenant(tenant_id)
        await repos.tenant.get()
        asked = {"search": search, "status": status}
        details = {name: value for name, value in asked.items() if value}
        await repos.audit.append(self._context.event(actor, AuditType.USERS_EXPORTED, tenant_id, details))
        request: PageRequest | None = PageRequest(limit=MAX_PAGE)
        while request is not None:
            (await self._context.renewed(actor)).require(Permission.USER_READ, tenant_id)
            page = await repos.users.page(request, search=search, status=status)
            yield b"".join(_dump(documents.of_user(user)) + b"\n" for user in page.items)
            request = _following(page)

    async def person(self, actor: Actor, tenant_id: str, user_id: str) -> AsyncIterator[bytes]:
        """All that is known of a user as one JSON document, for them to have (GDPR Article 15).

        What others did to them is among it, but not who and from where: that is about others. Raises `NotFound`.
        """
        for permission in OF_A_PERSON:
            actor.require(permission, tenant_id)
        repos = self._store.tenant(tenant_id)
        user = await repos.users.get(user_id)
        if user is None:
            raise NotFound("There is no such user.")
        await repos.audit.append(self._context.event(actor, AuditType.USERS_EXPORTED, user_id))
        head = _dump(await self._known_of(repos, tenant_id, user))
        yield head.removesuffix(b"}") + b',"audit":['
        comma = b""
        async for event in _events_of(repos, user_id):
            yield comma + _dump(documents.of_event(event, user_id))
            comma = b","
        yield b"]}\n"

    async def _known_of(self, repos: TenantRepositories, tenant_id: str, user: User) -> documents.Data:
        now, principal = self._context.runtime.now(), Principal.user(user.id)
        tenant = await repos.tenant.get()
        password = await repos.passwords.get(user.id)
        link = await repos.links.of_user(user.id, now)
        roles = [*await repos.assignments.of_principal(principal)]
        roles += await self._store.platform.assignments.of_principal(tenant_id, principal)
        groups = [documents.of_group(it) async for it in _all(lambda r: repos.groups.of_user(user.id, r))]
        sessions = [documents.of_session(it) async for it in _all(lambda r: repos.sessions.of_user(user.id, now, r))]
        grants = [documents.of_grant(it) async for it in _all(lambda r: repos.grants.of_user(user.id, now, r))]
        return {
            "exported_at": documents.moment(now),
            "tenant": {"id": tenant.id, "name": tenant.name},
            "user": documents.of_user(user),
            "password": None if password is None else documents.of_password(password),
            "link": None if link is None else documents.of_link(link),
            "roles": [documents.of_assignment(assignment) for assignment in roles],
            "groups": groups,
            "sessions": sessions,
            "consents": [documents.of_consent(consent) for consent in await repos.consents.of_user(user.id)],
            "grants": grants,
        }


async def _events_of(repos: TenantRepositories, user_id: str) -> AsyncIterator[AuditEvent]:
    """The events that a user caused or that were about them, by id, the oldest first, each once."""
    streams = [_events(repos, AuditQuery(actor_id=user_id)), _events(repos, AuditQuery(target=user_id))]
    waiting = [(event.id, number, event) for number, it in enumerate(streams) if (event := await anext(it, None))]
    last = ""
    while waiting:
        waiting.sort(key=lambda entry: entry[:2])
        id_, number, event = waiting.pop(0)
        if id_ != last:
            yield event
        last = id_
        if (following := await anext(streams[number], None)) is not None:
            waiting.append((following.id, number, following))


def _events(repos: TenantRepositories, query: AuditQuery) -> AsyncIterator[AuditEvent]:
    return _all(lambda request: repos.audit.page(request, query))


async def _all(page: Callable[[PageRequest], Awaitable[Page[T]]]) -> AsyncIterator[T]:
    """Every item of a list, page by page."""
    request: PageRequest | None = PageRequest(limit=MAX_PAGE)
    while request is not None:
        got = await page(request)
        for item in got.items:
            yield item
        request = _following(got)


def _following(page: Page[T]) -> PageRequest | None:
    return None if page.next_after is None else PageRequest(limit=MAX_PAGE, after=page.next_after)


def _dump(value: documents.Data) -> bytes:
    """As JSON; a lone surrogate, which is no text, is escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
