"""Options that several commands share, and the questions they ask."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

import click

from opentrusty_core.domain.page import MAX_PAGE, Page, PageRequest

_MAX_LINE = 65_536  # beyond every password, so that one too long is refused for that and not cut

T = TypeVar("T")
S = TypeVar("S", bound=StrEnum)
F = TypeVar("F", bound=Callable[..., Any])

tenant_option = click.option("-t", "--tenant", "tenant_name", required=True, metavar="NAME", help="The tenant's name.")
yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask.")
version_option = click.option(
    "--if-version", "version", type=click.IntRange(min=1), help="Only if this is still the version."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which part of a list is wanted."""

    limit: int
    after: str | None
    everything: bool

    async def fetch(self, page: Callable[[PageRequest], Awaitable[Page[T]]]) -> Page[T]:
        """The page asked for, or with `--all` every page from there on as one."""
        got = await page(PageRequest(limit=self.limit, after=self.after))
        items = [*got.items]
        while self.everything and got.next_after is not None:
            got = await page(PageRequest(limit=self.limit, after=got.next_after))
            items += got.items
        return Page(items=tuple(items), next_after=got.next_after)


def paged(function: F) -> F:
    """Add `--limit`, `--after` and `--all`, given to the command as `paging`."""

    @wraps(function)
    def command(*args: Any, limit: int, after: str | None, everything: bool, **kwargs: Any) -> Any:
        return function(*args, paging=Paging(limit=limit, after=after, everything=everything), **kwargs)

    decorated: Any = command
    options: tuple[Callable[[Any], Any], ...] = (
        click.option("--all", "everything", is_flag=True, help="Every page."),
        click.option("--after", metavar="KEY", help="Begin after this key, as the page before named it."),
        click.option(
            "--limit", type=click.IntRange(1, MAX_PAGE), default=50, show_default=True, help="How many at most."
        ),
    )
    for option in options:
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def sorting(keys: type[S], default: S) -> Callable[[F], F]:
    """Add `--sort`, given to the command as `sort`: the key, and whether the other way round."""

    def parse(_ctx: click.Context, _param: click.Parameter, value: str) -> tuple[S, bool]:
        key = value.removeprefix("-")
        if key not in set(keys):
            raise click.BadParameter(f"Use one of {', '.join(keys)}.")
        return keys(key), value.startswith("-")

    names = " or ".join(keys)
    return click.option(
        "--sort",
        default=default.value,
        show_default=True,
        metavar="[-]KEY",
        callback=parse,
        help=f"By {names}; with a minus the other way round.",
    )


def confirm(question: str, yes: bool) -> None:
    """Ask before what can't be undone; no is the default, and ends the command."""
    if not yes:
        click.confirm(question, abort=True, err=True)


def read_secret() -> str:
    """One line of standard input, without its end."""
    try:
        line = sys.stdin.buffer.readline(_MAX_LINE).decode()
    except UnicodeDecodeError:
        raise click.UsageError("Standard input is not UTF-8.") from None
    secret = line.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise click.UsageError("Standard input holds no password.")
    return secret


def pairs(values: tuple[str, ...], option: str) -> dict[str, str]:
    """NAME=VALUE options by name."""
    found: dict[str, str] = {}
    for value in values:
        name, separator, rest = value.partition("=")
        if not separator or not name:
            raise click.UsageError(f"{option} {value}: write it as NAME=VALUE.")
        found[name] = rest
    return found


def json_object(text: str, option: str) -> dict[str, object]:
    """The JSON object that an option holds."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise click.UsageError(f"{option} is not a JSON object.")
    return value
