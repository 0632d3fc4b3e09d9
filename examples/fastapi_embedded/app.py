"""An identity provider inside a FastAPI application, over the application's own users table.

    .venv/bin/python -m examples.prepare http://localhost:8000     # once; prints a password and a client's secret
    .venv/bin/uvicorn examples.fastapi_embedded.app:app --port 8000 --no-access-log

Then open http://localhost:8000/t/shop/.well-known/openid-configuration, and sign in by examples/relying_party.
"""

from __future__ import annotations

import os

from fastapi import FastAPI

from examples import FOLDER
from examples.users_table import UsersTable
from opentrusty_auth.app import create_app
from opentrusty_core import Settings

settings = Settings(
    auth_url=os.environ.get("AUTH_URL", "http://localhost:8000"),
    database_url=f"sqlite:///{FOLDER / 'idp.db'}",
    master_key_file=FOLDER / "idp.key",
)
plane = create_app(settings, directory=UsersTable(FOLDER / "shop.db"))
app = FastAPI(lifespan=plane.lifespan)


@app.get("/")
async def home() -> dict[str, str]:
    """A route of the application's own: they come first."""
    return {"shop": "open"}


app.mount("/", plane)
