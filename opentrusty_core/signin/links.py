"""One-time links in the hands of their person: looked at, then spent for a password (see `domain.one_time_link`).

Whatever is wrong with a link, the answer is the same. Whoever spends one has shown that they may set the password, not
that they know it: they are signed in by the password, and every session and grant from before ends.
"""

from __future__ import annotations

import math
from dataclasses import replace

from opentrusty_core.crypto.handles import Handle, hash_handle, is_handle
from opentrusty_core.crypto.password_policy import password_problem
from opentrusty_core.domain.audit import AuditEvent, AuditType, Origin
from opentrusty_core.domain.one_time_link import LinkKind, OneTimeLink
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.user import PasswordCredential, User, normalised
from opentrusty_core.errors import Throttled
from opentrusty_core.signin.deps import Deps
from opentrusty_core.signin.outcomes import DeadLink, OpenLink, PasswordChosen, PasswordRejected
from opentrusty_core.signin.throttling import limits_of, link_buckets
from opentrusty_core.storage import Limited, TenantRepositories, end_all_of_user


async def look(kind: LinkKind, handle: str, tenant: Tenant, origin: Origin, deps: Deps) -> OpenLink | DeadLink:
    """Whose link it is; nothing is spent.

    Raises:
        Throttled: too many dead links from this network or in this tenant; nothing was looked up.
    """
    repos, now = deps.store.tenant(tenant.id), deps.runtime.now()
    slots = link_buckets(limits_of(tenant, deps.limits), origin.ip)
    taken = await repos.throttles.take(slots, now)
    if isinstance(taken, Limited):
        await repos.audit.append(_event(kind, None, origin, deps, failure="throttled"))
        raise Throttled(max(1, math.ceil(taken.retry_after.total_seconds())))
    found = await _find(kind, handle, tenant, deps)
    if found is None:
        await repos.audit.append(_event(kind, None, origin, deps, failure="unknown link"))
        return DeadLink()
    await repos.throttles.refund(slots, now)
    link, user = found
    return OpenLink(link=link, user=user)


async def spend(
    kind: LinkKind, handle: str, password: str, tenant: Tenant, origin: Origin, deps: Deps
) -> PasswordChosen | PasswordRejected | DeadLink:
    """Sets the password, once; a password that is not taken leaves the link as it is.

    Raises:
        Throttled: see `look`.
    """
    opened = await look(kind, handle, tenant, origin, deps)
    if isinstance(opened, DeadLink):
        return opened
    link, user = opened.link, opened.user
    problem = password_problem(password, user, tenant.settings.password_policy)
    if problem is not None:
        return PasswordRejected(problem=problem, user=user)
    encoded, now = await deps.passwords.hash(password), deps.runtime.now()
    credential = PasswordCredential(user_id=user.id, encoded=encoded, changed_at=now)

    def event(type_: AuditType) -> AuditEvent:
        return deps.event(type_, origin, user_id=user.id, target=user.id)

    async with deps.store.transaction(tenant.id) as repos:
        if not await repos.links.spend(link.hash, now, _event(kind, link, origin, deps)):
            return DeadLink()  # somebody else was quicker
        await repos.passwords.set(credential, event(AuditType.PASSWORD_SET))
        await end_all_of_user(repos, user.id, now, event)
        await _verify_email(link, repos, origin, deps)
    return PasswordChosen(user=user, client_id=link.client_id)


async def _find(kind: LinkKind, handle: str, tenant: Tenant, deps: Deps) -> tuple[OneTimeLink, User] | None:
    """The namespaces of the two kinds are apart: a handle of one hashes to nothing of the other."""
    if deps.directory is not None or not is_handle(Handle[kind.name], handle):
        return None
    links = deps.store.tenant(tenant.id).links
    return await links.open(hash_handle(Handle[kind.name], handle), deps.runtime.now())


async def _verify_email(link: OneTimeLink, repos: TenantRepositories, origin: Origin, deps: Deps) -> None:
    """Who opened a link that was mailed reads that mailbox; it proves nothing of an address that came later."""
    user = await repos.users.get(link.user_id)
    if link.sent_to is None or user is None or user.email is None or user.email_verified:
        return
    if normalised(user.email) != normalised(link.sent_to):
        return
    verified = replace(user, email_verified=True, updated_at=deps.runtime.now(), version=user.version + 1)
    event = deps.event(AuditType.USER_UPDATED, origin, user_id=user.id, target=user.id, fields=["email_verified"])
    await repos.users.update(verified, event)


def _event(
    kind: LinkKind, link: OneTimeLink | None, origin: Origin, deps: Deps, *, failure: str | None = None
) -> AuditEvent:
    if link is None:
        return deps.event(AuditType.LINK_REFUSED, origin, failure=failure, kind=kind.value)
    user_id = link.user_id
    return deps.event(AuditType.LINK_USED, origin, user_id=user_id, target=user_id, kind=kind.value, link_id=link.id)
