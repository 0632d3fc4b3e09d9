"""The first platform administrator: made once, by whoever runs the deployment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.page import PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import PLATFORM_ADMIN, TENANT_OWNER, Assignment
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.user import User
from opentrusty_core.errors import Conflict
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.password_policy import generate_password
from opentrusty_core.management.tenant_lives import PLATFORM_TENANT
from opentrusty_core.management.tenants import Tenants
from opentrusty_core.management.user_fields import UserFields
from opentrusty_core.management.users import Users

_EXISTS = "A platform administrator exists already."


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrapped:
    """The first platform administrator; `password` is seen only here."""

    tenant: Tenant
    user: User
    password: str = field(repr=False)


class Bootstrap:
    """The use case that begins a deployment."""

    def __init__(self, context: Context, tenants: Tenants, users: Users) -> None:
        self._context = context
        self._store = context.store
        self._tenants = tenants
        self._users = users

    async def first_administrator(
        self, actor: Actor, username: str = "admin", *, email: str | None = None, password: str | None = None
    ) -> Bootstrapped:
        """Make the platform's tenant, if there is none, and in it the first platform administrator.

        Without `password` one is made. Of many that race one succeeds: the store decides who was first.

        Raises:
            Conflict: there is a platform administrator, or the username is taken in the platform's tenant.
            Invalid: the username, email or password is not acceptable.
        """
        if (await self._store.platform.assignments.of_role(PLATFORM_ADMIN.name, PageRequest(limit=1))).items:
            raise Conflict(_EXISTS)
        password = password if password is not None else generate_password(self._context.runtime.token_bytes)
        tenant = await self._platform_tenant(actor)
        fields: UserFields = {"username": username, "email": email}
        user = await self._users.create(actor, tenant.id, fields, password=password)
        now, event = self._context.runtime.now(), self._context.event
        first = Assignment(
            tenant_id=tenant.id, principal=Principal.user(user.id), role=PLATFORM_ADMIN.name, assigned_at=now
        )
        details = {"principal": "user", "role": PLATFORM_ADMIN.name, "tenant_id": tenant.id}
        assigned = event(actor, AuditType.ROLE_ASSIGNED, user.id, details)
        if not await self._store.platform.assignments.assign_first(first, assigned):
            await self._users.delete(actor, tenant.id, user.id)
            raise Conflict(_EXISTS)
        owner = replace(first, role=TENANT_OWNER.name)
        owns = event(actor, AuditType.ROLE_ASSIGNED, user.id, {"principal": "user", "role": TENANT_OWNER.name})
        await self._store.tenant(tenant.id).assignments.assign(owner, owns)
        return Bootstrapped(tenant=tenant, user=user, password=password)

    async def _platform_tenant(self, actor: Actor) -> Tenant:
        find = self._store.platform.tenants.find
        if tenant := await find(PLATFORM_TENANT):
            return tenant
        try:
            return await self._tenants.create(actor, PLATFORM_TENANT, "Platform")
        except Conflict:  # another process made it meanwhile
            tenant = await find(PLATFORM_TENANT)
            if tenant is None:
                raise
            return tenant
