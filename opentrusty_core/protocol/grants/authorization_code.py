"""Authorization code grant (RFC 6749 §4.1.3, OpenID Connect Core 1.0 §3.1.3, PKCE RFC 7636 §4.6)."""

from __future__ import annotations

from opentrusty_core.crypto.handles import Handle, hash_handle
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.client import Client, GrantType
from opentrusty_core.domain.pkce import challenge_of
from opentrusty_core.domain.tenant import Lifetimes
from opentrusty_core.domain.token import RefreshToken
from opentrusty_core.errors import InvalidGrant
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.issuing import issue
from opentrusty_core.protocol.messages import Authenticated, AuthorizationCodeRequest, Form, TokenSet
from opentrusty_core.protocol.token_claims import Issuance
from opentrusty_core.storage import CodeRedeemed, CodeRedemption, CodeReplayed, Unknown, living

grant_type = GrantType.AUTHORIZATION_CODE


def parse(form: Form) -> AuthorizationCodeRequest:
    """Raises `InvalidRequest` where the code is missing."""
    return AuthorizationCodeRequest(
        code=form.required("code"), redirect_uri=form.get("redirect_uri"), code_verifier=form.get("code_verifier")
    )


async def exchange(authenticated: Authenticated[AuthorizationCodeRequest], deps: Deps) -> TokenSet:
    """Spends the code for tokens. A code that comes back a second time takes its tokens with it (RFC 6749 §4.1.2).

    Raises:
        InvalidGrant: the code, redirect URI or verifier does not fit, or the person is gone.
    """
    request, client, issuer = authenticated.request, authenticated.client, authenticated.issuer
    now = deps.runtime.now()
    repos = deps.store.tenant(issuer.tenant_id)
    lifetimes = client.lifetimes(issuer.lifetimes)
    refresh_token = _new_refresh_token(client, lifetimes, deps)
    outcome = await repos.codes.redeem(
        _redemption(request, client.client_id),
        now,
        deps.event(
            AuditType.TOKEN_ISSUED, authenticated.origin, client_id=client.client_id, grant_type=grant_type.value
        ),
        grant_expires_at=now + lifetimes.refresh_token,
        refresh_token=refresh_token,
    )
    match outcome:
        case CodeReplayed(grant_id=grant_id):
            event = deps.event(
                AuditType.GRANT_REVOKED,
                authenticated.origin,
                client_id=client.client_id,
                target=grant_id,
                why="code replay",
            )
            await repos.grants.revoke(grant_id, now, event)
            raise InvalidGrant("code replay")
        case Unknown():
            raise InvalidGrant("code unknown, expired or misfit")
        case CodeRedeemed(code=code, grant=grant, user=known):
            user = await living(deps.directory, issuer.tenant_id, grant.user_id, known)
            if user is None:
                raise InvalidGrant("person gone")
            issuance = Issuance(
                issuer=issuer,
                client=client,
                scope=grant.scope,
                grant=grant,
                user=user,
                nonce=code.nonce,
                refresh_token=deps.refresh_tokens.mint(issuer.tenant_id, refresh_token.id, 0)
                if refresh_token
                else None,
            )
            return await issue(issuance, deps)


def _redemption(request: AuthorizationCodeRequest, client_id: str) -> CodeRedemption:
    # A malformed verifier goes to the store as one that fits nothing, so that a replay is still seen as one.
    challenge = None if request.code_verifier is None else challenge_of(request.code_verifier) or ""
    return CodeRedemption(
        code_hash=hash_handle(Handle.AUTHORIZATION_CODE, request.code),
        client_id=client_id,
        redirect_uri=request.redirect_uri,
        code_challenge=challenge,
    )


def _new_refresh_token(client: Client, lifetimes: Lifetimes, deps: Deps) -> RefreshToken | None:
    if not client.may(GrantType.REFRESH_TOKEN):
        return None
    now = deps.runtime.now()
    return RefreshToken(
        id=deps.runtime.new_id(),
        grant_id="",  # the store knows it when it has spent the code
        client_id=client.client_id,
        created_at=now,
        idle_expires_at=now + lifetimes.refresh_token_idle,
        expires_at=now + lifetimes.refresh_token,
    )
