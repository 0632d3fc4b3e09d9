"""The provider that the tests of sign-ins share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.auth_plane import World
from tests.support.auth_plane import world as open_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world() as built:
        yield built
