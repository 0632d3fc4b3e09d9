"""Which settings of a tenant are acceptable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from opentrusty_core.config import AUDIT_DAYS_BOUNDS
from opentrusty_core.domain import redirect_uri
from opentrusty_core.domain.scope import OPENID, is_scope_token
from opentrusty_core.domain.tenant import Branding, Lifetimes, TenantSettings, Throttling
from opentrusty_core.errors import Invalid

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # RFC 5646 §2.1, its common part
_LOGOS = ("logo_uri", "logo_dark_uri")
_LINKS = ("support_uri", "tos_uri", "policy_uri")
_MAX_ALLOWED = 1000
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


# How far a tenant's own rates may go, burst and attempts a minute: no account is guessed at more than 28,800 times a
# day, and no tenant asks for more hashes than a server of its own could make.
_RATES: Mapping[str, tuple[range, range]] = {
    "account": (range(3, 101), range(1, 21)),
    "network": (range(5, 10_001), range(1, 6_001)),
    "tenant": (range(20, 10_001), range(10, 6_001)),
}


def settings_problems(settings: TenantSettings) -> dict[str, str]:
    """One sentence for each setting that is not acceptable, under names such as `lifetimes.code`."""
    problems = dict(_lifetime_problems(settings.lifetimes))
    if settings.password_policy.min_length not in MIN_PASSWORD_LENGTHS:
        problems["password_policy.min_length"] = _between(MIN_PASSWORD_LENGTHS)
    problems |= _throttling_problems(settings.throttling)
    problems |= _branding_problems(settings.branding)
    if settings.default_locale is not None and not _LANGUAGE_TAG.fullmatch(settings.default_locale):
        problems["default_locale"] = "Write it as a language tag such as en or de-AT."
    problems |= _allowed_problems(settings)
    if settings.audit_days is not None and settings.audit_days not in AUDIT_DAYS_BOUNDS:
        problems["audit_days"] = _between(AUDIT_DAYS_BOUNDS)
    return problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far a setting that is a number goes, both ends included; durations in whole seconds."""

    least: int
    most: int
    default: int | None  # None: the deployment's own


def settings_bounds() -> dict[str, Bounds]:
    """The bounds of each setting that is a number, under names such as `lifetimes.code`."""
    defaults = TenantSettings()
    bounds = {
        f"lifetimes.{name}": Bounds(
            least=_whole(least), most=_whole(most), default=_whole(getattr(defaults.lifetimes, name))
        )
        for name, (least, most) in _BOUNDS.items()
    }
    bounds["audit_days"] = _bounds(AUDIT_DAYS_BOUNDS)
    bounds["password_policy.min_length"] = _bounds(MIN_PASSWORD_LENGTHS, defaults.password_policy.min_length)
    for name, (bursts, rates) in _RATES.items():
        bounds[f"throttling.{name}.burst"] = _bounds(bursts)
        bounds[f"throttling.{name}.per_minute"] = _bounds(rates)
    return bounds


def display_name_problems(name: str) -> dict[str, str]:
    """What keeps people from reading the name: it is empty, too long, or not printable."""
    if 1 <= len(name) <= 200 and name.isprintable():
        return {}
    return {"display_name": "Use 1 to 200 printable characters."}


def require(problems: Mapping[str, str]) -> None:
    """Return if there are no problems. Raises `Invalid` with all of them."""
    if problems:
        raise Invalid(problems)


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


def _throttling_problems(throttling: Throttling) -> Iterator[tuple[str, str]]:
    for name, (bursts, rates) in _RATES.items():
        rate = getattr(throttling, name)
        if rate is not None and rate.burst not in bursts:
            yield f"throttling.{name}.burst", _between(bursts)
        if rate is not None and rate.per_minute not in rates:
            yield f"throttling.{name}.per_minute", _between(rates)


def _branding_problems(branding: Branding) -> Iterator[tuple[str, str]]:
    for name in _LOGOS:
        uri = getattr(branding, name)
        if uri is not None and (redirect_uri.web_error(uri) or not uri.startswith("https:")):
            yield f"branding.{name}", "Use an address that begins with https: the pages show no other picture."
    for name in _LINKS:
        uri = getattr(branding, name)
        if uri is not None and (problem := redirect_uri.web_error(uri)):
            yield f"branding.{name}", problem
    if branding.primary_color is not None and not _COLOR.fullmatch(branding.primary_color):
        yield "branding.primary_color", "Write it as #rrggbb."


def _allowed_problems(settings: TenantSettings) -> Iterator[tuple[str, str]]:
    for name in ("allowed_scopes", "allowed_resources"):
        values = getattr(settings, name) or ()
        if len(values) > _MAX_ALLOWED or len(set(values)) < len(values):
            yield name, f"Use at most {_MAX_ALLOWED}, each once."
    scopes = settings.allowed_scopes
    if scopes is not None and not all(is_scope_token(token) for token in scopes):
        yield "allowed_scopes", "It holds characters that a scope may not hold."
    elif scopes is not None and OPENID not in scopes:
        yield "allowed_scopes", "It needs openid: without it nobody can sign in."


def _whole(duration: timedelta) -> int:
    return int(duration.total_seconds())


def _bounds(numbers: range, default: int | None = None) -> Bounds:
    return Bounds(least=numbers[0], most=numbers[-1], default=default)


def _between(numbers: range) -> str:
    return f"It lies between {numbers[0]} and {numbers[-1]}."
