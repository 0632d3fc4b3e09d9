"""Domains of a tenant's own: its owner asks for one, a platform administrator approves it, then it is the issuer.

To point the name here and to have a certificate for it is the operator's business, and so is the question whether it is
the tenant's to ask for. Until it is approved nothing is served there.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.issuer_url import is_domain
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.errors import Conflict, Invalid, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context


class Domains:
    """Use cases around the domains of tenants."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        config = context.config
        ours = (config.auth_url, config.admin_url, config.console_url)
        self._ours = frozenset(urlsplit(url).hostname for url in ours if url is not None)

    async def waiting(self, actor: Actor, request: PageRequest) -> Page[Tenant]:
        """Tenants whose domain waits for an approval, by name."""
        actor.require_platform(Permission.DOMAIN_APPROVE)
        return await self._store.platform.tenants.waiting_for_domain(request)

    async def ask(self, actor: Actor, tenant_id: str, domain: str) -> Tenant:
        """Ask for a domain in place of any that was asked for before; the present one stays until it is approved.

        Raises:
            Invalid: it is not a domain that a tenant could have.
            NotFound: no such tenant.
            Conflict: it belongs to another tenant.
        """
        actor.require(Permission.TENANT_CONFIGURE, tenant_id)
        if not is_domain(domain) or domain in self._ours:
            raise Invalid({"domain": "Use a host name of yours in lower case, such as login.example.org."})
        holder = await self._store.platform.tenants.name_at(domain)
        current = await self._store.tenant(tenant_id).tenant.get()
        if domain in {current.domain, current.pending_domain}:
            return current
        if holder is not None:
            raise Conflict(_TAKEN)
        return await self._write(actor, replace(current, pending_domain=domain), AuditType.DOMAIN_ASKED, domain)

    async def approve(self, actor: Actor, tenant_id: str, domain: str) -> Tenant:
        """Make the domain that was asked for the tenant's issuer; `domain` says which one the actor has looked at.

        Its documents and tokens name the new issuer within a second: its applications have to know that.

        Raises:
            NotFound: no such tenant, or it did not ask for this domain.
            Conflict: the domain belongs to another tenant.
        """
        actor.require_platform(Permission.DOMAIN_APPROVE)
        current = await self._store.tenant(tenant_id).tenant.get()
        if current.domain == domain:
            return current
        if current.pending_domain != domain:
            raise NotFound("The tenant did not ask for this domain.")
        if await self._store.platform.tenants.name_at(domain) is not None:
            raise Conflict(_TAKEN)
        approved = replace(current, domain=domain, pending_domain=None)
        return await self._write(actor, approved, AuditType.DOMAIN_APPROVED, domain)

    async def remove(self, actor: Actor, tenant_id: str, domain: str) -> Tenant:
        """Take a domain from the tenant, approved or not; without one its issuer is `{auth_url}/t/{tenant}` again.

        Raises:
            NotFound: no such tenant, or it has no such domain.
            Denied: the actor may neither configure the tenant nor approve domains.
        """
        if Permission.DOMAIN_APPROVE not in actor.platform_permissions:
            actor.require(Permission.TENANT_CONFIGURE, tenant_id)
        current = await self._store.tenant(tenant_id).tenant.get()
        if domain not in {current.domain, current.pending_domain}:
            raise NotFound("The tenant has no such domain.")
        removed = replace(
            current,
            domain=None if current.domain == domain else current.domain,
            pending_domain=None if current.pending_domain == domain else current.pending_domain,
        )
        return await self._write(actor, removed, AuditType.DOMAIN_REMOVED, domain)

    async def _write(self, actor: Actor, tenant: Tenant, type_: AuditType, domain: str) -> Tenant:
        tenant = replace(tenant, updated_at=self._context.runtime.now(), version=tenant.version + 1)
        event = self._context.event(actor, type_, tenant.id, {"domain": domain})
        await self._store.tenant(tenant.id).tenant.update(tenant, event)
        return tenant


_TAKEN = "The domain belongs to another tenant."
