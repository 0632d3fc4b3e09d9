"""The new password that an old one has to make place for (`must_change`), before anybody is signed in by it.

The right old password is written down in the interaction, which its own browser alone opens; no session begins. The
next step is the only way on (see `domain.interaction`), and it leads to a session like any sign-in.
"""

from __future__ import annotations

import math
from dataclasses import replace

from opentrusty_core.crypto.handles import Handle, hash_handle, is_handle
from opentrusty_core.crypto.password_policy import PasswordProblem, password_problem
from opentrusty_core.domain.audit import AuditEvent, AuditType, Origin
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.user import PasswordCredential, User
from opentrusty_core.errors import Throttled
from opentrusty_core.signin.deps import Deps
from opentrusty_core.signin.outcomes import PasswordMustChange, PasswordRejected
from opentrusty_core.signin.throttling import limits_of, new_password_bucket
from opentrusty_core.storage import Limited, end_all_of_user


async def demand(
    handle: str, browser_hash: bytes, user: User, tenant: Tenant, origin: Origin, deps: Deps
) -> PasswordMustChange:
    """Writes down, in the interaction with this handle, that the person has shown their old password."""
    repos, now = deps.store.tenant(tenant.id), deps.runtime.now()
    if is_handle(Handle.INTERACTION, handle):
        hash_ = hash_handle(Handle.INTERACTION, handle)
        opened = await repos.interactions.open(hash_, browser_hash, now, session_handle_hash=None)
        if opened is not None:
            await repos.interactions.update(replace(opened.interaction, proved_user_id=user.id, proved_at=now))
    event = deps.event(AuditType.SIGN_IN, origin, target=user.id, failure="password must be changed")
    await repos.audit.append(event)
    return PasswordMustChange(user=user)


async def who_must(interaction: Interaction, tenant: Tenant, deps: Deps) -> tuple[User, PasswordCredential] | None:
    """Who has shown the password that they must change, and that password; None where it is another by now."""
    repos, proved_at = deps.store.tenant(tenant.id), interaction.proved_at
    if deps.directory is not None or interaction.proved_user_id is None or proved_at is None:
        return None
    user = await repos.users.get(interaction.proved_user_id)
    credential = await repos.passwords.get(interaction.proved_user_id)
    if user is None or not user.is_active or credential is None:
        return None
    return (user, credential) if credential.must_change and credential.changed_at <= proved_at else None


async def choose(
    interaction: Interaction, password: str, tenant: Tenant, origin: Origin, deps: Deps
) -> tuple[User, PasswordCredential] | PasswordRejected | None:
    """Puts the new password in the place of the old one and ends what was begun with that: whose it is, and the new.

    None, and nothing is changed, where the old password is another by now.

    Raises:
        Throttled: too many passwords that were the old one.
    """
    found = await who_must(interaction, tenant, deps)
    if found is None:
        return None
    user, old = found
    problem = password_problem(password, user, tenant.settings.password_policy)
    if problem is None and await _is_the_same(password, old, tenant, deps):
        problem = PasswordProblem.SAME
    if problem is not None:
        return PasswordRejected(problem=problem, user=user)
    encoded, now = await deps.passwords.hash(password), deps.runtime.now()
    new = PasswordCredential(user_id=user.id, encoded=encoded, changed_at=now)

    def event(type_: AuditType) -> AuditEvent:
        return deps.event(type_, origin, user_id=user.id, target=user.id)

    async with deps.store.transaction(tenant.id) as repos:
        if not await repos.passwords.change(old, new, event(AuditType.PASSWORD_SET)):
            return None
        await end_all_of_user(repos, user.id, now, event)
        await repos.interactions.update(replace(interaction, proved_user_id=None, proved_at=None))
    return user, new


async def _is_the_same(password: str, old: PasswordCredential, tenant: Tenant, deps: Deps) -> bool:
    """Each look costs a hash, so it is counted; a new password gives its slot back."""
    throttles = deps.store.tenant(tenant.id).throttles
    slots = (new_password_bucket(limits_of(tenant, deps.limits), old.user_id),)
    taken = await throttles.take(slots, deps.runtime.now())
    if isinstance(taken, Limited):
        raise Throttled(max(1, math.ceil(taken.retry_after.total_seconds())))
    same = (await deps.passwords.verify(old.encoded, password)).ok
    if not same:
        await throttles.refund(slots, deps.runtime.now())
    return same
