"""Declared access: a platform administrator looks into one tenant, for a stated reason, a while, and reading only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import TENANT_AUDITOR

LIFETIME = timedelta(hours=1)
MIN_REASON, MAX_REASON = 10, 1000
ALLOWS = TENANT_AUDITOR.permissions
"""What it opens: reading everything, changing nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAccess:
    """`principal`, whose home is the tenant `home_id`, may read in the tenant `tenant_id` until `expires_at`."""

    id: str
    tenant_id: str
    home_id: str
    principal: Principal
    reason: str
    declared_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether it opens the tenant at this moment."""
        return self.ended_at is None and now < self.expires_at
