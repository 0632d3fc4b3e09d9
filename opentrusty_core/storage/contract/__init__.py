"""The contract of `storage`, as a test suite for everybody who writes a store of their own.

Each test promises one sentence of a Protocol. To run them all, put this into a test module, and give it a fixture named
`store` that answers with an empty, migrated store, a new one for each test:

    import pytest

    pytest.register_assert_rewrite("opentrusty_core.storage.contract")
    from opentrusty_core.storage.contract import *

    @pytest.fixture
    async def store():
        store = MyStore(...)
        await store.migrate()
        yield store
        await store.close()

It needs pytest with AnyIO's plugin (`anyio_mode = "auto"`) and the marker `case`, which names the attacks and faults
that a test shows (`markers = ["case: attacks and faults"]`). What the promises mean can be read, in plain Python, in
`opentrusty_core.stores.memory`. Nothing here is imported when OpenTrusty runs.
"""

from __future__ import annotations

from opentrusty_core.storage.contract.attempts import TestAttempts
from opentrusty_core.storage.contract.audit import TestAudit
from opentrusty_core.storage.contract.changes import TestChanges
from opentrusty_core.storage.contract.client_lists import TestClientLists
from opentrusty_core.storage.contract.codes import TestIssuingCodes, TestRedeemingCodes
from opentrusty_core.storage.contract.erasure import TestErasure
from opentrusty_core.storage.contract.grants import TestGrants
from opentrusty_core.storage.contract.groups import TestGroups
from opentrusty_core.storage.contract.hostile import TestHostileInput
from opentrusty_core.storage.contract.interactions import TestInteractions
from opentrusty_core.storage.contract.isolation import TestIsolation
from opentrusty_core.storage.contract.links import TestLinks
from opentrusty_core.storage.contract.newcomers import TestAddingManyUsers
from opentrusty_core.storage.contract.paging import TestPaging
from opentrusty_core.storage.contract.passwords import (
    TestChangingPasswords,
    TestPasswordRaces,
    TestStartingSessionsByPassword,
)
from opentrusty_core.storage.contract.people import TestConsents, TestPasswords, TestUsers
from opentrusty_core.storage.contract.platform import TestStore, TestTenants
from opentrusty_core.storage.contract.purging import TestPurging
from opentrusty_core.storage.contract.races import TestRaces
from opentrusty_core.storage.contract.registry import TestClients, TestResources, TestTenantRecord
from opentrusty_core.storage.contract.roles import (
    TestAssignments,
    TestAuthority,
    TestDeclaredAccesses,
    TestPlatformAssignments,
    TestRoles,
)
from opentrusty_core.storage.contract.seals import TestSeals
from opentrusty_core.storage.contract.sessions import TestEndingSessions, TestRecognisingSessions, TestStartingSessions
from opentrusty_core.storage.contract.signing_keys import TestSigningKeys
from opentrusty_core.storage.contract.statistics import TestStatistics
from opentrusty_core.storage.contract.tenant_lists import TestTenantLists
from opentrusty_core.storage.contract.throttles import TestThrottles
from opentrusty_core.storage.contract.tokens import TestAccessTokens, TestLookingUpRefreshTokens, TestRefreshTokens
from opentrusty_core.storage.contract.transactions import TestTransactions
from opentrusty_core.storage.contract.upkeep import TestUpkeep
from opentrusty_core.storage.contract.user_lists import TestFindingUsers, TestSortingUsers

__all__ = [
    "TestAccessTokens",
    "TestAddingManyUsers",
    "TestAssignments",
    "TestAttempts",
    "TestAudit",
    "TestAuthority",
    "TestChanges",
    "TestChangingPasswords",
    "TestClientLists",
    "TestClients",
    "TestConsents",
    "TestDeclaredAccesses",
    "TestEndingSessions",
    "TestErasure",
    "TestFindingUsers",
    "TestGrants",
    "TestGroups",
    "TestHostileInput",
    "TestInteractions",
    "TestIsolation",
    "TestIssuingCodes",
    "TestLinks",
    "TestLookingUpRefreshTokens",
    "TestPaging",
    "TestPasswordRaces",
    "TestPasswords",
    "TestPlatformAssignments",
    "TestPurging",
    "TestRaces",
    "TestRecognisingSessions",
    "TestRedeemingCodes",
    "TestRefreshTokens",
    "TestResources",
    "TestRoles",
    "TestSeals",
    "TestSigningKeys",
    "TestSortingUsers",
    "TestStartingSessions",
    "TestStartingSessionsByPassword",
    "TestStatistics",
    "TestStore",
    "TestTenantLists",
    "TestTenantRecord",
    "TestTenants",
    "TestThrottles",
    "TestTransactions",
    "TestUpkeep",
    "TestUsers",
]
