"""Management over a store in memory, with a clock that stands still and hashes that cost nothing."""

from __future__ import annotations

import pytest

from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.management import Management
from opentrusty_core.storage import Store
from opentrusty_core.stores.memory import MemoryStore
from tests.management.place import Place, make_management, make_place
from tests.support.runtime import FakeRuntime


@pytest.fixture
def runtime() -> FakeRuntime:
    return FakeRuntime()


@pytest.fixture
def store() -> Store:
    return MemoryStore()


@pytest.fixture
def master_keys(runtime: FakeRuntime) -> MasterKeys:
    return MasterKeys.parse(MasterKeys.generate(runtime.token_bytes), runtime.token_bytes)


@pytest.fixture
def management(store: Store, runtime: FakeRuntime, master_keys: MasterKeys) -> Management:
    return make_management(store, runtime, master_keys)


@pytest.fixture
async def acme(management: Management, store: Store, runtime: FakeRuntime) -> Place:
    return await make_place(management, store, runtime, "acme")


@pytest.fixture
async def globex(management: Management, store: Store, runtime: FakeRuntime) -> Place:
    return await make_place(management, store, runtime, "globex")
