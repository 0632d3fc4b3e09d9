"""Links by which people choose their password: an invitation for who has none, a reset for who has lost theirs.

A link is shown once, to whoever makes it, and handed over by them. Making one is as good as setting the password, so
nobody makes one for somebody who may do more than they may.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from opentrusty_core.crypto.handles import Handle, hash_handle, new_handle
from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.builtin import builtin_clients
from opentrusty_core.domain.issuer_url import issuer_of
from opentrusty_core.domain.one_time_link import LinkKind, OneTimeLink, validated_life
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.user import User
from opentrusty_core.errors import Conflict, Invalid, NotFound
from opentrusty_core.management.actor import Actor, require_no_higher
from opentrusty_core.management.context import Context
from opentrusty_core.management.user_fields import UserFields
from opentrusty_core.management.users import Users
from opentrusty_core.storage import TenantRepositories

_PATHS = {LinkKind.INVITATION: "invitation", LinkKind.PASSWORD_RESET: "password-reset"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLink:
    """A new link and whose it is; `url` is seen only here.

    The secret is the fragment of `url`: browsers send it to nobody.
    """

    user: User
    link: OneTimeLink
    url: str = field(repr=False)


class Links:
    """Use cases around one-time links.

    Everywhere: `lifetime` is how long the link is good (see `domain.one_time_link`); `mailed` says that the caller
    sends it to the user's email, so that using it verifies the address; `client_id` is the application that the person
    is led on to.
    """

    def __init__(self, context: Context, users: Users) -> None:
        self._context = context
        self._store = context.store
        self._users = users

    async def invite(
        self,
        actor: Actor,
        tenant_id: str,
        fields: UserFields,
        *,
        lifetime: timedelta | None = None,
        mailed: bool = False,
        client_id: str | None = None,
    ) -> MadeLink:
        """Add a user without a password, and the invitation by which they choose one, in one transaction.

        Raises:
            Invalid: a field, the lifetime or the client is not acceptable, or there is no email to be mailed to.
            Conflict: the username or email is taken.
        """
        actor.require(Permission.USER_WRITE, tenant_id)
        tenant = await self._store.tenant(tenant_id).tenant.get()
        new = await self._users.prepare(fields, None, tenant.settings.password_policy)
        made = self.prepare(actor, tenant, new.user, LinkKind.INVITATION, lifetime, mailed=mailed, client_id=client_id)
        await self._require_client(tenant_id, client_id)
        async with self._store.transaction(tenant_id) as repos:
            await self._users.add(repos, actor, new)
            await self.add(repos, actor, made)
        return made

    async def invite_again(
        self,
        actor: Actor,
        tenant_id: str,
        user_id: str,
        *,
        lifetime: timedelta | None = None,
        mailed: bool = False,
        client_id: str | None = None,
    ) -> MadeLink:
        """A new invitation for a user who has no password yet, in the place of the one before.

        Raises:
            NotFound: no such user.
            Conflict: they have a password (start a reset), or are disabled.
            Invalid: the lifetime or the client is not acceptable, or there is no email to be mailed to.
            Denied: the user holds permissions that the actor lacks.
        """
        return await self._make(actor, tenant_id, user_id, LinkKind.INVITATION, lifetime, mailed, client_id)

    async def start_reset(
        self,
        actor: Actor,
        tenant_id: str,
        user_id: str,
        *,
        lifetime: timedelta | None = None,
        mailed: bool = False,
        client_id: str | None = None,
    ) -> MadeLink:
        """A link by which a user chooses a new password, in the place of one before; theirs stays good until then.

        Raises:
            NotFound: no such user.
            Conflict: they are disabled.
            Invalid: the lifetime or the client is not acceptable, or there is no email to be mailed to.
            Denied: the user holds permissions that the actor lacks.
        """
        return await self._make(actor, tenant_id, user_id, LinkKind.PASSWORD_RESET, lifetime, mailed, client_id)

    async def of_user(self, actor: Actor, tenant_id: str, user_id: str) -> OneTimeLink | None:
        """The link of a user that is still good, without its secret. Raises `NotFound` where there is no such user."""
        actor.require(Permission.USER_READ, tenant_id)
        await _existing(self._store.tenant(tenant_id), user_id)
        return await self._store.tenant(tenant_id).links.of_user(user_id, self._context.runtime.now())

    async def withdraw(self, actor: Actor, tenant_id: str, user_id: str) -> bool:
        """Make the link of a user good for nothing; False where none was good.

        Raises:
            NotFound: no such user.
            Denied: the user holds permissions that the actor lacks.
        """
        actor.require(Permission.USER_RESET_CREDENTIAL, tenant_id)
        await _existing(self._store.tenant(tenant_id), user_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.user(user_id))
        event = self._context.event(actor, AuditType.LINK_WITHDRAWN, user_id)
        return await self._store.tenant(tenant_id).links.withdraw(user_id, self._context.runtime.now(), event)

    # --- For use cases that make a link beside something else ---------------------------------------------------------

    def prepare(
        self,
        actor: Actor,
        tenant: Tenant,
        user: User,
        kind: LinkKind,
        lifetime: timedelta | None = None,
        *,
        mailed: bool = False,
        client_id: str | None = None,
    ) -> MadeLink:
        """A link that is ready to be written. Raises `Invalid`."""
        now = self._context.runtime.now()
        expires_at: datetime = now + validated_life(kind, lifetime)
        if mailed and user.email is None:
            raise Invalid({"mailed": "The user has no email."})
        handle = new_handle(Handle[kind.name], self._context.runtime.token_bytes)
        link = OneTimeLink(
            hash=hash_handle(Handle[kind.name], handle),
            id=self._context.runtime.new_id(),
            kind=kind,
            user_id=user.id,
            made_by=actor.id,
            sent_to=user.email if mailed else None,
            client_id=client_id,
            created_at=now,
            expires_at=expires_at,
        )
        issuer = issuer_of(self._context.config.auth_url, tenant)
        return MadeLink(user=user, link=link, url=f"{issuer}/{_PATHS[kind]}#{handle}")

    async def add(self, repos: TenantRepositories, actor: Actor, made: MadeLink) -> None:
        """Write a prepared link in the caller's transaction."""
        await repos.links.make(made.link, self._made_event(actor, made.link))

    async def _make(
        self,
        actor: Actor,
        tenant_id: str,
        user_id: str,
        kind: LinkKind,
        lifetime: timedelta | None,
        mailed: bool,
        client_id: str | None,
    ) -> MadeLink:
        actor.require(Permission.USER_RESET_CREDENTIAL, tenant_id)
        tenant = await self._store.tenant(tenant_id).tenant.get()
        user = await _existing(self._store.tenant(tenant_id), user_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.user(user_id))
        made = self.prepare(actor, tenant, user, kind, lifetime, mailed=mailed, client_id=client_id)
        await self._require_client(tenant_id, client_id)
        async with self._store.transaction(tenant_id) as repos:
            user = await _existing(repos, user_id)
            if not user.is_active:
                raise Conflict("The user is disabled. Enable them first.")
            if kind is LinkKind.INVITATION and await repos.passwords.get(user_id) is not None:
                raise Conflict("The user has a password already. Start a reset instead.")
            await self.add(repos, actor, made)
        return made

    async def _require_client(self, tenant_id: str, client_id: str | None) -> None:
        if client_id is None or client_id in builtin_clients(self._context.config):
            return
        if await self._store.tenant(tenant_id).clients.get(client_id) is None:
            raise Invalid({"client_id": "There is no such client."})

    def _made_event(self, actor: Actor, link: OneTimeLink) -> AuditEvent:
        details = {
            "kind": link.kind.value,
            "link_id": link.id,
            "expires_at": link.expires_at.isoformat(),
            "mailed": link.sent_to is not None,
        }
        return self._context.event(actor, AuditType.LINK_MADE, link.user_id, details)


async def _existing(repos: TenantRepositories, user_id: str) -> User:
    user = await repos.users.get(user_id)
    if user is None:
        raise NotFound("There is no such user.")
    return user
