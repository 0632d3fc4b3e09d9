"""The fields of a client as options of `client create` and `client update`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar, cast

import click

from opentrusty_cli.options import pairs
from opentrusty_core.domain.client import (
    SIGNING_ALGORITHMS,
    AccessTokenFormat,
    ApplicationType,
    AuthMethod,
    GrantType,
)
from opentrusty_core.domain.scope import parse_scope
from opentrusty_core.errors import InvalidScope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentrusty_core.management import ClientFields

F = TypeVar("F", bound=Callable[..., Any])

_MANY = (
    *("redirect_uris", "post_logout_redirect_uris", "allowed_origins", "resource_identifiers", "contacts"),
    *("translations", "tags"),
)
_LIFETIMES = ("access_token_lifetime", "id_token_lifetime", "refresh_token_idle_lifetime", "refresh_token_lifetime")
_NULLABLE = (
    *("default_max_age", *_LIFETIMES, "client_uri", "logo_uri", "policy_uri", "tos_uri"),
    *("software_id", "software_version", "description"),
)
_OPTIONS = (
    click.option("--name", "client_name", help="What people read when they are asked."),
    click.option(
        "--auth-method", "token_endpoint_auth_method", type=click.Choice([method.value for method in AuthMethod])
    ),
    click.option("--application-type", type=click.Choice([kind.value for kind in ApplicationType])),
    click.option("--grant-type", "grant_types", multiple=True, type=click.Choice([grant.value for grant in GrantType])),
    click.option("--redirect-uri", "redirect_uris", multiple=True, metavar="URI", help="Repeatable."),
    click.option("--post-logout-redirect-uri", "post_logout_redirect_uris", multiple=True, metavar="URI"),
    click.option("--allowed-origin", "allowed_origins", multiple=True, metavar="ORIGIN"),
    click.option("--scope", metavar="SCOPE", help="What it may ask for: one text, separated by spaces."),
    click.option("--pkce/--no-pkce", "require_pkce", default=None, help="Whether PKCE is demanded of it."),
    click.option("--skip-consent/--ask-consent", default=None, help="Whether people are asked."),
    click.option("--resource", "resource_identifiers", multiple=True, metavar="IDENTIFIER", help="It is this API."),
    click.option("--access-token-format", type=click.Choice([format_.value for format_ in AccessTokenFormat])),
    click.option("--access-token-alg", "access_token_signed_response_alg", type=click.Choice(SIGNING_ALGORITHMS)),
    click.option("--id-token-alg", "id_token_signed_response_alg", type=click.Choice(SIGNING_ALGORITHMS)),
    *(
        click.option(f"--{name.replace('_', '-')}", type=click.IntRange(0, 10**9), metavar="SECONDS")
        for name in _LIFETIMES
    ),
    click.option("--default-max-age", type=click.IntRange(0, 10**9), metavar="SECONDS"),
    click.option("--require-auth-time/--no-require-auth-time", default=None),
    click.option("--client-uri", metavar="URI"),
    click.option("--logo-uri", metavar="URI"),
    click.option("--policy-uri", metavar="URI"),
    click.option("--tos-uri", metavar="URI"),
    click.option("--contact", "contacts", multiple=True, metavar="TEXT"),
    click.option(
        "--translation",
        "translations",
        multiple=True,
        metavar="FIELD#LANGUAGE=TEXT",
        help="A text or link in another language, as in client_name#de=Laden; repeatable.",
    ),
    click.option("--software-id", metavar="TEXT"),
    click.option("--software-version", metavar="TEXT"),
    click.option("--description", metavar="TEXT", help="For administrators alone."),
    click.option("--tag", "tags", multiple=True, metavar="TEXT", help="For administrators alone; repeatable."),
    click.option("--clear", multiple=True, type=click.Choice([*_MANY, *_NULLABLE]), help="Empty a field; repeatable."),
)


def client_options(function: F) -> F:
    """Add an option for each field that can be written, and `--clear`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def chosen_fields(options: Mapping[str, Any]) -> ClientFields:
    """The fields that the options name; what was not given is not among them.

    Raises:
        click.UsageError: the scope holds a character that RFC 6749 §3.3 does not allow.
    """
    clear = options["clear"]
    given = {name: value for name, value in options.items() if name != "clear" and value not in {None, ()}}
    if both := sorted(given.keys() & set(clear)):
        raise click.UsageError(f"--clear {both[0]} contradicts the option that sets it.")
    given |= {name: () if name in _MANY else None for name in clear}
    for name, make in _MAKERS.items():
        if given.get(name) is not None:
            given[name] = make(given[name])
    return cast("ClientFields", given)


def parsed_scope(text: str) -> tuple[str, ...]:
    """The tokens of `--scope`. Raises `click.UsageError`."""
    try:
        return parse_scope(text)
    except InvalidScope:
        raise click.UsageError("--scope holds a character that a scope may not hold.") from None


_MAKERS: Mapping[str, Callable[[Any], object]] = {
    "token_endpoint_auth_method": AuthMethod,
    "application_type": ApplicationType,
    "grant_types": lambda values: tuple(map(GrantType, values)),
    "access_token_format": AccessTokenFormat,
    **dict.fromkeys(_LIFETIMES, lambda seconds: timedelta(seconds=seconds)),
    "translations": lambda values: pairs(values, "--translation"),
    "scope": parsed_scope,
}
