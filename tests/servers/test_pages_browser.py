"""The pages in Chromium, under their own policies: no injected script runs, and every form gets where it must."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, sync_playwright

from opentrusty_server.pages.views import (
    Account,
    Branding,
    Client,
    ConsentPage,
    ErrorPage,
    Form,
    FormPostPage,
    Page,
    SelectAccountPage,
    SignedOutPage,
    SignInPage,
    SignOutPage,
)
from tests.servers.page_views import CONSENT, NONCE, PAGES, SELECT, SIGN_IN, SIGN_OUT

pytestmark = [pytest.mark.browser]

PAYLOAD = "\"'></title></style><script>document.title='owned'</script><img src=x onerror=document.title='owned'>"


@dataclass
class Site:
    """A web server: `views` by path as the Auth Plane would send them; a POST is noted, then redirected."""

    server: ThreadingHTTPServer
    views: dict[str, Page] = field(default_factory=dict)
    redirect_to: str = ""
    posts: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture(name="site")
def serve_site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if asset := PAGES.assets.get(self.path):
                self.reply(200, asset.body, {"Content-Type": asset.content_type})
            elif view := site.views.get(self.path):
                csp = PAGES.content_security_policy(view, NONCE)
                headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": csp}
                self.reply(200, PAGES.render(view, locales=(), nonce=NONCE), headers)
            else:
                self.reply(200, b"arrived", {"Content-Type": "text/plain"})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            site.posts.append((self.path, dict(parse_qsl(body, keep_blank_values=True))))
            self.reply(303, b"", {"Location": site.redirect_to})

        def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site = Site(server)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield site
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


HOSTILE: list[Page] = [
    replace(SIGN_IN, client_name=PAYLOAD, username=PAYLOAD, branding=Branding(name=PAYLOAD)),
    replace(
        CONSENT,
        client=Client(name=PAYLOAD, logo_uri=PAYLOAD, policy_uri="javascript:document.title='owned'"),
        account=Account(username=PAYLOAD, name=PAYLOAD),
    ),
    replace(SELECT, account=Account(username=PAYLOAD)),
    replace(SIGN_OUT, client_name=PAYLOAD),
    SignedOutPage(branding=Branding(name="Acme"), client_name=PAYLOAD, return_uri="javascript:document.title='owned'"),
    ErrorPage(code=PAYLOAD, request_id=PAYLOAD, description=PAYLOAD),
]


@pytest.mark.case("A8", "A9")
@pytest.mark.parametrize("view", HOSTILE, ids=lambda view: type(view).__name__)
def test_no_injected_script_runs_and_the_page_keeps_its_own_policy(browser: Browser, site: Site, view: Page) -> None:
    site.views["/page"] = replace(view, branding=replace(view.branding, logo_uri=None))
    page = browser.new_page()
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(f"{site.origin}/page")
    assert page.title() != "owned"
    assert page.locator("script, a[href^='javascript' i]").count() == 0
    assert [message for message in messages if "Content Security Policy" in message] == []
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).borderStyle") == "solid"  # the CSS came
    page.close()


@pytest.mark.parametrize(
    ("view", "button"),
    [(SIGN_IN, "submit"), (CONSENT, "submit"), (CONSENT, "deny"), (SELECT, "submit"), (SIGN_OUT, "submit")],
)
def test_the_redirect_to_the_client_after_a_form_is_not_blocked(
    browser: Browser, site: Site, view: SignInPage | ConsentPage | SelectAccountPage | SignOutPage, button: str
) -> None:
    site.redirect_to = f"http://localhost:{site.server.server_port}/callback"
    site.views["/page"] = replace(view, form=Form(action="/answer", csrf="c"), branding=Branding(name="Acme"))
    page = browser.new_page()
    page.goto(f"{site.origin}/page")
    if view is SIGN_IN:
        page.fill("#username", "maria")
        page.fill("#password", "correct horse")
    page.click(f"#{button}")
    page.wait_for_url(site.redirect_to)
    ((path, posted),) = site.posts
    assert path == "/answer"
    assert posted["csrf"] == "c"
    if view is SIGN_IN:
        assert (posted["username"], posted["password"]) == ("maria", "correct horse")
    page.close()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "button"])
def test_a_response_is_posted_by_script_and_without_javascript_by_its_button(
    browser: Browser, site: Site, javascript: bool
) -> None:
    """Even with a field named `submit`, which hides the form's own method."""
    fields = (("code", "c-1"), ("state", PAYLOAD), ("submit", "x"))
    callback = f"http://localhost:{site.server.server_port}/answer"
    site.redirect_to = f"http://localhost:{site.server.server_port}/welcome"
    site.views["/page"] = FormPostPage(branding=Branding(name="Acme"), action=callback, fields=fields)
    page = browser.new_page(java_script_enabled=javascript)
    page.goto(f"{site.origin}/page", wait_until="commit")
    if not javascript:
        page.click("#continue")
    page.wait_for_url(site.redirect_to)
    assert site.posts == [("/answer", dict(fields))]
    page.close()
