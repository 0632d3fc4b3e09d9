"""Making tokens: access tokens (RFC 9068, or opaque) and ID tokens (OpenID Connect Core 1.0 §2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from opentrusty_core.crypto import base64url
from opentrusty_core.crypto.handles import Handle, hash_handle, new_handle
from opentrusty_core.domain.claims import released_claims
from opentrusty_core.domain.client import AccessTokenFormat, Client
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.resource import audiences_of
from opentrusty_core.domain.scope import OPENID, Scope, format_scope
from opentrusty_core.domain.token import AccessToken
from opentrusty_core.domain.user import User
from opentrusty_core.protocol.deps import ClaimsContext, Deps
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import TokenSet

ACCESS_TOKEN_TYP = "at+jwt"  # noqa: S105 - a media type (RFC 9068 §2.1)
ID_TOKEN_TYP = "JWT"  # noqa: S105 - a media type

PROTOCOL_CLAIMS = frozenset(
    {
        *("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "scope", "gid", "cnf", "act", "may_act"),
        *("auth_time", "acr", "amr", "sid", "nonce", "azp", "at_hash", "c_hash", "s_hash", "events"),
    }
)
"""What a token says of itself: never an embedder's to say, not even where we leave it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuance:
    """Everything that one answer of the token endpoint is made of; without `grant` and `user` it is the client's
    own.
    """

    issuer: Issuer
    client: Client
    scope: Scope
    grant: Grant | None = None
    user: User | None = None
    nonce: str | None = None
    refresh_token: str | None = None


async def issue(issuance: Issuance, deps: Deps) -> TokenSet:
    """The tokens of one answer. Whatever they hang from has been committed before.

    A scope that the tenant no longer knows or allows is left out, whatever was granted once.
    """
    if not issuance.issuer.known_scopes.issuperset(issuance.scope):
        scope = tuple(token for token in issuance.scope if token in issuance.issuer.known_scopes)
        issuance = replace(issuance, scope=scope)
    now = deps.runtime.now()
    lifetimes = issuance.client.lifetimes(issuance.issuer.lifetimes)
    lifetime = lifetimes.access_token
    if issuance.grant is not None:
        lifetime = min(lifetime, issuance.grant.expires_at - now)
    access_token = await _access_token(issuance, now, lifetime, deps)
    return TokenSet(
        access_token=access_token,
        expires_in=lifetime,
        scope=issuance.scope,
        refresh_token=issuance.refresh_token,
        id_token=await _id_token(issuance, access_token, now, lifetimes.id_token, deps)
        if OPENID in issuance.scope
        else None,
    )


async def _access_token(issuance: Issuance, now: datetime, lifetime: timedelta, deps: Deps) -> str:
    if issuance.client.access_token_format is AccessTokenFormat.OPAQUE:
        return await _opaque_access_token(issuance, now, now + lifetime, deps)
    client, grant, issued_at = issuance.client, issuance.grant, int(now.timestamp())
    audience = _audience(issuance)
    claims: dict[str, object] = {
        "iss": issuance.issuer.identifier,
        "sub": grant.user_id if grant else client.client_id,
        "aud": audience[0] if len(audience) == 1 else list(audience),
        "client_id": client.client_id,
        "scope": format_scope(issuance.scope),
        "iat": issued_at,
        "exp": issued_at + int(lifetime.total_seconds()),
        "jti": deps.runtime.new_id(),
    }
    if grant is not None:
        claims |= {"gid": grant.id, "auth_time": int(grant.auth_time.timestamp()), "acr": grant.acr, "amr": grant.amr}
    signer = await deps.issuers.signer(issuance.issuer, client.access_token_signed_response_alg, ACCESS_TOKEN_TYP)
    return signer.sign(await with_extra_claims(claims, "access_token", issuance, deps))


async def _opaque_access_token(issuance: Issuance, now: datetime, expires_at: datetime, deps: Deps) -> str:
    value = new_handle(Handle.ACCESS_TOKEN, deps.runtime.token_bytes)
    token = AccessToken(
        hash=hash_handle(Handle.ACCESS_TOKEN, value),
        id=deps.runtime.new_id(),
        client_id=issuance.client.client_id,
        grant_id=issuance.grant.id if issuance.grant else None,
        scope=issuance.scope,
        audience=_audience(issuance),
        created_at=now,
        expires_at=expires_at,
    )
    await deps.store.tenant(issuance.issuer.tenant_id).access_tokens.add(token, None)
    return value


def _audience(issuance: Issuance) -> tuple[str, ...]:
    """The resources that the scope touches; the issuer itself for userinfo, and where there is no other (RFC 9068
    §3).
    """
    resources = audiences_of(issuance.scope, issuance.issuer.resources)
    return (issuance.issuer.identifier, *resources) if OPENID in issuance.scope or not resources else resources


async def _id_token(
    issuance: Issuance, access_token: str, now: datetime, lifetime: timedelta, deps: Deps
) -> str | None:
    grant, user = issuance.grant, issuance.user
    if grant is None or user is None:
        return None
    issued_at = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": issuance.issuer.identifier,
        "sub": user.id,
        "aud": issuance.client.client_id,
        "iat": issued_at,
        "exp": issued_at + int(lifetime.total_seconds()),
        "auth_time": int(grant.auth_time.timestamp()),
        "acr": grant.acr,
        "amr": grant.amr,
        "sid": grant.session_id,
        "at_hash": _left_half_hash(access_token),
    }
    if issuance.nonce is not None:
        claims["nonce"] = issuance.nonce
    if grant.claims.id_token:
        claims = released_claims(user, (), grant.claims.id_token) | claims
    signer = await deps.issuers.signer(issuance.issuer, issuance.client.id_token_signed_response_alg, ID_TOKEN_TYP)
    return signer.sign(await with_extra_claims(claims, "id_token", issuance, deps))


async def with_extra_claims(
    claims: dict[str, object], use: str, issuance: Issuance, deps: Deps
) -> Mapping[str, object]:
    """The claims with the embedder's added; ours win, and the protocol's own names are ours alone."""
    if deps.extra_claims is None:
        return claims
    context = ClaimsContext(
        tenant=issuance.issuer.tenant.name, use=use, client=issuance.client, user=issuance.user, scope=issuance.scope
    )
    extra = await deps.extra_claims(context)
    return {name: value for name, value in extra.items() if name not in PROTOCOL_CLAIMS} | claims


def _left_half_hash(token: str) -> str:
    """`at_hash` (OpenID Connect Core 1.0 §3.1.3.6); every algorithm of ours hashes with SHA-256."""
    return base64url.encode(hashlib.sha256(token.encode()).digest()[:16]).decode()
