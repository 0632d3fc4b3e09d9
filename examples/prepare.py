"""Makes, once, what the embedded examples need, and prints how to sign in.

    .venv/bin/python -m examples.prepare http://localhost:8000

In .dev/examples: shop.db, the application's own database, with one customer; idp.db, OpenTrusty's, with the tenant
`shop` and the client `orders`; idp.key, the master key that seals OpenTrusty's signing keys.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import anyio

from examples import FOLDER
from examples.users_table import CUSTOMERS, passwords
from opentrusty_core import Actor, Config, GrantType, Provider, SystemRuntime, create_master_key_file, open_store

EMAIL, PASSWORD = "mei@shop.example", "correct horse battery staple"


async def application(path: Path) -> None:
    """The application's own database."""
    customer = (EMAIL, "Mei Lin", await passwords.hash(PASSWORD), "2020-02-02T00:00:00Z", "2024-04-04T00:00:00Z")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(CUSTOMERS)
        columns = "email, full_name, password_hash, created_at, updated_at"
        database.execute(f"INSERT INTO customers ({columns}) VALUES (?, ?, ?, ?, ?)", customer)


async def identity_provider(folder: Path, auth_url: str) -> dict[str, str]:
    """OpenTrusty's database, with a tenant and a client; what the client needs to know."""
    store = open_store(f"sqlite:///{folder / 'idp.db'}")
    await store.migrate()
    master_keys = await create_master_key_file(store, folder / "idp.key", SystemRuntime())
    management, actor = Provider(store, Config(auth_url=auth_url), master_keys).management, Actor.system()
    tenant = await management.tenants.create(actor, "shop", "The Shop")
    made = await management.clients.create(
        actor,
        tenant.id,
        {
            "client_name": "Orders",
            "grant_types": (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
            "redirect_uris": ("http://localhost:9999/callback", "http://127.0.0.1:9999/callback"),
            "post_logout_redirect_uris": ("http://localhost:9999/", "http://127.0.0.1:9999/"),
            "skip_consent": True,  # the shop's own application: its people are not asked
        },
        client_id="orders",
    )
    await store.close()
    return {"ISSUER": f"{auth_url}/t/shop", "CLIENT_ID": made.client.client_id, "CLIENT_SECRET": str(made.secret)}


def prepare(auth_url: str) -> dict[str, str]:
    """Both; the client's variables for examples/relying_party."""
    FOLDER.mkdir(parents=True)
    anyio.run(application, FOLDER / "shop.db")
    return anyio.run(identity_provider, FOLDER, auth_url)


if __name__ == "__main__":
    if FOLDER.exists():
        sys.exit(f"{FOLDER} is there already; it serves every embedded example. Delete it to begin anew.")
    variables = prepare(sys.argv[1])
    print(f"Customer: {EMAIL}, password: {PASSWORD}")
    print("\n".join(f"export {name}={value}" for name, value in variables.items()))
