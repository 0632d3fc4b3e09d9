"""Access tokens, checked offline (RFC 9068 §4), as a FastAPI dependency (RFC 6750)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

ALGORITHMS = ["ES256", "RS256"]  # never taken from the token; each key of the set is good for its own algorithm only
REQUIRED = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"]
bearer = HTTPBearer(auto_error=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: `subject` is a person's id, or the client's own where it speaks for itself."""

    subject: str
    client_id: str
    scope: frozenset[str]


class AccessTokens:
    """The access tokens of one issuer for one API.

    Args:
        issuer: as it stands in `iss`, to the character.
        audience: the identifier of this API, as it stands in `aud`.
    """

    def __init__(self, issuer: str, audience: str) -> None:
        self._issuer = issuer
        self._audience = audience
        # Asked for every five minutes, and in between for a new `kid`, but not more often than twice a minute.
        self._keys = jwt.PyJWKClient(f"{issuer}/jwks", lifespan=300, timeout=3)

    def require(self, scope: str) -> Callable[..., Caller]:
        """A dependency: the caller whose token has the scope; anybody else gets 401 or 403 with the reason."""

        def caller(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Caller:
            if credentials is None:
                raise _refused(401, "Bearer")
            try:
                found = self.check(credentials.credentials)
            except jwt.PyJWKClientConnectionError:
                raise HTTPException(503, "The issuer's keys cannot be read.", {"Retry-After": "5"}) from None
            except jwt.PyJWTError:
                raise _refused(401, 'Bearer error="invalid_token"') from None
            if scope not in found.scope:
                raise _refused(403, f'Bearer error="insufficient_scope", scope="{scope}"')
            return found

        return caller

    def check(self, token: str) -> Caller:
        """Who holds the token. Raises `jwt.PyJWTError` where it is no live access token of the issuer for this API."""
        key = self._keys.get_signing_key_from_jwt(token)
        decoded: dict[str, Any] = jwt.decode_complete(
            token,
            key,
            algorithms=ALGORITHMS,
            issuer=self._issuer,
            audience=self._audience,
            leeway=10,
            options={"require": REQUIRED},
        )
        # An ID token and a logout token are signed by the same keys: only the type tells them apart.
        if str(decoded["header"].get("typ", "")).lower().removeprefix("application/") != "at+jwt":
            raise jwt.InvalidTokenError("This is not an access token.")
        claims = decoded["payload"]
        scope = frozenset(str(claims.get("scope", "")).split())
        return Caller(subject=claims["sub"], client_id=claims["client_id"], scope=scope)


def _refused(status: int, challenge: str) -> HTTPException:
    return HTTPException(status, headers={"WWW-Authenticate": challenge})
