"""Refresh token grant (RFC 6749 §6; rotation and reuse detection RFC 9700 §4.14.2; OpenID Connect Core 1.0 §12)."""

from __future__ import annotations

from dataclasses import replace

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.client import GrantType
from opentrusty_core.domain.scope import narrowed, parse_scope
from opentrusty_core.errors import InvalidGrant
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.issuing import issue
from opentrusty_core.protocol.messages import Authenticated, Form, RefreshTokenRequest, TokenSet
from opentrusty_core.protocol.token_claims import Issuance
from opentrusty_core.storage import RefreshRedeemed, RefreshRetried, RefreshReused, Unknown, living

grant_type = GrantType.REFRESH_TOKEN


def parse(form: Form) -> RefreshTokenRequest:
    """Raises `InvalidRequest` where the token is missing, `InvalidScope` where the scope is malformed."""
    scope = form.get("scope")
    return RefreshTokenRequest(
        refresh_token=form.required("refresh_token"), scope=None if scope is None else parse_scope(scope)
    )


async def exchange(authenticated: Authenticated[RefreshTokenRequest], deps: Deps) -> TokenSet:
    """Uses the refresh token for new tokens.

    Public clients rotate it: a copy that comes back after the grace time takes the whole grant with it, a retry
    inside it gets the same successor again. Confidential clients keep theirs, as their secret guards it (RFC 9700
    §2.2.2).

    Raises:
        InvalidGrant: the token is unknown, expired, revoked, reused or another client's, or the person is gone.
        InvalidScope: more is asked than was granted; the token stays as it was.
    """
    request, client, issuer = authenticated.request, authenticated.client, authenticated.issuer
    handle = deps.refresh_tokens.parse(issuer.tenant_id, request.refresh_token)
    if handle is None:
        raise InvalidGrant("not a refresh token of this tenant")
    now, lifetimes = deps.runtime.now(), client.lifetimes(issuer.lifetimes)
    repos = deps.store.tenant(issuer.tenant_id)
    issued = deps.event(
        AuditType.TOKEN_ISSUED, authenticated.origin, client_id=client.client_id, grant_type=grant_type.value
    )
    if request.scope is not None:  # asked before the token is used: a refusal leaves it as it was
        standing = await repos.refresh_tokens.look_up(handle.id, handle.generation, now)
        grant, token = (standing.grant, standing.refresh_token) if standing is not None else (None, None)
        # A spent token or another client's is told nothing of what was granted: `redeem` has the answer to it.
        if (
            grant is not None
            and token is not None
            and grant.client_id == client.client_id
            and token.answers(handle.generation, now, lifetimes.refresh_token_grace)
        ):
            narrowed(request.scope, grant.scope)
    outcome = await repos.refresh_tokens.redeem(
        handle.id,
        handle.generation,
        client.client_id,
        now,
        issued,
        rotate=client.is_public,
        idle_expires_at=now + lifetimes.refresh_token_idle,
        grace=lifetimes.refresh_token_grace,
    )
    match outcome:
        case RefreshReused(grant_id=grant_id):
            event = deps.event(
                AuditType.GRANT_REVOKED,
                authenticated.origin,
                client_id=client.client_id,
                target=grant_id,
                why="refresh reuse",
            )
            await repos.grants.revoke(grant_id, now, event)
            raise InvalidGrant("refresh token reuse")
        case Unknown():
            raise InvalidGrant("refresh token unknown, expired or revoked")
        case (
            RefreshRedeemed(token=token, grant=grant, user=known) | RefreshRetried(token=token, grant=grant, user=known)
        ):
            scope = narrowed(request.scope, grant.scope)
            user = await living(deps.directory, issuer.tenant_id, grant.user_id, known)
            if user is None:
                raise InvalidGrant("person gone")
            if isinstance(
                outcome, RefreshRetried
            ):  # the store writes the event of a use, and this is the answer to one again
                await repos.audit.append(replace(issued, target=grant.id, details={**issued.details, "retry": True}))
            successor = deps.refresh_tokens.mint(issuer.tenant_id, token.id, token.generation)
            issuance = Issuance(
                issuer=issuer, client=client, scope=scope, grant=grant, user=user, refresh_token=successor
            )
            return await issue(issuance, deps)
