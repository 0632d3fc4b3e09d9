"""An issuer at work: a tenant with its keys loaded and its documents ready to send."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from copy import copy

from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.jwk import PrivateKey, PublicKey, public_keys
from opentrusty_core.crypto.jws import Signer
from opentrusty_core.crypto.signing import open_signing_key
from opentrusty_core.domain.issuer_url import domain_named_by, is_domain, issuer_of, tenant_named_by
from opentrusty_core.domain.resource import Resource, permitted, permitted_scopes
from opentrusty_core.domain.signing_key import KeyStatus, SigningKey
from opentrusty_core.domain.tenant import Lifetimes
from opentrusty_core.errors import ServerError
from opentrusty_core.protocol.cache import MAX_AGE, Remembered, Watch
from opentrusty_core.storage import Store, TenantCatalogue

EnsureKey = Callable[[str, str], Awaitable[object]]
"""Makes sure that the tenant (id) has an active key of the algorithm."""


class KeyRing:
    """The keys of a tenant: private ones opened when they first sign, then kept (opening an RSA key costs
    milliseconds).
    """

    def __init__(self, tenant_id: str, keys: tuple[SigningKey, ...], master: MasterKeys) -> None:
        self.keys = keys
        self.jwks = [json.loads(key.public_jwk) for key in keys if key.is_published]
        self.public: Mapping[str, PublicKey] = public_keys(self.jwks)
        self._tenant_id = tenant_id
        self._master = master
        self._private: dict[str, PrivateKey] = {}
        self._signers: dict[tuple[str, str], Signer] = {}

    def signer(self, alg: str, typ: str) -> Signer | None:
        """Signs with the active key of the algorithm; None where there is none."""
        signer = self._signers.get((alg, typ))
        if signer is None:
            key = next((key for key in self.keys if key.alg == alg and key.status is KeyStatus.ACTIVE), None)
            if key is None:
                return None
            if key.kid not in self._private:
                self._private[key.kid] = open_signing_key(key, self._tenant_id, self._master)
            signer = self._signers[alg, typ] = Signer(self._private[key.kid], typ=typ)
        return signer


class Issuer:
    """A tenant as the protocol sees it; a new one is made only when something about the tenant changed.

    `identifier` is its name in the protocol, wherever a request came in. `origin` and `path` are where this one is
    served: below `/t/`; its twin `at_own_domain` is served with an empty path on the tenant's own domain.
    """

    def __init__(
        self, catalogue: TenantCatalogue, auth_url: str, keys: KeyRing, builtin: tuple[Resource, ...] = ()
    ) -> None:
        self.catalogue = catalogue
        self.tenant = catalogue.tenant
        self.tenant_id = catalogue.tenant.id
        self.identifier = issuer_of(auth_url, catalogue.tenant)
        self.origin = auth_url
        self.path = f"/t/{catalogue.tenant.name}"
        # What a tenant allows its clients bounds nobody's administration of the tenant.
        self.resources = (*builtin, *permitted(catalogue.resources, catalogue.tenant.settings))
        self.known_scopes = permitted_scopes(catalogue.resources, catalogue.tenant.settings).union(
            *(resource.scopes for resource in builtin)
        )
        self.keys = keys
        self._documents: dict[str, bytes] = {}
        self.at_own_domain: Issuer | None = None
        if self.tenant.domain is not None:
            self.at_own_domain = copy(self)
            self.at_own_domain.origin, self.at_own_domain.path = self.identifier, ""

    @property
    def lifetimes(self) -> Lifetimes:
        """How long what it issues lives."""
        return self.tenant.settings.lifetimes

    def document(self, name: str, make: Callable[[Issuer], object]) -> bytes:
        """A JSON document about the issuer, made once for each state of the tenant."""
        if name not in self._documents:
            self._documents[name] = json.dumps(make(self), separators=(",", ":")).encode()
        return self._documents[name]


class Issuers:
    """The issuers that serve, by the names of their tenants."""

    def __init__(
        self,
        store: Store,
        watch: Watch,
        auth_url: str,
        master: MasterKeys,
        ensure_key: EnsureKey,
        *,
        builtin: tuple[Resource, ...] = (),
        size: int = 20_000,
    ) -> None:
        self._store = store
        self._auth_url = auth_url
        self._master = master
        self._ensure_key = ensure_key
        self._builtin = builtin
        self._issuers: Remembered[str, Issuer] = Remembered(watch, size, lambda _, issuer: issuer.tenant_id)
        # By domain, empty where it is nobody's: of whom a change would have to be heard is not known.
        self._names: Remembered[str, str] = Remembered(watch, size, lambda *_: "", kept=MAX_AGE)

    async def get(self, name: str, *, anew: bool = False) -> Issuer | None:
        """The issuer of an active tenant, at most a second old, or read `anew`; None where there is no such tenant or
        it is suspended.
        """
        return await self._issuers.get(name, lambda stale: self._load(name, stale), anew=anew)

    async def of_identifier(self, identifier: str) -> Issuer | None:
        """The active issuer of this identifier, at most a second old."""
        if domain := domain_named_by(self._auth_url, identifier):
            return await self.at_domain(domain)
        name = tenant_named_by(self._auth_url, identifier)
        issuer = await self.get(name) if name is not None else None
        return issuer if issuer is not None and issuer.identifier == identifier else None

    async def at_domain(self, domain: str) -> Issuer | None:
        """The active issuer whose own domain this is, as it is served there; at most a second old, and so is the answer
        that there is none.
        """

        async def look(_: str | None) -> str:
            return await self._store.platform.tenants.name_at(domain) or ""

        name = await self._names.get(domain, look) if is_domain(domain) else None
        issuer = await self.get(name) if name else None
        return issuer.at_own_domain if issuer is not None and issuer.tenant.domain == domain else None

    async def signer(self, issuer: Issuer, alg: str, typ: str) -> Signer:
        """Signs as the issuer; the first token that needs an algorithm makes its key."""
        signer = issuer.keys.signer(alg, typ)
        if signer is None:
            await self._ensure_key(issuer.tenant_id, alg)
            # Remembered, so that whoever gets the token finds its key in our JWKS at once.
            fresh = await self._issuers.get(
                issuer.tenant.name, lambda stale: self._load(issuer.tenant.name, stale), anew=True
            )
            signer = fresh.keys.signer(alg, typ) if fresh else None
        if signer is None:
            raise ServerError(f"no active {alg} key")
        return signer

    async def _load(self, name: str, stale: Issuer | None) -> Issuer | None:
        catalogue = await self._store.platform.tenants.load(name)
        if catalogue is None or not catalogue.tenant.is_active:  # not remembered: the name may become another's
            return None
        if stale is not None and stale.catalogue == catalogue:
            return stale
        if stale is not None and stale.keys.keys == catalogue.signing_keys:
            return Issuer(catalogue, self._auth_url, stale.keys, self._builtin)
        keys = KeyRing(catalogue.tenant.id, catalogue.signing_keys, self._master)
        return Issuer(catalogue, self._auth_url, keys, self._builtin)
