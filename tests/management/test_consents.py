"""What a user has allowed is seen and withdrawn."""

from __future__ import annotations

import pytest

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.grant import Consent
from opentrusty_core.errors import Denied, NotFound
from tests.management.place import SYSTEM, Place


async def test_a_consent_is_withdrawn_with_the_grants_between_the_two(acme: Place) -> None:
    """Offline ones too; a second time there is nothing."""
    repos, consents = acme.store.tenant(acme.tenant.id), acme.management.consents
    consent = Consent(
        user_id=acme.plain.id, client_id="web", scope=frozenset({"openid"}), granted_at=acme.runtime.now()
    )
    await repos.consents.save(consent, acme._event(AuditType.CONSENT_GIVEN))
    grant = await acme.grant(acme.plain, await acme.session(acme.plain), "offline_access")
    assert await consents.of_user(SYSTEM, acme.tenant.id, acme.plain.id) == (consent,)
    await consents.withdraw(await acme.actor(acme.admin), acme.tenant.id, acme.plain.id, "web")
    assert await consents.of_user(SYSTEM, acme.tenant.id, acme.plain.id) == ()
    ended = await repos.grants.get(grant.id)
    assert ended is not None
    assert ended.revoked_at == acme.runtime.now()
    (event,) = await acme.events(AuditType.CONSENT_WITHDRAWN)
    assert (event.target, event.client_id, event.actor_id) == (acme.plain.id, "web", acme.admin.id)
    with pytest.raises(NotFound, match="no such consent"):
        await consents.withdraw(SYSTEM, acme.tenant.id, acme.plain.id, "web")


async def test_who_may_not_see_or_change_users_does_neither(acme: Place) -> None:
    """Their own too: that is for pages of their own."""
    actor = await acme.actor(acme.plain)
    with pytest.raises(Denied):
        await acme.management.consents.of_user(actor, acme.tenant.id, acme.plain.id)
    with pytest.raises(Denied):
        await acme.management.consents.withdraw(actor, acme.tenant.id, acme.plain.id, "web")
