"""Records in rows: what is written is read back; what is damaged is refused; what is unknown is ignored."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Any

import pytest

from opentrusty_core.domain.claims import ClaimRequest, ClaimsRequest
from opentrusty_core.errors import StoreError
from opentrusty_core.storage.contract import builders
from opentrusty_core.stores.sql.codec import Damaged, Params, Record, Row, from_microseconds, to_microseconds
from opentrusty_core.stores.sql.rows import CLIENT, CONSENT, GRANT, INTERACTION, TENANT, event_params

RUNTIME = builders.StillRuntime()
SESSION = builders.a_session(RUNTIME, "a-user")
ASKED = ClaimsRequest(
    userinfo={"email": ClaimRequest(essential=True), "locale": ClaimRequest(values=("de", "fr"))},
    id_token={"auth_time": ClaimRequest()},
)
TEXT = "\0 \ud800 \U0001f600 'quoted' \"twice\""


def row_of(record: Record[Any], params: Params) -> Row:
    return tuple(params[f"{record.name}_{column}"] for column in record.columns)


@pytest.mark.parametrize(
    ("record", "value"),
    [
        (CLIENT, builders.a_client(RUNTIME, access_token_lifetime=timedelta(minutes=5), contacts=(TEXT,))),
        (CONSENT, builders.a_consent(RUNTIME, "a-user", "a-client", claims=frozenset({"email", "name"}))),
        (GRANT, builders.a_grant(RUNTIME, SESSION, "a-client", claims=ASKED, amr=("pwd", "two words"))),
        (INTERACTION, builders.an_interaction(RUNTIME, "a-client", consent_given=True)),
        (TENANT, builders.a_tenant(RUNTIME, display_name=TEXT)),
    ],
    ids=lambda value: value.name if isinstance(value, Record) else "",
)
def test_a_record_is_read_as_it_was_written(record: Record[Any], value: object) -> None:
    assert record.read(row_of(record, record.params(value))) == value


def test_a_record_may_begin_anywhere_in_a_row() -> None:
    grant = builders.a_grant(RUNTIME, SESSION, "a-client")
    row = ("before", *row_of(GRANT, GRANT.params(grant)), "after")
    assert GRANT.read(row, 1) == grant
    assert GRANT.find((None, *row[1:])) is None


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    id: str
    colour: Colour
    count: int
    seen_at: datetime | None = None
    label: str | None = None
    tags: tuple[str, ...] = ()
    size: int = 3
    parts: dict[str, int] = field(default_factory=dict)


THING = Record("thing", Thing, "id")
A_THING = Thing(id="1", colour=Colour.RED, count=2)


def test_what_is_empty_by_default_is_left_out_and_other_defaults_are_written() -> None:
    """So a later version with another default does not change what was stored."""
    assert json.loads(THING.params(A_THING)["thing_document"]) == {"colour": "red", "count": 2, "size": 3}


def test_what_a_newer_version_wrote_is_ignored() -> None:
    row = ("1", '{"colour": "red", "count": 2, "size": 3, "shape": {"of": "things to come"}}')
    assert THING.read(row) == A_THING


@pytest.mark.parametrize(
    "document",
    [
        "[]",
        "{}",
        '"text"',
        "{",
        '{"colour": "red", "count": 2} {}',
        '{"colour": "blue", "count": 2}',
        '{"colour": "red", "count": "2"}',
        '{"colour": "red", "count": true}',
        '{"colour": "red", "count": 2, "seen_at": "2026-01-01"}',
        '{"colour": "red", "count": 2, "tags": "a"}',
        '{"colour": "red", "count": 2, "tags": [1]}',
        '{"colour": "red", "count": 2, "parts": {"a": "b"}}',
    ],
)
def test_a_damaged_document_is_refused(document: str) -> None:
    with pytest.raises(Damaged) as raised:
        THING.read(("1", document))
    assert isinstance(raised.value, StoreError)


def test_moments_are_exact_and_in_utc() -> None:
    moment = datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=timezone(timedelta(hours=2)))
    assert from_microseconds(to_microseconds(moment)) == moment
    assert from_microseconds(to_microseconds(moment)).tzinfo is UTC


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(TypeError):
        to_microseconds(datetime(2026, 1, 1))  # noqa: DTZ001 - the point


def test_an_event_is_written_whatever_its_texts_hold() -> None:
    """An audit that an attacker could make fail would be none."""
    event = replace(builders.an_event(RUNTIME), target="a\0b", actor_id="\ud800")
    params = event_params(event)
    assert (params["event_target"], params["event_actor_id"]) == ("a\ufffdb", "\ufffd")
