"""The health of the deployment as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from opentrusty_admin.schemas.base import Model, Moment
from opentrusty_core.domain.upkeep import MaintenanceRun
from opentrusty_core.management import Check, SystemHealth


class Condition(StrEnum):
    """Whether something is as it should be."""

    OK = "ok"
    WARNING = "warning"


class CheckOut(Model):
    """One thing that was looked at."""

    name: str
    status: Condition
    finding: str
    """How it is, in a sentence."""

    @classmethod
    def of(cls, check: Check) -> CheckOut:
        """As JSON."""
        return cls(name=check.name, status=_condition(check.is_fine), finding=check.finding)


class DatabaseOut(Model):
    """The database."""

    schema_version: str | None
    """The newest migration that shaped it."""
    latency_ms: float
    """How long it took to answer one question."""
    clock_offset_ms: int | None
    """How far its clock and this server's differ at least; null where it has none of its own."""


class KeyCensusOut(Model):
    """The signing keys of all tenants."""

    announced: int
    active: int
    retiring: int
    oldest_active_at: Moment | None
    """Since when the oldest active key signs."""
    next_rotation_at: Moment | None
    """When the next key is to be followed by its successor."""


class MaintenanceRunOut(Model):
    """The last run of the maintenance task that came to its end."""

    started_at: Moment
    ended_at: Moment
    finished: bool
    """Whether it got everything done in its time."""
    keys_made: int
    keys_changed: int
    events_sealed: int
    audits_refused: int
    """How many audits are no longer as they were sealed."""
    purged: Mapping[str, int]
    erased: Mapping[str, int]

    @classmethod
    def of(cls, run: MaintenanceRun) -> MaintenanceRunOut:
        """As JSON."""
        return cls(**{name: getattr(run, name) for name in cls.model_fields})


class HealthOut(Model):
    """The health of the deployment."""

    status: Condition
    version: str
    """The version of OpenTrusty that answered."""
    at: Moment
    checks: tuple[CheckOut, ...]
    database: DatabaseOut
    master_key_id: str
    """A fingerprint of the active master key; it tells nothing of the key."""
    keys: KeyCensusOut
    maintenance: MaintenanceRunOut | None
    audit_sealed_until: Moment | None
    """Every audit event of before has been sealed and counted."""
    backlog: Mapping[str, int]
    """How many records of each kind wait for maintenance, counted up to 10,000."""

    @classmethod
    def of(cls, health: SystemHealth) -> HealthOut:
        """As JSON."""
        keys, offset, run = health.keys, health.clock_offset, health.last_maintenance
        return cls(
            status=_condition(health.is_fine),
            version=health.version,
            at=health.at,
            checks=tuple(map(CheckOut.of, health.checks)),
            database=DatabaseOut(
                schema_version=health.schema,
                latency_ms=round(health.latency.total_seconds() * 1000, 3),
                clock_offset_ms=None if offset is None else round(offset.total_seconds() * 1000),
            ),
            master_key_id=health.master_key_id,
            keys=KeyCensusOut(
                announced=keys.announced,
                active=keys.active,
                retiring=keys.retiring,
                oldest_active_at=keys.oldest_active_at,
                next_rotation_at=health.next_rotation_at,
            ),
            maintenance=None if run is None else MaintenanceRunOut.of(run),
            audit_sealed_until=health.audit_sealed_until,
            backlog=dict(health.backlog),
        )


def _condition(is_fine: bool) -> Condition:
    return Condition.OK if is_fine else Condition.WARNING
