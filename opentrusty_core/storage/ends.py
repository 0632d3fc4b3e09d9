"""Ends that several use cases bring about, beside the change that they belong to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.storage.store import TenantRepositories


async def end_all_of_user(
    repos: TenantRepositories, user_id: str, now: datetime, event: Callable[[AuditType], AuditEvent]
) -> None:
    """End every session and every grant of a user, offline ones too: whoever holds them may not be the person."""
    await repos.sessions.end_all(user_id, now, event(AuditType.SIGN_OUT))
    await repos.grants.revoke_all(now, event(AuditType.GRANT_REVOKED), user_id=user_id)
