"""The use cases of administrators over the database of a running deployment, for tests that need one more client."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import anyio

from opentrusty_core.config import Settings
from opentrusty_core.domain.client import AuthMethod, GrantType
from opentrusty_core.domain.scope import STANDARD_SCOPES
from opentrusty_core.management import (
    Actor,
    ClientFields,
    ClientWithSecret,
    Management,
    UserFields,
    generate_password,
)
from opentrusty_core.runtime import SystemRuntime
from opentrusty_core.stores import open_store

T = TypeVar("T")
ACTOR = Actor.system(command="tests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """Opens the database for one use case at a time."""

    database_url: str
    master_key_file: Path
    admin_url: str | None = None

    def run(self, use: Callable[[Management], Awaitable[T]]) -> T:
        """What `use` returns."""

        async def work() -> T:
            runtime = SystemRuntime()
            settings = Settings(
                database_url=self.database_url, master_key_file=self.master_key_file, admin_url=self.admin_url
            )
            store = open_store(self.database_url)
            try:
                return await use(await Management.opened(store, runtime, settings))
            finally:
                await store.close()

        return in_thread(lambda: anyio.run(work))

    def client(
        self,
        tenant_name: str,
        client_id: str,
        *,
        redirect_uris: tuple[str, ...] = ("http://127.0.0.1:9999/callback",),
        method: AuthMethod = AuthMethod.BASIC,
        **fields: object,
    ) -> ClientWithSecret:
        """Register a client for code and refresh that may ask for every standard scope; `fields` say what else."""
        wanted: ClientFields = {
            "client_name": client_id,
            "grant_types": (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
            "redirect_uris": redirect_uris,
            "token_endpoint_auth_method": method,
            "scope": STANDARD_SCOPES,
            **fields,  # type: ignore[typeddict-item]
        }

        async def create(management: Management) -> ClientWithSecret:
            tenant = await management.tenants.find(ACTOR, tenant_name)
            return await management.clients.create(ACTOR, tenant.id, wanted, client_id=client_id)

        return self.run(create)

    def user(self, tenant_name: str, username: str) -> str:
        """Make a user with an email of the same name; their password."""

        async def create(management: Management) -> str:
            password = generate_password(SystemRuntime().token_bytes)
            tenant = await management.tenants.find(ACTOR, tenant_name)
            fields: UserFields = {"username": username, "email": f"{username}@{tenant_name}.example"}
            await management.users.create(ACTOR, tenant.id, fields, password=password)
            return password

        return self.run(create)


def in_thread(work: Callable[[], T]) -> T:
    """Run in a thread of its own: Playwright holds this one's event loop."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again below, in the caller's thread
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
