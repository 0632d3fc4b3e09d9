"""openid-client, the relying party library of npm, as an object: a Node process that speaks JSON lines."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.person import Left

FOLDER = Path(__file__).parent


class Refused(Exception):
    """The library refused: its own words, and the OAuth error where it is one."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(json.dumps(told))
        self.name: str = told["name"]
        self.code: str | None = told.get("code")
        self.error: str | None = told.get("error")
        self.status: int | None = told.get("status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An authorization request, and what the relying party keeps to check the response against."""

    url: str
    kept: dict[str, str]


class RelyingParty:
    """One client of one issuer. Every method raises `Refused` where the library does."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def call(self, command: str, **arguments: object) -> Any:
        """One command and its result; arguments that are None are left out."""
        given = {name: value for name, value in arguments.items() if value is not None}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": command, **given}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the Node process ended"
        answer = json.loads(line)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["ok"]

    def discover(
        self, issuer: str, client_id: str, secret: str | None, *, method: str, algorithm: str = "oidc"
    ) -> dict[str, Any]:
        """Find the issuer by `oidc` (OpenID Connect Discovery) or `oauth2` (RFC 8414); become this client of it."""
        metadata: dict[str, Any] = self.call(
            "discover", issuer=issuer, clientId=client_id, secret=secret, method=method, algorithm=algorithm
        )
        return metadata

    def authorize(self, **parameters: str) -> Request:
        """An authorization request with PKCE, state and nonce."""
        return Request(**self.call("authorize", parameters=parameters))

    def exchange(self, request: Request, url: str, *, posted: str | None = None, max_age: int | None = None) -> Any:
        """Check the response, redeem its code, check the tokens."""
        return self.call("exchange", url=url, posted=posted, kept=request.kept, maxAge=max_age)

    def exchange_left(self, request: Request, left: Left) -> Any:
        """The same, where the response stands in the address."""
        return self.exchange(request, left.url)


@contextmanager
def relying_party() -> Iterator[RelyingParty]:
    """A Node process for a while."""
    with subprocess.Popen(
        ["node", "relying_party.mjs"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield RelyingParty(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=10) == 0
