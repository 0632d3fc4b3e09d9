"""An authorization request that has passed every check (RFC 6749 §4.1.1, OpenID Connect Core 1.0 §3.1.2.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from opentrusty_core.domain.claims import ClaimsRequest
from opentrusty_core.domain.scope import OPENID, Scope


class Prompt(StrEnum):
    """What the client asks us to ask the person (`prompt`)."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"


class ResponseMode(StrEnum):
    """How the answer travels to the redirect URI (`response_mode`)."""

    QUERY = "query"
    FORM_POST = "form_post"


class Display(StrEnum):
    """How the pages should show themselves (`display`); all of ours suit every one."""

    PAGE = "page"
    POPUP = "popup"
    TOUCH = "touch"
    WAP = "wap"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request whose client, redirect URI and parameters are known to be good.

    `redirect_uri_given` is False where the only registered one was taken; `hinted_user_id` is the `sub` of the
    `id_token_hint`; `max_age` is in seconds; `ui_locales` and `claims_locales` are language tags in order of
    preference.
    """

    client_id: str
    redirect_uri: str
    redirect_uri_given: bool = True
    response_mode: ResponseMode = ResponseMode.QUERY
    scope: Scope
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    prompt: frozenset[Prompt] = frozenset()
    max_age: int | None = None
    login_hint: str | None = None
    hinted_user_id: str | None = None
    acr_values: tuple[str, ...] = ()
    claims: ClaimsRequest = field(default_factory=ClaimsRequest)
    ui_locales: tuple[str, ...] = ()
    claims_locales: tuple[str, ...] = ()
    display: Display = Display.PAGE

    @property
    def is_openid(self) -> bool:
        """Whether it asks who the person is, so that an ID token is due."""
        return OPENID in self.scope
