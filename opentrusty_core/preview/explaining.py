"""From the layers that claims are made of to claims with their reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from opentrusty_core.domain.claims import STANDARD_CLAIMS, ClaimRequest, released_claims
from opentrusty_core.domain.scope import CLAIMS_OF_SCOPE, Scope
from opentrusty_core.domain.user import User
from opentrusty_core.preview.outcomes import ClaimPreview, ClaimSource, MissingClaim
from opentrusty_core.protocol.token_claims import Layers, Source

FRESH = "\0fresh"
"""Stands where a value is made when a token is issued."""

WORDS: Mapping[str, str] = {
    "iss": "Who issued it: the tenant's issuer.",
    "sub": "Whom it is about: the person, or for a token of a client's own the client.",
    "aud": "Whom it is for: the client that signs in, or the APIs that the scope touches and the issuer's userinfo.",
    "client_id": "Which client it was issued to.",
    "scope": "What it allows.",
    "iat": "When it was issued.",
    "exp": "When it ends, as the lifetimes of client and tenant say.",
    "jti": "Its own id, by which it can be revoked.",
    "gid": "The grant that it hangs from, and ends with.",
    "auth_time": "When the person signed in.",
    "acr": "How well the person was recognised.",
    "amr": "By what means the person signed in.",
    "sid": "The session in which the person signed in.",
    "nonce": "What the client sent to recognise its own request.",
    "at_hash": "Binds the ID token to the access token beside it.",
    "active": "Whether it is good.",
    "token_type": "How it is presented.",
    "username": "The name that the person signs in with.",
}
"""Why a token, userinfo or introspection has a claim whatever the scope is."""


def explained(
    layers: Layers, scope: Scope, requested: Mapping[str, ClaimRequest], user: User | None
) -> tuple[ClaimPreview, ...]:
    """Each claim of the layers once, as the last layer has it, with what put it there."""
    found: dict[str, ClaimPreview] = {}
    for source, claims in layers:
        for name, value in claims.items():
            found[name] = _explained(name, value, source, scope, requested, user)
    return tuple(found.values())


def _explained(
    name: str, value: object, source: Source, scope: Scope, requested: Mapping[str, ClaimRequest], user: User | None
) -> ClaimPreview:
    if source is Source.EXTRA:
        why = "The application that embeds OpenTrusty adds it."
        return ClaimPreview(name=name, value=value, source=ClaimSource.EXTRA, why=why)
    if source is Source.TOKEN or user is None or name == "sub":
        is_fresh = value == FRESH
        return ClaimPreview(
            name=name,
            value=None if is_fresh else value,
            source=ClaimSource.TOKEN,
            why=WORDS[name],
            is_fresh=is_fresh,
        )
    scopes = tuple(token for token in scope if name in released_claims(user, (token,), {}))
    by_name = name in released_claims(user, (), requested)
    if scopes:
        also = ", and it is asked for by name" if by_name else ""
        why = f"The scope {' and '.join(scopes)} releases it{also}."
        return ClaimPreview(name=name, value=value, source=ClaimSource.SCOPE, why=why, scopes=scopes)
    essential = " as essential" if requested[name].essential else ""
    why = f"The claims parameter asks for it by name{essential}."
    return ClaimPreview(name=name, value=value, source=ClaimSource.CLAIMS_PARAMETER, why=why)


def missing(
    scope: Scope,
    requested: Mapping[str, Mapping[str, ClaimRequest]],
    issued: Mapping[str, tuple[ClaimPreview, ...] | None],
) -> tuple[MissingClaim, ...]:
    """What is asked for and would not come; `requested` and `issued` by where it would: `userinfo`, `id_token`."""
    found = dict(_missing_of_scope(scope, issued.get("userinfo")))
    for place, claims in requested.items():
        known = {claim.name for claim in issued.get(place) or ()}
        for name in claims:
            if name in known:
                continue
            if issued.get(place) is None:
                found.setdefault(name, f"It is asked for at {place}, which is not issued.")
            elif name in STANDARD_CLAIMS:
                found.setdefault(name, "It is asked for by name, but not known of the person.")
            else:
                found.setdefault(name, "It is asked for by name, but there is no such claim.")
    return tuple(MissingClaim(name=name, why=why) for name, why in found.items())


def _missing_of_scope(scope: Scope, userinfo: tuple[ClaimPreview, ...] | None) -> Iterator[tuple[str, str]]:
    known = {claim.name for claim in userinfo or ()}
    for token in scope:
        for name in CLAIMS_OF_SCOPE.get(token, ()):
            if userinfo is None:
                yield name, f"The scope {token} releases it at userinfo, which needs the scope openid."
            elif name not in known:
                yield name, f"The scope {token} would release it, but it is not known of the person."
