"""Kinds of applications: a kind says how a client begins, and the client says which kind it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from opentrusty_core.domain.client import AuthMethod, Client, GrantType, validated
from opentrusty_core.domain.client_kind import ClientKind, defaults_of, kind_of
from tests.support.runtime import START

CALLBACKS = {
    ClientKind.WEB: ("https://app.example/cb",),
    ClientKind.SINGLE_PAGE: ("https://app.example/cb", "https://app.example/silent", "http://localhost:3000/cb"),
    ClientKind.NATIVE: ("http://127.0.0.1/cb", "com.example.app:/cb"),
    ClientKind.MACHINE: (),
}


def client_of(kind: ClientKind) -> Client:
    fields: dict[str, Any] = {**defaults_of(kind, redirect_uris=CALLBACKS[kind]), "redirect_uris": CALLBACKS[kind]}
    return Client(client_id="app", client_name="App", created_at=START, updated_at=START, **fields)


@pytest.mark.parametrize("kind", ClientKind)
def test_the_defaults_of_a_kind_make_a_client_of_that_kind(kind: ClientKind) -> None:
    """It needs nothing but a name and where it is redirected to."""
    assert kind_of(validated(client_of(kind))) is kind


@pytest.mark.parametrize("kind", ClientKind)
def test_every_kind_uses_pkce_and_is_asked_for_consent(kind: ClientKind) -> None:
    """Weaker is a choice, never a default."""
    client = client_of(kind)
    assert client.require_pkce
    assert not client.skip_consent


def test_a_single_page_may_call_from_where_it_is_redirected_to() -> None:
    """Each origin once; without them its browser would keep the tokens from it."""
    assert client_of(ClientKind.SINGLE_PAGE).allowed_origins == ("https://app.example", "http://localhost:3000")
    assert defaults_of(ClientKind.SINGLE_PAGE, redirect_uris=["https://App.example/", "x:y", "http://["])[
        "allowed_origins"
    ] == ("https://app.example",)


def test_a_machine_begins_without_scopes_of_people() -> None:
    """There is nobody whose profile it could ask for."""
    assert client_of(ClientKind.MACHINE).scope == ()


@pytest.mark.parametrize(
    ("kind", "changes", "becomes"),
    [
        (ClientKind.WEB, {"token_endpoint_auth_method": AuthMethod.NONE}, ClientKind.SINGLE_PAGE),
        (ClientKind.WEB, {"grant_types": (GrantType.CLIENT_CREDENTIALS,)}, ClientKind.MACHINE),
        (ClientKind.WEB, {"grant_types": (GrantType.AUTHORIZATION_CODE, GrantType.CLIENT_CREDENTIALS)}, ClientKind.WEB),
        (ClientKind.NATIVE, {"token_endpoint_auth_method": AuthMethod.BASIC}, ClientKind.NATIVE),
    ],
)
def test_a_client_that_changes_is_of_the_kind_that_it_has_become(
    kind: ClientKind, changes: dict[str, Any], becomes: ClientKind
) -> None:
    """The kind is read from the fields, so it cannot contradict them."""
    assert kind_of(replace(client_of(kind), **changes)) is becomes
