"""An API that checks access tokens by itself (RFC 9068), with PyJWT; it asks the issuer for its keys, now and then.

While `make dev` runs:

    .venv/bin/uvicorn examples.resource_server.app:app --port 8090

The client `machine` of the tenant acme gets a token (`make dev` prints its secret), and the API takes it:

    issuer=http://localhost:8080/t/acme
    token=$(curl -s -u machine:SECRET -d grant_type=client_credentials $issuer/token | cut -d '"' -f 4)
    curl -H "Authorization: Bearer $token" http://localhost:8090/orders
"""

from __future__ import annotations

import os
from typing import Annotated

from fastapi import Depends, FastAPI

from examples.resource_server.access_tokens import AccessTokens, Caller

tokens = AccessTokens(
    issuer=os.environ.get("ISSUER", "http://localhost:8080/t/acme"),
    audience=os.environ.get("AUDIENCE", "https://api.acme.example"),
)
app = FastAPI()


@app.get("/orders")
def read_orders(caller: Annotated[Caller, Depends(tokens.require("orders:read"))]) -> dict[str, object]:
    return {"orders": ["A-1", "A-2"], "asked_by": caller.subject, "through": caller.client_id}


@app.post("/orders", status_code=201)
def place_order(caller: Annotated[Caller, Depends(tokens.require("orders:write"))]) -> dict[str, object]:
    return {"order": "A-3", "placed_by": caller.subject}
