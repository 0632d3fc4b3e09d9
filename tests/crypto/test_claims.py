"""exp, nbf and iat."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from opentrusty_core.crypto.claims import check_times
from opentrusty_core.errors import InvalidToken

T = 1_700_000_000
NOW = datetime.fromtimestamp(T, UTC)


@pytest.mark.case("F9")
@pytest.mark.parametrize("ahead", [-3600, 0, 10, 10.5, 60])
@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_a_little_ahead_of_our_clock_is_accepted(name: str, ahead: float) -> None:
    check_times({"exp": T + 1, name: T + ahead}, NOW)


@pytest.mark.case("F9")
@pytest.mark.parametrize("claims", [{"iat": T + 61}, {"nbf": T + 60.5}, {"iat": 10**20}])
def test_more_than_a_minute_ahead_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        check_times({"exp": T + 100, **claims}, NOW)


@pytest.mark.case("F9")
@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), "1700000001", None, True, [T], {}])
def test_a_time_that_is_not_a_finite_number_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidToken):
        check_times({"exp": T + 1, name: value}, NOW)


@pytest.mark.parametrize("exp", [T, T - 1, 0, -1, T - 0.5])
def test_an_expired_token_gets_no_grace(exp: float) -> None:
    with pytest.raises(InvalidToken, match="expired"):
        check_times({"exp": exp}, NOW)


def test_what_is_required_has_to_stand() -> None:
    check_times({}, NOW, required=())
    for name in ("exp", "nbf", "iat"):
        with pytest.raises(InvalidToken, match=name):
            check_times({}, NOW, required=(name,))


def test_the_caller_can_narrow_what_lies_ahead() -> None:
    with pytest.raises(InvalidToken):
        check_times({"iat": T + 11}, NOW, required=(), ahead=10)
