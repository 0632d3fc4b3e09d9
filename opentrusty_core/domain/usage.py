"""How a tenant or the platform is used: the numbers of its audit, put together for those who look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from opentrusty_core.domain.statistics import CountKey, Measure

MONTH = 30
"""In how many days, the last one among them, somebody was active who counts as active in a month."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How much there is, as it was counted at `counted_at`; `users` is None where an embedder keeps them."""

    tenants: int
    users: int | None
    clients: int
    counted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfUse:
    """The numbers of one UTC day; `tokens` by grant type."""

    day: date
    sign_ins: int
    sign_in_failures: int
    authorizations: int
    tokens: Mapping[str, int]
    token_refusals: int
    active_users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How much an application was used, on the platform a tenant: codes issued, and answers of the token endpoint.

    `name` is what the one who asks may know of it.
    """

    id: str
    authorizations: int
    tokens: int
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was counted of everything before `as_of` (None: nothing yet), and how much there is.

    `active_users` are different people in 1, 7 and 30 UTC days, of which that of `as_of` is the last; `days` are in
    order, each there, also where nothing happened; `most_used` are applications, or tenants, of those days together.
    """

    as_of: datetime | None
    totals: Totals
    active_users: Mapping[int, int]
    days: tuple[DayOfUse, ...]
    most_used: tuple[Use, ...]


def active_users(counts: Mapping[CountKey, int], last: date) -> Mapping[int, int]:
    """Who was active in the 1, 7 and 30 days that end with `last`."""
    by_day = [counts.get(CountKey(last - number * _DAY, Measure.LAST_ACTIVE), 0) for number in range(MONTH)]
    return {days: sum(by_day[:days]) for days in (1, 7, MONTH)}


def days_of_use(counts: Mapping[CountKey, int], since: date, until: date) -> tuple[DayOfUse, ...]:
    """Each day from `since` to `until`."""
    tokens: dict[date, dict[str, int]] = {}
    for (day, measure, key), amount in counts.items():
        if measure is Measure.TOKENS:
            tokens.setdefault(day, {})[key] = amount
    return tuple(
        DayOfUse(
            day=day,
            sign_ins=counts.get(CountKey(day, Measure.SIGN_INS), 0),
            sign_in_failures=counts.get(CountKey(day, Measure.SIGN_IN_FAILURES), 0),
            authorizations=counts.get(CountKey(day, Measure.AUTHORIZATIONS), 0),
            tokens=dict(sorted(tokens.get(day, {}).items())),
            token_refusals=counts.get(CountKey(day, Measure.TOKEN_REFUSALS), 0),
            active_users=counts.get(CountKey(day, Measure.ACTIVE_USERS), 0),
        )
        for day in (since + number * _DAY for number in range((until - since).days + 1))
    )
