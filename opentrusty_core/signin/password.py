"""Signing in with a password (NIST SP 800-63B-4 §3.1.1): throttled, alike in words and time for everybody who fails."""

from __future__ import annotations

import math
from dataclasses import replace

from opentrusty_core.crypto.handles import Handle, hash_handle, new_handle
from opentrusty_core.crypto.passwords import PasswordRefused, prepare
from opentrusty_core.domain.audit import AuditType, Origin
from opentrusty_core.domain.session import ACR_PASSWORD, Browser, Session
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.throttle import Bucket
from opentrusty_core.domain.user import PasswordCredential, User, normalised
from opentrusty_core.errors import Conflict, Denied, Invalid, Throttled
from opentrusty_core.signin.deps import Deps
from opentrusty_core.signin.new_password import demand
from opentrusty_core.signin.outcomes import PasswordMustChange, SignedIn, WrongCredentials
from opentrusty_core.signin.throttling import buckets, limits_of
from opentrusty_core.storage import Limited

AMR = ("pwd",)
"""How the person signed in (RFC 8176 §2)."""

_REFUSALS = {
    "too_long": "It is longer than a password may be.",
    "nul": "It holds a NUL character.",
    "not_text": "It holds characters that are not text.",
}


async def sign_in(
    tenant: Tenant,
    browser: Browser,
    origin: Origin,
    identifier: str,
    password: str,
    deps: Deps,
    *,
    interaction: str = "",
    client_id: str | None = None,
) -> SignedIn | PasswordMustChange | WrongCredentials:
    """Checks the password and begins a session with a new handle and a new `sid`; the browser's session before it ends.

    A password that must be changed begins none: the interaction with this handle then asks for a new one.

    Raises:
        Denied: the browser showed no cookie of its own, so that no session can be bound to it.
        Invalid: the text cannot be a password; nothing was looked up.
        Throttled: too many attempts; nothing was checked.
    """
    if browser.hash is None:
        raise Denied("The browser has no cookie of ours.")
    _refuse_impossible(password)
    form, user, credential = await _find(tenant, identifier, deps)
    slots = buckets(limits_of(tenant, deps.limits), user, form or identifier, origin.ip)
    taken = await deps.store.tenant(tenant.id).throttles.take(slots, deps.runtime.now())
    if isinstance(taken, Limited):
        await _note_failure("throttled", user, tenant, origin, client_id, deps)
        raise Throttled(max(1, math.ceil(taken.retry_after.total_seconds())))
    right, needs_rehash = await _check(tenant, user, credential, password, deps)
    if user is None or not right or not user.is_active:
        reason = "unknown user" if user is None else "disabled user" if right else "wrong password"
        await _note_failure(reason, user, tenant, origin, client_id, deps)
        return WrongCredentials()
    if credential is not None and credential.must_change:
        await deps.store.tenant(tenant.id).throttles.refund(slots, deps.runtime.now())
        return await demand(interaction, browser.hash, user, tenant, origin, deps)
    # The person's own slot comes back with the session; those that others share are not locked until it is on disk.
    try:
        signed_in = await start_session(
            tenant, browser, browser.hash, origin, user, slots[:1], client_id, deps, password=credential
        )
    except Conflict:  # it was right when it was looked at, and is wrong now
        await _note_failure("wrong password", user, tenant, origin, client_id, deps)
        return WrongCredentials()
    await deps.store.tenant(tenant.id).throttles.refund(slots[1:], deps.runtime.now())
    if needs_rehash and credential is not None:
        await _rehash(tenant, credential, password, origin, deps)
    return signed_in


def _refuse_impossible(password: str) -> None:
    try:
        prepare(password)
    except PasswordRefused as error:
        raise Invalid({"password": _REFUSALS[error.reason]}) from None


async def _find(
    tenant: Tenant, identifier: str, deps: Deps
) -> tuple[str | None, User | None, PasswordCredential | None]:
    """The identifier's normal form, and whose it is; text that cannot be an identifier is nobody's."""
    try:
        form = normalised(identifier)
    except Invalid:
        return None, None, None
    if deps.directory is not None:
        return form, await deps.directory.find(tenant.id, identifier), None
    found = await deps.store.tenant(tenant.id).users.find(form)
    return (form, *found) if found is not None else (form, None, None)


async def _check(
    tenant: Tenant, user: User | None, credential: PasswordCredential | None, password: str, deps: Deps
) -> tuple[bool, bool]:
    """Whether the password is right, and whether its hash is out of date. As slow for nobody as for somebody."""
    if deps.directory is not None:
        return await deps.directory.check_password(tenant.id, user, password), False
    if user is None or credential is None:
        await deps.passwords.verify_dummy(password)
        return False, False
    verified = await deps.passwords.verify(credential.encoded, password)
    return verified.ok, verified.needs_rehash


async def start_session(
    tenant: Tenant,
    browser: Browser,
    browser_hash: bytes,
    origin: Origin,
    user: User,
    slots: tuple[Bucket, ...],
    client_id: str | None,
    deps: Deps,
    *,
    password: PasswordCredential | None,
) -> SignedIn:
    """A session of the user in this browser, which ends the one before and gives the slots of the attempt back.

    Raises:
        Conflict: `password`, which they have shown, is not theirs any more.
    """
    now, lifetimes = deps.runtime.now(), tenant.settings.lifetimes
    handle = new_handle(Handle.SESSION, deps.runtime.token_bytes)
    session = Session(
        id=deps.runtime.new_id(),
        user_id=user.id,
        handle_hash=hash_handle(Handle.SESSION, handle),
        browser_hash=browser_hash,
        auth_time=now,
        amr=AMR,
        acr=ACR_PASSWORD,
        created_at=now,
        last_seen_at=now,
        idle_expires_at=now + min(lifetimes.session_idle, lifetimes.session),
        expires_at=now + lifetimes.session,
        ip=origin.ip,
        user_agent=origin.user_agent,
    )
    event = deps.event(AuditType.SIGN_IN, origin, user_id=user.id, target=session.id, client_id=client_id)
    sessions = deps.store.tenant(tenant.id).sessions
    before = None
    if browser.session_hash is not None:
        before = await sessions.recognise(browser.session_hash, browser_hash, now)
    replaces = before.session.id if before else None
    await sessions.start(session, event, replaces=replaces, refund=slots, password=password)
    return SignedIn(handle=handle, session=session, user=user)


async def _rehash(tenant: Tenant, old: PasswordCredential, password: str, origin: Origin, deps: Deps) -> None:
    new = replace(old, encoded=await deps.passwords.hash(password))
    event = deps.event(AuditType.PASSWORD_REHASHED, origin, user_id=old.user_id, target=old.user_id)
    await deps.store.tenant(tenant.id).passwords.rehash(old, new, event)


async def _note_failure(
    reason: str, user: User | None, tenant: Tenant, origin: Origin, client_id: str | None, deps: Deps
) -> None:
    target = user.id if user is not None else None
    event = deps.event(AuditType.SIGN_IN, origin, target=target, client_id=client_id, failure=reason)
    await deps.store.tenant(tenant.id).audit.append(event)
