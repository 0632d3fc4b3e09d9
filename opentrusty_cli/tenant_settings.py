"""`opentrusty tenant settings`: what a tenant's owner configures."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from opentrusty_cli.app import Desk, operation
from opentrusty_cli.options import pairs, version_option
from opentrusty_core.domain.settings_document import LISTS, Document, document_of
from opentrusty_core.domain.tenant import TenantSettings


@click.group()
def settings() -> None:
    """The settings of a tenant: lifetimes, passwords, throttling, branding, language, what clients may ask for."""


@settings.command()
@click.argument("name")
@operation
async def show(desk: Desk, name: str) -> None:
    """Show a tenant's settings under the names that `set` takes."""
    found = await desk.management.tenants.find(desk.actor, name)
    _print(desk, name, found.settings)


@settings.command("set")
@click.argument("name")
@click.argument("changes", nargs=-1, required=True, metavar="SETTING=VALUE...")
@version_option
@operation
async def set_(desk: Desk, name: str, changes: tuple[str, ...], version: int | None) -> None:
    """Change the settings given and leave the rest.

    Durations are seconds, lists are separated by commas, null takes a setting back to its default:
    lifetimes.access_token=300 branding.logo_uri=null allowed_scopes=openid,profile
    """
    current = await desk.management.tenants.find(desk.actor, name)
    changed = await desk.management.tenants.configure(desk.actor, current.id, _patch(changes), version=version)
    _print(desk, name, changed.settings)


def _print(desk: Desk, name: str, shown: TenantSettings) -> None:
    document = document_of(shown)
    desk.output.one(dict(_flat(document)) if desk.output.is_table else {"name": name, **document}, key="name")


def _flat(document: Document, path: str = "") -> Iterator[tuple[str, object]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def _patch(changes: tuple[str, ...]) -> Document:
    """The merge patch that the words stand for."""
    patch: Document = {}
    for path, text in pairs(changes, "setting").items():
        *parents, name = path.split(".")
        inner = patch
        for parent in parents:
            inner = inner.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise click.UsageError(f"{parent} is given twice, as a whole and in part.")
        inner[name] = _value(path, text)
    return patch


def _value(path: str, text: str) -> object:
    """JSON where it is JSON, else the text itself; a list by its commas."""
    try:
        return json.loads(text)
    except ValueError:
        return [part for part in text.split(",") if part] if path in LISTS else text
