"""What the Auth Plane shows of itself over HTTP, deployed as in production: HTTPS, a cookie domain, a console."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from opentrusty_core.domain.client import AuthMethod
from tests.support.application import Application
from tests.support.deployment import Deployment, deploy, make_certificate
from tests.support.http import Answer, Http
from tests.support.person import Shown
from tests.support.servers import free_port

PARENT = "opentrusty.localhost"
CONSOLE = f"https://console.{PARENT}"
SPA = "https://spa.example"
EVIL = "https://evil.example"

MANAGEMENT = [
    "/tenants", "/tenants/acme", "/tenants/acme/users", "/tenants/acme/clients", "/users", "/clients", "/roles",
    "/keys", "/audit", "/sessions", "/api", "/api/v1/tenants", "/v1/tenants", "/admin", "/admin/tenants",
    "/t/acme/users", "/t/acme/clients", "/t/acme/roles", "/t/acme/keys", "/t/acme/sessions", "/t/acme/audit",
    "/t/acme/admin", "/t/acme/settings", "/t/acme/register", "/t/acme", "/t", "/metrics", "/docs", "/openapi.json",
    "/healthz", "/debug", "/console", "/scim/v2/Users", "/.well-known/openid-configuration", "/.git/config", "/",
]  # fmt: skip
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

FOR_PAGES = ["token", "userinfo", "revoke", "jwks", ".well-known/openid-configuration"]
NOT_FOR_PAGES = ["introspect", "authorize", "logout", "signed-in", "signed-out"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("surface")
    deployment = deploy(folder, auth_url=f"https://auth.{PARENT}:{free_port()}")
    certificate = make_certificate(folder, f"auth.{PARENT}")
    deployment.managed.client("acme", "spa", method=AuthMethod.NONE, allowed_origins=(SPA,))
    with deployment.serving({"cookie_domain": PARENT, "console_url": CONSOLE, **certificate}):
        yield deployment


@pytest.fixture
def http(site: Deployment) -> Iterator[Http]:
    with site.http() as found:
        yield found


def preflight(http: Http, path: str, origin: str, method: str = "POST") -> Answer:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return http.request("OPTIONS", path, headers=headers)


def allowed_origin(answer: Answer) -> str | None:
    assert answer.header("access-control-allow-credentials") is None
    return answer.header("access-control-allow-origin")


@pytest.mark.parametrize("path", MANAGEMENT)
def test_no_management_path_exists_here(http: Http, path: str) -> None:
    """For any method the same 404 as for a path that nobody ever thought of."""
    for method in METHODS:
        answer, absent = http.request(method, path), http.request(method, f"/nobody-thought-of-this{path}")
        assert answer.status == absent.status == 404, f"{method} {path}: {answer.status}"
        assert shape(answer) == shape(absent)


def shape(answer: Answer) -> tuple[object, ...]:
    """An answer without what differs between two requests: the time, and the request's id (and so its length)."""
    own = {"date", "x-request-id", "content-length"}
    content = answer.json() | {"request_id": ""} if answer.body else None
    return answer.status, [pair for pair in answer.headers if pair[0] not in own], content


@pytest.mark.case("G8")
@pytest.mark.parametrize("origin", [CONSOLE, SPA])
@pytest.mark.parametrize("path", FOR_PAGES)
def test_a_preflight_of_the_console_or_a_registered_page_passes(http: Http, path: str, origin: str) -> None:
    answer = preflight(http, f"/t/acme/{path}", origin)
    assert answer.status == 204
    assert allowed_origin(answer) == origin
    assert (answer.header("vary") or "").lower() == "origin"
    assert "authorization" in (answer.header("access-control-allow-headers") or "").lower()


@pytest.mark.case("G8")
@pytest.mark.parametrize("origin", [EVIL, "null", f"{CONSOLE}.evil.example", f"{SPA}:8443", "http://spa.example", ""])
@pytest.mark.parametrize("path", FOR_PAGES)
def test_a_preflight_of_any_other_origin_does_not(http: Http, path: str, origin: str) -> None:
    assert allowed_origin(preflight(http, f"/t/acme/{path}", origin)) is None
    assert allowed_origin(http.get(f"/t/acme/{path}", Origin=origin)) is None


@pytest.mark.case("G8")
@pytest.mark.parametrize("path", NOT_FOR_PAGES)
def test_what_is_not_for_pages_is_for_no_origin(http: Http, path: str) -> None:
    """Neither preflight nor answer, not even for the console."""
    for origin in (CONSOLE, SPA):
        assert allowed_origin(preflight(http, f"/t/acme/{path}", origin)) is None
        assert allowed_origin(http.get(f"/t/acme/{path}", Origin=origin)) is None
        assert allowed_origin(http.request("POST", f"/t/acme/{path}", form={}, headers={"Origin": origin})) is None


@pytest.mark.case("G8")
def test_a_registered_origin_is_its_own_tenant_s_only(http: Http) -> None:
    assert allowed_origin(preflight(http, "/t/acme/token", SPA)) == SPA
    assert allowed_origin(preflight(http, "/t/globex/token", SPA)) is None


@pytest.mark.case("G8")
def test_answers_and_errors_are_readable_for_the_page_that_may_ask(site: Deployment, http: Http) -> None:
    """A refused token request tells the page why; another page learns nothing."""
    form = {"grant_type": "refresh_token", "refresh_token": "unknown", "client_id": "spa"}
    for origin, expected in ((SPA, SPA), (CONSOLE, CONSOLE), (EVIL, None)):
        answer = http.post(f"{site.auth_url}/t/acme/token", form, Origin=origin)
        assert answer.status == 400
        assert allowed_origin(answer) == expected


def test_the_cookies_are_set_as_promised(site: Deployment) -> None:
    """The session's: HttpOnly, Secure, SameSite=Lax, for COOKIE_DOMAIN. The browser's own: `__Host-`, for no domain."""
    person = site.person()
    page = person.open(site.application("web").authorize_url())
    assert isinstance(page, Shown)
    assert page.form is not None
    fresh = site.http().get(site.application("web").authorize_url())
    browser = attributes(fresh, "__Host-opentrusty_browser")
    assert {"path=/", "httponly", "secure", "samesite=lax"} < browser
    assert not [attribute for attribute in browser if attribute.startswith("domain")]
    fields = {**page.form.fields, "username": person.username, "password": person.password}
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    headers = {"Cookie": cookies, "Origin": site.auth_url, "Sec-Fetch-Site": "same-origin"}
    signed_in = site.http().post(page.form.action, fields, **headers)
    session = attributes(signed_in, "opentrusty_session.acme")
    assert session == {"path=/", "httponly", "secure", "samesite=lax", f"domain={PARENT}"}


def attributes(answer: Answer, name: str) -> set[str]:
    """Those of the one cookie of this name, in lower case; the value is at least 128 bit of entropy long."""
    (line,) = [line for line in answer.all("set-cookie") if line.startswith(f"{name}=")]
    value, *rest = (part.strip() for part in line.partition("=")[2].split(";"))
    assert len(value) >= 22
    return {attribute.lower() for attribute in rest}


def test_every_answer_has_the_headers_that_every_answer_has(site: Deployment, http: Http) -> None:
    """HSTS, no referrer, no sniffing, no frame, a request id; pages and tokens are kept by no cache."""
    app = site.application("web")
    for path in (
        "/livez",
        "/t/acme/jwks",
        app.authorize_url(),
        f"{app.issuer}/signed-out",
        "/nothing",
        "/t/acme/token",
    ):
        answer = http.get(path)
        assert "max-age=63072000" in (answer.header("strict-transport-security") or "")
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("referrer-policy") == "no-referrer"
        assert "frame-ancestors 'none'" in (answer.header("content-security-policy") or "")
        assert answer.header("x-request-id")
        assert answer.header("server") is None
    for path in (app.authorize_url(), f"{app.issuer}/signed-out"):
        assert http.get(path).header("cache-control") == "no-store"


@pytest.mark.case("K11")
@pytest.mark.parametrize("host", ["evil.example", "auth.opentrusty.localhost.evil.example", "127.0.0.1", "localhost"])
def test_another_host_is_not_served(http: Http, host: str) -> None:
    assert http.get("/t/acme/.well-known/openid-configuration", Host=host).status == 421


def test_forwarded_headers_of_a_stranger_change_nothing(site: Deployment, http: Http) -> None:
    """No proxy is trusted here: documents name our own address, whatever a request claims."""
    claims = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "Forwarded": "host=evil.example"}
    document = http.request("GET", "/t/acme/.well-known/openid-configuration", headers=claims)
    assert "evil" not in document.text
    assert document.json()["issuer"] == f"{site.auth_url}/t/acme"


def test_a_person_signs_in_over_https(site: Deployment) -> None:
    """The whole round, at the address that the operator configured."""
    app: Application = site.application("web", scope="openid profile")
    tokens = app.tokens_for(site.person())
    assert tokens["token_type"] == "Bearer"
    with site.http() as http:
        assert app.userinfo(http, tokens["access_token"]).json()["preferred_username"] == "alice"
