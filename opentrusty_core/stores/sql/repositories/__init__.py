"""The repositories over named queries: one file for each of `storage`."""

from __future__ import annotations
