"""What is answered where a request fails (RFC 9457)."""

from __future__ import annotations

from opentrusty_admin.schemas.base import Model


class FieldError(Model):
    """What is wrong with one field: `pointer` is a place in the body, `parameter` one of the query."""

    pointer: str | None = None
    """A JSON pointer into the body, as a URI fragment (RFC 6901 §6)."""
    parameter: str | None = None
    """A parameter of the query."""
    detail: str


class Problem(Model):
    """Why a request was not answered as asked."""

    type: str
    """`urn:opentrusty:problem:` and a code for programs."""
    title: str
    status: int
    detail: str
    """A sentence for people."""
    request_id: str
    """Leads to the request in the logs."""
    errors: tuple[FieldError, ...] | None = None
    """Every field that is not acceptable."""
