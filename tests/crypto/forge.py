"""Tokens that no library would make: any header text, any payload text, any signature."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from opentrusty_core.crypto import base64url
from opentrusty_core.crypto.jwk import PrivateKey


def compact(header: str | dict[str, Any], payload: str | dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A compact JWS over just these texts; the dicts become JSON."""
    texts = [part if isinstance(part, str) else json.dumps(part) for part in (header, payload)]
    signing_input = b".".join([base64url.encode(text.encode()) for text in texts])
    return (signing_input + b"." + base64url.encode(sign(signing_input))).decode()


def signed(key: PrivateKey, payload: str | dict[str, Any] = "{}", /, **header: Any) -> str:
    """A token that `key` truly signs, with whatever header is given beside alg, kid and typ; None leaves one out."""
    full = {"alg": key.alg.value, "kid": key.kid, "typ": "at+jwt", **header}
    return compact({name: value for name, value in full.items() if value is not None}, payload, key.sign)
