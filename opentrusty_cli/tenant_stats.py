"""`opentrusty tenant stats`: how a tenant is used, or all of them."""

from __future__ import annotations

from datetime import date, datetime

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.output import Format
from opentrusty_cli.records import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentrusty_core.domain.usage import DayOfUse, Usage

DAY = click.DateTime(["%Y-%m-%d"])
COLUMNS = ("day", "sign_ins", "sign_in_failures", "active_users", "authorizations", "tokens", "token_refusals")


@click.command()
@click.argument("name", required=False)
@click.option("--platform", is_flag=True, help="All tenants together.")
@click.option("--since", type=DAY, help="The first day (UTC); by default the last 30 are shown.")
@click.option("--until", type=DAY, help="The last day.")
@operation
async def stats(desk: Desk, name: str | None, platform: bool, since: datetime | None, until: datetime | None) -> None:
    """Show how much a tenant is used: people, applications, sign-ins and tokens by day."""
    if (name is None) != platform:
        raise click.UsageError("Give either the NAME of a tenant or --platform.")
    numbers, days = desk.management.statistics, {"since": _day(since), "until": _day(until)}
    if name is None:
        usage = await numbers.platform(desk.actor, **days)
    else:
        usage = await numbers.tenant(desk.actor, await desk.tenant_id(name), **days)
    record = _of_usage(usage)
    if desk.output.format is Format.TABLE:
        shown = {key: value for key, value in record.items() if key != "days"}
        desk.output.one(shown | {"most_used": [f"{use.id} ({use.tokens:,} tokens)" for use in usage.most_used]})
        desk.output.many([_of_day(day) for day in usage.days], COLUMNS)
    else:
        desk.output.one(record, key="as_of")


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _of_usage(usage: Usage) -> dict[str, object]:
    return {
        "as_of": time(usage.as_of),
        "tenants": usage.totals.tenants,
        "users": usage.totals.users,
        "clients": usage.totals.clients,
        "counted_at": time(usage.totals.counted_at),
        "active_users": {str(days): people for days, people in usage.active_users.items()},
        "most_used": [
            {"id": use.id, "authorizations": use.authorizations, "tokens": use.tokens} for use in usage.most_used
        ],
        "days": [_of_day(day) for day in usage.days],
    }


def _of_day(day: DayOfUse) -> dict[str, object]:
    return {
        "day": day.day.isoformat(),
        "sign_ins": day.sign_ins,
        "sign_in_failures": day.sign_in_failures,
        "active_users": day.active_users,
        "authorizations": day.authorizations,
        "tokens": dict(day.tokens),
        "token_refusals": day.token_refusals,
    }
