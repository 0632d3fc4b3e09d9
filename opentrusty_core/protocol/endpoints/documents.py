"""Discovery and keys: ready bytes (OpenID Connect Discovery 1.0 §3, RFC 8414 §2, RFC 7517 §5)."""

from __future__ import annotations

from opentrusty_core.domain.authorization_request import Display, Prompt, ResponseMode
from opentrusty_core.domain.claims import STANDARD_CLAIMS
from opentrusty_core.domain.client import SIGNING_ALGORITHMS, AuthMethod
from opentrusty_core.domain.session import SUPPORTED_ACR
from opentrusty_core.protocol.grants import GRANTS
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import HttpResponse

_HEADERS = ((b"content-type", b"application/json"), (b"cache-control", b"public, max-age=300"))
_METHODS = [method.value for method in AuthMethod]
_CONFIDENTIAL = [method.value for method in AuthMethod if method is not AuthMethod.NONE]


def metadata(issuer: Issuer) -> dict[str, object]:
    """The provider's metadata; both discovery documents carry the same."""
    base, links = issuer.identifier, issuer.tenant.settings.branding
    optional = {"op_policy_uri": links.policy_uri, "op_tos_uri": links.tos_uri}
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/token",
        "userinfo_endpoint": f"{base}/userinfo",
        "jwks_uri": f"{base}/jwks",
        "introspection_endpoint": f"{base}/introspect",
        "revocation_endpoint": f"{base}/revoke",
        "end_session_endpoint": f"{base}/logout",
        "scopes_supported": sorted(issuer.known_scopes),
        "response_types_supported": ["code"],
        "response_modes_supported": [mode.value for mode in ResponseMode],
        "grant_types_supported": [grant.grant_type.value for grant in GRANTS],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "token_endpoint_auth_methods_supported": _METHODS,
        "introspection_endpoint_auth_methods_supported": _CONFIDENTIAL,
        "revocation_endpoint_auth_methods_supported": _METHODS,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": [prompt.value for prompt in Prompt],
        "display_values_supported": [display.value for display in Display],
        "acr_values_supported": list(SUPPORTED_ACR),
        "claim_types_supported": ["normal"],
        "claims_supported": [*STANDARD_CLAIMS, "acr", "amr", "auth_time", "sid"],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        **{name: uri for name, uri in optional.items() if uri is not None},
    }


def discovery(issuer: Issuer) -> HttpResponse:
    """The discovery document."""
    return HttpResponse(headers=_HEADERS, body=issuer.document("discovery", metadata))


def jwks(issuer: Issuer) -> HttpResponse:
    """The JWK Set: every key that signs, will sign soon, or signed what is still alive."""
    return HttpResponse(headers=_HEADERS, body=issuer.document("jwks", lambda issuer: {"keys": issuer.keys.jwks}))
