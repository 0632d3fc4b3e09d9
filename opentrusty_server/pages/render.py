"""Renders view models to HTML, and holds the static files the pages need."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from opentrusty_server.pages.colour import accent_css
from opentrusty_server.pages.csp import content_security_policy, require_nonce
from opentrusty_server.pages.i18n import Catalogue, Catalogues
from opentrusty_server.pages.urls import display_target, image_link, web_link
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
    Throttled,
)
from opentrusty_server.pages.words import (
    CLAIMS,
    ERRORS,
    OTHER_ERROR,
    PASSWORD_PROBLEMS,
    SCOPES,
)

HERE = Path(__file__).parent
ASSET_CACHE_CONTROL = "public, max-age=31536000, immutable"  # the path changes with the content
CONTENT_TYPE = "text/html; charset=utf-8"
Scheme = Literal["light", "dark"]

_TEMPLATES: Mapping[type[Page], str] = {
    SignInPage: "sign_in.html",
    OpenLinkPage: "open_link.html",
    NewPasswordPage: "new_password.html",
    PasswordSetPage: "password_set.html",
    SelectAccountPage: "select_account.html",
    ConsentPage: "consent.html",
    SignOutPage: "sign_out.html",
    SignedOutPage: "signed_out.html",
    SignedInPage: "signed_in.html",
    ErrorPage: "error.html",
    FormPostPage: "form_post.html",
}
_ASSETS = {"pages.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A static file, served at `path` for ever: the path holds a hash of `body`; `gzipped` is the same, compressed."""

    path: str
    content_type: str
    body: bytes
    gzipped: bytes


class Pages:
    """All pages, each compiled when first shown; `assets_path` is where static files are public, with both slashes."""

    def __init__(self, *, assets_path: str = "/assets/") -> None:
        files = {name: _asset(name, content_type, assets_path) for name, content_type in _ASSETS.items()}
        self.assets: Mapping[str, Asset] = {asset.path: asset for asset in files.values()}
        self._catalogues = Catalogues()
        self._environments = {
            catalogue.language: _environment(catalogue, stylesheet=files["pages.css"], icon=files["icon.svg"])
            for catalogue in self._catalogues
        }

    @property
    def languages(self) -> tuple[str, ...]:
        """The language tags of the pages, for `ui_locales_supported` (OIDC Discovery 1.0 §3)."""
        return tuple(self._environments)

    def readable(self, locales: tuple[str, ...]) -> tuple[str, ...]:
        """The tags, most wanted first, down to the one whose language the page will be in; all where it is English for
        want of another.
        """
        found = (at for at, tag in enumerate(locales, start=1) if self._catalogues.find(tag) is not None)
        return locales[: next(found, len(locales))]

    def render(self, view: Page, *, locales: tuple[str, ...], nonce: str) -> bytes:
        """The page as UTF-8 HTML in the first of `locales` that there is (see `preferred_locales`), else in English."""
        html = self._html(view, locales, nonce, framed=None)
        return html.encode("utf-8", "replace")  # a lone surrogate must not turn an error page into a second error

    def render_framed(self, view: Page, *, locales: tuple[str, ...], nonce: str, scheme: Scheme) -> str:
        """The same page for the `srcdoc` of a sandboxed frame, to look at in a colour scheme whatever the visitor's is.

        It brings its stylesheet along. A frame like that is under the policy of the document around it, so `nonce` is
        that document's.

        Raises:
            ValueError: the nonce is malformed.
        """
        require_nonce(nonce)
        return self._html(view, locales, nonce, framed=scheme)

    def _html(self, view: Page, locales: tuple[str, ...], nonce: str, *, framed: Scheme | None) -> str:
        environment = self._environments[self._catalogues.choose(locales).language]
        template = environment.get_template(_TEMPLATES[type(view)])
        accent = accent_css(view.branding.primary_color)
        return template.render(view=view, nonce=nonce, accent_css=accent, framed=framed)

    def content_security_policy(self, view: Page, nonce: str) -> str:
        """The Content-Security-Policy that belongs to this page; raises ValueError for a malformed nonce."""
        return content_security_policy(view, nonce)


def _environment(catalogue: Catalogue, *, stylesheet: Asset, icon: Asset) -> Environment:
    """The templates in one language. One environment a language, so that fixed texts are translated as they compile."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "t": catalogue.translate,
        "plural": catalogue.plural,
        "web_link": web_link,
        "image_link": image_link,
        "display_target": display_target,
        "named": _named,
    }
    environment.tests["throttled"] = lambda problem: isinstance(problem, Throttled)
    environment.globals = {
        "language": catalogue.language,
        "direction": catalogue.direction,
        "stylesheet": stylesheet.path,
        "stylesheet_text": {scheme: _in_scheme(stylesheet, scheme) for scheme in get_args(Scheme)},
        "icon": icon.path,
        "scope_words": SCOPES,
        "claim_words": CLAIMS,
        "error_words": ERRORS,
        "other_error": OTHER_ERROR,
        "password_words": PASSWORD_PROBLEMS,
    }
    return environment


def _in_scheme(stylesheet: Asset, scheme: Scheme) -> Markup:
    """The text of our own stylesheet, its colours those of one scheme."""
    return Markup(f"{stylesheet.body.decode()}:root{{color-scheme:{scheme}}}")  # noqa: S704 - nobody else's


def _asset(name: str, content_type: str, assets_path: str) -> Asset:
    body = (HERE / "assets" / name).read_bytes()
    stem, _, extension = name.rpartition(".")
    path = f"{assets_path}{stem}-{hashlib.sha256(body).hexdigest()[:16]}.{extension}"
    return Asset(path=path, content_type=content_type, body=body, gzipped=gzip.compress(body, mtime=0))


def _named(name: str) -> Markup:
    """A stranger's name inside a sentence, set apart: right-to-left letters in it can't turn the sentence around."""
    return Markup("<strong><bdi>") + name + Markup("</bdi></strong>")
