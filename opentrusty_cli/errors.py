"""Every error of the core as an exit code and plain words: the one place where the command line maps them."""

from __future__ import annotations

from collections.abc import Mapping

from opentrusty_core.errors import Conflict, Denied, Invalid, NotFound, OpenTrustyError, StoreError, Throttled

FAILURE, USAGE, AUTH, NOT_FOUND, CONFLICT, UNAVAILABLE = 1, 2, 3, 4, 5, 6


class NotSignedIn(OpenTrustyError):
    """The Admin Plane does not know who calls; the message says how to sign in."""


_CODES: Mapping[type[OpenTrustyError], int] = {
    Invalid: USAGE,
    Denied: AUTH,
    NotSignedIn: AUTH,
    NotFound: NOT_FOUND,
    Conflict: CONFLICT,
    Throttled: UNAVAILABLE,
    StoreError: UNAVAILABLE,
}


def exit_code(error: OpenTrustyError) -> int:
    """The exit status for an error of the core."""
    return next((code for family, code in _CODES.items() if isinstance(error, family)), FAILURE)


def sentence(error: OpenTrustyError) -> str:
    """What to tell the person; a StoreError's own words may name hosts and files, which is theirs to know here."""
    return str(error) or type(error).__name__
