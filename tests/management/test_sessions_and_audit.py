"""Sessions seen and ended by administrators; the audit read by those who may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import TENANT_AUDITOR, TENANT_SUPPORT
from opentrusty_core.errors import Denied, NotFound
from tests.management.place import EVERYTHING, SYSTEM, Place


async def test_support_sees_and_ends_a_users_sessions(acme: Place) -> None:
    await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.admin.id), TENANT_SUPPORT.name)
    actor, sessions = await acme.actor(acme.admin), acme.management.sessions
    made = [await acme.session(acme.plain) for _ in range(3)]
    page = await sessions.page(actor, acme.tenant.id, acme.plain.id, EVERYTHING)
    assert {session.id for session in page.items} == {session.id for session in made}

    await sessions.end(actor, acme.tenant.id, made[0].id)
    assert (await sessions.get(actor, acme.tenant.id, made[0].id)).ended_at == acme.runtime.now()
    with pytest.raises(NotFound):
        await sessions.end(actor, acme.tenant.id, made[0].id)
    assert await sessions.end_all(actor, acme.tenant.id, acme.plain.id) == 2
    assert (await sessions.page(actor, acme.tenant.id, acme.plain.id, EVERYTHING)).items == ()
    assert len(await acme.events(AuditType.SIGN_OUT)) == 2


async def test_an_ended_session_takes_its_grants_along_but_not_offline_ones(acme: Place) -> None:
    session = await acme.session(acme.plain)
    online = await acme.grant(acme.plain, session)
    offline = await acme.grant(acme.plain, session, "offline_access")
    await acme.management.sessions.end(SYSTEM, acme.tenant.id, session.id)
    grants, now = acme.store.tenant(acme.tenant.id).grants, acme.runtime.now()
    live = {
        grant.id: grant.is_live(now) for grant in (await grants.get(online.id), await grants.get(offline.id)) if grant
    }
    assert live == {online.id: False, offline.id: True}


async def test_an_auditor_reads_and_changes_nothing(acme: Place) -> None:
    await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.plain.id), TENANT_AUDITOR.name)
    actor = await acme.actor(acme.plain)
    assert (await acme.management.audit.page(actor, acme.tenant.id, EVERYTHING)).items
    with pytest.raises(Denied):
        await acme.management.sessions.end_all(actor, acme.tenant.id, acme.plain.id)
    with pytest.raises(Denied):
        await acme.management.audit.platform_page(actor, EVERYTHING)


async def test_the_audit_pages_from_a_time_on_and_misses_no_event(acme: Place) -> None:
    acme.runtime.advance(hours=1)
    start = acme.runtime.now()
    for _ in range(7):
        acme.runtime.advance(seconds=1)
        await acme.management.users.update(SYSTEM, acme.tenant.id, acme.plain.id, {})
    seen, after = [], None
    while True:
        request = PageRequest(limit=3, after=after)
        page = await acme.management.audit.page(SYSTEM, acme.tenant.id, request, AuditQuery(since=start))
        seen += [event.at for event in page.items]
        after = page.next_after
        if after is None:
            break
    assert seen == [start + timedelta(seconds=number) for number in range(1, 8)]
