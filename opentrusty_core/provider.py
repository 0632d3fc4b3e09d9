"""The composition root: one `Provider` is an identity provider for every tenant of a store."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from opentrusty_core.config import Config
from opentrusty_core.crypto.cursors import Cursors
from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.handles import Handle, hash_handle, is_handle, new_handle
from opentrusty_core.crypto.passwords import Passwords
from opentrusty_core.crypto.refresh import RefreshTokens
from opentrusty_core.domain.builtin import builtin_clients, builtin_resources
from opentrusty_core.domain.session import Browser
from opentrusty_core.domain.signing_key import KeyPolicy
from opentrusty_core.management import check_master_keys
from opentrusty_core.protocol.cache import Remembered, Watch
from opentrusty_core.protocol.deps import Deps, ExtraClaims
from opentrusty_core.protocol.issuer import Issuers
from opentrusty_core.protocol.service import ProtocolService
from opentrusty_core.runtime import Runtime, SystemRuntime
from opentrusty_core.signin.deps import Deps as SignInDeps
from opentrusty_core.signin.service import SignIn
from opentrusty_core.signin.throttling import Limits
from opentrusty_core.storage import Directory, Store

if TYPE_CHECKING:
    from opentrusty_core.callers import Callers
    from opentrusty_core.management import MaintenanceReport, Management
    from opentrusty_core.preview import Previews

_CACHED_CLIENTS = 20_000


class Provider:
    """OAuth 2 and OpenID Connect, the recognition of people, and the use cases of administrators, over one store.

    Args:
        store: where everything is kept; the provider does not close it.
        config: where the planes stand.
        master_keys: seal what is secret in the store.
        runtime: time, ids and entropy; the machine's own by default.
        directory: where people come from; the store's own users by default.
        extra_claims: an embedder's own claims, added to tokens and userinfo.
        passwords: hashes passwords; argon2id with OWASP's parameters by default.
        key_policy: the pace of the signing keys' life.
        limits: how often passwords may be guessed.
    """

    def __init__(
        self,
        store: Store,
        config: Config,
        master_keys: MasterKeys,
        *,
        runtime: Runtime | None = None,
        directory: Directory | None = None,
        extra_claims: ExtraClaims | None = None,
        passwords: Passwords | None = None,
        key_policy: KeyPolicy | None = None,
        limits: Limits | None = None,
    ) -> None:
        runtime = runtime or SystemRuntime()
        passwords = passwords or Passwords(runtime.token_bytes)
        self._store = store
        self._master_keys = master_keys
        self.config = config
        self.runtime = runtime
        self._passwords = passwords
        self._key_policy = key_policy or KeyPolicy()
        self._directory = directory
        watch = Watch(store, runtime)
        issuers = Issuers(
            store,
            watch,
            config.auth_url,
            master_keys,
            self._ensure_key,
            builtin=builtin_resources(config),
        )
        deps = Deps(
            store=store,
            runtime=runtime,
            issuers=issuers,
            watch=watch,
            clients=Remembered(watch, _CACHED_CLIENTS, lambda key, _: key[0]),
            refresh_tokens=RefreshTokens(master_keys),
            directory=directory,
            extra_claims=extra_claims,
            builtin_clients=builtin_clients(config),
        )
        self._deps = deps
        self.protocol = ProtocolService(deps)
        self.cursors = Cursors(master_keys)
        self.signin = SignIn(
            SignInDeps(
                store=store,
                runtime=runtime,
                passwords=passwords,
                client=deps.client_of,
                directory=directory,
                limits=limits or Limits(),
            ),
            master_keys,
        )

    @cached_property
    def management(self) -> Management:
        """The use cases of administrators, made when first asked for, as are the next two: a plane that signs people in
        starts without them.
        """
        from opentrusty_core.management import Management

        return Management(
            self._store,
            self.runtime,
            self.config,
            self._master_keys,
            passwords=self._passwords,
            key_policy=self._key_policy,
            directory=self._directory,
        )

    @cached_property
    def previews(self) -> Previews:
        """What a client would get for a person, and why."""
        from opentrusty_core.preview import Previews

        return Previews(self._deps)

    @cached_property
    def callers(self) -> Callers:
        """Who calls the Admin Plane."""
        from opentrusty_core.callers import Callers

        return Callers(self._deps, self.config)

    async def _ensure_key(self, tenant_id: str, alg: str) -> object:
        return await self.management.keys.ensure_active(tenant_id, alg)

    async def start(self) -> None:
        """Returns once the store can be served from.

        Raises:
            StoreUnavailable: the database does not answer; worth another try.
            SchemaMismatch: its schema is not this version's.
            ConfigurationError: the master key is not this database's; nothing may be served.
        """
        await self._store.check()
        await check_master_keys(self._store, self._master_keys)

    async def check(self) -> None:
        """Returns if the database answers and its schema fits. Raises `StoreUnavailable` or `SchemaMismatch`."""
        await self._store.check()

    async def maintain(self, *, budget: timedelta = timedelta(minutes=5)) -> MaintenanceReport:
        """Takes the steps due in the life of keys and removes what nothing needs; one process at a time does."""
        return await self.management.maintenance.maintain(budget=budget)

    def browser(self, browser_cookie: str | None, session_cookie: str | None) -> Browser:
        """What the two cookies of a browser stand for; a value that is not a handle of ours counts as none."""
        return Browser(
            hash=_hashed(Handle.BROWSER, browser_cookie), session_hash=_hashed(Handle.SESSION, session_cookie)
        )

    def new_browser(self) -> tuple[str, Browser]:
        """The cookie of a browser that has none of ours yet, and what it stands for."""
        handle = new_handle(Handle.BROWSER, self.runtime.token_bytes)
        return handle, Browser(hash=hash_handle(Handle.BROWSER, handle))


def _hashed(kind: Handle, value: str | None) -> bytes | None:
    return hash_handle(kind, value) if value is not None and is_handle(kind, value) else None
