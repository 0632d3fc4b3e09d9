"""Numbers of a tenant and of the platform: counted of their events, for every day that is asked for, as of a moment."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from opentrusty_core.domain.audit import ActorKind, AuditEvent, AuditType, Outcome
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.usage import DayOfUse, Use
from opentrusty_core.errors import Denied, Invalid, NotFound
from opentrusty_core.management import Actor
from tests.management.place import SYSTEM, Place
from tests.management.sealed import DUE

TODAY = date(2026, 1, 1)
DAY = timedelta(days=1)


async def note(place: Place, type_: AuditType, **changes: object) -> None:
    event = AuditEvent(id=place.runtime.new_id(), at=place.runtime.now(), type=type_, **changes)  # type: ignore[arg-type]
    await place.store.tenant(place.tenant.id).audit.append(event)


async def sign_in(place: Place, *user_ids: str, client_id: str = "web") -> None:
    """Each signs in at the application, which gets a code and tokens for it."""
    for user_id in user_ids:
        who = {"actor_kind": ActorKind.USER, "actor_id": user_id, "client_id": client_id}
        await note(place, AuditType.SIGN_IN, **who)
        await note(place, AuditType.CODE_ISSUED, **who)
        await note(place, AuditType.TOKEN_ISSUED, details={"grant_type": "authorization_code"}, **who)


async def seal(place: Place) -> None:
    place.runtime.advance(DUE)
    await place.management.audit.seal(SYSTEM)


async def test_every_day_that_is_asked_for_is_there(acme: Place) -> None:
    await sign_in(acme, "u", "v")
    await note(acme, AuditType.SIGN_IN, outcome=Outcome.FAILURE)
    await note(acme, AuditType.TOKEN_REFUSED, outcome=Outcome.FAILURE)
    await note(acme, AuditType.TOKEN_ISSUED, details={"grant_type": "client_credentials"}, client_id="job")
    acme.runtime.advance(days=2)
    await sign_in(acme, "u", client_id="app")
    await seal(acme)
    usage = await acme.management.statistics.tenant(SYSTEM, acme.tenant.id, since=TODAY, until=TODAY + 2 * DAY)
    empty = DayOfUse(
        day=TODAY + DAY,
        sign_ins=0,
        sign_in_failures=0,
        authorizations=0,
        tokens={},
        token_refusals=0,
        active_users=0,
    )
    assert usage.days == (
        DayOfUse(
            day=TODAY,
            sign_ins=2,
            sign_in_failures=1,
            authorizations=2,
            tokens={"authorization_code": 2, "client_credentials": 1},
            token_refusals=1,
            active_users=2,
        ),
        empty,
        DayOfUse(
            day=TODAY + 2 * DAY,
            sign_ins=1,
            sign_in_failures=0,
            authorizations=1,
            tokens={"authorization_code": 1},
            token_refusals=0,
            active_users=1,
        ),
    )
    assert usage.most_used == (
        Use(id="web", authorizations=2, tokens=2, name="Web"),
        Use(id="app", authorizations=1, tokens=1),
        Use(id="job", authorizations=0, tokens=1),
    )
    assert usage.as_of == acme.runtime.now() - DUE + timedelta(milliseconds=1)


async def test_people_are_active_once_however_often_they_come(acme: Place) -> None:
    """In the one, seven and thirty days of which the last is the day of `as_of`."""
    for days, user_ids in ((0, "abc"), (20, "ab"), (25, "b"), (31, "bd"), (32, "d")):
        acme.runtime.advance(TODAY + days * DAY - acme.runtime.now().date())
        await sign_in(acme, *user_ids, *user_ids)
        await seal(acme)
        usage = await acme.management.statistics.tenant(SYSTEM, acme.tenant.id)
        expected = {
            0: {1: 3, 7: 3, 30: 3},
            20: {1: 2, 7: 2, 30: 3},
            25: {1: 1, 7: 2, 30: 3},
            31: {1: 2, 7: 2, 30: 3},  # c was last here on the first day
            32: {1: 1, 7: 2, 30: 3},
        }
        assert usage.active_users == expected[days], days
        assert usage.days[-1].active_users == len(user_ids)
        assert len(usage.days) == 30
    assert (await acme.management.statistics.platform(SYSTEM)).active_users == {1: 1, 7: 2, 30: 3}


async def test_the_platform_s_numbers_are_those_of_all_tenants(acme: Place, globex: Place) -> None:
    """And most used are tenants."""
    await sign_in(acme, "u", "v")
    await sign_in(globex, "u")
    await seal(acme)
    usage = await acme.management.statistics.platform(SYSTEM)
    assert (usage.totals.tenants, usage.totals.users, usage.totals.clients) == (2, 6, 2)
    assert (usage.days[-1].sign_ins, usage.active_users) == (3, {1: 3, 7: 3, 30: 3})
    assert usage.most_used == (
        Use(id=acme.tenant.id, authorizations=2, tokens=2, name="acme"),
        Use(id=globex.tenant.id, authorizations=1, tokens=1, name="globex"),
    )


async def test_users_and_clients_are_counted_when_their_number_moves(acme: Place) -> None:
    numbers = acme.management.statistics
    totals = (await numbers.tenant(SYSTEM, acme.tenant.id)).totals
    assert (totals.tenants, totals.users, totals.clients, totals.counted_at) == (1, 3, 1, acme.runtime.now())
    await seal(acme)
    await acme.management.users.delete(SYSTEM, acme.tenant.id, acme.plain.id)
    assert (await numbers.tenant(SYSTEM, acme.tenant.id)).totals.users == 3
    await seal(acme)
    assert (await numbers.tenant(SYSTEM, acme.tenant.id)).totals.users == 2
    assert (await numbers.tenant(SYSTEM, acme.tenant.id)).totals.counted_at == acme.runtime.now()


async def test_before_anything_is_counted_the_numbers_say_so(acme: Place) -> None:
    usage = await acme.management.statistics.tenant(SYSTEM, acme.tenant.id)
    assert (usage.as_of, usage.active_users, usage.most_used) == (None, {1: 0, 7: 0, 30: 0}, ())
    platform = await acme.management.statistics.platform(SYSTEM)
    assert platform.as_of is None
    assert (await acme.management.statistics.platform(SYSTEM)).totals.tenants == 1


async def test_events_of_before_the_first_seal_are_counted_with_it(acme: Place) -> None:
    """A deployment that is brought up to this version gets the numbers of its whole audit."""
    await sign_in(acme, "u")
    acme.runtime.advance(days=40)
    await seal(acme)
    usage = await acme.management.statistics.tenant(SYSTEM, acme.tenant.id, since=TODAY, until=TODAY)
    assert (usage.days[0].sign_ins, usage.days[0].active_users, usage.active_users[30]) == (1, 1, 0)


async def test_days_in_no_order_and_too_many_are_refused(acme: Place) -> None:
    for since, until in ((TODAY, TODAY - DAY), (TODAY - 366 * DAY, TODAY)):
        with pytest.raises(Invalid):
            await acme.management.statistics.tenant(SYSTEM, acme.tenant.id, since=since, until=until)
    usage = await acme.management.statistics.tenant(SYSTEM, acme.tenant.id, since=TODAY - 365 * DAY, until=TODAY)
    assert len(usage.days) == 366
    later = await acme.management.statistics.tenant(SYSTEM, acme.tenant.id, since=TODAY + 9 * DAY)
    assert [day.day for day in later.days] == [TODAY + 9 * DAY]


async def test_who_may_not_read_sees_no_numbers(acme: Place, globex: Place) -> None:
    actor = await acme.actor(acme.admin)
    assert (await acme.management.statistics.tenant(actor, acme.tenant.id)).totals.users == 3
    with pytest.raises(NotFound):
        await acme.management.statistics.tenant(actor, globex.tenant.id)
    with pytest.raises(NotFound):
        await acme.management.statistics.tenant(SYSTEM, "nowhere")
    with pytest.raises(Denied, match=Permission.PLATFORM_HEALTH_READ):
        await acme.management.statistics.platform(actor)
    nobody = Actor(kind=ActorKind.USER, id="x", tenant_id=acme.tenant.id)
    with pytest.raises(Denied):
        await acme.management.statistics.tenant(nobody, acme.tenant.id)
