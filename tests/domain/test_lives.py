"""How long things live: sessions and grants, to the instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.session import ACR_PASSWORD, TOUCH_EVERY, Session
from opentrusty_core.domain.tenant import Tenant, TenantStatus, name_problems
from tests.support.runtime import START

INSTANT = timedelta(microseconds=1)
IDLE, ABSOLUTE = timedelta(hours=1), timedelta(hours=24)
SESSION = Session(
    id="s",
    user_id="alice",
    handle_hash=b"h" * 32,
    browser_hash=b"b" * 32,
    auth_time=START,
    amr=("pwd",),
    acr=ACR_PASSWORD,
    created_at=START,
    last_seen_at=START,
    idle_expires_at=START + IDLE,
    expires_at=START + ABSOLUTE,
)
GRANT = Grant(
    id="g",
    user_id="alice",
    client_id="web",
    session_id="s",
    scope=("openid",),
    auth_time=START,
    acr=ACR_PASSWORD,
    amr=("pwd",),
    created_at=START,
    expires_at=START + ABSOLUTE,
)


def test_a_session_ends_when_idle_at_its_end_or_when_ended() -> None:
    """Whichever comes first."""
    assert SESSION.is_live(START + IDLE - INSTANT)
    assert not SESSION.is_live(START + IDLE)
    late = replace(SESSION, idle_expires_at=START + 2 * ABSOLUTE)
    assert late.is_live(START + ABSOLUTE - INSTANT)
    assert not late.is_live(START + ABSOLUTE)
    assert not replace(SESSION, ended_at=START).is_live(START)


@settings(derandomize=True, max_examples=100)
@given(st.lists(st.integers(0, 3600), max_size=60))
def test_no_number_of_visits_moves_the_absolute_end(waits: list[int]) -> None:
    """The idle end slides, and stops at the absolute one."""
    session, now = SESSION, START
    for wait in waits:
        now += timedelta(seconds=wait)
        if session.is_live(now):
            session = session.touched(now, IDLE)
        assert session.expires_at == SESSION.expires_at
        assert session.idle_expires_at <= session.expires_at
    assert not session.is_live(START + ABSOLUTE)


def test_a_visit_is_written_down_once_a_minute() -> None:
    """A write a minute, not a write a request."""
    assert not SESSION.wants_touch(START + TOUCH_EVERY - INSTANT)
    assert SESSION.wants_touch(START + TOUCH_EVERY)


def test_a_grant_ends_at_its_end_or_when_revoked() -> None:
    """To the instant."""
    assert GRANT.is_live(START + ABSOLUTE - INSTANT)
    assert not GRANT.is_live(START + ABSOLUTE)
    assert not replace(GRANT, revoked_at=START).is_live(START)


def test_only_offline_access_lets_a_grant_outlive_its_session() -> None:
    """OpenID Connect Core 1.0 §11."""
    assert not GRANT.is_offline
    assert replace(GRANT, scope=("openid", "offline_access")).is_offline


def test_no_record_shows_what_opens_a_door() -> None:
    """Hashes stay out of logs too."""
    assert "hhhh" not in repr(SESSION)
    assert "bbbb" not in repr(SESSION)


@pytest.mark.parametrize("name", ["a", "acme", "acme-2", "0", "a" * 63])
def test_a_tenants_name_can_stand_in_a_url_and_a_host_name(name: str) -> None:
    """Letters, digits, inner hyphens."""
    assert name_problems(name) == {}


@pytest.mark.parametrize("name", ["", "-a", "a-", "Acme", "a_b", "a.b", "a/b", "..", "a b", "a\n", "é", "a" * 64])
def test_any_other_name_is_refused(name: str) -> None:
    """Nothing that a path or a host would read in its own way."""
    assert set(name_problems(name)) == {"name"}


def test_a_suspended_tenant_is_not_active() -> None:
    """Suspension is a status, not a deletion."""
    tenant = Tenant(id="t", name="acme", display_name="Acme", created_at=START, updated_at=START)
    assert tenant.is_active
    assert not replace(tenant, status=TenantStatus.SUSPENDED).is_active
