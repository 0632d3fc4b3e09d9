"""What the logs say, and what they never say (row L4)."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from opentrusty_core.errors import StoreUnavailable
from opentrusty_server import access_log
from opentrusty_server.logs import JsonFormatter, configure, described
from tests.support.auth_plane import PASSWORD, World

pytestmark = pytest.mark.case("L4")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, as the servers log it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root, ours = logging.getLogger(), logging.getLogger("opentrusty")
    handlers, level = root.handlers, root.level
    configure("debug")
    root.handlers = [handler]
    yield stream
    root.handlers = handlers
    root.setLevel(level)
    ours.setLevel(logging.NOTSET)


def lines(log: io.StringIO, logger: str = "opentrusty.access") -> list[dict[str, Any]]:
    """The records of one logger; every line of all is one JSON object."""
    records = [json.loads(line) for line in log.getvalue().splitlines()]
    return [record for record in records if record["logger"] == logger]


async def test_no_secret_of_a_whole_sign_in_stands_in_the_logs_or_the_audit(world: World, log: io.StringIO) -> None:
    """Canaries: passwords, typed names, cookies, handles, codes, tokens, secrets, state, nonce, queries, headers."""
    canaries = {
        PASSWORD,
        "typed-in-the-wrong-field",
        "canary-wrong-password",
        "canary-state",
        "canary-nonce",
        "canary-hint",
    }
    async with world.browser() as browser:
        url = world.authorize_url(state="canary-state", nonce="canary-nonce", login_hint="canary-hint")
        page = await browser.open(url)
        canaries.add(page.form.fields["csrf"])
        await browser.sign_in(page, "typed-in-the-wrong-field", "canary-wrong-password")
        consent = await browser.sign_in(page, "maria", PASSWORD)
        canaries |= {consent.url.rpartition("/")[2], *browser.cookies.values()}
        done = await browser.submit(consent)
    tokens = await world.redeem(done.sent["code"])
    canaries |= {done.sent["code"], *(str(value) for name, value in tokens.items() if name.endswith("_token"))}
    canaries |= {*world.secrets.values(), "canary-header", "canary-body", "canary-query", "canary-path"}
    async with world.client() as client:
        form = {"grant_type": "refresh_token", "refresh_token": "canary-body", "client_id": "shop"}
        bearer = {"authorization": "Bearer canary-header"}
        await client.post("/t/acme/token", data=form, headers=bearer)
        await client.get("/t/acme/userinfo?access_token=canary-query", headers=bearer)
        await client.get("/t/acme/canary-path?x=canary-query")
        await client.get(world.authorize_url(redirect_uri="https://canary-query.example/"))
    world.app.access_log.flush()
    written = log.getvalue() + repr(await world.events())
    assert lines(log), "nothing was logged"
    assert [canary for canary in canaries if canary in written] == []


async def test_a_line_says_what_was_asked_and_how_it_ended(world: World, log: io.StringIO) -> None:
    """Endpoint, tenant, status, time taken, address, and the id that the answer carries."""
    async with world.client() as client:
        answer = await client.get("/t/acme/jwks?x=1")
    assert not lines(log)
    world.app.access_log.flush()
    (line,) = lines(log)
    assert line.pop("ms") >= 0
    assert line.pop("time")
    assert line == {
        "level": "info",
        "logger": "opentrusty.access",
        "message": "request",
        "request_id": answer.headers["x-request-id"],
        "method": "GET",
        "endpoint": "jwks",
        "tenant": "acme",
        "status": 200,
        "ip": "192.0.2.1",
    }


async def test_lines_are_written_within_moments_and_none_is_lost_or_doubled(
    world: World, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to ask for them."""
    monkeypatch.setattr(access_log, "FLUSH_AFTER", 0.001)
    async with world.client() as client:
        for _ in range(3):
            ids = [(await client.get("/livez")).headers["x-request-id"] for _ in range(2)]
            with anyio.fail_after(5):
                while ids[-1] not in log.getvalue():
                    await anyio.lowlevel.checkpoint()
    seen = [line["request_id"] for line in lines(log)]
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    "evil", ['\n{"level":"critical"}', "\r\nfake", "\x1b[31mred", "\u2028", "\x00", "\u202eabc", "\x85"]
)
def test_control_characters_are_encoded(log: io.StringIO, evil: str) -> None:
    """No text that a stranger sends can end a line, forge another or colour a terminal."""
    logging.getLogger("opentrusty.test").warning("said %s", evil, extra={"fields": {"agent": evil}})
    (line,) = lines(log, "opentrusty.test")
    assert line["message"] == f"said {evil}"
    assert line["agent"] == evil
    written = log.getvalue().removesuffix("\n")
    assert written.isascii()
    assert written.isprintable()


async def test_an_unexpected_error_is_500_with_its_id_and_its_words_stay_out(
    world: World, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Foreign errors may quote values: the log has their kind and place, the answer nothing but the id."""

    async def broken(*_: object) -> None:
        raise ValueError("canary in an error")

    monkeypatch.setattr(type(world.provider.protocol), "token", broken)
    async with world.client() as client:
        answer = await client.post("/t/acme/token", content=b"x=1")
    assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
    (line,) = lines(log, "opentrusty.errors")
    assert (line["error"], line["request_id"]) == ("ValueError", answer.headers["x-request-id"])
    assert any("broken" in frame for frame in line["trace"])
    assert "canary" not in log.getvalue() + answer.text


async def test_a_database_that_is_away_is_503_with_retry_after(
    world: World, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON for programs and a page for people, both with an id and without the database's name."""

    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("connection to db-1.internal refused", retry_after=2)

    monkeypatch.setattr(type(world.provider.protocol), "issuer", away)
    async with world.client() as client:
        data = await client.post("/t/acme/token", content=b"x=1")
        page = await client.get("/t/acme/authorize", headers={"accept": "text/html"})
    assert [answer.status_code for answer in (data, page)] == [503, 503]
    assert [answer.headers["retry-after"] for answer in (data, page)] == ["2", "2"]
    assert data.json()["error"] == "temporarily_unavailable"
    assert "Temporarily unavailable" in page.text
    assert "db-1" not in data.text + page.text
    assert {line["level"] for line in lines(log, "opentrusty.errors")} == {"warning"}


def test_a_cause_is_told_too() -> None:
    """What lies behind an error of ours helps whoever reads the log."""
    try:
        try:
            raise OSError("host db-1 secret")
        except OSError as error:
            raise StoreUnavailable("The database is unavailable.") from error
    except StoreUnavailable as error:
        said = described(error)
    assert said["error"] == "StoreUnavailable: The database is unavailable."
    assert isinstance(said["cause"], dict)
    assert said["cause"]["error"] == "OSError"
    assert "secret" not in repr(said)


def test_configure_sends_everything_to_one_handler() -> None:
    """Ours at the level asked for; libraries' records come out as JSON as well, where something is wrong."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    try:
        configure("warning")
        assert [type(handler.formatter) for handler in root.handlers] == [JsonFormatter]
        assert not logging.getLogger("opentrusty.access").isEnabledFor(logging.INFO)
        configure("info")
        assert logging.getLogger("opentrusty.access").isEnabledFor(logging.INFO)
        assert not logging.getLogger("httpx2").isEnabledFor(logging.INFO)
    finally:
        root.handlers = handlers
        root.setLevel(level)
        logging.getLogger("opentrusty").setLevel(logging.NOTSET)
