"""Browsers: their sessions, and the authorization requests that they are answering."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.throttle import Bucket
from opentrusty_core.domain.user import PasswordCredential
from opentrusty_core.storage.outcomes import OpenedInteraction, Recognised


class Sessions(Protocol):
    """The signed-in browsers of a tenant."""

    async def start(
        self,
        session: Session,
        event: AuditEvent,
        *,
        replaces: str | None = None,
        refund: tuple[Bucket, ...] = (),
        password: PasswordCredential | None = None,
    ) -> None:
        """Begin a session.

        `password` is the one that the user has shown: where theirs is another by now (not the same hashed anew),
        nothing begins and nothing is changed. Whoever sets a password and then ends the user's sessions, in one
        transaction, leaves none that began with the one before. Raises `Conflict`.

        `replaces` is the id of the browser's session before: it ends, its grants pass to the new one where the user
        is the same and end with it where not. `refund` gives back the slots that the attempt took.
        """
        ...

    async def recognise(
        self, handle_hash: bytes, browser_hash: bytes, now: datetime, *, client_id: str | None = None
    ) -> Recognised | None:
        """The live session that both hashes belong to, with its user and their consent to the client."""
        ...

    async def get(self, session_id: str) -> Session | None:
        """The session with this `sid`, ended ones too until they are purged."""
        ...

    async def touch(self, session: Session) -> None:
        """Write down `last_seen_at` and `idle_expires_at`."""
        ...

    async def end(self, session_id: str, now: datetime, event: AuditEvent) -> bool:
        """End a session with its grants that are not offline and its browser's interactions; False where it had
        ended or never was.
        """
        ...

    async def end_all(self, user_id: str, now: datetime, event: AuditEvent) -> int:
        """End every session of a user with the grants that are not offline and the interactions; how many ended."""
        ...

    async def of_user(self, user_id: str, now: datetime, request: PageRequest) -> Page[Session]:
        """The live sessions of a user by id, the oldest first."""
        ...


class Interactions(Protocol):
    """The authorization requests that a tenant's people are answering."""

    async def start(self, interaction: Interaction) -> None:
        """Begin one."""
        ...

    async def open(
        self, interaction_hash: bytes, browser_hash: bytes, now: datetime, *, session_handle_hash: bytes | None
    ) -> OpenedInteraction | None:
        """The unexpired interaction of this very browser, with the live session that the handle shows, if any."""
        ...

    async def update(self, interaction: Interaction) -> bool:
        """Write down the answers given; False where it is gone."""
        ...

    async def move(self, interaction_hash: bytes, browser_hash: bytes, to_browser_hash: bytes) -> bool:
        """Bind the interaction of a browser to another one; False where it is gone, or not that browser's."""
        ...

    async def finish(self, interaction_hash: bytes) -> bool:
        """Remove it; False where it was gone, so that of two tabs that finish it only one does."""
        ...
