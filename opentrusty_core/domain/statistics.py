"""What is counted of the audit, by UTC day: sign-ins, tokens, and who was active. Nothing is estimated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from opentrusty_core.domain.audit import ActorKind, AuditEvent, AuditType, Outcome


class Measure(StrEnum):
    """What a number counts. Those of an application have its client id for a key, on the platform the tenant's id."""

    SIGN_INS = "sign_ins"
    SIGN_IN_FAILURES = "sign_in_failures"
    TOKENS = "tokens"
    """Answers of the token endpoint, by grant type."""
    TOKEN_REFUSALS = "token_refusals"  # noqa: S105 - a measure's name
    AUTHORIZATIONS = "authorizations"
    """Codes issued: a person went to the application."""
    APPLICATION_TOKENS = "application_tokens"
    ACTIVE_USERS = "active_users"
    """Different people on that day."""
    LAST_ACTIVE = "last_active"
    """People whose last active day it is; of thirty such numbers the sum is who was active in thirty days."""


OF_APPLICATIONS = frozenset({Measure.AUTHORIZATIONS, Measure.APPLICATION_TOKENS})
_ACTIVITIES = frozenset({AuditType.SIGN_IN, AuditType.CODE_ISSUED, AuditType.TOKEN_ISSUED})
COUNTED_TYPES = _ACTIVITIES | {AuditType.TOKEN_REFUSED}
"""The events that say something to be counted."""


class CountKey(NamedTuple):
    """Which number: `key` divides a measure further, or is empty."""

    day: date
    measure: Measure
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What some events add to the numbers, and the last active day of the people in them where it has moved."""

    counts: Mapping[CountKey, int] = field(default_factory=dict)
    last_active: Mapping[str, date] = field(default_factory=dict)


class Tally:
    """Counts events one by one."""

    def __init__(self) -> None:
        self._counts: Counter[CountKey] = Counter()
        self._active: dict[str, set[date]] = {}

    @property
    def people(self) -> tuple[str, ...]:
        """The ids of those who were active."""
        return tuple(self._active)

    def add(self, event: AuditEvent) -> None:
        """Count an event."""
        day = event.at.date()
        if event.type is AuditType.TOKEN_REFUSED:
            self._counts[CountKey(day, Measure.TOKEN_REFUSALS)] += 1
        elif event.outcome is Outcome.FAILURE:
            if event.type is AuditType.SIGN_IN:
                self._counts[CountKey(day, Measure.SIGN_IN_FAILURES)] += 1
        elif event.type in _ACTIVITIES:
            self._count_activity(event, day)

    def counted(self, last_active: Mapping[str, date]) -> Counted:
        """All that was counted, where `last_active` is what was known of the people so far."""
        counts, moved = Counter(self._counts), {}
        for user_id, days in self._active.items():
            before = last_active.get(user_id)
            later = sorted(day for day in days if before is None or day > before)
            if not later:
                continue
            counts.update(CountKey(day, Measure.ACTIVE_USERS) for day in later)
            counts[CountKey(later[-1], Measure.LAST_ACTIVE)] += 1
            if before is not None:
                counts[CountKey(before, Measure.LAST_ACTIVE)] -= 1
            moved[user_id] = later[-1]
        return Counted(counts=counts, last_active=moved)

    def _count_activity(self, event: AuditEvent, day: date) -> None:
        client_id = event.client_id
        if event.type is AuditType.SIGN_IN:
            self._counts[CountKey(day, Measure.SIGN_INS)] += 1
        elif event.type is AuditType.CODE_ISSUED:
            if client_id is not None:
                self._counts[CountKey(day, Measure.AUTHORIZATIONS, client_id)] += 1
        else:
            self._counts[CountKey(day, Measure.TOKENS, str(event.details.get("grant_type", "")))] += 1
            if client_id is not None:
                self._counts[CountKey(day, Measure.APPLICATION_TOKENS, client_id)] += 1
        if event.actor_kind is ActorKind.USER and event.actor_id is not None:
            self._active.setdefault(event.actor_id, set()).add(day)


def of_platform(counts: Mapping[CountKey, int], tenant_id: str) -> Mapping[CountKey, int]:
    """What the numbers of a tenant add to those of the platform."""
    summed: Counter[CountKey] = Counter()
    for key, amount in counts.items():
        summed[CountKey(key.day, key.measure, tenant_id) if key.measure in OF_APPLICATIONS else key] += amount
    return summed
