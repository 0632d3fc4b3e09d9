"""A body that is saved as it arrives: all of it or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from io import BytesIO
from typing import Any

import pytest

from opentrusty_server import http
from opentrusty_server.http import HttpError, Request

Messages = list[MutableMapping[str, Any]]


def a_request(messages: Messages, length: str | None = None) -> Request:
    async def receive() -> MutableMapping[str, Any]:
        return messages.pop(0) if messages else await asyncio.Future()

    headers = {} if length is None else {"content-length": length}
    scope = {"method": "POST", "path": "/", "query_string": b"", "headers": []}
    return Request(scope, receive, "a-request", None, headers)


def part(data: bytes, *, more: bool = True) -> MutableMapping[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


async def test_every_part_is_written_down() -> None:
    """In order, up to the last byte that is allowed."""
    file = BytesIO()
    await a_request([part(b"one "), part(b""), part(b"two", more=False)], "7").save(file, 7)
    assert file.getvalue() == b"one two"


@pytest.mark.case("L1")
@pytest.mark.parametrize(
    ("messages", "length", "status"),
    [
        ([], "8", 413),
        ([], "-1", 413),
        ([part(b"one "), part(b"four", more=False)], None, 413),
        ([part(b"one "), {"type": "http.disconnect"}], None, 400),
    ],
    ids=["announced", "no number", "too long", "gone"],
)
async def test_what_is_too_long_or_ends_early_is_refused(messages: Messages, length: str | None, status: int) -> None:
    """Before it is waited for, where its length says so."""
    with pytest.raises(HttpError) as refused:
        await a_request(messages, length).save(BytesIO(), 7)
    assert refused.value.status == status


@pytest.mark.case("L2")
async def test_a_body_that_stops_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much of it was there."""
    monkeypatch.setattr(http, "BODY_WITHIN", 0.01)
    with pytest.raises(HttpError) as refused:
        await a_request([part(b"one ")]).save(BytesIO(), 7)
    assert refused.value.status == 408
