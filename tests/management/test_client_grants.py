"""What people have allowed a client: seen with their names, counted, and revoked, one or all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.role import Permission
from opentrusty_core.errors import Denied, NotFound
from tests.management.place import EVERYTHING, SYSTEM, Place


async def test_a_client_s_grants_are_listed_with_their_people(acme: Place) -> None:
    """Page by page, the oldest first, each saying whether it outlives its session."""
    session = await acme.session(acme.plain)
    first = await acme.grant(acme.plain, session, "email")
    acme.runtime.advance(seconds=1)
    second = await acme.grant(acme.admin, await acme.session(acme.admin), "offline_access")
    page = await acme.management.client_grants.page(SYSTEM, acme.tenant.id, "web", PageRequest(limit=1))
    assert [(held.grant, held.user) for held in page.items] == [(first, acme.plain)]
    rest = await acme.management.client_grants.page(
        SYSTEM, acme.tenant.id, "web", PageRequest(limit=9, after=page.next_after)
    )
    assert [(held.grant, held.user, held.grant.is_offline) for held in rest.items] == [(second, acme.admin, True)]


@pytest.mark.case("J4")
@pytest.mark.parametrize("lacking", [Permission.CLIENT_READ, Permission.USER_READ])
async def test_who_reads_grants_may_read_clients_and_people(acme: Place, lacking: Permission) -> None:
    """The list tells of both."""
    owner = await acme.actor(acme.owner)
    with pytest.raises(Denied):
        await acme.management.client_grants.page(
            replace(owner, permissions=owner.permissions - {lacking}), acme.tenant.id, "web", EVERYTHING
        )


async def test_consents_are_counted(acme: Place) -> None:
    """One for each user, whatever they allowed."""
    count = acme.management.client_grants.count_consents
    assert await count(SYSTEM, acme.tenant.id, "web") == 0
    for user in (acme.plain, acme.admin):
        consent = Consent(user_id=user.id, client_id="web", scope=frozenset({"openid"}), granted_at=acme.runtime.now())
        event = AuditEvent(id=acme.runtime.new_id(), at=acme.runtime.now(), type=AuditType.CONSENT_GIVEN)
        await acme.store.tenant(acme.tenant.id).consents.save(consent, event)
    assert await count(SYSTEM, acme.tenant.id, "web") == 2


async def test_one_grant_is_revoked(acme: Place) -> None:
    """The other lives on; the event names grant, client and person; a second time there is nothing to revoke."""
    session = await acme.session(acme.plain)
    one, other = await acme.grant(acme.plain, session), await acme.grant(acme.plain, session)
    revoke = acme.management.client_grants.revoke
    await revoke(SYSTEM, acme.tenant.id, "web", one.id)
    page = await acme.management.client_grants.page(SYSTEM, acme.tenant.id, "web", EVERYTHING)
    assert [held.grant for held in page.items] == [other]
    (event,) = await acme.events(AuditType.GRANT_REVOKED)
    assert (event.target, event.client_id, event.details["user_id"]) == (one.id, "web", acme.plain.id)
    with pytest.raises(NotFound):
        await revoke(SYSTEM, acme.tenant.id, "web", one.id)


async def test_a_grant_to_another_client_is_not_found(acme: Place) -> None:
    """A grant is revoked as its client's, or not at all."""
    await acme.management.clients.create(
        SYSTEM, acme.tenant.id, {"client_name": "O", "redirect_uris": ("https://o.example/",)}, client_id="other"
    )
    grant = await acme.grant(acme.plain, await acme.session(acme.plain))
    with pytest.raises(NotFound):
        await acme.management.client_grants.revoke(SYSTEM, acme.tenant.id, "other", grant.id)
    kept = await acme.store.tenant(acme.tenant.id).grants.get(grant.id)
    assert kept == grant


async def test_all_grants_are_revoked_together(acme: Place) -> None:
    """How many were is answered; where there is none, nothing is written down."""
    for user in (acme.plain, acme.admin):
        await acme.grant(user, await acme.session(user), "offline_access")
    revoke_all = acme.management.client_grants.revoke_all
    assert await revoke_all(SYSTEM, acme.tenant.id, "web") == 2
    assert (await acme.management.client_grants.page(SYSTEM, acme.tenant.id, "web", EVERYTHING)).items == ()
    assert await revoke_all(SYSTEM, acme.tenant.id, "web") == 0
    (event,) = await acme.events(AuditType.CLIENT_GRANTS_REVOKED)
    assert (event.target, event.client_id) == ("web", "web")
