"""What a deployment looks like to those who keep it: its last maintenance, its keys, what waits to be removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceRun:
    """A run of the maintenance task that came to its end; `finished` is False where its time ran out first."""

    started_at: datetime
    ended_at: datetime
    finished: bool
    keys_made: int = 0
    keys_changed: int = 0
    events_sealed: int = 0
    audits_refused: int = 0
    purged: Mapping[str, int] = field(default_factory=dict)
    erased: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCensus:
    """The signing keys of all tenants: how many by status, since when the oldest signs, when the next may begin to."""

    announced: int = 0
    active: int = 0
    retiring: int = 0
    oldest_active_at: datetime | None = None
    next_at: datetime | None = None
