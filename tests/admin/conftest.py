"""The planes that the tests of the Admin Plane share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.admin_plane import AdminWorld, admin_world


@pytest.fixture
async def world() -> AsyncIterator[AdminWorld]:
    async with admin_world() as built:
        yield built
