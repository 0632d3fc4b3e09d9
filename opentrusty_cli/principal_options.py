"""Whom a role is about: a user, unless an option says that it is a group or a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from opentrusty_cli.app import Desk
from opentrusty_core.domain.principal import Principal, PrincipalKind

F = TypeVar("F", bound=Callable[..., Any])


def principal_options(function: F) -> F:
    """Add `--group` and `--client`, given to the command as `kind`."""
    for kind in (PrincipalKind.CLIENT, PrincipalKind.GROUP):
        option = click.option(f"--{kind.value}", "kind", flag_value=kind.value, help=f"HOLDER is a {kind.value}.")
        function = option(function)
    return function


async def principal_of(desk: Desk, tenant_id: str, holder: str, kind: str | None) -> Principal:
    """The principal that is meant: a user by id, username or email, a group by id or name, a client by id.

    Raises:
        NotFound: there is none.
    """
    match PrincipalKind(kind or PrincipalKind.USER):
        case PrincipalKind.USER:
            return Principal.user(await desk.user_id(tenant_id, holder))
        case PrincipalKind.GROUP:
            return Principal.group((await desk.management.groups.get(desk.actor, tenant_id, holder)).id)
        case PrincipalKind.CLIENT:
            return Principal.client((await desk.management.clients.get(desk.actor, tenant_id, holder)).client_id)
