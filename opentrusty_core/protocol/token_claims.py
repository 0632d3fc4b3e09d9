"""What tokens and userinfo say, in layers: each layer says why its claims are there, and a later one wins.

The token endpoint and userinfo merge the layers; a preview shows them one by one. There is no second way to come by
the claims of RFC 9068 §2.2, OpenID Connect Core 1.0 §2 and §5.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from opentrusty_core.domain.claims import released_claims
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.resource import audiences_of
from opentrusty_core.domain.scope import OPENID, Scope, format_scope
from opentrusty_core.domain.user import User
from opentrusty_core.protocol.deps import ClaimsContext, Deps
from opentrusty_core.protocol.issuer import Issuer

PROTOCOL_CLAIMS = frozenset(
    {
        *("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "scope", "gid", "cnf", "act", "may_act"),
        *("auth_time", "acr", "amr", "sid", "nonce", "azp", "at_hash", "c_hash", "s_hash", "events"),
    }
)
"""What a token says of itself: never an embedder's to say, not even where we leave it out."""


class Source(Enum):
    """Why a claim is there."""

    EXTRA = "extra"
    """The embedder adds it."""
    RELEASED = "released"
    """It is known of the person, and the scope or the `claims` parameter releases it."""
    TOKEN = "token"  # noqa: S105 - a source's name
    """The specification of the token has it."""


Claims = dict[str, object]
Layers = tuple[tuple[Source, Claims], ...]


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


def merged(layers: Layers) -> Mapping[str, object]:
    """The claims of all layers, a later one's in place of an earlier one's."""
    if len(layers) == 1:
        return layers[0][1]
    claims: Claims = {}
    for _, layer in layers:
        claims |= layer
    return claims


def access_token_lifetime(issuance: Issuance, now: datetime) -> timedelta:
    """How long an access token lives: as the client or tenant says, and no longer than its grant."""
    lifetime = issuance.client.lifetimes(issuance.issuer.lifetimes).access_token
    return lifetime if issuance.grant is None else min(lifetime, issuance.grant.expires_at - now)


async def access_token_claims(issuance: Issuance, now: datetime, lifetime: timedelta, jti: str, deps: Deps) -> Layers:
    """What an access token says that is a JWT (RFC 9068 §2.2)."""
    grant, issued_at, aud = issuance.grant, int(now.timestamp()), audience(issuance)
    claims: Claims = {
        "iss": issuance.issuer.identifier,
        "sub": grant.user_id if grant else issuance.client.client_id,
        "aud": aud[0] if len(aud) == 1 else list(aud),
        "client_id": issuance.client.client_id,
        "scope": format_scope(issuance.scope),
        "iat": issued_at,
        "exp": issued_at + int(lifetime.total_seconds()),
        "jti": jti,
    }
    if grant is not None:
        claims |= {"gid": grant.id, "auth_time": int(grant.auth_time.timestamp()), "acr": grant.acr, "amr": grant.amr}
    extra = await _extra(issuance, "access_token", deps) if deps.extra_claims else ()
    return (*extra, (Source.TOKEN, claims))


def audience(issuance: Issuance) -> tuple[str, ...]:
    """The resources that the scope touches; the issuer itself for userinfo, and where there is no other (RFC 9068
    §3).
    """
    resources = audiences_of(issuance.scope, issuance.issuer.resources)
    return (issuance.issuer.identifier, *resources) if OPENID in issuance.scope or not resources else resources


async def id_token_claims(
    issuance: Issuance, grant: Grant, user: User, now: datetime, at_hash: str, deps: Deps
) -> Layers:
    """What an ID token says (OpenID Connect Core 1.0 §2): of the person only what was asked for by name (§5.5)."""
    issued_at = int(now.timestamp())
    lifetime = issuance.client.lifetimes(issuance.issuer.lifetimes).id_token
    claims: Claims = {
        "iss": issuance.issuer.identifier,
        "sub": user.id,
        "aud": issuance.client.client_id,
        "iat": issued_at,
        "exp": issued_at + int(lifetime.total_seconds()),
        "auth_time": int(grant.auth_time.timestamp()),
        "acr": grant.acr,
        "amr": grant.amr,
        "sid": grant.session_id,
        "at_hash": at_hash,
    }
    if issuance.nonce is not None:
        claims["nonce"] = issuance.nonce
    released: Layers = ()
    if grant.claims.id_token:
        released = ((Source.RELEASED, released_claims(user, (), grant.claims.id_token)),)
    extra = await _extra(issuance, "id_token", deps) if deps.extra_claims else ()
    return (*extra, *released, (Source.TOKEN, claims))


async def userinfo_claims(issuance: Issuance, grant: Grant, user: User, deps: Deps) -> Layers:
    """What userinfo says (OpenID Connect Core 1.0 §5.3): what the scope releases, and what was asked for by name."""
    released = released_claims(user, issuance.scope, grant.claims.userinfo)
    extra = await _extra(issuance, "userinfo", deps) if deps.extra_claims else ()
    return (*extra, (Source.RELEASED, released))


async def _extra(issuance: Issuance, use: str, deps: Deps) -> Layers:
    """The embedder's claims, below all of ours; the protocol's own names are ours alone."""
    if deps.extra_claims is None:
        return ()
    context = ClaimsContext(
        tenant=issuance.issuer.tenant.name, use=use, client=issuance.client, user=issuance.user, scope=issuance.scope
    )
    extra = await deps.extra_claims(context)
    return ((Source.EXTRA, {name: value for name, value in extra.items() if name not in PROTOCOL_CLAIMS}),)
