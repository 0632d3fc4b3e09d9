"""What the verbs of the repositories answer: unions to be handled by `match`, no booleans with meanings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from opentrusty_core.domain.attempt import Attempt
from opentrusty_core.domain.code import AuthorizationCode
from opentrusty_core.domain.grant import Consent, Grant
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.signing_key import SigningKey
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.token import AccessToken, RefreshToken
from opentrusty_core.domain.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantCatalogue:
    """A tenant with what every request of it needs: the keys in its JWKS and its resources."""

    tenant: Tenant
    signing_keys: tuple[SigningKey, ...]
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The ids of tenants of which something was changed, and from where to ask on."""

    cursor: int
    tenants: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """No such thing for this caller: never was, another's, expired or revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRedemption:
    """What is presented with a code; all of it has to fit, or the code stays unspent.

    `redirect_uri` and `code_challenge` (computed from the verifier) are None where the request sent none; a stored
    value then does not fit, and neither does a sent value where none is stored.
    """

    code_hash: bytes
    client_id: str
    redirect_uri: str | None
    code_challenge: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRedeemed:
    """The code was spent by this call; `user` is the store's own record of the person, None where a `Directory`
    keeps them.
    """

    code: AuthorizationCode
    grant: Grant
    user: User | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeReplayed:
    """The code had been spent before; what hangs from its grant has to go."""

    grant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRedeemed:
    """The token was used; `token` is its new state (a higher generation where it rotated)."""

    token: RefreshToken
    grant: Grant
    user: User | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRetried:
    """The generation before the present one came back within the grace time: the answer is the same successor again."""

    token: RefreshToken
    grant: Grant
    user: User | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshReused:
    """A spent generation came back after the grace time: it was copied, and what hangs from its grant has to go."""

    grant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLookup:
    """What stands behind a token that is still good; without `grant` it is a client's own, without `token` a JWT."""

    token: AccessToken | None = None
    refresh_token: RefreshToken | None = None
    grant: Grant | None = None
    user: User | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGrant:
    """A grant with the store's own record of its person, None where a `Directory` keeps them."""

    grant: Grant
    user: User | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A live session with the store's own record of its person and what they allowed the client so far."""

    session: Session
    user: User | None
    consent: Consent | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedInteraction:
    """An interaction of this browser, with the session that the browser shows, if that is live."""

    interaction: Interaction
    recognised: Recognised | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptClaimed:
    """The attempt may go on, and nobody else's of its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptHeld:
    """Another attempt of its key stands there."""

    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The attempt may go on; its slots are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """The attempt must wait; no slot was taken."""

    retry_after: timedelta
