"""The Content-Security-Policy of each page (CSP Level 3): nothing loads, runs or frames that the page does not need."""

from __future__ import annotations

import re

from opentrusty_server.pages.colour import accent_css
from opentrusty_server.pages.urls import csp_source, image_link
from opentrusty_server.pages.views import (
    ConsentPage,
    ErrorPage,
    FormPostPage,
    NewPasswordPage,
    OpenLinkPage,
    Page,
    PasswordSetPage,
    SelectAccountPage,
    SignedInPage,
    SignedOutPage,
    SignInPage,
    SignOutPage,
)

_NONCE = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")


def content_security_policy(view: Page, nonce: str) -> str:
    """The header's value for this page. Raises ValueError when the nonce is not base64 of at least 16 characters."""
    require_nonce(nonce)
    styles = f"'self' 'nonce-{nonce}'" if accent_css(view.branding.primary_color) else "'self'"
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {styles}",
            f"img-src {' '.join(_image_sources(view))}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            *_scripts(view, nonce),
            *_form_action(view),
        )
    )


def require_nonce(nonce: str) -> None:
    """Return if it is base64 of at least 16 characters, so that it can stand in a header and in a page.

    Raises:
        ValueError: it is not.
    """
    if not _NONCE.fullmatch(nonce):
        raise ValueError("a CSP nonce is base64, 16 characters or more")


def _image_sources(view: Page) -> list[str]:
    logos = [view.branding.logo_uri, view.branding.logo_dark_uri]
    if isinstance(view, ConsentPage):
        logos.append(view.client.logo_uri)
    return list(dict.fromkeys(["'self'", *(csp_source(uri) for uri in map(image_link, logos) if uri)]))


def _scripts(view: Page, nonce: str) -> tuple[str, ...]:
    if isinstance(view, FormPostPage | OpenLinkPage):
        return (f"script-src 'nonce-{nonce}'", "require-trusted-types-for 'script'", "trusted-types 'none'")
    return ("script-src 'none'",)


def _form_action(view: Page) -> tuple[str, ...]:
    match view:
        # Chromium holds form-action against every redirect that follows the post: to the client, and beyond.
        case SignInPage() | NewPasswordPage() | SelectAccountPage() | ConsentPage() | SignOutPage() | FormPostPage():
            return ()
        case OpenLinkPage() | PasswordSetPage() | SignedOutPage() | SignedInPage() | ErrorPage():
            return ("form-action 'self'",)
