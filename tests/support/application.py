"""A relying party in its plainest form, for tests that count answers. Those that judge them use real libraries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.support.http import Answer, Http, basic
from tests.support.person import Left, Person

# RFC 7636 appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A client of an issuer; public without a `secret`."""

    issuer: str
    client_id: str
    redirect_uri: str
    secret: str | None = None
    scope: str = "openid"

    @classmethod
    def of(cls, tenant: dict[str, Any], client_id: str, *, scope: str = "openid") -> Application:
        """A client as the ready file describes it."""
        client = next(client for client in tenant["clients"] if client["client_id"] == client_id)
        return cls(
            issuer=tenant["issuer"],
            client_id=client_id,
            redirect_uri=client["redirect_uris"][0] if client["redirect_uris"] else "",
            secret=client["client_secret"],
            scope=scope,
        )

    @property
    def origin(self) -> str:
        """The Auth Plane's."""
        return self.issuer.partition("/t/")[0]

    def authorize_url(self, **more: str) -> str:
        """An authorization request with PKCE."""
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"{self.issuer}/authorize?{urlencode(parameters | more)}"

    def authenticated(self, form: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Form and headers of a request that says who sends it."""
        if self.secret is None:
            return form | {"client_id": self.client_id}, {}
        return form, {"Authorization": basic(self.client_id, self.secret)}

    def post(self, http: Http, endpoint: str, form: dict[str, str]) -> Answer:
        """An authenticated request to `token`, `revoke` or `introspect`."""
        body, headers = self.authenticated(form)
        return http.request("POST", f"{self.issuer}/{endpoint}", form=body, headers=headers)

    def redemption(self, code: str) -> dict[str, str]:
        """What redeems a code."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
        }

    def redeem(self, http: Http, code: str) -> Answer:
        """The code for tokens."""
        return self.post(http, "token", self.redemption(code))

    def refresh(self, http: Http, refresh_token: str) -> Answer:
        """The refresh token for new tokens."""
        return self.post(http, "token", {"grant_type": "refresh_token", "refresh_token": refresh_token})

    def revoke(self, http: Http, token: str) -> Answer:
        """The end of a token."""
        return self.post(http, "revoke", {"token": token})

    def userinfo(self, http: Http, access_token: str) -> Answer:
        """The claims about the person."""
        return http.get(f"{self.issuer}/userinfo", Authorization=f"Bearer {access_token}")

    def code_for(self, person: Person, **more: str) -> str:
        """A code, after the person has answered whatever was asked."""
        left = person.authorize(self.authorize_url(**more))
        assert isinstance(left, Left)
        assert "code" in left.parameters, left.parameters
        return left.parameters["code"]

    def tokens_for(self, person: Person, **more: str) -> dict[str, Any]:
        """The token response to such a code."""
        answer = self.redeem(person.http, self.code_for(person, **more))
        assert answer.status == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens
