"""`client_secret_basic`: HTTP Basic with both halves form-encoded (RFC 6749 §2.3.1, RFC 7617 §2)."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from opentrusty_core.domain.client import AuthMethod
from opentrusty_core.errors import InvalidClient
from opentrusty_core.protocol.client_auth.credentials import Credentials
from opentrusty_core.protocol.messages import Form, HttpRequest

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def presented(request: HttpRequest, form: Form) -> Credentials | None:
    """The credentials of the Authorization header, None without one.

    Raises:
        InvalidClient: another scheme, or a malformed value.
    """
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("Authorization is not Basic")
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        raise InvalidClient("Basic is not base64") from None
    if not (user and colon):
        raise InvalidClient("Basic without a colon or a name")
    return Credentials(method=AuthMethod.BASIC, client_id=_decoded(user), secret=_decoded(password))


def _decoded(raw: bytes) -> str:
    if _BAD_ESCAPE.search(raw):
        raise InvalidClient("Basic holds a broken escape")
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        raise InvalidClient("Basic is not UTF-8") from None
    if "\0" in text:
        raise InvalidClient("Basic holds a NUL")
    return text
