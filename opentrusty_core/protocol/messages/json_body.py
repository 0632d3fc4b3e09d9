"""JSON bodies, read strictly: one meaning or none (RFC 8259 §4, RFC 7493)."""

from __future__ import annotations

from typing import Any

from opentrusty_core.crypto import strict_json
from opentrusty_core.errors import InvalidRequest


def json_body(data: bytes, *, max_depth: int = strict_json.MAX_DEPTH) -> Any:
    """The value that a body stands for.

    Raises:
        InvalidRequest: it is not JSON, or is with more than one reading: a name twice, NaN, a NUL or half a surrogate
            pair in a text, nested deeper than `max_depth`.
    """
    try:
        return strict_json.loads(data, max_depth=max_depth)
    except strict_json.NotStrictJSON as error:
        raise InvalidRequest(description=f"The body cannot be read as JSON: {error}.") from None
