"""What every command stands on: the settings, the use cases on the database or over HTTP, and the actor.

Where a command works is decided once, here, by the first of these that says something: `--remote`; `--database-url` or
`--config`; the variable `OPENTRUSTY_REMOTE`; the variables `OPENTRUSTY_DATABASE_URL` or `OPENTRUSTY_CONFIG`; a current
login. Where none does, it is the default database.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, cast

import anyio
import click

from opentrusty_cli.output import Output, output_option
from opentrusty_core.config import CONFIG_VARIABLE, PREFIX, REMOTE_VARIABLE, Settings, load_settings

TYPE_CHECKING = False
if TYPE_CHECKING:  # the use cases import cryptography: only when a command runs
    from opentrusty_cli.remote.api import Api
    from opentrusty_cli.remote.http import Http
    from opentrusty_cli.remote.logins import Login
    from opentrusty_core.domain.tenant import Tenant
    from opentrusty_core.management import Actor, Management
    from opentrusty_core.preview import Previews
    from opentrusty_core.provider import Provider
    from opentrusty_core.runtime import Runtime
    from opentrusty_core.storage import Store


class App:
    """The global options, and what follows from them."""

    def __init__(self, config: Path | None, database_url: str | None, remote: str | None = None) -> None:
        self._config = config
        self._database_url = database_url
        self._remote = remote

    @cached_property
    def settings(self) -> Settings:
        """The settings. Raises `ConfigurationError`."""
        overrides = {} if self._database_url is None else {"database_url": self._database_url}
        return load_settings(path=self._config, overrides=overrides)

    @cached_property
    def runtime(self) -> Runtime:
        """The real clock and entropy."""
        from opentrusty_core.runtime import SystemRuntime

        return SystemRuntime()

    @cached_property
    def http(self) -> Http:
        """Requests to other machines, under the CA bundle of the settings."""
        from opentrusty_cli.remote.http import Http

        return Http(self.settings.ca_bundle)

    def login(self, environ: Mapping[str, str] | None = None) -> Login | None:
        """The login that commands work through; None where they work on the database.

        Raises:
            NotSignedIn: a login is named and there is none.
        """
        environ = os.environ if environ is None else environ
        wanted = self._remote
        if wanted is None and (self._database_url is not None or self._config is not None):
            return None
        wanted = wanted or environ.get(REMOTE_VARIABLE)
        if not wanted and any(environ.get(name) for name in (CONFIG_VARIABLE, f"{PREFIX}DATABASE_URL")):
            return None
        from opentrusty_cli.remote.logins import CURRENT, Logins

        known = Logins().known()
        return known.find(wanted or CURRENT) if wanted or known.current else None

    def api(self, login: Login) -> Api:
        """The Admin Plane of a login."""
        from opentrusty_cli.remote.api import Api
        from opentrusty_cli.remote.logins import Logins

        return Api(self.http, Logins(), login, self.runtime)

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """The store that the settings name, whatever its schema."""
        from opentrusty_core.stores import open_store

        store = open_store(self.settings.database_url)
        try:
            yield store
        finally:
            await store.close()

    @asynccontextmanager
    async def desk(self, output: Output) -> AsyncIterator[Desk]:
        """The use cases where the command works: over HTTP, or over a store whose schema and master key are right."""
        login = self.login()
        if login is not None:
            yield self._remote_desk(login, output)
            return
        async with self._database_desk(output) as desk:
            yield desk

    def _remote_desk(self, login: Login, output: Output) -> Desk:
        from opentrusty_cli.remote import Remote
        from opentrusty_cli.remote.clients import RemotePreviews

        api = self.api(login)
        remote = Remote(api)
        return RemoteDesk(
            management=cast("Management", remote),  # tests/cli/remote/test_twins.py holds the two together
            previews=lambda: cast("Previews", RemotePreviews(api)),
            issuer_of=lambda tenant: remote.tenants.issuers[tenant.id],
            actor=system_actor(),
            output=output,
            runtime=self.runtime,
        )

    @asynccontextmanager
    async def _database_desk(self, output: Output) -> AsyncIterator[Desk]:
        from opentrusty_core.domain.issuer_url import issuer_of
        from opentrusty_core.management import Management

        def provider() -> Provider:
            from opentrusty_core.management import load_master_keys
            from opentrusty_core.provider import Provider

            master_keys = load_master_keys(self.settings, self.runtime)
            return Provider(store, self.settings.config, master_keys, runtime=self.runtime)

        async with self.store() as store:
            await store.check()
            management = await Management.opened(store, self.runtime, self.settings)
            yield Desk(
                management=management,
                previews=lambda: provider().previews,
                issuer_of=lambda tenant: issuer_of(self.settings.auth_url, tenant),
                actor=system_actor(),
                output=output,
                runtime=self.runtime,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a command works with; the use cases are those of the database, or their twins over HTTP."""

    management: Management
    previews: Callable[[], Previews]
    issuer_of: Callable[[Tenant], str]
    actor: Actor
    output: Output
    runtime: Runtime

    def generate_password(self) -> str:
        """A password nobody has thought of."""
        from opentrusty_core.management import generate_password

        return generate_password(self.runtime.token_bytes)

    async def tenant_id(self, name: str) -> str:
        """The id of the tenant of this name. Raises `NotFound`."""
        return (await self.management.tenants.find(self.actor, name)).id

    async def user_id(self, tenant_id: str, user: str) -> str:
        """The id of the user with this id, username or email. Raises `NotFound`."""
        return (await self.management.users.get(self.actor, tenant_id, user)).id


class RemoteDesk(Desk):
    """The same over HTTP, where paths have the names of tenants: no id is asked for, which not everybody may read."""

    async def tenant_id(self, name: str) -> str:
        """What stands for the tenant of this name."""
        return name


def system_actor() -> Actor:
    """The command line acts as the system; the audit says who sat at the keyboard."""
    from opentrusty_core.management import Actor

    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # no such account, as in a container
        name = str(os.getuid())
    return Actor.system(via="cli", os_user=name)


def operation(function: Callable[..., Awaitable[None]], *, on_database: bool = False) -> Callable[..., None]:
    """A command over the use cases: opens the desk, gives it to the function, closes the store. Adds `-o`."""

    @output_option
    @click.pass_context
    @wraps(function)
    def command(ctx: click.Context, output: Output, *args: Any, **kwargs: Any) -> None:
        async def run() -> None:
            if on_database and ctx.obj.login() is not None:
                raise click.UsageError(f"{ctx.command_path} works on the database itself: name it by --database-url.")
            async with ctx.obj.desk(output) as desk:
                await function(desk, *args, **kwargs)

        anyio.run(run)

    return command


def database_operation(function: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A command over use cases that cannot be had over HTTP."""
    return operation(function, on_database=True)
