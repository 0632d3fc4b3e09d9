"""What an access token presented to us stands for: one reading for userinfo, introspection and revocation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from opentrusty_core.crypto.claims import check_times
from opentrusty_core.crypto.handles import Handle, hash_handle, is_handle
from opentrusty_core.crypto.jws import verify
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.scope import Scope
from opentrusty_core.domain.token import AccessToken
from opentrusty_core.domain.user import User
from opentrusty_core.errors import InvalidToken
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.issuing import ACCESS_TOKEN_TYP
from opentrusty_core.storage import AccessLookup, living


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A live access token: whose, for whom, for what, until when; without `grant` and `user` it is a client's own.

    `hash` is set for an opaque token; `claims` holds what a JWT says.
    """

    id: str
    client_id: str
    scope: Scope
    audience: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    grant: Grant | None
    user: User | None
    hash: bytes | None = None
    claims: Mapping[str, Any] | None = None


async def read_access_token(value: str, issuer: Issuer, deps: Deps) -> Access:
    """The access behind a token of this issuer, opaque or JWT.

    Raises:
        InvalidToken: malformed, forged, another issuer's or kind's, expired, revoked, or its client or person is gone.
    """
    now, repos = deps.runtime.now(), deps.store.tenant(issuer.tenant_id)
    if is_handle(Handle.ACCESS_TOKEN, value):
        token_hash = hash_handle(Handle.ACCESS_TOKEN, value)
        found = await repos.access_tokens.look_up(token_hash, now)
        access = _of_opaque(found.token, found, token_hash) if found and found.token else None
    else:
        claims = _verified(value, issuer, deps, now)
        found = await repos.access_tokens.look_up_jwt(claims["jti"], claims.get("gid"), now)
        access = _of_jwt(claims, found) if found else None
    if access is None:
        raise InvalidToken("expired or revoked")
    client = await deps.client(issuer, access.client_id)
    if client is None or int(client.created_at.timestamp()) > int(access.issued_at.timestamp()):
        raise InvalidToken("client gone")  # one made anew under the same id is another client
    if access.grant is None:
        return access
    user = await living(deps.directory, issuer.tenant_id, access.grant.user_id, access.user)
    if user is None:
        raise InvalidToken("person gone")
    return access if user is access.user else replace(access, user=user)


def _verified(value: str, issuer: Issuer, deps: Deps, now: datetime) -> dict[str, Any]:
    claims = verify(value, issuer.keys.public, typ=ACCESS_TOKEN_TYP, cache=deps.verified)
    if claims.get("iss") != issuer.identifier:
        raise InvalidToken("iss is another issuer")
    check_times(claims, now, required=("exp", "iat"))
    return claims


def _of_opaque(token: AccessToken, found: AccessLookup, token_hash: bytes) -> Access:
    return Access(
        id=token.id,
        client_id=token.client_id,
        scope=token.scope,
        audience=token.audience,
        issued_at=token.created_at,
        expires_at=token.expires_at,
        grant=found.grant,
        user=found.user,
        hash=token_hash,
    )


def _of_jwt(claims: Mapping[str, Any], found: AccessLookup) -> Access:
    audience = claims["aud"]
    return Access(
        id=claims["jti"],
        client_id=claims["client_id"],
        scope=tuple(claims["scope"].split()),
        audience=(audience,) if isinstance(audience, str) else tuple(audience),
        issued_at=datetime.fromtimestamp(claims["iat"], UTC),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        grant=found.grant,
        user=found.user,
        claims=claims,
    )
