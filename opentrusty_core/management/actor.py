"""Who performs a use case, and what they may do (roles: see `domain.role`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from opentrusty_core.domain.audit import ActorKind, Origin
from opentrusty_core.domain.authority import Authority
from opentrusty_core.domain.declared_access import ALLOWS
from opentrusty_core.domain.principal import Principal, PrincipalKind
from opentrusty_core.domain.role import Permission
from opentrusty_core.errors import Denied, NotFound
from opentrusty_core.storage import Directory, Store, living

ALL = frozenset(Permission)
_PRINCIPALS = {ActorKind.USER: PrincipalKind.USER, ActorKind.CLIENT: PrincipalKind.CLIENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who asks: `permissions` hold in the tenant `tenant_id`, `platform_permissions` on the platform.

    `accesses` are the tenants that they may look into by a declared access, `details` go into every audit event of
    theirs. The system is above all scopes.
    """

    kind: ActorKind
    id: str | None
    tenant_id: str | None = None
    permissions: frozenset[Permission] = frozenset()
    platform_permissions: frozenset[Permission] = frozenset()
    accesses: frozenset[str] = frozenset()
    origin: Origin = field(default_factory=Origin)
    details: Mapping[str, object] = field(default_factory=dict)

    @staticmethod
    def system(*, origin: Origin | None = None, **details: object) -> Actor:
        """OpenTrusty itself: its tasks and its command line, which may do everything everywhere."""
        return Actor(
            kind=ActorKind.SYSTEM,
            id=None,
            permissions=ALL,
            platform_permissions=ALL,
            origin=origin or Origin(),
            details=details,
        )

    @property
    def is_system(self) -> bool:
        """Whether it is OpenTrusty itself."""
        return self.kind is ActorKind.SYSTEM

    @property
    def principal(self) -> Principal | None:
        """The one who holds the actor's roles; None for the system and for nobody."""
        if self.id is None or self.kind not in _PRINCIPALS:
            return None
        return Principal(kind=_PRINCIPALS[self.kind], id=self.id)

    def permissions_in(self, tenant_id: str) -> frozenset[Permission]:
        """What the actor may do with a tenant: there, on the platform (which holds for every one), and by an access
        that they declared.
        """
        held = self.grantable_in(tenant_id)
        return held | ALLOWS if tenant_id in self.accesses else held

    def grantable_in(self, tenant_id: str) -> frozenset[Permission]:
        """What of that the actor may hand on: not what they have for an hour and a reason."""
        own = self.permissions if self.is_system or self.tenant_id == tenant_id else frozenset()
        return own | self.platform_permissions

    def require(self, permission: Permission, tenant_id: str) -> None:
        """Return if the actor may do this in the tenant.

        Raises:
            Denied: they lack the permission.
            NotFound: they lack it, and could not know of the tenant: it looks absent.
        """
        if permission in self.permissions_in(tenant_id):
            return
        if self.tenant_id == tenant_id or Permission.TENANT_LIST in self.platform_permissions:
            raise Denied(f"This needs the permission {permission.value}.")
        raise NotFound("There is no such tenant.")

    def require_platform(self, permission: Permission) -> None:
        """Return if the actor may do this on the platform.

        Raises:
            Denied: they lack the permission.
        """
        if permission not in self.platform_permissions:
            raise Denied(f"This needs the permission {permission.value}.")


async def actor_of_user(store: Store, tenant_id: str, user_id: str, origin: Origin, now: datetime) -> Actor:
    """The actor that a signed-in user is, with what they hold now, themselves and by their groups; one read.

    Raises:
        NotFound: no such user, or one who is disabled.
    """
    authority = await store.tenant(tenant_id).assignments.held_by(Principal.user(user_id))
    if not authority.is_active:
        raise NotFound("There is no such user.")
    return _actor(ActorKind.USER, user_id, tenant_id, authority, origin, now)


async def actor_of_person(
    store: Store,
    tenant_id: str,
    user_id: str,
    origin: Origin,
    now: datetime,
    details: Mapping[str, object] | None = None,
) -> Actor:
    """The actor that a person is whom the caller knows to be there, with what they hold now; one read."""
    authority = await store.tenant(tenant_id).assignments.held_by(Principal.user(user_id))
    return _actor(ActorKind.USER, user_id, tenant_id, authority, origin, now, details)


async def actor_of_client(store: Store, tenant_id: str, client_id: str, origin: Origin, now: datetime) -> Actor:
    """The actor that a client is which acts for itself (client credentials, RFC 6749 §4.4); one read.

    A token of a user names a client too: ask for this actor only where a client holds the token for itself.

    Raises:
        NotFound: no such client, or one that is disabled.
    """
    authority = await store.tenant(tenant_id).assignments.held_by(Principal.client(client_id))
    if not authority.is_active:
        raise NotFound("There is no such client.")
    return _actor(ActorKind.CLIENT, client_id, tenant_id, authority, origin, now)


async def renewed(actor: Actor, store: Store, directory: Directory | None, now: datetime) -> Actor:
    """The actor with what they hold now. Whoever does much, for minutes, asks at each step: what has ended meanwhile
    ends there.

    Raises:
        Denied: they are gone or disabled.
    """
    tenant_id, principal = actor.tenant_id, actor.principal
    if tenant_id is None or principal is None:
        return actor
    authority = await store.tenant(tenant_id).assignments.held_by(principal)
    if principal.kind is PrincipalKind.USER and directory is not None:
        is_active = await living(directory, tenant_id, principal.id, None) is not None
    else:
        is_active = authority.is_active
    if not is_active:
        raise Denied("You may not do this any more.")
    return replace(
        actor,
        permissions=authority.permissions,
        platform_permissions=authority.platform_permissions,
        accesses=authority.accessible(now),
    )


async def require_no_higher(actor: Actor, store: Store, tenant_id: str, principal: Principal) -> None:
    """Return if the principal holds nothing that the actor lacks: who can write a user or a client can become it.

    Raises:
        Denied: the principal stands above the actor.
    """
    if actor.is_system:
        return
    held = await store.tenant(tenant_id).assignments.held_by(principal)
    require_grantable(actor, tenant_id, held, f"The {principal.kind.value} holds permissions that you lack.")


def require_grantable(actor: Actor, tenant_id: str, held: Authority, sentence: str) -> None:
    """Return if the actor could hand on all that is held in the tenant and on the platform. Raises `Denied`."""
    if held.permissions <= actor.grantable_in(tenant_id) and held.platform_permissions <= actor.platform_permissions:
        return
    raise Denied(sentence)


def _actor(
    kind: ActorKind,
    id_: str,
    tenant_id: str,
    authority: Authority,
    origin: Origin,
    now: datetime,
    details: Mapping[str, object] | None = None,
) -> Actor:
    return Actor(
        kind=kind,
        id=id_,
        tenant_id=tenant_id,
        permissions=authority.permissions,
        platform_permissions=authority.platform_permissions,
        accesses=authority.accessible(now),
        origin=origin,
        details=details or {},
    )
