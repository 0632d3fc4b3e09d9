"""The time claims of a JWT (RFC 7519 §4.1.4–4.1.6; tolerance as in FAPI 2.0 Security Profile §5.3.2.1)."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from opentrusty_core.errors import InvalidToken

AHEAD: Final = 60
"""Seconds that iat and nbf may lie ahead of our clock; FAPI 2.0 demands 10 and forbids more than 60."""

_TIMES: Final = ("exp", "nbf", "iat")


def check_times(
    claims: Mapping[str, Any], now: datetime, *, required: Collection[str] = ("exp",), ahead: int = AHEAD
) -> None:
    """Checks exp, nbf and iat where they stand.

    Args:
        claims: of a token whose signature held.
        now: UTC-aware.
        required: which of the three must stand.
        ahead: seconds that iat and nbf may lie in the future. An exp gets no such grace.

    Raises:
        InvalidToken: expired, not yet valid, from the future, missing, or not a finite number.
    """
    present = now.timestamp()
    for name in _TIMES:
        value = claims.get(name)
        if value is None and name not in claims and name not in required:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise InvalidToken(f"{name} missing or not a finite number")
        if name == "exp" and value <= present:
            raise InvalidToken("expired")
        if name != "exp" and value > present + ahead:
            raise InvalidToken(f"{name} lies in the future")
