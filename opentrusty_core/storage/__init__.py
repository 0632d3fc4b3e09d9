"""The repository interface: what a store must do, and nothing of how.

A store gives the repositories of one tenant at a time, so that an unscoped query cannot be written. Every method is
atomic by itself. Verbs belong to the domain; those that change something take the `AuditEvent` that is written in
the same transaction. Stores mint nothing, read no clock and never see a bearer value, only SHA-256 hashes.
`storage.contract` is the test suite that every store passes.

Every method raises `StoreUnavailable` where the database does not answer; nothing is half-done then.
"""

from __future__ import annotations

from opentrusty_core.storage.access import AccessTokens, Codes, Grants, RefreshTokens
from opentrusty_core.storage.attempts import Attempts
from opentrusty_core.storage.audit import Audit
from opentrusty_core.storage.ends import end_all_of_user
from opentrusty_core.storage.groups import Groups
from opentrusty_core.storage.outcomes import (
    AccessLookup,
    AttemptClaimed,
    AttemptHeld,
    Changes,
    CodeRedeemed,
    CodeRedemption,
    CodeReplayed,
    HeldGrant,
    Limited,
    OpenedInteraction,
    Recognised,
    RefreshRedeemed,
    RefreshRetried,
    RefreshReused,
    Taken,
    TenantCatalogue,
    Unknown,
)
from opentrusty_core.storage.people import Consents, Directory, Links, Passwords, Throttles, Users, living
from opentrusty_core.storage.registry import Clients, Resources, SigningKeys, TenantRecord
from opentrusty_core.storage.roles import Assignments, DeclaredAccesses, PlatformAssignments, Roles
from opentrusty_core.storage.row_security import Exemption, RowSecurity
from opentrusty_core.storage.seals import Ledger, Seals, Statistics, Written
from opentrusty_core.storage.signed_in import Interactions, Sessions
from opentrusty_core.storage.store import Platform, Store, TenantRepositories, Tenants

__all__ = [
    "AccessLookup",
    "AccessTokens",
    "Assignments",
    "AttemptClaimed",
    "AttemptHeld",
    "Attempts",
    "Audit",
    "Changes",
    "Clients",
    "CodeRedeemed",
    "CodeRedemption",
    "CodeReplayed",
    "Codes",
    "Consents",
    "DeclaredAccesses",
    "Directory",
    "Exemption",
    "Grants",
    "Groups",
    "HeldGrant",
    "Interactions",
    "Ledger",
    "Limited",
    "Links",
    "OpenedInteraction",
    "Passwords",
    "Platform",
    "PlatformAssignments",
    "Recognised",
    "RefreshRedeemed",
    "RefreshRetried",
    "RefreshReused",
    "RefreshTokens",
    "Resources",
    "Roles",
    "RowSecurity",
    "Seals",
    "Sessions",
    "SigningKeys",
    "Statistics",
    "Store",
    "Taken",
    "TenantCatalogue",
    "TenantRecord",
    "TenantRepositories",
    "Tenants",
    "Throttles",
    "Unknown",
    "Users",
    "Written",
    "end_all_of_user",
    "living",
]
