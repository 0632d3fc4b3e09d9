"""Sessions and interactions in memory (see `storage.signed_in`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.throttle import Bucket
from opentrusty_core.domain.user import PasswordCredential
from opentrusty_core.errors import Conflict
from opentrusty_core.storage import OpenedInteraction, Recognised
from opentrusty_core.stores.memory.tables import Tables, View, drop_interactions, page, revoke_grants
from opentrusty_core.stores.memory.throttles import MemoryThrottles


class MemorySessions:
    """See `storage.Sessions`."""

    def __init__(self, view: View) -> None:
        self._view = view

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
        async with self._view.write() as t:
            known = t.passwords.get(session.user_id)
            if password is not None and (known is None or known.changed_at != password.changed_at):
                raise Conflict("The password was changed meanwhile.")
            if replaces is not None:
                _replace_session(t, replaces, session)
            t.sessions[session.id] = session
            t.audit[event.id] = event
            self._view.refund(partial(MemoryThrottles(self._view).give_back, refund))

    async def recognise(
        self, handle_hash: bytes, browser_hash: bytes, now: datetime, *, client_id: str | None = None
    ) -> Recognised | None:
        """See `storage.Sessions.recognise`."""
        return _recognised(self._view.read(), handle_hash, browser_hash, now, client_id)

    async def get(self, session_id: str) -> Session | None:
        """See `storage.Sessions.get`."""
        return self._view.read().sessions.get(session_id)

    async def touch(self, session: Session) -> None:
        """See `storage.Sessions.touch`."""
        async with self._view.write() as t:
            touch_session(t, session)

    async def end(self, session_id: str, now: datetime, event: AuditEvent) -> bool:
        """See `storage.Sessions.end`."""
        async with self._view.write() as t:
            session = t.sessions.get(session_id)
            if session is None or session.ended_at is not None:
                return False
            t.sessions[session.id] = replace(session, ended_at=now)
            revoke_grants(t, now, lambda grant: grant.session_id == session_id and not grant.is_offline)
            drop_interactions(t, [session])
            t.audit[event.id] = event
            return True

    async def end_all(self, user_id: str, now: datetime, event: AuditEvent) -> int:
        """See `storage.Sessions.end_all`."""
        async with self._view.write() as t:
            ending = [it for it in t.sessions.values() if it.user_id == user_id and it.ended_at is None]
            t.sessions |= {session.id: replace(session, ended_at=now) for session in ending}
            revoked = revoke_grants(t, now, lambda grant: grant.user_id == user_id and not grant.is_offline)
            drop_interactions(t, ending)
            if ending or revoked:
                t.audit[event.id] = event
            return len(ending)

    async def of_user(self, user_id: str, now: datetime, request: PageRequest) -> Page[Session]:
        """See `storage.Sessions.of_user`."""
        sessions = self._view.read().sessions.values()
        live = [session for session in sessions if session.user_id == user_id and session.is_live(now)]
        return page(live, lambda session: session.id, request)


class MemoryInteractions:
    """See `storage.Interactions`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def start(self, interaction: Interaction) -> None:
        """See `storage.Interactions.start`."""
        async with self._view.write() as t:
            t.interactions[interaction.hash] = interaction

    async def open(
        self, interaction_hash: bytes, browser_hash: bytes, now: datetime, *, session_handle_hash: bytes | None
    ) -> OpenedInteraction | None:
        """See `storage.Interactions.open`."""
        t = self._view.read()
        interaction = t.interactions.get(interaction_hash)
        if interaction is None or interaction.browser_hash != browser_hash or now >= interaction.expires_at:
            return None
        recognised = None
        if session_handle_hash is not None:
            recognised = _recognised(t, session_handle_hash, browser_hash, now, interaction.request.client_id)
        return OpenedInteraction(interaction=interaction, recognised=recognised)

    async def update(self, interaction: Interaction) -> bool:
        """See `storage.Interactions.update`."""
        async with self._view.write() as t:
            known = t.interactions.get(interaction.hash)
            if known is None:
                return False
            t.interactions[interaction.hash] = replace(
                known,
                account_selected=interaction.account_selected,
                consent_given=interaction.consent_given,
                proved_user_id=interaction.proved_user_id,
                proved_at=interaction.proved_at,
            )
            return True

    async def move(self, interaction_hash: bytes, browser_hash: bytes, to_browser_hash: bytes) -> bool:
        """See `storage.Interactions.move`."""
        async with self._view.write() as t:
            known = t.interactions.get(interaction_hash)
            if known is None or known.browser_hash != browser_hash:
                return False
            t.interactions[interaction_hash] = replace(known, browser_hash=to_browser_hash)
            return True

    async def finish(self, interaction_hash: bytes) -> bool:
        """See `storage.Interactions.finish`."""
        async with self._view.write() as t:
            return t.interactions.pop(interaction_hash, None) is not None


def touch_session(t: Tables, session: Session) -> None:
    """Write a visit down, and nothing else of the session."""
    known = t.sessions.get(session.id)
    if known is not None:
        t.sessions[session.id] = replace(
            known, last_seen_at=session.last_seen_at, idle_expires_at=session.idle_expires_at
        )


def _replace_session(t: Tables, replaced_id: str, after: Session) -> None:
    before = t.sessions.get(replaced_id)
    if before is not None and before.ended_at is None:
        t.sessions[replaced_id] = replace(before, ended_at=after.created_at)
    grants = [grant for grant in t.grants.values() if grant.session_id == replaced_id]
    passed = [replace(grant, session_id=after.id) for grant in grants if grant.user_id == after.user_id]
    t.grants |= {grant.id: grant for grant in passed}
    revoke_grants(t, after.created_at, lambda grant: grant.session_id == replaced_id and not grant.is_offline)


def _recognised(
    t: Tables, handle_hash: bytes, browser_hash: bytes, now: datetime, client_id: str | None
) -> Recognised | None:
    for session in t.sessions.values():
        if (session.handle_hash, session.browser_hash) == (handle_hash, browser_hash) and session.is_live(now):
            return Recognised(
                session=session,
                user=t.users.get(session.user_id),
                consent=t.consents.get((session.user_id, client_id)) if client_id is not None else None,
            )
    return None
