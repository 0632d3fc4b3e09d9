"""A tenant's clients and their secrets (RFC 7591 §2, RFC 6749 §2.3.1)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from opentrusty_core.crypto.handles import Handle, hash_handle, new_handle
from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.builtin import RESERVED_CLIENT_IDS, builtin_resources
from opentrusty_core.domain.client import MAX_SECRETS, Client, ClientSecret, ClientStatus
from opentrusty_core.domain.client_kind import ClientKind, defaults_of
from opentrusty_core.domain.client_list import ClientSort
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.resource import permitted_scopes
from opentrusty_core.domain.role import Permission
from opentrusty_core.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from opentrusty_core.management.actor import Actor, require_no_higher
from opentrusty_core.management.client_fields import ClientFields, with_fields
from opentrusty_core.management.context import Context
from opentrusty_core.storage import TenantRepositories

MAX_OVERLAP = timedelta(days=30)
MAX_SECRET_LIFETIME = timedelta(days=3660)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientWithSecret:
    """A client and its new secret, the only time that the secret is seen; None for a public client."""

    client: Client
    secret: str | None = field(repr=False)


class Clients:
    """Use cases around clients."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._builtin = builtin_resources(context.config)

    async def create(
        self,
        actor: Actor,
        tenant_id: str,
        fields: ClientFields,
        *,
        client_id: str | None = None,
        kind: ClientKind | None = None,
    ) -> ClientWithSecret:
        """Register a client; a confidential one gets a secret of the server's making.

        With `kind`, what `fields` leave out is as a client of that kind begins.

        Raises:
            Invalid: a field is unknown or not acceptable.
            Conflict: the `client_id` is taken.
        """
        actor.require(Permission.CLIENT_WRITE, tenant_id)
        if client_id in RESERVED_CLIENT_IDS:
            raise Conflict("The client id is taken.")
        now = self._context.runtime.now()
        if kind is not None:
            fields = {**defaults_of(kind, redirect_uris=fields.get("redirect_uris", ())), **fields}
        blank = Client(
            client_id=client_id or self._context.runtime.new_id(),
            client_name=client_id or "",
            created_at=now,
            updated_at=now,
        )
        value, secret = self._new_secret()
        async with self._store.transaction(tenant_id) as repos:
            settings, resources = (await repos.tenant.get()).settings, await repos.resources.all()
            allowed = permitted_scopes(resources, settings)
            blank = replace(blank, scope=tuple(token for token in blank.scope if token in allowed))
            client = with_fields(blank, fields, resources, settings, self._builtin)
            if not client.is_public:
                client = replace(client, secrets=(secret,))
            await repos.clients.add(client, self._event(actor, AuditType.CLIENT_CREATED, client.client_id))
        return ClientWithSecret(client=client, secret=None if client.is_public else value)

    async def page(
        self,
        actor: Actor,
        tenant_id: str,
        request: PageRequest,
        *,
        search: str = "",
        sort: ClientSort = ClientSort.CLIENT_ID,
        descending: bool = False,
        kind: ClientKind | None = None,
    ) -> Page[Client]:
        """Clients in this order, those of the kind whom the search finds: by the beginning of the id, of a word of the
        name, or of a tag. Raises `Invalid` for a search or cursor that is none.
        """
        actor.require(Permission.CLIENT_READ, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        return await self._store.tenant(tenant_id).clients.page(
            request, search=search, sort=sort, descending=descending, kind=kind
        )

    async def get(self, actor: Actor, tenant_id: str, client_id: str) -> Client:
        """The client with this id. Raises `NotFound`."""
        actor.require(Permission.CLIENT_READ, tenant_id)
        return await _existing(self._store.tenant(tenant_id), client_id)

    async def update(
        self, actor: Actor, tenant_id: str, client_id: str, fields: ClientFields, *, version: int | None = None
    ) -> Client:
        """Change the fields given; the whole client is checked anew. `version` is the one that the caller has seen.

        Raises:
            Invalid: a field is unknown or not acceptable.
            NotFound: no such client.
            ChangedMeanwhile: another version stands there.
            Denied: the client holds permissions that the actor lacks.
        """
        actor.require(Permission.CLIENT_WRITE, tenant_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.client(client_id))
        async with self._store.transaction(tenant_id) as repos:
            current = await _existing(repos, client_id)
            if version not in {None, current.version}:
                raise ChangedMeanwhile("The client has changed meanwhile. Read it again.")
            settings = (await repos.tenant.get()).settings
            client = self._next(with_fields(current, fields, await repos.resources.all(), settings, self._builtin))
            event = self._event(actor, AuditType.CLIENT_UPDATED, client_id, fields=sorted(fields))
            await repos.clients.update(client, event)
        return client

    async def rotate_secret(
        self, actor: Actor, tenant_id: str, client_id: str, *, overlap: timedelta = timedelta(0)
    ) -> ClientWithSecret:
        """Make a new secret; those that are good end after `overlap` (at most 30 days), or earlier as was said before.

        Raises:
            Invalid: the overlap is not acceptable, or the client does not authenticate by a secret.
            NotFound: no such client.
            Denied: the client holds permissions that the actor lacks.
        """
        actor.require(Permission.CLIENT_WRITE, tenant_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.client(client_id))
        if not timedelta(0) <= overlap <= MAX_OVERLAP:
            raise Invalid({"overlap": f"It lies between 0 and {MAX_OVERLAP.days} days."})
        value, secret = self._new_secret()
        async with self._store.transaction(tenant_id) as repos:
            current = await _confidential(repos, client_id)
            client = self._next(replace(current, secrets=(*self._overlapping(current, overlap), secret)))
            event = self._event(
                actor,
                AuditType.CLIENT_SECRET_ROTATED,
                client_id,
                overlap=overlap.total_seconds(),
                secret_id=secret.id,
            )
            await repos.clients.update(client, event)
        return ClientWithSecret(client=client, secret=value)

    async def add_secret(
        self, actor: Actor, tenant_id: str, client_id: str, *, lifetime: timedelta | None = None
    ) -> ClientWithSecret:
        """Make another secret beside those that are good; it ends after `lifetime`, if that is given.

        Raises:
            Invalid: the lifetime is not positive, or the client does not authenticate by a secret.
            NotFound: no such client.
            Conflict: the client has as many secrets as it may have.
            Denied: the client holds permissions that the actor lacks.
        """
        actor.require(Permission.CLIENT_WRITE, tenant_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.client(client_id))
        if lifetime is not None and not timedelta(0) < lifetime <= MAX_SECRET_LIFETIME:
            raise Invalid({"lifetime": f"It lies between 1 second and {MAX_SECRET_LIFETIME.days} days."})
        async with self._store.transaction(tenant_id) as repos:
            current = await _confidential(repos, client_id)
            value, secret = self._new_secret(lifetime)
            live = self._live(current)
            if len(live) >= MAX_SECRETS:
                raise Conflict(f"The client has {MAX_SECRETS} secrets, which is the most. End one first.")
            client = self._next(replace(current, secrets=(*live, secret)))
            event = self._event(actor, AuditType.CLIENT_SECRET_ADDED, client_id, secret_id=secret.id)
            await repos.clients.update(client, event)
        return ClientWithSecret(client=client, secret=value)

    async def end_secret(self, actor: Actor, tenant_id: str, client_id: str, secret_id: str) -> Client:
        """End one secret at once; the last one is replaced (`rotate_secret`), or the client disabled, rather than that.

        Raises:
            NotFound: no such client, or no such secret of it.
            Conflict: it is the client's only secret.
            Denied: the client holds permissions that the actor lacks.
        """
        actor.require(Permission.CLIENT_WRITE, tenant_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.client(client_id))
        async with self._store.transaction(tenant_id) as repos:
            current = await _existing(repos, client_id)
            live = self._live(current)
            kept = tuple(secret for secret in live if secret.id != secret_id)
            if len(kept) == len(live):
                raise NotFound("There is no such secret.")
            if not kept:
                raise Conflict("It is the client's only secret. Rotate it, or disable the client.")
            client = self._next(replace(current, secrets=kept))
            event = self._event(actor, AuditType.CLIENT_SECRET_ENDED, client_id, secret_id=secret_id)
            await repos.clients.update(client, event)
        return client

    async def disable(self, actor: Actor, tenant_id: str, client_id: str) -> Client:
        """Block a client and all that it holds, within a second, until it is enabled again.

        Raises:
            NotFound: no such client.
            Denied: the client holds permissions that the actor lacks.
        """
        return await self._set_status(actor, tenant_id, client_id, ClientStatus.DISABLED)

    async def enable(self, actor: Actor, tenant_id: str, client_id: str) -> Client:
        """Unblock a client. Raises `NotFound`; `Denied` where it holds permissions that the actor lacks."""
        return await self._set_status(actor, tenant_id, client_id, ClientStatus.ACTIVE)

    async def delete(self, actor: Actor, tenant_id: str, client_id: str) -> None:
        """Remove a client with its grants, what hangs from them, consents and roles.

        Raises:
            NotFound: no such client.
            Denied: the client holds permissions that the actor lacks.
        """
        actor.require(Permission.CLIENT_WRITE, tenant_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.client(client_id))
        async with self._store.transaction(tenant_id) as repos:
            await repos.clients.delete(client_id, self._event(actor, AuditType.CLIENT_DELETED, client_id))

    async def _set_status(self, actor: Actor, tenant_id: str, client_id: str, status: ClientStatus) -> Client:
        actor.require(Permission.CLIENT_WRITE, tenant_id)
        await require_no_higher(actor, self._store, tenant_id, Principal.client(client_id))
        async with self._store.transaction(tenant_id) as repos:
            current = await _existing(repos, client_id)
            if current.status is status:
                return current
            client = self._next(replace(current, status=status))
            event = self._event(actor, AuditType.CLIENT_UPDATED, client_id, status=status.value)
            await repos.clients.update(client, event)
        return client

    def _new_secret(self, lifetime: timedelta | None = None) -> tuple[str, ClientSecret]:
        value, now = new_handle(Handle.CLIENT_SECRET, self._context.runtime.token_bytes), self._context.runtime.now()
        hashed = hash_handle(Handle.CLIENT_SECRET, value)
        return value, ClientSecret(hash=hashed, created_at=now, expires_at=now + lifetime if lifetime else None)

    def _live(self, client: Client) -> tuple[ClientSecret, ...]:
        now = self._context.runtime.now()
        return tuple(secret for secret in client.secrets if secret.is_live(now))

    def _overlapping(self, client: Client, overlap: timedelta) -> tuple[ClientSecret, ...]:
        """The secrets that are still good, as many as there is room for beside a new one, with their end by then."""
        if not overlap:
            return ()
        end = self._context.runtime.now() + overlap
        live = self._live(client)[-(MAX_SECRETS - 1) :]
        return tuple(replace(secret, expires_at=min(secret.expires_at or end, end)) for secret in live)

    def _next(self, client: Client) -> Client:
        return replace(client, updated_at=self._context.runtime.now(), version=client.version + 1)

    def _event(self, actor: Actor, type_: AuditType, client_id: str, **details: object) -> AuditEvent:
        return self._context.event(actor, type_, client_id, details)


async def _existing(repos: TenantRepositories, client_id: str) -> Client:
    client = await repos.clients.get(client_id)
    if client is None:
        raise NotFound("There is no such client.")
    return client


async def _confidential(repos: TenantRepositories, client_id: str) -> Client:
    client = await _existing(repos, client_id)
    if client.is_public:
        raise Invalid({"token_endpoint_auth_method": "The client does not authenticate, so it has no secret."})
    return client
