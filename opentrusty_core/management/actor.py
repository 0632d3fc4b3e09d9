"""Who performs a use case, and what they may do (roles: see `domain.role`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from opentrusty_core.domain.audit import ActorKind, Origin
from opentrusty_core.domain.role import BUILTIN_ROLES, Assignment, Permission
from opentrusty_core.errors import Denied, NotFound
from opentrusty_core.storage import Store

ALL = frozenset(Permission)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who asks: `permissions` hold in the tenant `tenant_id`, `platform_permissions` on the platform.

    `details` go into every audit event of theirs. The system is above both scopes.
    """

    kind: ActorKind
    id: str | None
    tenant_id: str | None = None
    permissions: frozenset[Permission] = frozenset()
    platform_permissions: frozenset[Permission] = frozenset()
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

    def permissions_in(self, tenant_id: str) -> frozenset[Permission]:
        """What the actor may do with a tenant; what they may do on the platform holds for every one."""
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


def permissions_of(assignments: Iterable[Assignment]) -> frozenset[Permission]:
    """What the roles allow together; a role that this version does not know allows nothing."""
    roles = (BUILTIN_ROLES.get(assignment.role) for assignment in assignments)
    return frozenset().union(*(role.permissions for role in roles if role is not None))


async def held_by(store: Store, tenant_id: str, user_id: str) -> tuple[frozenset[Permission], frozenset[Permission]]:
    """What a user of the tenant may do there, and on the platform."""
    tenant = await store.tenant(tenant_id).assignments.of_user(user_id)
    platform = await store.platform.assignments.of_user(tenant_id, user_id)
    return permissions_of(tenant), permissions_of(platform)


async def actor_of_user(store: Store, tenant_id: str, user_id: str, origin: Origin) -> Actor:
    """The actor that a signed-in user is.

    Raises:
        NotFound: no such user, or one who is disabled.
    """
    user = await store.tenant(tenant_id).users.get(user_id)
    if user is None or not user.is_active:
        raise NotFound("There is no such user.")
    return await actor_of_person(store, tenant_id, user_id, origin)


async def actor_of_person(
    store: Store, tenant_id: str, user_id: str, origin: Origin, details: Mapping[str, object] | None = None
) -> Actor:
    """The actor that a person is whom the caller knows to be there, with the roles that they hold now."""
    permissions, platform_permissions = await held_by(store, tenant_id, user_id)
    return Actor(
        kind=ActorKind.USER,
        id=user_id,
        tenant_id=tenant_id,
        permissions=permissions,
        platform_permissions=platform_permissions,
        origin=origin,
        details=details or {},
    )


async def require_no_higher(actor: Actor, store: Store, tenant_id: str, user_id: str) -> None:
    """Return if the user holds nothing that the actor lacks: who can write a user can become that user.

    Raises:
        Denied: the user stands above the actor.
    """
    if actor.is_system:
        return
    permissions, platform_permissions = await held_by(store, tenant_id, user_id)
    if not (permissions <= actor.permissions_in(tenant_id) and platform_permissions <= actor.platform_permissions):
        raise Denied("The user holds permissions that you lack.")
