"""Which settings of a tenant are acceptable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

from opentrusty_core.domain import redirect_uri
from opentrusty_core.domain.tenant import Branding, Lifetimes, TenantSettings
from opentrusty_core.errors import Invalid

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_DAY = timedelta(days=1)
MIN_PASSWORD_LENGTHS = range(8, 65)

# A code lives at most 10 minutes (RFC 6749 §4.1.2); no token outlives its key's day in the JWKS after it signed.
_BOUNDS: Mapping[str, tuple[timedelta, timedelta]] = {
    "code": (timedelta(seconds=10), timedelta(minutes=10)),
    "access_token": (timedelta(seconds=30), _DAY),
    "id_token": (timedelta(seconds=30), _DAY),
    "refresh_token_idle": (timedelta(minutes=1), 366 * _DAY),
    "refresh_token": (timedelta(minutes=1), 3660 * _DAY),
    "refresh_token_grace": (timedelta(0), timedelta(minutes=10)),
    "session_idle": (timedelta(minutes=1), 366 * _DAY),
    "session": (timedelta(minutes=1), 366 * _DAY),
    "interaction": (timedelta(minutes=1), _DAY),
}


def validated_settings(settings: TenantSettings) -> TenantSettings:
    """The settings, if every one is acceptable.

    Raises:
        Invalid: one sentence for each that is not, under names such as `lifetimes.code`.
    """
    problems = {**dict(_lifetime_problems(settings.lifetimes)), **dict(_branding_problems(settings.branding))}
    if settings.password_policy.min_length not in MIN_PASSWORD_LENGTHS:
        problems["password_policy.min_length"] = (
            f"It lies between {MIN_PASSWORD_LENGTHS[0]} and {MIN_PASSWORD_LENGTHS[-1]}."
        )
    if problems:
        raise Invalid(problems)
    return settings


def validated_display_name(name: str) -> str:
    """The name, trimmed, if people can read it.

    Raises:
        Invalid: empty, too long, or not printable.
    """
    name = name.strip()
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise Invalid({"display_name": "Use 1 to 200 printable characters."})
    return name


def _lifetime_problems(lifetimes: Lifetimes) -> Iterator[tuple[str, str]]:
    for name, (least, most) in _BOUNDS.items():
        if not least <= getattr(lifetimes, name) <= most:
            yield (
                f"lifetimes.{name}",
                f"It lies between {least.total_seconds():.0f} and {most.total_seconds():.0f} seconds.",
            )
    for idle, absolute in (("refresh_token_idle", "refresh_token"), ("session_idle", "session")):
        if getattr(lifetimes, idle) > getattr(lifetimes, absolute):
            yield f"lifetimes.{idle}", f"It is no longer than {absolute}."


def _branding_problems(branding: Branding) -> Iterator[tuple[str, str]]:
    if branding.logo_uri is not None and (problem := redirect_uri.web_error(branding.logo_uri)):
        yield "branding.logo_uri", problem
    if branding.primary_color is not None and not _COLOR.fullmatch(branding.primary_color):
        yield "branding.primary_color", "Write it as #rrggbb."
