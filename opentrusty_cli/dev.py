"""`opentrusty dev`: the whole system on this machine, with people and applications to try it with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
import click

from opentrusty_cli.demo import Credentials, make_demo
from opentrusty_cli.out_files import write_private
from opentrusty_cli.planes import Plane, Planes, free_port
from opentrusty_console.files import is_built
from opentrusty_core.config import Settings
from opentrusty_core.domain.issuer_url import issuer_named
from opentrusty_core.errors import ConfigurationError
from opentrusty_core.management import (
    Actor,
    Management,
    check_master_keys,
    create_master_key_file,
    load_master_keys,
)
from opentrusty_core.runtime import SystemRuntime
from opentrusty_core.stores import open_store

DATABASE_NAME = "opentrusty.db"
MASTER_KEY_NAME = "opentrusty.key"
CREDENTIALS_NAME = "credentials.json"


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    show_default="this folder",
    help="Where the database, the master key and the demo's credentials are kept.",
)
@click.option("--auth-port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option(
    "--admin-port", type=click.IntRange(0, 65535), default=8081, show_default=True, help="0 takes a free one."
)
@click.option(
    "--console-port", type=click.IntRange(0, 65535), default=8082, show_default=True, help="0 takes a free one."
)
@click.option("--database-url", help="A database in place of the SQLite file in the folder.")
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write URLs and credentials there, as JSON, when all is ready.",
)
def dev(
    folder: Path,
    auth_port: int,
    admin_port: int,
    console_port: int,
    database_url: str | None,
    ready_file: Path | None,
) -> None:
    """Start everything on this machine, with demo tenants, and print how to sign in.

    Listens on loopback only. Ctrl-C stops it; a second start on the same folder finds everything as it was.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    auth = Plane(name="auth", port=free_port(auth_port, "--auth-port"))
    admin = Plane(name="admin", port=free_port(admin_port, "--admin-port"))
    console = Plane(name="console", port=free_port(console_port, "--console-port")) if is_built() else None
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)  # of a start that did not end well: nothing is ready yet
    settings = Settings(
        database_url=database_url or f"sqlite:///{quote(str(folder / DATABASE_NAME))}",
        auth_url=auth.url,
        admin_url=admin.url,
        console_url=console.url if console else None,
        master_key_file=folder / MASTER_KEY_NAME,
    )
    planes = Planes((auth, admin, *((console,) if console else ())), _environment(settings))
    planes.stop_on_signals()  # from here on, so that the demo is never left half made
    credentials = anyio.run(prepare, settings, folder / CREDENTIALS_NAME)
    try:
        planes.start()
        if not planes.stopping:
            description = describe(settings, credentials)
            if ready_file is not None:
                write_private(ready_file, description)
            click.echo(summary(description))
            planes.wait()
    finally:
        if ready_file is not None:
            ready_file.unlink(missing_ok=True)
        planes.stop()


async def prepare(settings: Settings, credentials_file: Path) -> Credentials:
    """Bring database, master key and demo into being, each only where it is missing."""
    runtime = SystemRuntime()
    store = open_store(settings.database_url)
    try:
        await store.migrate()
        if await anyio.Path(settings.master_key_file).exists():
            master_keys = load_master_keys(settings, runtime)
            await check_master_keys(store, master_keys)
        else:
            master_keys = await create_master_key_file(store, settings.master_key_file, runtime)
        known = _read_credentials(credentials_file) if await anyio.Path(credentials_file).exists() else None
        acme = await store.platform.tenants.find("acme")
        if known is None and acme is None:
            management = Management(store, runtime, settings.config, master_keys)
            known = await make_demo(management, Actor.system(command="dev"), runtime.token_bytes)
            write_private(credentials_file, known)
        elif known is None:
            raise ConfigurationError(
                f"The database has a tenant acme, but {credentials_file} with its credentials is missing."
                " Put the file back, or begin anew in an empty folder."
            )
        elif acme is None or acme.id != known["acme_id"]:
            raise ConfigurationError(
                f"The credentials in {credentials_file} are those of another database. Use another folder for this one,"
                " or delete the file to begin anew."
            )
        return known
    finally:
        await store.close()


def _read_credentials(path: Path) -> Credentials:
    try:
        found: object = json.loads(path.read_text())
        if not isinstance(found, dict) or not found.keys() >= {"acme_id", "platform_admin", "tenants"}:
            raise ValueError
    except (OSError, ValueError):
        raise ConfigurationError(
            f"{path} does not hold what was written there. Put it back, or begin anew in an empty folder."
        ) from None
    return found


def _environment(settings: Settings) -> dict[str, str]:
    """The settings as the planes read them; nothing of the caller's own variables leaks in between."""
    found = {
        "OPENTRUSTY_DATABASE_URL": settings.database_url,
        "OPENTRUSTY_AUTH_URL": settings.auth_url,
        "OPENTRUSTY_ADMIN_URL": settings.admin_url,
        "OPENTRUSTY_CONSOLE_URL": settings.console_url,
        "OPENTRUSTY_MASTER_KEY_FILE": str(settings.master_key_file),
        "OPENTRUSTY_LOG_LEVEL": "warning",
    }
    return {name: value for name, value in found.items() if value is not None}


def describe(settings: Settings, credentials: Credentials) -> dict[str, Any]:
    """The ready file: where the planes are, and who can sign in. A plane that does not run is null."""
    return {
        "auth_url": settings.auth_url,
        "admin_url": settings.admin_url,
        "console_url": settings.console_url,
        "database_url": settings.database_url,
        "platform_admin": {name: credentials["platform_admin"][name] for name in ("tenant", "username", "password")},
        "tenants": [
            {"tenant": tenant["tenant"], "issuer": issuer_named(settings.auth_url, tenant["tenant"]), **tenant}
            for tenant in credentials["tenants"]
        ],
    }


def summary(description: dict[str, Any]) -> str:
    """What a person needs to begin."""
    admin = description["platform_admin"]
    lines = ["", "OpenTrusty is ready.", ""]
    if description["console_url"] is not None:
        lines += [f"  Console  {description['console_url']}", ""]
    for tenant in description["tenants"]:
        lines.append(f"  Issuer   {tenant['issuer']}")
        lines += [f"    user   {user['username']:<8} {user['password']}" for user in tenant["users"]]
        lines += [
            f"    client {client['client_id']:<8} {client['client_secret'] or '(public, PKCE)'}"
            for client in tenant["clients"]
        ]
        lines.append("")
    lines += [
        f"  Platform administrator, in tenant {admin['tenant']}: {admin['username']} {admin['password']}",
        f"  Admin API {description['admin_url']}/api/v1",
        "",
    ]
    lines.append("Stop with Ctrl-C. The next start here finds everything as it was.")
    return "\n".join(lines)
