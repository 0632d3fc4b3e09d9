"""What a client would get for a person, and why: shown, not issued.

It stands above protocol and management, as it needs both: the code that makes tokens, and the actor who may look.
"""

from __future__ import annotations

from opentrusty_core.preview.outcomes import (
    ClaimPreview,
    ClaimSource,
    MissingClaim,
    NothingIssued,
    Reason,
    TokenPreview,
)
from opentrusty_core.preview.previews import Previews

__all__ = [
    "ClaimPreview",
    "ClaimSource",
    "MissingClaim",
    "NothingIssued",
    "Previews",
    "Reason",
    "TokenPreview",
]
