"""Making tokens: access tokens (RFC 9068, or opaque) and ID tokens (OpenID Connect Core 1.0 §2)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from opentrusty_core.crypto import base64url
from opentrusty_core.crypto.handles import Handle, hash_handle, new_handle
from opentrusty_core.domain.client import AccessTokenFormat
from opentrusty_core.domain.scope import OPENID
from opentrusty_core.domain.token import AccessToken
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.messages import TokenSet
from opentrusty_core.protocol.token_claims import (
    Issuance,
    access_token_claims,
    access_token_lifetime,
    audience,
    id_token_claims,
    merged,
)

ACCESS_TOKEN_TYP = "at+jwt"  # noqa: S105 - a media type (RFC 9068 §2.1)
ID_TOKEN_TYP = "JWT"  # noqa: S105 - a media type


async def issue(issuance: Issuance, deps: Deps) -> TokenSet:
    """The tokens of one answer. Whatever they hang from has been committed before.

    A scope that the tenant no longer knows or allows is left out, whatever was granted once.
    """
    if not issuance.issuer.known_scopes.issuperset(issuance.scope):
        scope = tuple(token for token in issuance.scope if token in issuance.issuer.known_scopes)
        issuance = replace(issuance, scope=scope)
    now = deps.runtime.now()
    lifetime = access_token_lifetime(issuance, now)
    access_token = await _access_token(issuance, now, lifetime, deps)
    return TokenSet(
        access_token=access_token,
        expires_in=lifetime,
        scope=issuance.scope,
        refresh_token=issuance.refresh_token,
        id_token=await _id_token(issuance, access_token, now, deps) if OPENID in issuance.scope else None,
    )


async def _access_token(issuance: Issuance, now: datetime, lifetime: timedelta, deps: Deps) -> str:
    if issuance.client.access_token_format is AccessTokenFormat.OPAQUE:
        return await _opaque_access_token(issuance, now, now + lifetime, deps)
    claims = await access_token_claims(issuance, now, lifetime, deps.runtime.new_id(), deps)
    alg = issuance.client.access_token_signed_response_alg
    signer = await deps.issuers.signer(issuance.issuer, alg, ACCESS_TOKEN_TYP)
    return signer.sign(merged(claims))


async def _opaque_access_token(issuance: Issuance, now: datetime, expires_at: datetime, deps: Deps) -> str:
    value = new_handle(Handle.ACCESS_TOKEN, deps.runtime.token_bytes)
    token = AccessToken(
        hash=hash_handle(Handle.ACCESS_TOKEN, value),
        id=deps.runtime.new_id(),
        client_id=issuance.client.client_id,
        grant_id=issuance.grant.id if issuance.grant else None,
        scope=issuance.scope,
        audience=audience(issuance),
        created_at=now,
        expires_at=expires_at,
    )
    await deps.store.tenant(issuance.issuer.tenant_id).access_tokens.add(token, None)
    return value


async def _id_token(issuance: Issuance, access_token: str, now: datetime, deps: Deps) -> str | None:
    grant, user = issuance.grant, issuance.user
    if grant is None or user is None:
        return None
    claims = await id_token_claims(issuance, grant, user, now, _left_half_hash(access_token), deps)
    signer = await deps.issuers.signer(issuance.issuer, issuance.client.id_token_signed_response_alg, ID_TOKEN_TYP)
    return signer.sign(merged(claims))


def _left_half_hash(token: str) -> str:
    """`at_hash` (OpenID Connect Core 1.0 §3.1.3.6); every algorithm of ours hashes with SHA-256."""
    return base64url.encode(hashlib.sha256(token.encode()).digest()[:16]).decode()
