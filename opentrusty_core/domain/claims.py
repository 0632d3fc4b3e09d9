"""The `claims` request parameter and the claims that a scope releases (OpenID Connect Core 1.0 §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from opentrusty_core.domain.scope import CLAIMS_OF_SCOPE, Scope
from opentrusty_core.domain.user import User

STANDARD_CLAIMS: tuple[str, ...] = ("sub", *(name for names in CLAIMS_OF_SCOPE.values() for name in names))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRequest:
    """How one claim is asked for (§5.5.1): `values` holds `value` or `values` as asked, empty where any will do."""

    essential: bool = False
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsRequest:
    """The claims asked for by name, for userinfo and for the ID token."""

    userinfo: Mapping[str, ClaimRequest] = field(default_factory=dict)
    id_token: Mapping[str, ClaimRequest] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.userinfo or self.id_token)

    @property
    def names(self) -> frozenset[str]:
        """Every claim about the person that is asked for, wherever it would be delivered."""
        return (frozenset(self.userinfo) | frozenset(self.id_token)) & frozenset(STANDARD_CLAIMS) - {"sub"}


def parse_claims_request(value: object) -> ClaimsRequest:
    """The request in a decoded `claims` parameter; members that are not understood are ignored (§5.5).

    Raises:
        ValueError: it is not an object of the form of §5.5.
    """
    if not isinstance(value, dict):
        raise ValueError("claims is not an object")
    return ClaimsRequest(userinfo=_section(value.get("userinfo")), id_token=_section(value.get("id_token")))


def _section(value: object) -> Mapping[str, ClaimRequest]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("a member of claims is not an object")
    return {str(name): _claim(request) for name, request in value.items()}


def _claim(request: object) -> ClaimRequest:
    if request is None:
        return ClaimRequest()
    if not isinstance(request, dict):
        raise ValueError("a claim request is neither null nor an object")
    values = request.get("values", [request["value"]] if "value" in request else [])
    if not isinstance(values, list):
        raise ValueError("values is not an array")
    return ClaimRequest(essential=request.get("essential") is True, values=tuple(values))


def dump_claims_request(request: ClaimsRequest) -> dict[str, object]:
    """The request as JSON-ready data that `parse_claims_request` reads back."""
    return {
        section: {
            name: {"essential": claim.essential, "values": list(claim.values)}
            if claim.values
            else {"essential": claim.essential}
            for name, claim in claims.items()
        }
        for section, claims in (("userinfo", request.userinfo), ("id_token", request.id_token))
        if claims
    }


def claims_of(user: User) -> dict[str, object]:
    """Everything known of a person in the standard claims' names, `sub` among them."""
    known: dict[str, object] = dict(user.claims)
    known["preferred_username"] = user.username
    known["updated_at"] = int(user.updated_at.timestamp())
    if user.email is not None:
        known["email"] = user.email
        known["email_verified"] = user.email_verified
    known["sub"] = user.id
    return known


def released_claims(user: User, scope: Scope, requested: Mapping[str, ClaimRequest]) -> dict[str, object]:
    """The claims about a person that the scope and the named requests release; what is not known is left out."""
    known = claims_of(user)
    names = [name for token in scope for name in CLAIMS_OF_SCOPE.get(token, ())]
    names += [name for name in requested if name in STANDARD_CLAIMS]
    return {"sub": user.id} | {name: known[name] for name in names if name in known}
