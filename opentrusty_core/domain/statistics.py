"""What is counted of an audit, by UTC day: sign-ins, tokens, applications, and who was active. Nothing is estimated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from opentrusty_core.domain.audit import ActorKind, AuditEvent, AuditType, Outcome


class Measure(StrEnum):
    """What a number counts."""

    SIGN_INS = "sign_ins"
    SIGN_IN_FAILURES = "sign_in_failures"
    AUTHORIZATIONS = "authorizations"
    """Codes issued: a person went to an application."""
    TOKENS = "tokens"
    """Answers of the token endpoint, by grant type."""
    TOKEN_REFUSALS = "token_refusals"  # noqa: S105 - a measure's name
    ACTIVE_USERS = "active_users"
    """Different people on that day."""
    LAST_ACTIVE = "last_active"
    """People whose last active day it is; of thirty such numbers the sum is who was active in thirty days."""


_ACTIVITIES = frozenset({AuditType.SIGN_IN, AuditType.CODE_ISSUED, AuditType.TOKEN_ISSUED})
KEEP_NUMBERS = timedelta(days=1100)
"""For how long the numbers of a day are kept: three years, and some days to compare with."""
KEEP_ACTIVE = timedelta(days=31)
"""For how long it is remembered when somebody was active last."""
COUNTED_TYPES = _ACTIVITIES | {AuditType.TOKEN_REFUSED}
"""The events that say something to be counted."""


class CountKey(NamedTuple):
    """Which number: `key` divides a measure further, or is empty."""

    day: date
    measure: Measure
    key: str = ""


class UseKey(NamedTuple):
    """Whose use on which day: an application's of a tenant, by its client id; on the platform a tenant's, by its id."""

    day: date
    id: str


class Uses(NamedTuple):
    """How often something was used: codes issued, and answers of the token endpoint."""

    authorizations: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What some events add to the numbers, and the last active day of the people in them where it has moved."""

    counts: Mapping[CountKey, int] = field(default_factory=dict)
    uses: Mapping[UseKey, Uses] = field(default_factory=dict)
    last_active: Mapping[str, date] = field(default_factory=dict)

    def uses_of(self, id_: str) -> Mapping[UseKey, Uses]:
        """The uses of all applications together, as those of this one."""
        summed: dict[UseKey, Uses] = {}
        for (day, _), uses in self.uses.items():
            add_uses(summed, UseKey(day, id_), uses)
        return summed


def add_uses(table: dict[UseKey, Uses], key: UseKey, uses: Uses) -> None:
    """Add to what the table has."""
    known = table.get(key, Uses())
    table[key] = Uses(known.authorizations + uses.authorizations, known.tokens + uses.tokens)


class Tally:
    """Counts events one by one."""

    def __init__(self) -> None:
        self._counts: Counter[CountKey] = Counter()
        self._uses: dict[UseKey, Uses] = {}
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
        return Counted(counts=counts, uses=dict(self._uses), last_active=moved)

    def _count_activity(self, event: AuditEvent, day: date) -> None:
        match event.type:
            case AuditType.SIGN_IN:
                self._counts[CountKey(day, Measure.SIGN_INS)] += 1
            case AuditType.CODE_ISSUED:
                self._counts[CountKey(day, Measure.AUTHORIZATIONS)] += 1
                self._count_use(event, day, Uses(authorizations=1))
            case _:
                self._counts[CountKey(day, Measure.TOKENS, str(event.details.get("grant_type", "")))] += 1
                self._count_use(event, day, Uses(tokens=1))
        if event.actor_kind is ActorKind.USER and event.actor_id is not None:
            self._active.setdefault(event.actor_id, set()).add(day)

    def _count_use(self, event: AuditEvent, day: date, uses: Uses) -> None:
        if event.client_id is not None:
            add_uses(self._uses, UseKey(day, event.client_id), uses)
