"""Every store keeps the contract: memory, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opentrusty_core.stores.memory import MemoryStore

pytest.register_assert_rewrite("opentrusty_core.storage.contract")
from opentrusty_core.storage.contract import *  # noqa: E402, F403 - the suite

if TYPE_CHECKING:
    from opentrusty_core.storage import Store


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    yield MemoryStore()
