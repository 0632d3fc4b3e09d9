"""Client credentials grant (RFC 6749 §4.4): a machine speaks for itself."""

from __future__ import annotations

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.client import Client, GrantType
from opentrusty_core.domain.scope import STANDARD_SCOPES, Scope, narrowed, parse_scope
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.issuing import issue
from opentrusty_core.protocol.messages import Authenticated, ClientCredentialsRequest, Form, TokenSet
from opentrusty_core.protocol.token_claims import Issuance

grant_type = GrantType.CLIENT_CREDENTIALS


def parse(form: Form) -> ClientCredentialsRequest:
    """Raises `InvalidScope` where the scope is malformed."""
    scope = form.get("scope")
    return ClientCredentialsRequest(scope=None if scope is None else parse_scope(scope))


async def exchange(authenticated: Authenticated[ClientCredentialsRequest], deps: Deps) -> TokenSet:
    """An access token of the client's own, never with a refresh token (RFC 6749 §4.4.3).

    Raises:
        InvalidScope: more is asked than the client is registered for.
    """
    client, issuer = authenticated.client, authenticated.issuer
    scope = granted_scope(client, issuer, authenticated.request.scope)
    tokens = await issue(Issuance(issuer=issuer, client=client, scope=scope), deps)
    event = deps.event(
        AuditType.TOKEN_ISSUED, authenticated.origin, client_id=client.client_id, grant_type=grant_type.value
    )
    await deps.store.tenant(issuer.tenant_id).audit.append(event)
    return tokens


def granted_scope(client: Client, issuer: Issuer, requested: Scope | None) -> Scope:
    """Of the client's API scopes those requested; there is no person whose identity the standard ones could tell.

    Raises:
        InvalidScope: more is requested.
    """
    allowed = tuple(token for token in client.scope if token in issuer.known_scopes and token not in STANDARD_SCOPES)
    return narrowed(requested, allowed)
