"""The checks of an authorization request after its redirect URI is trusted, in the order in which they run.

Each takes what was asked and gives the fields of the `AuthorizationRequest` that it vouches for, or raises the error
that goes to the client.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from opentrusty_core.crypto import strict_json
from opentrusty_core.crypto.compact import MAX_TOKEN
from opentrusty_core.crypto.jws import verify
from opentrusty_core.domain.authorization_request import AuthorizationRequest, Display, Prompt, ResponseMode
from opentrusty_core.domain.claims import ClaimsRequest, parse_claims_request
from opentrusty_core.domain.client import Client, GrantType
from opentrusty_core.domain.pkce import is_challenge
from opentrusty_core.domain.scope import OFFLINE_ACCESS, parse_scope
from opentrusty_core.domain.session import SUPPORTED_ACR
from opentrusty_core.errors import (
    InvalidRequest,
    InvalidScope,
    InvalidToken,
    RegistrationNotSupported,
    RequestNotSupported,
    RequestUriNotSupported,
    UnauthorizedClient,
    UnmetAuthenticationRequirements,
    UnsupportedResponseType,
)
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.issuing import ID_TOKEN_TYP
from opentrusty_core.protocol.messages import Form

MAX_LENGTH = 2048
"""Characters of any one parameter: what we store, we bound."""
_LONGER = {"claims": 8192, "id_token_hint": MAX_TOKEN, "request": MAX_TOKEN}

Fields = dict[str, Any]
_SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An authorization request whose client and redirect URI are known to belong together."""

    form: Form
    issuer: Issuer
    client: Client
    redirect_uri: str
    redirect_uri_given: bool


def single_parameters(asked: Asked) -> Fields:
    """No parameter twice (RFC 6749 §3.1), none without bound."""
    asked.form.single()
    for name, value in asked.form.items():
        if len(value) > _LONGER.get(name, MAX_LENGTH):
            raise InvalidRequest(description="A parameter is too long.")  # its name is the client's word: not repeated
    return {"state": asked.form.get("state"), "login_hint": asked.form.get("login_hint")}


def no_request_object(asked: Asked) -> Fields:
    """Nothing is fetched and nothing is taken from a JWT (OpenID Connect Core 1.0 §6, §7.2.1)."""
    if "request" in asked.form:
        raise RequestNotSupported()
    if "request_uri" in asked.form:
        raise RequestUriNotSupported()
    if "registration" in asked.form:
        raise RegistrationNotSupported()
    return {}


def response_type(asked: Asked) -> Fields:
    """`code` only (RFC 9700 §2.1.2), and only for clients of that grant."""
    if asked.form.required("response_type") != "code":
        raise UnsupportedResponseType()
    if not asked.client.may(GrantType.AUTHORIZATION_CODE):
        raise UnauthorizedClient()
    return {}


def response_mode(asked: Asked) -> Fields:
    """`query` or `form_post` (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode)."""
    asked_mode = asked.form.get("response_mode", ResponseMode.QUERY.value)
    if asked_mode not in tuple(ResponseMode):
        raise InvalidRequest(description="The response mode is not supported.")
    return {"response_mode": ResponseMode(asked_mode)}


def scope(asked: Asked) -> Fields:
    """What nobody knows is ignored (OpenID Connect Core 1.0 §3.1.2.1); what the client may not have is refused."""
    requested = [token for token in parse_scope(asked.form.get("scope", "")) if token in asked.issuer.known_scopes]
    if not set(requested) <= set(asked.client.scope):
        raise InvalidScope("scope beyond the client's registration")
    if OFFLINE_ACCESS in requested and not asked.client.may(GrantType.REFRESH_TOKEN):
        requested.remove(OFFLINE_ACCESS)  # §11: ignored for a client that has no use for it
    return {"scope": tuple(requested), "nonce": asked.form.get("nonce")}


def code_challenge(asked: Asked) -> Fields:
    """PKCE with S256, demanded unless a confidential client opted out (RFC 7636 §4.3, RFC 9700 §2.1.1)."""
    challenge, method = asked.form.get("code_challenge"), asked.form.get("code_challenge_method")
    if challenge is None:
        if asked.client.require_pkce:
            raise InvalidRequest(description="PKCE is required: code_challenge is missing.")
        if method is not None:
            raise InvalidRequest(description="code_challenge_method came without code_challenge.")
        return {}
    if method != "S256":
        raise InvalidRequest(description="code_challenge_method has to be S256.")
    if not is_challenge(challenge):
        raise InvalidRequest(description="code_challenge is not an S256 challenge.")
    return {"code_challenge": challenge}


def prompt(asked: Asked) -> Fields:
    """`none` stands alone (OpenID Connect Core 1.0 §3.1.2.1); values that nobody knows are ignored."""
    words = asked.form.get("prompt", "").split(" ")
    prompts = frozenset(Prompt(word) for word in words if word in tuple(Prompt))
    if Prompt.NONE in prompts and len([word for word in words if word]) > 1:
        raise InvalidRequest(description="prompt=none cannot be combined with another prompt.")
    return {"prompt": prompts}


def max_age(asked: Asked) -> Fields:
    """A number of seconds, 0 or more."""
    text = asked.form.get("max_age")
    if text is None:
        return {}
    if not _SECONDS.fullmatch(text):
        raise InvalidRequest(description="max_age is not a number of seconds.")
    return {"max_age": int(text)}


def id_token_hint(asked: Asked) -> Fields:
    """An ID token of ours, expired or not, for this client; its `sub` is whom the client expects."""
    hint = asked.form.get("id_token_hint")
    if hint is None:
        return {}
    try:
        claims = read_id_token_hint(hint, asked.issuer)
    except InvalidToken as error:
        raise InvalidRequest(error.detail, description="id_token_hint is not an ID token of this issuer.") from None
    if claims["aud"] != asked.client.client_id:
        raise InvalidRequest(description="id_token_hint was issued to another client.")
    return {"hinted_user_id": claims["sub"]}


def read_id_token_hint(hint: str, issuer: Issuer) -> Fields:
    """The claims of an ID token that this issuer signed, however old. Raises `InvalidToken`."""
    claims = verify(hint, issuer.keys.public, typ=ID_TOKEN_TYP)
    if claims.get("iss") != issuer.identifier or not isinstance(claims.get("sub"), str):
        raise InvalidToken("iss or sub")
    return claims


def claims(asked: Asked) -> Fields:
    """The `claims` parameter (OpenID Connect Core 1.0 §5.5); an essential `acr` out of reach is refused (§5.5.1.1)."""
    text = asked.form.get("claims")
    if text is None:
        return {}
    try:
        request = parse_claims_request(strict_json.loads(text.encode()))
    except ValueError:
        raise InvalidRequest(description="claims is not a claims request.") from None
    acr = request.id_token.get("acr")
    if acr is not None and acr.essential and acr.values and not set(SUPPORTED_ACR) & set(map(str, acr.values)):
        raise UnmetAuthenticationRequirements()
    return {"claims": request} | _expected_person(request)


def _expected_person(request: ClaimsRequest) -> Fields:
    """A `sub` asked for by value says who has to sign in, as an `id_token_hint` does (§5.5.1)."""
    sub = request.id_token.get("sub")
    return {"hinted_user_id": str(sub.values[0])} if sub is not None and sub.values else {}


def presentation(asked: Asked) -> Fields:
    """What the client would like, without a claim to it; nothing here can fail (OpenID Connect Core 1.0 §3.1.2.1)."""
    display = asked.form.get("display", "")
    return {
        "ui_locales": tuple(asked.form.get("ui_locales", "").split()[:10]),
        "claims_locales": tuple(asked.form.get("claims_locales", "").split()[:10]),
        "acr_values": tuple(asked.form.get("acr_values", "").split()[:10]),
        "display": Display(display) if display in tuple(Display) else Display.PAGE,
    }


CHECKS = (
    single_parameters,
    response_mode,
    response_type,
    no_request_object,
    scope,
    code_challenge,
    prompt,
    max_age,
    id_token_hint,
    claims,
    presentation,
)


def checked(asked: Asked) -> AuthorizationRequest:
    """The request, when every check has passed. Raises the `ProtocolError` of the first that does not."""
    fields: Fields = {}
    for check in CHECKS:
        fields |= check(asked)
    return AuthorizationRequest(
        client_id=asked.client.client_id,
        redirect_uri=asked.redirect_uri,
        redirect_uri_given=asked.redirect_uri_given,
        **fields,
    )
