"""Client authentication (RFC 6749 §2.3): one method a file, tried side by side; exactly one may be used."""

from __future__ import annotations

from opentrusty_core.crypto.handles import Handle, constant_time_equal, hash_handle
from opentrusty_core.domain.client import AuthMethod, Client
from opentrusty_core.errors import InvalidClient, InvalidRequest
from opentrusty_core.protocol.client_auth import client_secret_basic, client_secret_post, none
from opentrusty_core.protocol.client_auth.credentials import Credentials
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import Form, HttpRequest

METHODS = (client_secret_basic, client_secret_post, none)

__all__ = ["METHODS", "authenticate"]


async def authenticate(request: HttpRequest, form: Form, issuer: Issuer, deps: Deps) -> Client:
    """The client that sent the request.

    Raises:
        InvalidRequest: two methods at once (RFC 6749 §2.3), or `client_id` names another client than the credentials.
        InvalidClient: nobody we know, a wrong or expired secret, or another method than the registered one.
    """
    if "client_assertion" in form or "client_assertion_type" in form:
        raise InvalidClient("assertions are no method of ours")
    credentials = _only(tuple(found for method in METHODS if (found := method.presented(request, form))))
    if form.get("client_id", credentials.client_id) != credentials.client_id:
        raise InvalidRequest(description="client_id names another client than the credentials.")
    client = await deps.client(issuer, credentials.client_id)
    if client is None:
        raise InvalidClient("unknown client")
    if client.token_endpoint_auth_method is not credentials.method:
        raise InvalidClient("method is not the registered one")
    if credentials.method is not AuthMethod.NONE and not _knows_secret(client, credentials, deps):
        raise InvalidClient("wrong secret")
    return client


def _only(found: tuple[Credentials, ...]) -> Credentials:
    if len(found) > 1:
        raise InvalidRequest(description="Use one client authentication method, not two.")
    if not found:
        raise InvalidClient("no client authentication")
    return found[0]


def _knows_secret(client: Client, credentials: Credentials, deps: Deps) -> bool:
    presented, now = hash_handle(Handle.CLIENT_SECRET, credentials.secret), deps.runtime.now()
    # Every secret is looked at, so that the time tells nothing about which one came close.
    matching = [constant_time_equal(secret.hash, presented) and secret.is_live(now) for secret in client.secrets]
    return any(matching)
