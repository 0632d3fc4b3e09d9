"""Our cookies, written and read strictly (RFC 6265 §4, §5.4; row K17).

The browser's own cookie has the `__Host-` prefix, so no sibling host can plant it; everything of weight is bound to it.
A tenant's session cookie may be scoped to the parent domain, where any sibling host can write: alone it opens nothing.
An interaction that began before the browser had its own cookie has one too, with that cookie's value: another tab may
have been given another meanwhile (see `opentrusty_auth.endpoints.tabs`).
"""

from __future__ import annotations

import re

from opentrusty_server.http import Request

BROWSER_MAX_AGE = 400 * 24 * 3600
"""Seconds; browsers keep no cookie longer (RFC 6265bis §5.5)."""
_VALUE = re.compile(rb"[A-Za-z0-9_-]{1,128}")
_NAME = re.compile(rb"[A-Za-z0-9_.-]{1,128}")

Header = tuple[bytes, bytes]


_SESSION = "opentrusty_session."


class Cookies:
    """Names and attributes of the cookies of one deployment.

    Args:
        secure: whether our origin is https; only plain-HTTP loopback is not.
        domain: the parent domain of the session cookies; this very host without one.
    """

    def __init__(self, *, secure: bool, domain: str | None) -> None:
        prefix = "__Host-" if secure else ""
        self.browser_name = f"{prefix}opentrusty_browser"
        self._tab = f"{prefix}opentrusty_tab."
        self._attributes = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
        self._domain = f"; Domain={domain}" if domain else ""

    def session_name(self, tenant: str) -> str:
        """The name of the session cookie of a tenant."""
        return f"{_SESSION}{tenant}"

    def tab_name(self, handle: str) -> str:
        """The name of the cookie of an interaction."""
        return f"{self._tab}{handle[-12:]}"

    def read(self, request: Request, name: str) -> str | None:
        """The value of the cookie; None where there is none, or more than one, or it is not of our form."""
        wanted = name.encode("utf-8", "surrogatepass")
        found = [value for key, value in _pairs(request.raw_headers) if key == wanted]
        if len(found) != 1 or not _VALUE.fullmatch(found[0]):
            return None
        return found[0].decode("ascii")

    def sessions(self, request: Request) -> dict[str, str]:
        """The values of the session cookies by tenant, each as `read` has it."""
        prefix = _SESSION.encode("ascii")
        names = {key for key, _ in _pairs(request.raw_headers) if key.startswith(prefix) and key.isascii()}
        found = ((name, self.read(request, name)) for name in sorted(key.decode("ascii") for key in names))
        return {name.removeprefix(_SESSION): value for name, value in found if value is not None}

    def tabs(self, request: Request) -> tuple[str, ...]:
        """The names of the cookies of interactions."""
        prefix = self._tab.encode("ascii")
        names = {key for key, _ in _pairs(request.raw_headers) if key.startswith(prefix) and _NAME.fullmatch(key)}
        return tuple(sorted(key.decode("ascii") for key in names))

    def shows(self, request: Request, name: str) -> bool:
        """Whether the browser sent a cookie of this name at all."""
        wanted = name.encode("ascii")
        return any(key == wanted for key, _ in _pairs(request.raw_headers))

    def set_browser(self, value: str) -> Header:
        """Sets the browser's own cookie."""
        return _header(f"{self.browser_name}={value}; Max-Age={BROWSER_MAX_AGE}{self._attributes}")

    def set_tab(self, handle: str, value: str, max_age: int) -> Header:
        """Sets the cookie of an interaction to the value of the browser's own, for some seconds."""
        return _header(f"{self.tab_name(handle)}={value}; Max-Age={max_age}{self._attributes}")

    def clear_tabs(self, request: Request) -> tuple[Header, ...]:
        """Removes the cookies of all interactions."""
        return tuple(_header(f"{name}=; Max-Age=0{self._attributes}") for name in self.tabs(request))

    def set_session(self, tenant: str, value: str) -> tuple[Header, ...]:
        """Sets a session cookie, which goes when the browser closes."""
        return (_header(f"{self.session_name(tenant)}={value}{self._attributes}{self._domain}"),)

    def clear_session(self, tenant: str) -> tuple[Header, ...]:
        """Removes the session cookie, and one of that name that stands on this host alone."""
        gone = f"{self.session_name(tenant)}=; Max-Age=0{self._attributes}"
        return tuple(_header(gone + domain) for domain in dict.fromkeys((self._domain, "")))


def _pairs(raw_headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Names and values as sent. Only space and tab are white space: a name after a no-break space is another name."""
    pairs = []
    for header, line in raw_headers:
        if header == b"cookie":
            for part in line.split(b";"):
                name, separator, value = part.strip(b" \t").partition(b"=")
                if separator:
                    pairs.append((name, value))
    return pairs


def _header(value: str) -> Header:
    return (b"set-cookie", value.encode("ascii"))
