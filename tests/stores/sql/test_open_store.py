"""`open_store` reads a database URL, and needs no database for that."""

from __future__ import annotations

import subprocess
import sys

import pytest

from opentrusty_core.errors import ConfigurationError
from opentrusty_core.stores import open_store
from opentrusty_core.stores.memory import MemoryStore
from opentrusty_core.stores.sql.postgres.pool import parse_url
from opentrusty_core.stores.sql.store import SqlStore

LAZY = """
import sys
from opentrusty_core.stores import open_store
open_store("sqlite:///none.db")
assert "psycopg" not in sys.modules, "SQLite does not need psycopg"
open_store("memory:")
open_store("postgresql://nowhere.invalid/none")
assert "psycopg" in sys.modules
"""


def test_sqlite_does_not_import_psycopg() -> None:
    subprocess.run([sys.executable, "-c", LAZY], check=True)


@pytest.mark.parametrize(
    "url", ["sqlite:///a.db", "sqlite:////tmp/a.db", "postgresql://nowhere.invalid/a", "postgres:///a?host=/nowhere"]
)
def test_a_store_opens_without_its_database(url: str) -> None:
    assert isinstance(open_store(url), SqlStore)


def test_memory_opens() -> None:
    assert isinstance(open_store("memory:"), MemoryStore)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mysql://localhost/a",
        "a.db",
        "sqlite:a.db",
        "sqlite://a.db",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///a.db?mode=ro",
        "postgresql://localhost/a?pool_size=0",
        "postgresql://localhost/a?pool_size=many",
        "postgresql://localhost/a?row_security=yes",
        "postgresql://localhost/a?no_such_option=1",
    ],
)
def test_any_other_url_is_refused_in_a_plain_sentence(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"\.$"):
        open_store(url)


def test_the_url_sets_what_is_ours_and_libpq_the_rest() -> None:
    url = "postgresql://u@h1:1,h2:2/db?pool_size=3&row_security=on&sslmode=require&options=-c%20work_mem%3D1MB"
    address = parse_url(url)
    assert (address.pool_size, address.row_security) == (3, True)
    assert not parse_url("postgresql://u@h1/db").row_security
    for expected in ("host=h1,h2", "port=1,2", "sslmode=require", "target_session_attrs=read-write", "work_mem=1MB"):
        assert expected in address.conninfo
    for setting in ("statement_timeout=2s", "lock_timeout=500ms"):
        assert setting in address.conninfo
