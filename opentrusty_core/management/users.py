"""A tenant's users and their passwords."""

from __future__ import annotations

from dataclasses import dataclass, replace

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.departure import UserGone
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.tenant import PasswordPolicy
from opentrusty_core.domain.throttle import account_key
from opentrusty_core.domain.user import PasswordCredential, User, UserSort, UserStatus, normalised
from opentrusty_core.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from opentrusty_core.management.actor import Actor, require_no_higher
from opentrusty_core.management.context import Context
from opentrusty_core.management.owners import leaving
from opentrusty_core.management.password_policy import check_password
from opentrusty_core.management.user_fields import UserFields, with_fields
from opentrusty_core.storage import TenantRepositories, end_all_of_user
from opentrusty_core.storage.people import MOST_SORTED

MOST_COUNTED = MOST_SORTED
"""Beyond this many, users are not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A user checked and hashed, ready to be written."""

    user: User
    password: PasswordCredential | None


class Users:
    """Use cases around users."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def create(
        self,
        actor: Actor,
        tenant_id: str,
        fields: UserFields,
        *,
        password: str | None = None,
        must_change: bool = False,
    ) -> User:
        """Add a user; without `password` they cannot sign in by one until it is set.

        Raises:
            Invalid: a field or the password is not acceptable.
            Conflict: the username or email is taken.
        """
        actor.require(Permission.USER_WRITE, tenant_id)
        tenant = await self._store.tenant(tenant_id).tenant.get()
        new = await self.prepare(fields, password, tenant.settings.password_policy, must_change=must_change)
        async with self._store.transaction(tenant_id) as repos:
            await self.add(repos, actor, new)
        return new.user

    async def page(
        self,
        actor: Actor,
        tenant_id: str,
        request: PageRequest,
        *,
        search: str = "",
        sort: UserSort | None = None,
        descending: bool = False,
        status: UserStatus | None = None,
    ) -> Page[User]:
        """Users of this status whom every word of `search` finds: it begins their username, their email or a word of
        their names. See `storage.Users.page` for the order.

        Raises:
            Invalid: `search` or the cursor is none, or the search finds too many to be sorted.
        """
        actor.require(Permission.USER_READ, tenant_id)
        repos = self._store.tenant(tenant_id)
        await repos.tenant.get()
        return await repos.users.page(request, search=search, sort=sort, descending=descending, status=status)

    async def count(
        self, actor: Actor, tenant_id: str, *, search: str = "", status: UserStatus | None = None
    ) -> int | None:
        """How many users `page` would list in all, None where they are more than `MOST_COUNTED`.

        Raises:
            Invalid: `search` is none, or finds too many to be counted.
        """
        actor.require(Permission.USER_READ, tenant_id)
        repos = self._store.tenant(tenant_id)
        await repos.tenant.get()
        count = await repos.users.count(search=search, status=status, most=MOST_COUNTED)
        return count if count <= MOST_COUNTED else None

    async def get(self, actor: Actor, tenant_id: str, id_or_identifier: str) -> User:
        """The user with this id, else with this username or email. Raises `NotFound`."""
        actor.require(Permission.USER_READ, tenant_id)
        repos = self._store.tenant(tenant_id)
        await repos.tenant.get()
        if user := await repos.users.get(id_or_identifier):
            return user
        try:
            found = await repos.users.find(normalised(id_or_identifier))
        except Invalid:
            found = None
        if found is None:
            raise NotFound("There is no such user.")
        return found[0]

    async def update(
        self, actor: Actor, tenant_id: str, user_id: str, fields: UserFields, *, version: int | None = None
    ) -> User:
        """Change the fields given; `version` is the one that the caller has seen.

        Raises:
            Invalid: a field is unknown or not acceptable.
            NotFound: no such user.
            ChangedMeanwhile: another version stands there.
            Conflict: the username or email is taken.
            Denied: the user holds permissions that the actor lacks.
        """
        actor.require(Permission.USER_WRITE, tenant_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.user(user_id))
        async with self._store.transaction(tenant_id) as repos:
            current = await _existing(repos, user_id)
            if version not in {None, current.version}:
                raise ChangedMeanwhile("The user has changed meanwhile. Read it again.")
            user = replace(
                with_fields(current, fields), updated_at=self._context.runtime.now(), version=current.version + 1
            )
            await _require_free_names(repos, user)
            await repos.users.update(user, self._event(actor, AuditType.USER_UPDATED, user_id, fields=sorted(fields)))
        return user

    async def set_password(
        self, actor: Actor, tenant_id: str, user_id: str, password: str, *, must_change: bool = False
    ) -> None:
        """Set a user's password; every session and grant of theirs ends in the same transaction.

        Raises:
            Invalid: the password is not acceptable.
            NotFound: no such user.
            Denied: the user holds permissions that the actor lacks.
        """
        actor.require(Permission.USER_WRITE, tenant_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.user(user_id))
        tenant = await self._store.tenant(tenant_id).tenant.get()
        user = await _existing(self._store.tenant(tenant_id), user_id)
        check_password(password, user, tenant.settings.password_policy)
        credential = await self._credential(user, password, must_change=must_change)
        async with self._store.transaction(tenant_id) as repos:
            await _existing(repos, user_id)
            await repos.passwords.set(credential, self._event(actor, AuditType.PASSWORD_SET, user_id))
            await self._end_all(repos, actor, user_id)

    async def disable(self, actor: Actor, tenant_id: str, user_id: str) -> User:
        """Keep a user from signing in; every session and grant of theirs ends in the same transaction.

        Raises:
            NotFound: no such user.
            Conflict: the last owner of the tenant, or the last platform administrator.
            Denied: the user holds permissions that the actor lacks.
        """
        actor.require(Permission.USER_WRITE, tenant_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.user(user_id))
        async with leaving(self._store, tenant_id, UserGone(user_id=user_id)) as repos:
            user = await self._set_status(repos, actor, user_id, UserStatus.DISABLED)
            await self._end_all(repos, actor, user_id)
            now = self._context.runtime.now()
            await repos.links.withdraw(user_id, now, self._event(actor, AuditType.LINK_WITHDRAWN, user_id))
        return user

    async def enable(self, actor: Actor, tenant_id: str, user_id: str) -> User:
        """Let a user sign in again. Raises `NotFound`; `Denied` where they hold permissions that the actor lacks."""
        actor.require(Permission.USER_WRITE, tenant_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.user(user_id))
        async with self._store.transaction(tenant_id) as repos:
            return await self._set_status(repos, actor, user_id, UserStatus.ACTIVE)

    async def unlock(self, actor: Actor, tenant_id: str, user_id: str) -> bool:
        """Forget a user's failed sign-ins, so that they need not wait; False where none was counted.

        Raises:
            NotFound: no such user.
            Denied: the user holds permissions that the actor lacks.
        """
        actor.require(Permission.USER_RESET_CREDENTIAL, tenant_id)
        repos = self._store.tenant(tenant_id)
        await _existing(repos, user_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.user(user_id))
        event = self._event(actor, AuditType.USER_UNLOCKED, user_id)
        return await repos.throttles.clear(account_key(user_id), self._context.runtime.now(), event)

    async def delete(self, actor: Actor, tenant_id: str, user_id: str) -> None:
        """Remove a user with everything of theirs but the audit.

        Raises:
            NotFound: no such user.
            Conflict: the last owner of the tenant, or the last platform administrator.
            Denied: the user holds permissions that the actor lacks.
        """
        actor.require(Permission.USER_WRITE, tenant_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.user(user_id))
        async with leaving(self._store, tenant_id, UserGone(user_id=user_id)) as repos:
            await repos.users.delete(user_id, self._event(actor, AuditType.USER_DELETED, user_id))

    # --- For use cases that make a user beside something else ---------------------------------------------------------

    async def prepare(
        self, fields: UserFields, password: str | None, policy: PasswordPolicy, *, must_change: bool = False
    ) -> NewUser:
        """Check and hash before the transaction begins: hashing is slow. Raises `Invalid`."""
        user = self.new(fields)
        if password is None:
            return NewUser(user=user, password=None)
        check_password(password, user, policy)
        return NewUser(user=user, password=await self._credential(user, password, must_change=must_change))

    def new(self, fields: UserFields) -> User:
        """A new user with these fields, all checked. Raises `Invalid`."""
        if "username" not in fields:
            raise Invalid({"username": "It is missing."})
        now = self._context.runtime.now()
        blank = User(id=self._context.runtime.new_id(), username="", created_at=now, updated_at=now)
        return with_fields(blank, fields)

    async def add(self, repos: TenantRepositories, actor: Actor, new: NewUser) -> None:
        """Write a prepared user in the caller's transaction. Raises `Conflict`."""
        await _require_free_names(repos, new.user)
        await repos.users.add(new.user, self._event(actor, AuditType.USER_CREATED, new.user.id))
        if new.password is not None:
            await repos.passwords.set(new.password, self._event(actor, AuditType.PASSWORD_SET, new.user.id))

    async def _credential(self, user: User, password: str, *, must_change: bool) -> PasswordCredential:
        encoded = await self._context.passwords.hash(password)
        now = self._context.runtime.now()
        return PasswordCredential(user_id=user.id, encoded=encoded, changed_at=now, must_change=must_change)

    async def _set_status(self, repos: TenantRepositories, actor: Actor, user_id: str, status: UserStatus) -> User:
        current = await _existing(repos, user_id)
        if current.status is status:
            return current
        user = replace(current, status=status, updated_at=self._context.runtime.now(), version=current.version + 1)
        type_ = AuditType.USER_ENABLED if user.is_active else AuditType.USER_DISABLED
        await repos.users.update(user, self._event(actor, type_, user_id))
        return user

    async def _end_all(self, repos: TenantRepositories, actor: Actor, user_id: str) -> None:
        now = self._context.runtime.now()
        await end_all_of_user(repos, user_id, now, lambda type_: self._event(actor, type_, user_id))

    def _event(self, actor: Actor, type_: AuditType, user_id: str, **details: object) -> AuditEvent:
        return self._context.event(actor, type_, user_id, details)


async def _existing(repos: TenantRepositories, user_id: str) -> User:
    user = await repos.users.get(user_id)
    if user is None:
        raise NotFound("There is no such user.")
    return user


async def _require_free_names(repos: TenantRepositories, user: User) -> None:
    """Nobody's username is another's email: the two would meet at the sign-in form."""
    for field, name in (("username", user.username), ("email", user.email)):
        found = await repos.users.find(normalised(name)) if name else None
        if found is not None and found[0].id != user.id:
            raise Conflict(f"The {field} is taken.")
