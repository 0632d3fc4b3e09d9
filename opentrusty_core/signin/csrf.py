"""Tokens that prove that a form came from a page of ours, shown to this very browser (OWASP ASVS 3.5.1)."""

from __future__ import annotations

from enum import StrEnum

from opentrusty_core.crypto import base64url
from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.handles import Handle, is_handle
from opentrusty_core.crypto.macs import Macs
from opentrusty_core.domain.session import Browser
from opentrusty_core.domain.tenant import Tenant


class Purpose(StrEnum):
    """What a form does; a token of one form opens no other."""

    SIGN_IN = "sign-in"
    NEW_PASSWORD = "new-password"  # noqa: S105 - a form's name
    INVITATION = "invitation"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - a form's name
    ACCOUNT = "account"
    CONSENT = "consent"
    SIGN_OUT = "sign-out"


_FOR_NOBODY_YET = {Purpose.SIGN_IN, Purpose.NEW_PASSWORD, Purpose.INVITATION, Purpose.PASSWORD_RESET}


class CsrfTokens:
    """A MAC over purpose, tenant, browser, interaction and, where the form acts for a person, their session.

    The browser's own `__Host-` cookie seeds it: one that a sibling host can plant never does.
    """

    __slots__ = ("_macs",)

    def __init__(self, master: MasterKeys) -> None:
        self._macs = Macs(master, b"opentrusty csrf token")

    def make(self, purpose: Purpose, tenant: Tenant, browser: Browser, interaction: str = "") -> str:
        """The token for a form of this browser; empty, and never good, for a browser without its cookie."""
        parts = _parts(purpose, tenant, browser, interaction)
        return Handle.CSRF + base64url.encode(self._macs.tag(*parts)).decode("ascii") if parts else ""

    def good(self, token: str, purpose: Purpose, tenant: Tenant, browser: Browser, interaction: str = "") -> bool:
        """Whether `make` gave this token for the same things. Compares in constant time."""
        parts = _parts(purpose, tenant, browser, interaction)
        if not parts or not is_handle(Handle.CSRF, token):
            return False
        try:
            tag = base64url.decode(token.removeprefix(Handle.CSRF))
        except ValueError:
            return False
        return self._macs.verify(tag, *parts)


def _parts(purpose: Purpose, tenant: Tenant, browser: Browser, interaction: str) -> tuple[bytes, ...]:
    if browser.hash is None:
        return ()
    # A sign-in form stays good when another tab signs in; what acts for a person ends with that person's session.
    session = b"" if purpose in _FOR_NOBODY_YET else browser.session_hash or b""
    return (purpose.encode(), tenant.id.encode(), browser.hash, interaction.encode("utf-8", "surrogatepass"), session)
