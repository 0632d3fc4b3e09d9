"""An identity provider inside a FastAPI application, over the application's own users table.

In an empty folder, with the repository on PYTHONPATH:

    python -m examples.prepare http://localhost:8000     # once: makes the table, a tenant and a client; prints its secret
    uvicorn examples.fastapi_embedded.app:app --port 8000

Then open http://localhost:8000/t/shop/.well-known/openid-configuration, or sign in by examples/relying_party.
"""

from __future__ import annotations

from pathlib import Path

from examples.users_table import UsersTable
from fastapi import FastAPI

from opentrusty_auth import create_app
from opentrusty_core import Settings

settings = Settings(
    auth_url="http://localhost:8000", database_url="sqlite:///idp.db", master_key_file=Path("idp.key")
)
plane = create_app(settings, directory=UsersTable(Path("shop.db")))
app = FastAPI(lifespan=plane.lifespan)


@app.get("/")
async def home() -> dict[str, str]:
    """The application's own routes come first."""
    return {"shop": "open"}


app.mount("/", plane)  # what the application does not answer: /t/…, /.well-known/…, /assets/…
