"""Options that commands around users share."""

from __future__ import annotations

import json

import click

from opentrusty_cli.options import pairs

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
