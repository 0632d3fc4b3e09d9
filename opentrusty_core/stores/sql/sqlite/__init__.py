"""SQLite, by the standard library's driver."""

from __future__ import annotations
