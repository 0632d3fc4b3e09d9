"""What every command stands on: the settings, an open store, the use cases, and the actor that the command line is."""

from __future__ import annotations

import getpass
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import Any

import anyio
import click

from opentrusty_cli.output import Output, output_option
from opentrusty_core.config import Settings, load_settings

TYPE_CHECKING = False
if TYPE_CHECKING:  # the use cases import cryptography: only when a command runs
    from opentrusty_core.management import Actor, Management
    from opentrusty_core.provider import Provider
    from opentrusty_core.runtime import Runtime
    from opentrusty_core.storage import Store


class App:
    """The global options, and what follows from them."""

    def __init__(self, config: Path | None, database_url: str | None) -> None:
        self._config = config
        self._database_url = database_url

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
        """The use cases over a store whose schema and master key are right. Raises where one is not."""
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
                provider=provider,
                actor=system_actor(),
                output=output,
                runtime=self.runtime,
                auth_url=self.settings.auth_url,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a command works with. `provider` is the whole of it, for the few that need more than the use cases."""

    management: Management
    provider: Callable[[], Provider]
    actor: Actor
    output: Output
    runtime: Runtime
    auth_url: str

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


def system_actor() -> Actor:
    """The command line acts as the system; the audit says who sat at the keyboard."""
    from opentrusty_core.management import Actor

    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # no such account, as in a container
        name = str(os.getuid())
    return Actor.system(via="cli", os_user=name)


def operation(function: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A command over the use cases: opens the desk, gives it to the function, closes the store. Adds `-o`."""

    @output_option
    @click.pass_context
    @wraps(function)
    def command(ctx: click.Context, output: Output, *args: Any, **kwargs: Any) -> None:
        async def run() -> None:
            async with ctx.obj.desk(output) as desk:
                await function(desk, *args, **kwargs)

        anyio.run(run)

    return command
