"""Options that commands around users share."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from opentrusty_cli.options import pairs
from opentrusty_core.domain.user import UserStatus

F = TypeVar("F", bound=Callable[..., Any])

search_option = click.option(
    "--search", default="", metavar="TEXT", help="Only whose username, email or a word of whose names begins so."
)


def status_option(function: F) -> F:
    """Add `--status`, given to the command as `status`."""

    def parse(_ctx: click.Context, _param: click.Parameter, value: str | None) -> UserStatus | None:
        return None if value is None else UserStatus(value)

    statuses = click.Choice([status.value for status in UserStatus])
    return click.option("--status", type=statuses, callback=parse, help="Only these.")(function)


claim_option = click.option(
    "--claim",
    "claims",
    multiple=True,
    metavar="NAME=VALUE",
    help="A standard claim, as in given_name=Ada.",
)


def claims_of(values: tuple[str, ...]) -> dict[str, object]:
    """Claims by name; `address` is JSON, the `…_verified` ones are true or false (OpenID Connect Core 1.0 §5.1)."""
    found: dict[str, object] = {}
    for name, value in pairs(values, "--claim").items():
        if name == "address" or name.endswith("_verified"):
            try:
                found[name] = json.loads(value)
            except ValueError:
                raise click.UsageError(f"--claim {name}: its value is JSON.") from None
        else:
            found[name] = value
    return found
