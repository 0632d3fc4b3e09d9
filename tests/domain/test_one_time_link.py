"""One-time links: how long they are good."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opentrusty_core.domain.one_time_link import LinkKind, OneTimeLink, validated_life
from opentrusty_core.errors import Invalid
from tests.support.runtime import START

MICROSECOND = timedelta(microseconds=1)


@pytest.mark.case("K10")
def test_a_link_is_live_until_its_end() -> None:
    link = OneTimeLink(
        hash=b"h" * 32,
        id="l",
        kind=LinkKind.INVITATION,
        user_id="u",
        created_at=START,
        expires_at=START + timedelta(minutes=5),
    )
    assert link.is_live(link.expires_at - MICROSECOND)
    assert not link.is_live(link.expires_at)
    assert "h" * 32 not in repr(link)


@pytest.mark.parametrize(
    ("kind", "usual", "longest"),
    [
        (LinkKind.INVITATION, timedelta(days=7), timedelta(days=30)),
        (LinkKind.PASSWORD_RESET, timedelta(hours=24), timedelta(days=7)),
    ],
)
def test_its_maker_says_how_long_within_bounds(kind: LinkKind, usual: timedelta, longest: timedelta) -> None:
    assert validated_life(kind, None) == usual
    for life in (timedelta(minutes=5), usual, longest):
        assert validated_life(kind, life) == life
    for life in (timedelta(minutes=5) - MICROSECOND, timedelta(0), -usual, longest + MICROSECOND):
        with pytest.raises(Invalid) as refused:
            validated_life(kind, life)
        assert refused.value.fields == {"lifetime": f"Use 300 to {int(longest.total_seconds())} seconds."}
