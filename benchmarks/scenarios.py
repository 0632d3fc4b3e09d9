"""What is measured: each scenario prepares what its Lua script needs, and checks that the server does what the name
says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from benchmarks import references
from benchmarks.loadgen import Data
from benchmarks.references import Reference
from benchmarks.seed import API_SCOPE, CALLBACK, PASSWORD, SCOPE, TENANT
from benchmarks.site import FORM, Site, algorithm

TOKENS = 256
"""How many different tokens a scenario has in turn."""
# RFC 7636 appendix B: the verifier, and its S256 challenge.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One row of the table. `prepare` runs before every round; `steps` is how many requests an operation has."""

    name: str
    script: str
    prepare: Callable[[Site], dict[str, Data]]
    reference: Reference = references.NONE
    steps: int = 1
    variant: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    """The clients whose refresh tokens each round uses up."""


def _documents(path: str, marker: str) -> Callable[[Site], dict[str, Data]]:
    def prepare(site: Site) -> dict[str, Data]:
        return requests_data("GET", [(site.base + path, {}, "")], marker)

    return prepare


def _client_credentials(client_id: str, alg: str | None) -> Callable[[Site], dict[str, Data]]:
    def prepare(site: Site) -> dict[str, Data]:
        form = {"grant_type": "client_credentials", "scope": API_SCOPE}
        headers = site.basic(client_id)
        token: str = site.post("/token", form, headers)["access_token"]
        _require(
            algorithm(token) == alg if alg else token.startswith("ota_"), f"{client_id} gets another kind of token"
        )
        return requests_data("POST", [(f"{site.base}/token", headers, urlencode(form))], '"access_token":"')

    return prepare


def _refresh(client_id: str, alg: str, *, public: bool) -> Callable[[Site], dict[str, Data]]:
    def prepare(site: Site) -> dict[str, Data]:
        tokens = site.take_refresh_tokens(client_id, TOKENS)
        headers = {"Content-Type": FORM} if public else site.basic(client_id)
        form = {"grant_type": "refresh_token"} | ({"client_id": client_id} if public else {})
        answer = site.post("/token", {**form, "refresh_token": tokens.pop()}, headers)
        _require(algorithm(answer["id_token"]) == alg, f"{client_id} gets another ID token")
        return {"path": f"{site.base}/token", "headers": headers, "body": urlencode(form), "tokens": tokens}

    return prepare


def _introspection(client_id: str) -> Callable[[Site], dict[str, Data]]:
    def prepare(site: Site) -> dict[str, Data]:
        headers, tokens = site.basic(client_id), site.access_tokens(client_id, TOKENS)
        calls = [(f"{site.base}/introspect", headers, urlencode({"token": token})) for token in tokens]
        return requests_data("POST", calls, '"active":true')

    return prepare


def _userinfo(site: Site) -> dict[str, Data]:
    tokens = site.access_tokens("web", TOKENS)
    calls = [(f"{site.base}/userinfo", {"Authorization": f"Bearer {token}"}, "") for token in tokens]
    return requests_data("GET", calls, '"email":"')


def _code(site: Site) -> dict[str, Data]:
    return {
        "authorize": f"{site.base}{authorize_path('web')}",
        "token": f"{site.base}/token",
        "headers": site.basic("web"),
        "body": redemption(),
        "cookies": site.seeded.cookies,
    }


def _password(*, costly: bool) -> Callable[[Site], dict[str, Data]]:
    def prepare(site: Site) -> dict[str, Data]:
        people = site.seeded.costly_people if costly else site.seeded.people
        return password_data(site.url, (TENANT,), "web", site.basic("web"), people)

    return prepare


def password_data(
    origin: str, tenants: Sequence[str], client_id: str, headers: dict[str, str], people: Sequence[str]
) -> dict[str, Data]:
    """The data of password.lua."""
    return {
        "origin": origin,
        "tenants": tenants,
        "authorize": authorize_path(client_id),
        "headers": headers,
        "body": redemption(),
        "people": people,
        "password": PASSWORD.replace(" ", "+"),
    }


def authorize_path(client_id: str) -> str:
    """An authorization request with PKCE and a nonce, below the issuer; the scripts add a state."""
    asked = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": " ".join(SCOPE),
        "nonce": "n-0S6_WzA2Mj",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return f"/authorize?{urlencode(asked)}"


def redemption() -> str:
    """The form of the token request that follows; the scripts add the code."""
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return urlencode(form)


def requests_data(method: str, calls: Iterable[tuple[str, dict[str, str], str]], marker: str) -> dict[str, Data]:
    """The data of requests.lua; each call is path, headers and body."""
    prepared: list[Data] = []
    for path, headers, body in calls:
        call: dict[str, Data] = {"method": method, "path": path, "headers": headers}
        prepared.append({**call, "body": body} if body else call)
    return {"status": 200, "marker": marker, "requests": prepared}


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


SCENARIOS = (
    Scenario(
        name="discovery",
        script="requests",
        prepare=_documents("/.well-known/openid-configuration", '"issuer":"'),
        reference=references.DISCOVERY,
    ),
    Scenario(name="jwks", script="requests", prepare=_documents("/jwks", '"keys":['), reference=references.JWKS),
    Scenario(
        name="client_credentials-es256",
        script="requests",
        prepare=_client_credentials("machine-es256", "ES256"),
        reference=references.CLIENT_CREDENTIALS_ES256,
    ),
    Scenario(
        name="client_credentials-rs256",
        script="requests",
        prepare=_client_credentials("machine-rs256", "RS256"),
        reference=references.CLIENT_CREDENTIALS_RS256,
    ),
    Scenario(name="client_credentials-opaque", script="requests", prepare=_client_credentials("machine-opaque", None)),
    Scenario(
        name="refresh-rs256",
        script="refresh",
        prepare=_refresh("public-rs256", "RS256", public=True),
        reference=references.REFRESH_RS256,
        tokens=("public-rs256",),
    ),
    Scenario(
        name="refresh-es256",
        script="refresh",
        prepare=_refresh("public-es256", "ES256", public=True),
        reference=references.REFRESH_ES256,
        tokens=("public-es256",),
    ),
    Scenario(
        name="refresh-confidential",
        script="refresh",
        prepare=_refresh("web", "RS256", public=False),
        reference=references.REFRESH_RS256,
        tokens=("web",),
    ),
    Scenario(
        name="introspection-jwt",
        script="requests",
        prepare=_introspection("web"),
        reference=references.INTROSPECTION,
        tokens=("web",),
    ),
    Scenario(
        name="introspection-opaque",
        script="requests",
        prepare=_introspection("web-opaque"),
        reference=references.INTROSPECTION,
        tokens=("web-opaque",),
    ),
    Scenario(name="userinfo", script="requests", prepare=_userinfo, reference=references.USERINFO, tokens=("web",)),
    Scenario(name="code", script="code", prepare=_code, reference=references.CODE, steps=2),
    Scenario(
        name="password",
        script="password",
        prepare=_password(costly=False),
        reference=references.PASSWORD,
        steps=4,
        variant=("--cheap-passwords",),
    ),
    Scenario(name="password-argon2", script="password", prepare=_password(costly=True), steps=4),
)
