"""What a client presents to say who it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from opentrusty_core.domain.client import AuthMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A claim of identity and the method that carried it; `secret` is empty for public clients."""

    method: AuthMethod
    client_id: str
    secret: str = field(default="", repr=False)
