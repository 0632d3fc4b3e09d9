"""Grants and all that hangs from them: codes, refresh tokens, access tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.code import AuthorizationCode
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.token import AccessToken, RefreshToken
from opentrusty_core.storage.outcomes import (
    AccessLookup,
    CodeRedeemed,
    CodeRedemption,
    CodeReplayed,
    HeldGrant,
    RefreshRedeemed,
    RefreshRetried,
    RefreshReused,
    Unknown,
)


class Codes(Protocol):
    """Authorization codes."""

    async def issue(
        self,
        code: AuthorizationCode,
        grant: Grant,
        event: AuditEvent,
        *,
        touch: Session | None = None,
        interaction_hash: bytes | None = None,
    ) -> bool:
        """Add the grant and its code.

        `touch` is the session with its visit to write down; `interaction_hash` is the interaction that this answers:
        it is removed, and where it was gone already nothing is issued and the answer is False.
        """
        ...

    async def redeem(
        self,
        redemption: CodeRedemption,
        now: datetime,
        event: AuditEvent,
        *,
        grant_expires_at: datetime,
        refresh_token: RefreshToken | None,
    ) -> CodeRedeemed | CodeReplayed | Unknown:
        """Spend the code once, atomically.

        Where everything fits: the code is spent, the grant lives until `grant_expires_at`, and if it is not offline no
        longer than its session may, `refresh_token` (whose `grant_id` is ignored) is added to the grant and ends with
        it, the event is written with the grant's id as its target and its user as its actor. `CodeReplayed` where
        this client has spent it before, whatever else is presented; else `Unknown`, and nothing is changed. A revoked
        grant, or one whose session has ended or expired though it is not offline, is `Unknown`.
        """
        ...


class RefreshTokens(Protocol):
    """Refresh tokens."""

    async def redeem(
        self,
        token_id: str,
        generation: int,
        client_id: str,
        now: datetime,
        event: AuditEvent,
        *,
        rotate: bool,
        idle_expires_at: datetime,
        grace: timedelta,
    ) -> RefreshRedeemed | RefreshRetried | RefreshReused | Unknown:
        """Use the token once, atomically.

        At the present generation: `RefreshRedeemed`, the generation grows by one if `rotate`, the idle end moves to
        `idle_expires_at` (never past `expires_at`; without `rotate` it moves only where that is worth a write:
        `RefreshToken.used`), the event is written with the grant's id as its target and its user as its actor. One
        generation behind, within `grace` of the rotation: `RefreshRetried`, nothing changes. Any other:
        `RefreshReused`. `Unknown`, and nothing is changed, where there is no such token, it is another client's, it
        or its grant has expired or is revoked.
        """
        ...

    async def look_up(self, token_id: str, generation: int | None, now: datetime) -> AccessLookup | None:
        """What stands behind a live token of this generation or the next; with None, whichever its generation.

        Whether the generation before is still answered is the caller's to say (`RefreshToken.answers`).
        """
        ...


class AccessTokens(Protocol):
    """Access tokens: opaque ones are kept; of a JWT only its early end is."""

    async def add(self, token: AccessToken, event: AuditEvent | None) -> None:
        """Keep an opaque token; without `event` where the token's issue was already written down."""
        ...

    async def look_up(self, token_hash: bytes, now: datetime) -> AccessLookup | None:
        """What stands behind an opaque token that is unexpired and whose grant, if any, is live."""
        ...

    async def look_up_jwt(self, jti: str, grant_id: str | None, now: datetime) -> AccessLookup | None:
        """What stands behind a JWT that was not revoked and whose grant, if any, is live. The caller has checked the
        JWT itself.
        """
        ...

    async def revoke(self, token_hash: bytes, event: AuditEvent) -> bool:
        """End an opaque token; False, and no event, where there is none."""
        ...

    async def revoke_jwt(self, jti: str, expires_at: datetime, event: AuditEvent) -> bool:
        """End a JWT before `expires_at`, its own end; False, and no event, where that was done already."""
        ...


class Grants(Protocol):
    """The roots."""

    async def get(self, grant_id: str) -> Grant | None:
        """The grant, revoked or not, until it is purged."""
        ...

    async def revoke(self, grant_id: str, now: datetime, event: AuditEvent) -> bool:
        """End a grant and with it all that hangs from it; False, and no event, where it had ended or never was."""
        ...

    async def revoke_all(
        self, now: datetime, event: AuditEvent, *, user_id: str | None = None, client_id: str | None = None
    ) -> int:
        """End every grant of a user, of a client, or between the two (one of them is given); how many ended."""
        ...

    async def of_user(self, user_id: str, now: datetime, request: PageRequest) -> Page[Grant]:
        """The live grants of a user by id, the oldest first."""
        ...

    async def of_client(self, client_id: str, now: datetime, request: PageRequest) -> Page[HeldGrant]:
        """The live grants to a client by id, the oldest first, each with its person."""
        ...
