"""Sessions and interactions in SQL (see `storage.signed_in`)."""

from __future__ import annotations

from datetime import datetime

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.throttle import Bucket
from opentrusty_core.domain.user import PasswordCredential
from opentrusty_core.errors import Conflict
from opentrusty_core.storage import OpenedInteraction, Recognised
from opentrusty_core.stores.sql.codec import Params, Row
from opentrusty_core.stores.sql.engine import Database
from opentrusty_core.stores.sql.repositories.base import Repository, first
from opentrusty_core.stores.sql.repositories.throttles import bucket_params
from opentrusty_core.stores.sql.rows import CONSENT, INTERACTION, SESSION, USER


class SqlSessions(Repository):
    """See `storage.Sessions`."""

    async def start(
        self,
        session: Session,
        event: AuditEvent,
        *,
        replaces: str | None = None,
        refund: tuple[Bucket, ...] = (),
        password: PasswordCredential | None = None,
    ) -> None:
        """See `storage.Sessions.start`."""
        params = self._params(event, **SESSION.params(session))
        if password is None:
            calls = [("start_session", params)]
        else:
            calls = [("start_session_by_password", {**params, "password_changed_at": password.changed_at})]
        if replaces is not None:
            successor: Params = {"session_id": session.id, "user_id": session.user_id, "now": session.created_at}
            calls.append(("replace_session", self._params(replaces=replaces, **successor)))
        if refund:
            calls.append(("refund_slots", self._params(buckets=bucket_params(self._tenant_id, refund))))
        started, *_ = await self._database.together(*calls)
        if password is not None and not started:
            raise Conflict("The password was changed meanwhile.")

    async def recognise(
        self, handle_hash: bytes, browser_hash: bytes, now: datetime, *, client_id: str | None = None
    ) -> Recognised | None:
        """See `storage.Sessions.recognise`."""
        rows = await self._find(
            "recognise", handle_hash=handle_hash, browser_hash=browser_hash, now=now, client_id=client_id
        )
        return _recognised(rows[0], 0) if rows else None

    async def get(self, session_id: str) -> Session | None:
        """See `storage.Sessions.get`."""
        return first(SESSION, await self._find("get_session", session_id=session_id))

    async def touch(self, session: Session) -> None:
        """See `storage.Sessions.touch`."""
        await self._find("touch_session", **touch_params(session))

    async def end(self, session_id: str, now: datetime, event: AuditEvent) -> bool:
        """See `storage.Sessions.end`."""
        return bool(await self._find("end_session", event, session_id=session_id, now=now))

    async def end_all(self, user_id: str, now: datetime, event: AuditEvent) -> int:
        """See `storage.Sessions.end_all`."""

        async def body(database: Database) -> int:
            within = SqlSessions(database, self._tenant_id)
            sessions = await within._find("end_sessions_of_user", user_id=user_id, now=now)
            grants = await within._find("end_online_grants_of_user", user_id=user_id, now=now)
            if sessions or grants:
                await database.append(self._params(event))
            return len(sessions)

        return await self._database.unit(body)

    async def of_user(self, user_id: str, now: datetime, request: PageRequest) -> Page[Session]:
        """See `storage.Sessions.of_user`."""
        return await self._page(
            "page_sessions_of_user", SESSION, lambda session: session.id, request, user_id=user_id, now=now
        )


class SqlInteractions(Repository):
    """See `storage.Interactions`."""

    async def start(self, interaction: Interaction) -> None:
        """See `storage.Interactions.start`."""
        client_id = interaction.request.client_id
        await self._add("start_interaction", client_id=client_id, **INTERACTION.params(interaction))

    async def open(
        self, interaction_hash: bytes, browser_hash: bytes, now: datetime, *, session_handle_hash: bytes | None
    ) -> OpenedInteraction | None:
        """See `storage.Interactions.open`."""
        rows = await self._find(
            "open_interaction",
            interaction_hash=interaction_hash,
            browser_hash=browser_hash,
            now=now,
            handle_hash=session_handle_hash,
        )
        if not rows:
            return None
        (row,) = rows
        return OpenedInteraction(interaction=INTERACTION.read(row), recognised=_recognised(row, INTERACTION.width))

    async def update(self, interaction: Interaction) -> bool:
        """See `storage.Interactions.update`."""
        return bool(await self._find("update_interaction", **INTERACTION.params(interaction)))

    async def move(self, interaction_hash: bytes, browser_hash: bytes, to_browser_hash: bytes) -> bool:
        """See `storage.Interactions.move`."""
        params = {"browser_hash": browser_hash, "to_browser_hash": to_browser_hash}
        return bool(await self._find("move_interaction", interaction_hash=interaction_hash, **params))

    async def finish(self, interaction_hash: bytes) -> bool:
        """See `storage.Interactions.finish`."""
        return bool(await self._find("finish_interaction", interaction_hash=interaction_hash))


def touch_params(session: Session) -> Params:
    """The parameters of `touch_session`."""
    return {
        "session_id": session.id,
        "last_seen_at": session.last_seen_at,
        "idle_expires_at": session.idle_expires_at,
    }


def _recognised(row: Row, start: int) -> Recognised | None:
    session = SESSION.find(row, start)
    if session is None:
        return None
    return Recognised(
        session=session,
        user=USER.find(row, start + SESSION.width),
        consent=CONSENT.find(row, start + SESSION.width + USER.width),
    )
