"""The provider of this application, behind the blocking facade."""

from __future__ import annotations

import os

from flask import abort, request

from examples import FOLDER
from examples.flask_blocking.adapter import BROWSER_COOKIE, SESSION_COOKIE
from examples.users_table import UsersTable
from opentrusty_core import Blocking, Browser, Issuer, Provider, Settings, SystemRuntime, load_master_keys, open_store

settings = Settings(
    auth_url=os.environ.get("AUTH_URL", "http://localhost:5000"),
    database_url=f"sqlite:///{FOLDER / 'idp.db'}",
    master_key_file=FOLDER / "idp.key",
)
provider = Provider(
    open_store(settings.database_url),
    settings.config,
    load_master_keys(settings, SystemRuntime()),
    directory=UsersTable(FOLDER / "shop.db"),
)
blocking = Blocking()
blocking(provider.start)


def issuer_of(tenant: str) -> Issuer:
    """The issuer that the path names."""
    return blocking(provider.protocol.issuer, tenant) or abort(404)


def browser() -> Browser:
    """Which browser this is, by its cookies."""
    return provider.browser(request.cookies.get(BROWSER_COOKIE), request.cookies.get(SESSION_COOKIE))
