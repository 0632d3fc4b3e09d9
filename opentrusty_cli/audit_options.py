"""The options that say which events of an audit are wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

import click

from opentrusty_core.domain.audit import AuditType, Outcome
from opentrusty_core.domain.audit_query import AuditQuery

F = TypeVar("F", bound=Callable[..., Any])

_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"])
_FILTERS: tuple[Callable[[Any], Any], ...] = (
    click.option("-t", "--tenant", "tenant_name", metavar="NAME", help="The tenant's name."),
    click.option("--platform", is_flag=True, help="What belongs to no tenant."),
    click.option("--since", type=_MOMENT, help="From this time on (UTC)."),
    click.option("--until", type=_MOMENT, help="Before this time (UTC)."),
    click.option("--type", "types", multiple=True, metavar="TYPE", help="As in user.created; repeatable."),
    click.option("--outcome", type=click.Choice([outcome.value for outcome in Outcome])),
    click.option("--actor", "actor_id", metavar="ID", help="Who did it: the id of a user, or a client id."),
    click.option("--target", metavar="ID", help="What it was done to: the id of a user, client, session, key …"),
    click.option("--client", "client_id", metavar="CLIENT_ID", help="Through which client."),
    click.option("--ip", metavar="ADDRESS", help="From where."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Some events of a tenant, or of the platform where `tenant_name` is None."""

    tenant_name: str | None
    query: AuditQuery


def wanted(function: F) -> F:
    """Add the options, given to the command as `wanted`."""

    @wraps(function)
    def command(
        *args: Any,
        tenant_name: str | None,
        platform: bool,
        since: datetime | None,
        until: datetime | None,
        types: tuple[str, ...],
        outcome: str | None,
        **kwargs: Any,
    ) -> Any:
        if (tenant_name is None) != platform:
            raise click.UsageError("Give either --tenant or --platform.")
        fields = {name: kwargs.pop(name) for name in ("actor_id", "target", "client_id", "ip")}
        query = AuditQuery(
            since=since.replace(tzinfo=UTC) if since else None,
            until=until.replace(tzinfo=UTC) if until else None,
            types=frozenset(map(_type, types)),
            outcome=Outcome(outcome) if outcome else None,
            **fields,
        )
        return function(*args, wanted=Wanted(tenant_name=tenant_name, query=query), **kwargs)

    decorated: Any = command
    for option in reversed(_FILTERS):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def _type(value: str) -> AuditType:
    try:
        return AuditType(value)
    except ValueError:
        raise click.UsageError(f"--type {value}: use one of {', '.join(AuditType)}.") from None
