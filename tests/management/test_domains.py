"""Domains of tenants: asked for by their owners, approved by the platform, one tenant's at a time."""

from __future__ import annotations

import pytest

from opentrusty_core.domain.audit import ActorKind, AuditType
from opentrusty_core.domain.role import PLATFORM_ADMIN
from opentrusty_core.errors import Conflict, Denied, Invalid, NotFound
from opentrusty_core.management import Actor
from tests.management.place import EVERYTHING, SYSTEM, Place

ADMINISTRATOR = Actor(
    kind=ActorKind.USER, id="p", tenant_id="platform", platform_permissions=PLATFORM_ADMIN.permissions
)
LOGIN = "login.acme.com"


async def test_a_domain_is_asked_for_approved_and_removed(acme: Place) -> None:
    domains, owner, tenant_id = acme.management.domains, await acme.actor(acme.owner), acme.tenant.id
    asked = await domains.ask(owner, tenant_id, LOGIN)
    assert (asked.domain, asked.pending_domain, asked.version) == (None, LOGIN, 2)
    assert await domains.ask(owner, tenant_id, LOGIN) == asked
    assert (await domains.waiting(ADMINISTRATOR, EVERYTHING)).items == (asked,)
    approved = await domains.approve(ADMINISTRATOR, tenant_id, LOGIN)
    assert (approved.domain, approved.pending_domain, approved.version) == (LOGIN, None, 3)
    assert await domains.approve(ADMINISTRATOR, tenant_id, LOGIN) == approved
    assert (await domains.waiting(ADMINISTRATOR, EVERYTHING)).items == ()
    assert await domains.ask(owner, tenant_id, LOGIN) == approved
    removed = await domains.remove(owner, tenant_id, LOGIN)
    assert (removed.domain, removed.pending_domain) == (None, None)
    types = {AuditType.DOMAIN_ASKED, AuditType.DOMAIN_APPROVED, AuditType.DOMAIN_REMOVED}
    events = await acme.events(*types)
    assert {event.type for event in events} == types
    assert [event.details["domain"] for event in events] == [LOGIN] * 3


async def test_the_present_domain_stays_until_another_is_approved(acme: Place) -> None:
    domains, tenant_id = acme.management.domains, acme.tenant.id
    await domains.ask(SYSTEM, tenant_id, LOGIN)
    await domains.approve(SYSTEM, tenant_id, LOGIN)
    asked = await domains.ask(SYSTEM, tenant_id, "id.acme.com")
    assert (asked.domain, asked.pending_domain) == (LOGIN, "id.acme.com")
    again = await domains.ask(SYSTEM, tenant_id, "sso.acme.com")
    assert again.pending_domain == "sso.acme.com"
    assert (await domains.remove(SYSTEM, tenant_id, "sso.acme.com")).domain == LOGIN
    await domains.ask(SYSTEM, tenant_id, "id.acme.com")
    assert (await domains.approve(SYSTEM, tenant_id, "id.acme.com")).domain == "id.acme.com"
    with pytest.raises(NotFound):
        await domains.remove(SYSTEM, tenant_id, LOGIN)


async def test_what_is_approved_is_what_was_looked_at(acme: Place) -> None:
    """An owner who asks for another domain meanwhile gets neither."""
    domains, tenant_id = acme.management.domains, acme.tenant.id
    await domains.ask(SYSTEM, tenant_id, LOGIN)
    await domains.ask(SYSTEM, tenant_id, "bank.example")
    with pytest.raises(NotFound):
        await domains.approve(ADMINISTRATOR, tenant_id, LOGIN)
    assert (await acme.management.tenants.get(SYSTEM, tenant_id)).domain is None


async def test_many_ask_for_a_domain_and_one_gets_it(acme: Place, globex: Place) -> None:
    """So nobody can keep a name from its owner by asking first."""
    domains = acme.management.domains
    for place in (globex, acme):
        await domains.ask(await place.actor(place.owner), place.tenant.id, LOGIN)
    await domains.approve(ADMINISTRATOR, acme.tenant.id, LOGIN)
    with pytest.raises(Conflict):
        await domains.approve(ADMINISTRATOR, globex.tenant.id, LOGIN)
    await domains.remove(SYSTEM, globex.tenant.id, LOGIN)
    with pytest.raises(Conflict):
        await domains.ask(SYSTEM, globex.tenant.id, LOGIN)
    await domains.remove(ADMINISTRATOR, acme.tenant.id, LOGIN)
    await domains.ask(SYSTEM, globex.tenant.id, LOGIN)
    assert (await domains.approve(ADMINISTRATOR, globex.tenant.id, LOGIN)).domain == LOGIN


@pytest.mark.parametrize("domain", ["", "localhost", "LOGIN.acme.com", "192.0.2.1", "a.b:443", "auth.example"])
async def test_a_name_that_no_tenant_can_have_is_refused(acme: Place, domain: str) -> None:
    """Our own among them."""
    with pytest.raises(Invalid) as refused:
        await acme.management.domains.ask(SYSTEM, acme.tenant.id, domain)
    assert refused.value.fields.keys() == {"domain"}


@pytest.mark.case("J1")
async def test_an_owner_asks_and_the_platform_approves(acme: Place) -> None:
    """Neither does the other's part."""
    domains, owner, tenant_id = acme.management.domains, await acme.actor(acme.owner), acme.tenant.id
    with pytest.raises(Denied):
        await domains.ask(ADMINISTRATOR, tenant_id, LOGIN)
    await domains.ask(owner, tenant_id, LOGIN)
    for actor in (owner, await acme.actor(acme.admin)):
        with pytest.raises(Denied):
            await domains.approve(actor, tenant_id, LOGIN)
        with pytest.raises(Denied):
            await domains.waiting(actor, EVERYTHING)
    with pytest.raises(Denied):
        await domains.remove(await acme.actor(acme.admin), tenant_id, LOGIN)
    await domains.remove(ADMINISTRATOR, tenant_id, LOGIN)
