"""View models of the pages: everything a page shows, and nothing it would have to look up.

Texts are plain and unescaped; the templates escape them. URIs may come from strangers: the pages drop a link that is
not http or https, and a picture that is not https. A form that would post somewhere unsafe can't be made (ValueError).

Stable names, for password managers and for browsers that are driven: sign-in posts `username` and `password`, a new
password comes as `password` and `password_again`, a one-time link as `link`, every other form posts `decision`, and all
post `csrf`. Buttons have the ids `submit`, `deny`, `cancel`, `switch`, `another`;
the one of FormPostPage, which posts nothing but its fields, is `continue`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from opentrusty_core import Tenant
from opentrusty_server.pages.urls import is_own_path, is_redirect_target

PRODUCT = "OpenTrusty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branding:
    """How a tenant looks and where its pages lead: display name, logos (https) on light and on dark, accent colour
    (`#rrggbb`), links for help, terms and privacy, and the language for those who ask for none that there is.

    What is unusable is left out.
    """

    name: str
    logo_uri: str | None = None
    logo_dark_uri: str | None = None
    primary_color: str | None = None
    support_uri: str | None = None
    tos_uri: str | None = None
    policy_uri: str | None = None
    default_locale: str | None = None

    @classmethod
    def of(cls, tenant: Tenant) -> Branding:
        """That of a tenant."""
        look = tenant.settings.branding
        return cls(
            name=tenant.display_name,
            logo_uri=look.logo_uri,
            logo_dark_uri=look.logo_dark_uri,
            primary_color=look.primary_color,
            support_uri=look.support_uri,
            tos_uri=look.tos_uri,
            policy_uri=look.policy_uri,
            default_locale=tenant.settings.default_locale,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Where a page's form posts (a path of this origin), its CSRF token, and hidden fields to carry as (name, value).

    Raises ValueError when `action` could leave this origin.
    """

    action: str
    csrf: str
    fields: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not is_own_path(self.action):
            raise ValueError("a form's action must be a path of this origin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The person who is signed in: the username, and a display name where there is one."""

    username: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The application that asks: its registered name, home page, logo, policy and terms (RFC 7591 §2)."""

    name: str
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A scope that is asked; the description is the tenant's own words, and standard scopes need none."""

    name: str
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidCredentials:
    """The sign-in failed: one message, whatever the reason (SECURITY-CASES K1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttled:
    """Too many attempts: the person may try again after so many seconds."""

    retry_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    """Asks for username and password; `username` is what login_hint or the failed attempt said."""

    branding: Branding
    form: Form
    client_name: str | None = None
    username: str = ""
    problem: InvalidCredentials | Throttled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedPassword:
    """The new password is not taken: `code` is a problem of the core's, or `mismatch` where the two typed differ."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLinkPage:
    """Takes a one-time link: by its script from behind the `#` of the address, without JavaScript by hand.

    `way` is `invitation` or `password-reset`.
    """

    branding: Branding
    form: Form
    way: str
    problem: Throttled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswordPage:
    """Asks for a new password, twice. `way` is `invitation`, `password-reset`, or `new-password` in a sign-in."""

    branding: Branding
    form: Form
    way: str
    account: Account
    min_length: int
    problem: RejectedPassword | Throttled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSetPage:
    """Says that the password is set, with a link onward when one is given (http or https)."""

    branding: Branding
    return_uri: str | None = None
    client_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectAccountPage:
    """Asks whether to go on as the person who is signed in (prompt=select_account).

    Posts `decision`: `continue` or `another`.
    """

    branding: Branding
    form: Form
    account: Account
    client_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPage:
    """Asks what the person allows the client: new scopes and claims apart from those already granted.

    Posts `decision`: `allow`, `deny`, or `switch` ("not you?"). Claims are claim names (OIDC Core §5.5).
    """

    branding: Branding
    form: Form
    account: Account
    client: Client
    redirect_uri: str
    new_scopes: tuple[Scope, ...] = ()
    granted_scopes: tuple[Scope, ...] = ()
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOutPage:
    """Asks whether to sign out (OIDC RP-Initiated Logout 1.0 §2). Posts `decision`: `sign_out` or `cancel`."""

    branding: Branding
    form: Form
    account: Account | None = None
    client_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOutPage:
    """Says that the sign-out is done, with a link onward when one is given (http or https)."""

    branding: Branding
    return_uri: str | None = None
    client_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInPage:
    """Says who is still signed in, for those who chose to stay so."""

    branding: Branding
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """Says that something failed: title and sentence chosen by the code, the public description, the request id.

    The code is an OAuth error code or another key of `words.ERRORS`; unknown ones get a general sentence. No
    link unless one is given.
    """

    code: str
    request_id: str
    description: str | None = None
    return_uri: str | None = None
    client_name: str | None = None
    branding: Branding = Branding(name=PRODUCT)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPostPage:
    """Posts the authorization response to the client (OAuth 2.0 Form Post Response Mode).

    A script submits it; without JavaScript a button does.

    Raises ValueError when `action`, the redirect URI, is not one that a form may post to.
    """

    branding: Branding
    action: str
    fields: tuple[tuple[str, str], ...]
    client_name: str | None = None

    def __post_init__(self) -> None:
        if not is_redirect_target(self.action):
            raise ValueError("a form can't post to this redirect URI")


Page: TypeAlias = (
    SignInPage
    | OpenLinkPage
    | NewPasswordPage
    | PasswordSetPage
    | SelectAccountPage
    | ConsentPage
    | SignOutPage
    | SignedOutPage
    | SignedInPage
    | ErrorPage
    | FormPostPage
)
