"""What the interoperability tests stand on: a running `opentrusty dev` on each database, and clients of many kinds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from opentrusty_core.domain.client import AccessTokenFormat, AuthMethod
from tests.interop.openid_client import RelyingParty, relying_party
from tests.support.callback import Receiver, receiving
from tests.support.chromium import chromium, tab
from tests.support.dev import Dev, dev, dev_postgres, dev_sqlite
from tests.support.http import nothing_left_open
from tests.support.person import Person

__all__ = ["chromium", "dev", "dev_postgres", "dev_sqlite", "nothing_left_open", "tab"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A client of tenant acme, as its developer was told."""

    issuer: str
    client_id: str
    secret: str | None
    method: str


@pytest.fixture(params=["client_secret_basic", "client_secret_post", "none"])
def registration(request: pytest.FixtureRequest, dev: Dev) -> Registration:
    """A client of each authentication method that may use code and refresh."""
    return registered(dev, {"client_secret_basic": "web", "client_secret_post": "post", "none": "app"}[request.param])


def registered(dev: Dev, client_id: str) -> Registration:
    """One of the demo's clients, or one of those below, which are made when they are first asked for."""
    if client_id not in dev.secrets:
        dev.secrets[client_id] = dev.managed.client("acme", client_id, **_MORE[client_id]).secret
    method = {"app": AuthMethod.NONE, "post": AuthMethod.POST}.get(client_id, AuthMethod.BASIC)
    return Registration(
        issuer=dev.tenant("acme")["issuer"],
        client_id=client_id,
        secret=dev.secrets[client_id],
        method=method.value,
    )


_MORE: dict[str, dict[str, Any]] = {
    "post": {"method": AuthMethod.POST},
    "opaque": {"access_token_format": AccessTokenFormat.OPAQUE},
    "es256": {"id_token_signed_response_alg": "ES256", "access_token_signed_response_alg": "RS256"},
}


@pytest.fixture
def alice(dev: Dev) -> Person:
    """The plain user of acme, at a browser without scripts."""
    user = dev.tenant("acme")["users"][0]
    return Person(dev.auth_url, user["username"], user["password"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """The application's end of the redirect."""
    with receiving() as found:
        yield found


@pytest.fixture(scope="session")
def rp() -> Iterator[RelyingParty]:
    """An openid-client, which becomes another client with each discovery."""
    with relying_party() as found:
        yield found
