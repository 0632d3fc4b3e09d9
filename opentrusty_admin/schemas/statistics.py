"""How a tenant or the platform is used, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

from opentrusty_admin.schemas.base import Model, Moment, Query, full_date
from opentrusty_core.domain.usage import DayOfUse, Usage, Use

Day = Annotated[date, BeforeValidator(full_date)]


class DaysQuery(Query):
    """Which UTC days, at most 366; the last thirty without it."""

    since: Day | None = None
    """The first day."""
    until: Day | None = None
    """The last day."""


class TotalsOut(Model):
    """How much there is, as it was counted last."""

    tenants: int
    users: int | None
    """Null where they are kept elsewhere."""
    clients: int
    counted_at: Moment


class ActiveUsersOut(Model):
    """Different people who were active in so many UTC days, of which that of `as_of` is the last."""

    days_1: int
    days_7: int
    days_30: int


class DayOfUseOut(Model):
    """The numbers of one UTC day."""

    day: date
    sign_ins: int
    sign_in_failures: int
    active_users: int
    authorizations: int
    """How often a person went to an application: codes issued."""
    tokens: Mapping[str, int]
    """Answers of the token endpoint, by grant type."""
    token_refusals: int

    @classmethod
    def of(cls, day: DayOfUse) -> DayOfUseOut:
        """As JSON."""
        return cls(**{name: getattr(day, name) for name in cls.model_fields})


class UseOut(Model):
    """How much an application was used, on the platform a tenant."""

    id: str
    name: str | None
    """While it is there and the caller may read it."""
    authorizations: int
    tokens: int

    @classmethod
    def of(cls, use: Use) -> UseOut:
        """As JSON."""
        return cls(id=use.id, name=use.name, authorizations=use.authorizations, tokens=use.tokens)


class UsageOut(Model):
    """What was counted of everything before `as_of`, and how much there is."""

    as_of: Moment | None
    """Null: nothing was counted yet."""
    totals: TotalsOut
    active_users: ActiveUsersOut
    days: tuple[DayOfUseOut, ...]
    """Each day that was asked for, in order."""
    most_used: tuple[UseOut, ...]
    """The ten applications, or tenants, that were used most in those days together."""

    @classmethod
    def of(cls, usage: Usage) -> UsageOut:
        """As JSON."""
        totals = usage.totals
        return cls(
            as_of=usage.as_of,
            totals=TotalsOut(
                tenants=totals.tenants, users=totals.users, clients=totals.clients, counted_at=totals.counted_at
            ),
            active_users=ActiveUsersOut(**{f"days_{days}": people for days, people in usage.active_users.items()}),
            days=tuple(map(DayOfUseOut.of, usage.days)),
            most_used=tuple(map(UseOut.of, usage.most_used)),
        )
