"""What the authorization endpoint answers (RFC 6749 §4.1.2, RFC 9207, OAuth 2.0 Form Post Response Mode)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from opentrusty_core.domain.authorization_request import ResponseMode


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationResponse:
    """An answer to the client by way of the browser; an adapter sends it as a 303, or as a form that posts itself."""

    redirect_uri: str
    mode: ResponseMode
    parameters: Mapping[str, str] = field(repr=False)

    @property
    def location(self) -> str:
        """The redirect URI with the parameters in its query; what its query held stays (RFC 6749 §3.1.2)."""
        separator = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{separator}{urlencode(self.parameters)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionStarted:
    """The person is needed: send the browser to the interaction's page.

    `browser_handle` is set where the browser had no cookie of its own yet: the adapter sets it.
    """

    handle: str = field(repr=False)
    browser_handle: str | None = field(default=None, repr=False)
