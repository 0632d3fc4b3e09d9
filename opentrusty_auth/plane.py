"""What every endpoint of the plane works with, in one frozen value; and the making of pages."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from opentrusty_auth.metrics import Metrics
from opentrusty_core import Browser, HttpResponse, Issuer, Provider
from opentrusty_server.cookies import Cookies
from opentrusty_server.headers import NO_STORE, PAGE, Headers
from opentrusty_server.http import Request
from opentrusty_server.pages.i18n import preferred_locales
from opentrusty_server.pages.render import CONTENT_TYPE, Pages
from opentrusty_server.pages.views import Page

_NONCE_BYTES = 18
HTML_TYPE = (b"content-type", CONTENT_TYPE.encode("ascii"))
_HTML: Headers = (HTML_TYPE, *NO_STORE, *PAGE)
_ISOLATED: Headers = ((b"cross-origin-opener-policy", b"same-origin"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """The collaborators of every endpoint."""

    provider: Provider
    pages: Pages
    cookies: Cookies
    host_cookies: Cookies
    metrics: Metrics

    def cookies_of(self, issuer: Issuer) -> Cookies:
        """The cookies where the issuer is served: those of a domain of its own are that host's alone."""
        return self.cookies if issuer.path else self.host_cookies

    def browser(self, request: Request, issuer: Issuer) -> Browser:
        """Which browser this is, by its cookies."""
        read, cookies = self.cookies.read, self.cookies
        return self.provider.browser(
            read(request, cookies.browser_name), read(request, cookies.session_name(issuer.tenant.name))
        )

    def languages(self, request: Request, issuer: Issuer, ui_locales: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The languages in which the person would rather read, down to the one of our pages (BCP 47)."""
        return self.pages.readable(_preferred(request, ui_locales, issuer.tenant.settings.default_locale))

    def page(
        self,
        view: Page,
        request: Request,
        *,
        status: int = 200,
        ui_locales: tuple[str, ...] = (),
        headers: Headers = (),
        popup: bool = False,
    ) -> HttpResponse:
        """The page in the person's language. A `popup` (`display`) keeps its opener, which waits for it."""
        nonce = b64encode(self.provider.runtime.token_bytes(_NONCE_BYTES)).decode("ascii")
        policy = self.pages.content_security_policy(view, nonce).encode("ascii")
        return HttpResponse(
            status=status,
            headers=(*_HTML, (b"content-security-policy", policy), *(() if popup else _ISOLATED), *headers),
            body=self.pages.render(
                view, locales=_preferred(request, ui_locales, view.branding.default_locale), nonce=nonce
            ),
        )


def _preferred(request: Request, ui_locales: tuple[str, ...], default: str | None) -> tuple[str, ...]:
    locales = preferred_locales(
        ui_locales=" ".join(ui_locales), accept_language=request.headers.get("accept-language", "")
    )
    return locales if default is None else (*locales, default)


def retry_after(seconds: int) -> Headers:
    """When to try again (RFC 9110 §10.2.3)."""
    return ((b"retry-after", str(seconds).encode("ascii")),)


def is_page(response: HttpResponse) -> bool:
    """Whether `Plane.page` made it."""
    return response.headers[:1] == (HTML_TYPE,)


def see_other(location: str, *, headers: Headers = ()) -> HttpResponse:
    """A redirect that never repeats a POST (RFC 9110 §15.4.4, RFC 9700 §4.12)."""
    return HttpResponse(status=303, headers=((b"location", location.encode("ascii")), *NO_STORE, *headers))


def tenant_path(issuer: Issuer, *parts: str) -> str:
    """A path below the issuer's own, where it is served."""
    return "/".join((issuer.path, *parts))
