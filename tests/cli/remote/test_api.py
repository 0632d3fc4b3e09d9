"""Calls against a server that misbehaves: what a command makes of answers that no Admin Plane should give."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from opentrusty_cli.errors import exit_code
from opentrusty_cli.remote import Remote, oauth, users
from opentrusty_cli.remote.api import Api, path
from opentrusty_cli.remote.http import Http
from opentrusty_cli.remote.logins import Login, Logins
from opentrusty_core.domain.user_import import ImportStep
from opentrusty_core.errors import ConfigurationError, Invalid, OpenTrustyError, StoreUnavailable, Throttled
from opentrusty_core.management import Actor, ImportFormat
from tests.support.deployment import make_certificate
from tests.support.runtime import FakeRuntime

PROBLEM = "urn:opentrusty:problem:"
ME = Actor.system()
JSON = {"content-type": "application/json"}


@dataclass
class Sent:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Stub:
    """Answers what the test says, in order; None hangs up without a word."""

    url: str = ""
    answers: list[tuple[int, dict[str, str], bytes] | None] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)


@contextmanager
def serving(stub: Stub, *, tls: Mapping[str, Path] | None = None) -> Iterator[Stub]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            stub.sent.append(Sent(self.command, self.path, headers, body))
            told = stub.answers.pop(0)
            if told is None:
                return
            self.send_response(told[0])
            for name, value in told[1].items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told[2])

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            pass

    for method in ("GET", "POST"):
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(tls["tls_certificate_file"], tls["tls_key_file"])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(Stub()) as running:
        yield running


def login_at(url: str, runtime: FakeRuntime) -> Login:
    return Login(
        admin_url=url,
        tenant="acme",
        issuer=f"{url}/t/acme",
        token_endpoint=f"{url}/t/acme/token",
        revocation_endpoint=f"{url}/t/acme/revoke",
        access_token="the-token",
        refresh_token=None,
        expires_at=runtime.now() + timedelta(minutes=10),
    )


@pytest.fixture
def api(stub: Stub, tmp_path: Path) -> Api:
    runtime = FakeRuntime()
    return Api(Http(), Logins({"XDG_CONFIG_HOME": str(tmp_path)}), login_at(stub.url, runtime), runtime)


def problem(status: int, code: str, **more: Any) -> tuple[int, dict[str, str], bytes]:
    told = {"type": PROBLEM + code, "status": status, "detail": "So it is.", "request_id": "r1", **more}
    return status, {"content-type": "application/problem+json"}, json.dumps(told).encode()


async def test_a_token_goes_where_it_belongs_and_nowhere_else(api: Api, stub: Stub) -> None:
    """A redirect is not followed: it is an answer that no Admin Plane gives."""
    with serving(Stub()) as other:
        stub.answers = [(302, {"location": f"{other.url}/api/v1/me"}, b"")]
        with pytest.raises(OpenTrustyError, match="not as OpenTrusty does"):
            await api.get("/me")
        assert [sent.headers["authorization"] for sent in stub.sent] == ["Bearer the-token"]
        assert other.sent == []


async def test_proxies_are_for_other_machines(api: Api, stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    stub.answers = [(200, JSON, b'{"id": "x"}')]
    assert await api.get("/me") == {"id": "x"}


async def test_secrets_are_sent_over_tls_alone(api: Api) -> None:
    for url in ("http://api.example.org", "ftp://localhost", "file:///etc/passwd"):
        with pytest.raises(ConfigurationError, match="use https"):
            await Http().send("GET", url)


async def test_a_certificate_has_to_be_of_an_authority_that_is_trusted(stub: Stub, tmp_path: Path) -> None:
    """The system's, or those that the settings name; and of this host."""
    made = make_certificate(tmp_path, "api.example")
    authority = made["tls_certificate_file"]
    with serving(Stub(), tls=made) as secured:
        port = secured.url.rpartition(":")[2]
        for http, host in ((Http(), "127.0.0.1"), (Http(authority), "localhost")):
            with pytest.raises(StoreUnavailable, match="certificate verify failed"):
                await http.send("GET", f"https://{host}:{port}/api/v1/me")
        assert secured.sent == []
        secured.answers = [(200, JSON, b"{}")]
        assert (await Http(authority).send("GET", f"https://127.0.0.1:{port}/api/v1/me")).is_good
    with pytest.raises(ConfigurationError, match="CA bundle"):
        await Http(tmp_path / "nothing.pem").send("GET", "https://localhost:9/")


@pytest.mark.parametrize(
    ("answer", "code", "sentence"),
    [
        (problem(403, "forbidden"), 3, "So it is."),
        (problem(404, "not_found"), 4, "So it is."),
        (problem(409, "conflict"), 5, "So it is."),
        (problem(412, "precondition_failed"), 5, "So it is."),
        (problem(503, "temporarily_unavailable"), 6, "So it is."),
        (problem(500, "server_error"), 1, "So it is. (request r1)"),
        (problem(415, "unsupported_media_type"), 1, "So it is."),
        (problem(400, "invalid", errors=[{"pointer": "#/claims/a~1b%20c", "detail": "No."}]), 2, "claims.a/b c: No."),
        (problem(400, "invalid", errors=[{"parameter": "sort", "detail": "No."}]), 2, "sort: No."),
        ((502, {"content-type": "text/html"}, b"<h1>Bad gateway</h1>"), 1, "answered 502, and not as OpenTrusty does."),
        ((200, JSON, b"[]"), 1, "answered 200, and not as OpenTrusty does."),
    ],
)
async def test_problems_end_commands_as_the_use_cases_do(
    api: Api, stub: Stub, answer: tuple[int, dict[str, str], bytes], code: int, sentence: str
) -> None:
    stub.answers = [answer]
    with pytest.raises(OpenTrustyError) as caught:
        await api.get("/anything")
    assert (exit_code(caught.value), str(caught.value).endswith(sentence)) == (code, True)


async def test_how_long_to_wait_is_told(api: Api, stub: Stub) -> None:
    status, headers, body = problem(429, "too_many_requests")
    stub.answers = [(status, {**headers, "retry-after": "17"}, body)]
    with pytest.raises(Throttled, match="17 seconds"):
        await api.get("/anything")


async def test_a_lost_answer_is_asked_for_again_under_the_same_key(api: Api, stub: Stub) -> None:
    """So that nothing is made twice."""
    stub.answers = [None, (201, JSON, b'{"id": "made"}')]
    assert await api.post("/tenants", {"name": "x"}) == {"id": "made"}
    first, second = stub.sent
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.body == second.body == b'{"name": "x"}'


async def test_an_answer_that_is_cut_off_is_no_success(api: Api, stub: Stub) -> None:
    counts = {"created": 1, "updated": 0, "skipped": 0, "refused": 0, "dry_run": False}
    stub.answers = [(200, JSON, json.dumps({"type": "progress", **counts}).encode() + b"\n")]
    with pytest.raises(StoreUnavailable, match="cut off"):
        _ = [step async for step in imported(api, b'{"username": "a"}\n')]


async def test_a_record_of_another_version_is_told(api: Api, stub: Stub) -> None:
    stub.answers = [(200, JSON, b'{"id": "x", "username": "ada", "status": "asleep"}')]
    with pytest.raises(OpenTrustyError, match="a User that this version cannot read"):
        await Remote(api).users.get(ME, "acme", "ada")


async def test_names_are_one_part_of_a_path_whatever_they_hold(api: Api, stub: Stub) -> None:
    stub.answers = [problem(404, "not_found")]
    with pytest.raises(OpenTrustyError):
        await Remote(api).users.get(ME, "acme", "../../me?x#y/é")
    assert stub.sent[0].path == "/api/v1/tenants/acme/users/..%2F..%2Fme%3Fx%23y%2F%C3%A9"
    for dots in (".", ".."):
        with pytest.raises(OpenTrustyError, match="dots"):
            path("tenants", dots)


def imported(api: Api, *chunks: bytes, format_: ImportFormat = ImportFormat.JSONL) -> AsyncIterator[ImportStep]:
    async def upload() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return Remote(api).user_imports.run(ME, "acme", upload(), format_)


def taken(created: int, *refused: int) -> tuple[int, dict[str, str], bytes]:
    problems = {"username": "It is empty."}
    nobody = {"username": None, "user_id": None, "problems": problems}
    lines: list[dict[str, Any]] = [{"type": "refused", "line": line, **nobody} for line in refused]
    counts = {"created": created, "updated": 0, "skipped": 0, "refused": len(refused), "dry_run": False}
    lines.append({"type": "done", **counts})
    return 200, JSON, b"".join(json.dumps(line).encode() + b"\n" for line in lines)


async def test_json_lines_of_any_length_are_sent_in_parts(
    api: Api, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole lines each; numbers and counts go on from part to part."""
    monkeypatch.setattr(users, "PART", 7)
    stub.answers = [taken(2), taken(1, 1), taken(1)]
    steps = [step async for step in imported(api, b"{1}\n{2}\n{", b"3}\n{4}\n", b"{5}")]
    assert [sent.body for sent in stub.sent] == [b"{1}\n{2}\n", b"{3}\n{4}\n", b"{5}"]
    assert [report.line for step in steps for report in step.reports] == [3]
    assert {outcome.value: count for outcome, count in steps[-1].totals.items()} == {
        "created": 4,
        "updated": 0,
        "skipped": 0,
        "refused": 1,
    }


async def test_a_csv_is_sent_whole(api: Api, stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records may go over lines, and its first line says what the others are."""
    monkeypatch.setattr(users, "PART", 8)
    stub.answers = [taken(2)]
    _ = [step async for step in imported(api, b"username\na\n", b"bbbbbbbbb\n", format_=ImportFormat.CSV)]
    assert [sent.body for sent in stub.sent] == [b"username\na\nbbbbbbbbb\n"]


async def test_an_empty_upload_is_sent_all_the_same(api: Api, stub: Stub) -> None:
    stub.answers = [problem(400, "invalid", errors=[{"pointer": "#/header", "detail": "The file is empty."}])]
    with pytest.raises(Invalid, match=r"header: The file is empty\."):
        _ = [step async for step in imported(api, format_=ImportFormat.CSV)]


# --- The authorization response --------------------------------------------------------------------------------------


@pytest.mark.case("A15")
@pytest.mark.parametrize("spoil", [lambda it: it.pop("iss"), lambda it: it.update(iss="https://evil.example/t/acme")])
async def test_an_answer_of_another_issuer_is_not_redeemed(
    stub: Stub, spoil: Callable[[dict[str, str]], object]
) -> None:
    """The code is sent nowhere (RFC 9207 §2.4)."""
    runtime = FakeRuntime()
    login = login_at(stub.url, runtime)
    server = oauth.Server(
        admin_url=login.admin_url,
        tenant=login.tenant,
        issuer=login.issuer,
        authorization_endpoint=f"{login.issuer}/authorize",
        token_endpoint=login.token_endpoint,
        revocation_endpoint=login.revocation_endpoint,
    )
    attempt = oauth.begin(server, "http://127.0.0.1:1/callback", runtime)
    answered = {"code": "c", "state": attempt.state, "iss": login.issuer}
    spoil(answered)
    with pytest.raises(OpenTrustyError, match="Another server answered"):
        await oauth.redeem(Http(), server, attempt, answered, runtime.now())
    assert stub.sent == []
