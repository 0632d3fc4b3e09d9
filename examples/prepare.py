"""Makes, in the working folder, what the embedded examples need; prints how to sign in.

    python -m examples.prepare http://localhost:8000

shop.db is the application's own database, with one customer. idp.db is OpenTrusty's, with the tenant `shop` and a client
that may redirect to http://127.0.0.1:9999/callback (any port). idp.key is the master key that seals OpenTrusty's signing keys.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import anyio
from examples.users_table import passwords

from opentrusty_core import Config, Provider, SystemRuntime
from opentrusty_core.domain.client import GrantType
from opentrusty_core.management import Actor, create_master_key_file
from opentrusty_core.stores import open_store

CUSTOMERS = """
CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE NOT NULL, full_name TEXT NOT NULL, password_hash TEXT NOT NULL,
    blocked INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
)
"""


async def prepare(auth_url: str, folder: Path) -> dict[str, str]:
    """Makes both databases; the credentials that belong to them."""
    password = "correct horse battery staple"
    customer = ("mei@shop.example", "Mei Lin", await passwords.hash(password), "2020-02-02T00:00:00Z", "2024-04-04T00:00:00Z")
    with closing(sqlite3.connect(folder / "shop.db")) as shop, shop:
        shop.execute(CUSTOMERS)
        columns = "email, full_name, password_hash, created_at, updated_at"
        shop.execute(f"INSERT INTO customers ({columns}) VALUES (?, ?, ?, ?, ?)", customer)

    store = open_store(f"sqlite:///{folder / 'idp.db'}")
    await store.migrate()
    keys = await create_master_key_file(store, folder / "idp.key", SystemRuntime())
    management, actor = Provider(store, Config(auth_url=auth_url), keys).management, Actor.system(via="prepare")
    tenant = await management.tenants.create(actor, "shop", "The Shop")
    web = await management.clients.create(
        actor,
        tenant.id,
        {
            "client_name": "Orders",
            "redirect_uris": ("http://127.0.0.1:9999/callback", "http://localhost:9999/callback"),
            "grant_types": (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
            "skip_consent": True,  # the shop's own application: its people are not asked
        },
        client_id="orders",
    )
    await store.close()
    return {
        "ISSUER": f"{auth_url}/t/shop",
        "CLIENT_ID": web.client.client_id,
        "CLIENT_SECRET": web.secret or "",
        "username": "mei@shop.example",
        "password": password,
    }


if __name__ == "__main__":
    for name, value in anyio.run(prepare, sys.argv[1], Path()).items():
        print(f"{name}={value}")
