"""Every store keeps the contract: memory, SQLite and PostgreSQL (see `store` in conftest.py)."""

from __future__ import annotations

from opentrusty_core.storage.contract import *  # noqa: F403 - the suite
