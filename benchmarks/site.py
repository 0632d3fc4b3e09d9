"""A running OpenTrusty with seeded data, as the scenarios see it."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from itertools import islice
from types import TracebackType
from typing import Any
from urllib.parse import urlencode, urlsplit

from benchmarks.seed import TENANT, Seeded

FORM = "application/x-www-form-urlencoded"


class Site:
    """The server's origin and what was seeded, with a connection for what has to be fetched before the load begins.

    Each `with` block is one life of the server; the tokens that were taken stay taken.
    """

    def __init__(self, url: str, seeded: Seeded, *, tenant: str = TENANT) -> None:
        self.url = url
        self.base = f"/t/{tenant}"
        self.seeded = seeded
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._fresh = {client_id: iter(tokens) for client_id, tokens in seeded.refresh_tokens.items()}

    def __enter__(self) -> Site:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def take_refresh_tokens(self, client_id: str, count: int) -> list[str]:
        """Refresh tokens that no one has used yet. Raises `LookupError` when the seed was too small."""
        taken = list(islice(self._fresh[client_id], count))
        if len(taken) < count:
            raise LookupError(f"too few refresh tokens of {client_id} were seeded")
        return taken

    def basic(self, client_id: str) -> dict[str, str]:
        """The headers of a form post by a confidential client."""
        return basic(client_id, self.seeded.secrets[client_id])

    def post(self, path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        """The JSON answer of an endpoint of the tenant. Raises `ValueError` where it is not a 200."""
        self._connection.request("POST", self.base + path, urlencode(form), dict(headers))
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise ValueError(f"{path} answered {response.status}: {body[:300]!r}")
        answer: dict[str, Any] = json.loads(body)
        return answer

    def access_tokens(self, client_id: str, count: int) -> list[str]:
        """Access tokens of people for a confidential client."""
        headers, tokens = self.basic(client_id), self.take_refresh_tokens(client_id, count)
        form = {"grant_type": "refresh_token"}
        return [self.post("/token", {**form, "refresh_token": token}, headers)["access_token"] for token in tokens]


def algorithm(token: str) -> str:
    """The `alg` of a JWT's header."""
    head = token.partition(".")[0]
    alg: str = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["alg"]
    return alg


def basic(client_id: str, secret: str) -> dict[str, str]:
    """The headers of a form post with `client_secret_basic`."""
    credentials = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {credentials}", "Content-Type": FORM}
