"""The command line as an OAuth client: a native application without a secret; its code comes to loopback (RFC 8252)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from opentrusty_cli.errors import NotSignedIn
from opentrusty_cli.remote.http import Answer, Http, require_safe
from opentrusty_cli.remote.logins import Login
from opentrusty_core.domain.builtin import ADMIN_SCOPE, CLI_ID
from opentrusty_core.domain.pkce import challenge_of
from opentrusty_core.domain.scope import OFFLINE_ACCESS, OPENID
from opentrusty_core.errors import NotFound, OpenTrustyError
from opentrusty_core.runtime import Runtime

SCOPE = f"{OPENID} {OFFLINE_ACCESS} {ADMIN_SCOPE}"
"""`offline_access`: the login is the terminal's own, and outlives the browser's session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An issuer's endpoints, and the Admin Plane that its tokens are for."""

    admin_url: str
    tenant: str
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An authorization request of ours: what only we know of it, and where the browser has to go."""

    state: str
    verifier: str
    redirect_uri: str
    url: str


async def discover(http: Http, admin_url: str, tenant: str) -> Server:
    """Where people of this tenant sign in for this Admin Plane (RFC 9728 §3, RFC 8414 §3).

    Raises:
        OpenTrustyError: what is found there does not fit together.
        NotFound: there is no such tenant.
    """
    plane = await _document(http, f"{admin_url}/.well-known/oauth-protected-resource")
    if plane.get("resource") != admin_url or not isinstance(auth_url := plane.get("opentrusty_auth_url"), str):
        raise OpenTrustyError(f"{admin_url} is not the Admin Plane's own address.")  # RFC 9728 §3.3
    wanted = f"{auth_url}/t/{tenant}"
    found = await _issuer(http, wanted)
    if found["issuer"] != wanted:  # a domain of the tenant's own has to say the same
        found = await _issuer(http, str(found["issuer"]), own=True)
    return Server(
        admin_url=admin_url,
        tenant=tenant,
        **{name: str(found[name]) for name in ("issuer", *_ENDPOINTS)},
    )


def begin(server: Server, redirect_uri: str, runtime: Runtime) -> Attempt:
    """A request for a code, with PKCE (RFC 7636) and a state of its own."""
    verifier, state = _random(runtime), _random(runtime)
    parameters = {
        "response_type": "code",
        "client_id": CLI_ID,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": state,
        "code_challenge": str(challenge_of(verifier)),
        "code_challenge_method": "S256",
    }
    url = f"{server.authorization_endpoint}?{urlencode(parameters)}"
    return Attempt(state=state, verifier=verifier, redirect_uri=redirect_uri, url=url)


async def redeem(http: Http, server: Server, attempt: Attempt, answered: Mapping[str, str], now: datetime) -> Login:
    """The login that the browser's answer stands for; its state has been compared.

    Raises:
        NotSignedIn: the person or the server said no.
        OpenTrustyError: another server answered (RFC 9207 §2.4).
    """
    if answered.get("iss") != server.issuer:
        raise OpenTrustyError("Another server answered than the one that was asked.")
    if "code" not in answered:
        raise NotSignedIn(answered.get("error_description") or f"It was refused: {answered.get('error')}.")
    fields = {
        "grant_type": "authorization_code",
        "code": answered["code"],
        "redirect_uri": attempt.redirect_uri,
        "client_id": CLI_ID,
        "code_verifier": attempt.verifier,
    }
    told = _good(await http.form(server.token_endpoint, fields))
    return Login(
        admin_url=server.admin_url,
        tenant=server.tenant,
        issuer=server.issuer,
        token_endpoint=server.token_endpoint,
        revocation_endpoint=server.revocation_endpoint,
        access_token=str(told["access_token"]),
        refresh_token=told.get("refresh_token"),
        expires_at=_end(told, now),
    )


async def refresh(http: Http, login: Login, now: datetime) -> Login:
    """The login with a new access token. Raises `NotSignedIn` where it has ended."""
    if login.refresh_token is None:
        raise NotSignedIn(f"The login {login.name} has ended. Sign in again: {login.again}")
    fields = {"grant_type": "refresh_token", "refresh_token": login.refresh_token, "client_id": CLI_ID}
    answer = await http.form(login.token_endpoint, fields)
    if answer.status in {400, 401}:
        raise NotSignedIn(f"The login {login.name} has ended. Sign in again: {login.again}")
    told = _good(answer)
    return replace(
        login,
        access_token=str(told["access_token"]),
        refresh_token=told.get("refresh_token", login.refresh_token),
        expires_at=_end(told, now),
    )


async def revoke(http: Http, login: Login) -> None:
    """End the login at the server too, with all that hangs from it (RFC 7009)."""
    token = login.refresh_token or login.access_token
    answer = await http.form(login.revocation_endpoint, {"token": token, "client_id": CLI_ID})
    if not answer.is_good:
        raise OpenTrustyError(f"{login.revocation_endpoint} answered {answer.status}.")


_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "revocation_endpoint")


async def _document(http: Http, url: str) -> dict[str, Any]:
    answer = await http.send("GET", url)
    if answer.status == 404:
        raise NotFound(f"{url} is not there.")
    document: dict[str, Any] = answer.json()
    if not answer.is_good:
        raise OpenTrustyError(f"{url} answered {answer.status}.")
    return document


async def _issuer(http: Http, wanted: str, *, own: bool = False) -> dict[str, Any]:
    found = await _document(http, f"{wanted}/.well-known/openid-configuration")
    if not all(isinstance(found.get(name), str) for name in ("issuer", *_ENDPOINTS)):
        raise OpenTrustyError(f"{wanted} does not describe itself as OpenTrusty does.")
    if own and found["issuer"] != wanted:
        raise OpenTrustyError(f"{wanted} says that it is {found['issuer']}.")  # RFC 8414 §3.3
    for name in _ENDPOINTS:
        require_safe(found[name])
    return found


def _good(answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = answer.json()
    if answer.is_good and isinstance(told.get("access_token"), str):
        return told
    why = told.get("error_description") or told.get("error") or f"the server answered {answer.status}"
    raise NotSignedIn(f"No token was issued: {why}")


def _end(told: Mapping[str, Any], now: datetime) -> datetime:
    seconds = told.get("expires_in")
    return now + timedelta(seconds=seconds if isinstance(seconds, int) and 0 < seconds < 10**9 else 60)


def _random(runtime: Runtime) -> str:
    return runtime.token_bytes(32).hex()
