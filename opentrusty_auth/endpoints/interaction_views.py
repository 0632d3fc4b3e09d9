"""The pages of an interaction, from what is pending."""

from __future__ import annotations

from opentrusty_auth.plane import Plane, tenant_path
from opentrusty_core import (
    Browser,
    Issuer,
    NeedsAccountChoice,
    NeedsConsent,
    NeedsNewPassword,
    NeedsSignIn,
    Purpose,
    Ready,
    User,
    WrongPerson,
)
from opentrusty_server.pages import views

MAX_USERNAME = 254
"""Characters of what was typed that are shown again: no identifier is longer."""


def sign_in_page(
    pending: NeedsNewPassword | NeedsSignIn | NeedsAccountChoice | NeedsConsent | WrongPerson | Ready,
    issuer: Issuer,
    plane: Plane,
    handle: str,
    browser: Browser,
    languages: tuple[str, ...],
    *,
    username: str = "",
    problem: views.InvalidCredentials | views.Throttled | None = None,
) -> views.SignInPage:
    """Asks for username and password; filled in with what was typed, who has to sign in again, or the client's hint."""
    known = pending.user.username if isinstance(pending, NeedsSignIn) and pending.user else None
    return views.SignInPage(
        branding=views.Branding.of(issuer.tenant),
        form=_form("sign-in", Purpose.SIGN_IN, issuer, plane, handle, browser),
        client_name=pending.client.in_language(languages).client_name,
        username=username[:MAX_USERNAME] or known or pending.interaction.request.login_hint or "",
        problem=problem,
    )


def new_password_page(
    pending: NeedsNewPassword,
    issuer: Issuer,
    plane: Plane,
    handle: str,
    browser: Browser,
    problem: views.RejectedPassword | views.Throttled | None = None,
) -> views.NewPasswordPage:
    """Asks for a new password in the place of the one that was right and has to be changed."""
    return views.NewPasswordPage(
        branding=views.Branding.of(issuer.tenant),
        form=_form("new-password", Purpose.NEW_PASSWORD, issuer, plane, handle, browser),
        way="new-password",
        account=account_of(pending.user),
        min_length=issuer.tenant.settings.password_policy.min_length,
        problem=problem,
    )


def select_account_page(
    pending: NeedsAccountChoice,
    issuer: Issuer,
    plane: Plane,
    handle: str,
    browser: Browser,
    languages: tuple[str, ...],
) -> views.SelectAccountPage:
    """Asks whether to go on as who is signed in."""
    return views.SelectAccountPage(
        branding=views.Branding.of(issuer.tenant),
        form=_form("account", Purpose.ACCOUNT, issuer, plane, handle, browser),
        account=account_of(pending.user),
        client_name=pending.client.in_language(languages).client_name,
    )


def consent_page(
    pending: NeedsConsent,
    issuer: Issuer,
    plane: Plane,
    handle: str,
    browser: Browser,
    languages: tuple[str, ...],
) -> views.ConsentPage:
    """Asks what the person allows the client."""
    words = {name: text for resource in issuer.resources for name, text in resource.scopes.items()}
    client = pending.client.in_language(languages)
    return views.ConsentPage(
        branding=views.Branding.of(issuer.tenant),
        form=_form("consent", Purpose.CONSENT, issuer, plane, handle, browser),
        account=account_of(pending.user),
        client=views.Client(
            name=client.client_name,
            client_uri=client.client_uri,
            logo_uri=client.logo_uri,
            policy_uri=client.policy_uri,
            tos_uri=client.tos_uri,
        ),
        redirect_uri=pending.interaction.request.redirect_uri,
        new_scopes=tuple(views.Scope(name=name, description=words.get(name)) for name in pending.new_scope),
        granted_scopes=tuple(views.Scope(name=name, description=words.get(name)) for name in pending.granted_scope),
        claims=pending.new_claims,
    )


def account_of(user: User) -> views.Account:
    """Who is signed in, as pages name them."""
    name = user.claims.get("name")
    return views.Account(username=user.username, name=name if isinstance(name, str) and name else None)


def _form(step: str, purpose: Purpose, issuer: Issuer, plane: Plane, handle: str, browser: Browser) -> views.Form:
    return views.Form(
        action=tenant_path(issuer, "interaction", handle, step),
        csrf=plane.provider.signin.csrf.make(purpose, issuer.tenant, browser, handle),
    )
