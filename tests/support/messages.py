"""Requests as clients make them, answers as clients read them, and a check of tokens by a library that is not ours."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

import jwt

from opentrusty_core.domain.audit import Origin
from opentrusty_core.domain.client import AuthMethod
from opentrusty_core.protocol.messages import HttpRequest, HttpResponse
from tests.support.cast import CLIENTS, ISSUER, secret_of


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an endpoint answered; `json` is empty where the body is."""

    status: int
    headers: Mapping[str, str]
    json: dict[str, Any]

    @classmethod
    def of(cls, response: HttpResponse) -> Answer:
        headers = {name.decode(): value.decode() for name, value in response.headers}
        assert len(headers) == len(response.headers), "no header twice"
        return cls(status=response.status, headers=headers, json=json.loads(response.body) if response.body else {})

    @property
    def error(self) -> tuple[int, str]:
        """Status and error code."""
        return self.status, self.json["error"]


def basic(client_id: str, secret: str) -> dict[str, str]:
    """The Authorization header of RFC 6749 §2.3.1: both halves form-encoded."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def authentication(client_id: str) -> tuple[dict[str, str], dict[str, str]]:
    """Headers and form fields by which the client authenticates, as it is registered."""
    method = next(client.token_endpoint_auth_method for client in CLIENTS if client.client_id == client_id)
    match method:
        case AuthMethod.BASIC:
            return basic(client_id, secret_of(client_id)), {}
        case AuthMethod.POST:
            return {}, {"client_id": client_id, "client_secret": secret_of(client_id)}
        case AuthMethod.NONE:
            return {}, {"client_id": client_id}


def post(
    form: Mapping[str, str] | str,
    headers: Mapping[str, str] | None = None,
    *,
    query: bytes = b"",
    origin: Origin | None = None,
) -> HttpRequest:
    """A form POST."""
    body = form if isinstance(form, str) else urlencode(form)
    return HttpRequest(
        method="POST",
        query=query,
        headers={"content-type": "application/x-www-form-urlencoded", **(headers or {})},
        body=body.encode(),
        origin=origin or Origin(),
    )


def query_of(url: str) -> dict[str, str]:
    """The parameters in a URL's query, each once."""
    pairs = parse_qsl(urlsplit(url).query, strict_parsing=True, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def left_half(token: str) -> str:
    """`at_hash` by the words of OpenID Connect Core 1.0 §3.1.3.6, for algorithms over SHA-256."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode("ascii")).digest()[:16]).rstrip(b"=").decode()


def verify(token: str, jwks: dict[str, Any], audience: str, *, typ: str, issuer: str = ISSUER) -> dict[str, Any]:
    """Checks signature, kid, alg, typ, iss and aud with PyJWT; times are the caller's, whose clock stands still."""
    header = jwt.get_unverified_header(token)
    assert header["typ"] == typ
    assert set(header) == {"alg", "kid", "typ"}
    (published,) = [key for key in jwks["keys"] if key["kid"] == header["kid"]]
    assert published["alg"] == header["alg"]
    claims: dict[str, Any] = jwt.decode(
        token,
        jwt.PyJWK(published),
        algorithms=[published["alg"]],
        audience=audience,
        issuer=issuer,
        options={"require": ["exp", "iat", "sub"], "verify_exp": False, "verify_iat": False},
    )
    return claims
