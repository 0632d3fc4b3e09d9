"""Every operation, one noun a file; a module that is named here has its operations served and described."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from opentrusty_admin.operation import Operation
from opentrusty_admin.routes import (
    accesses,
    assignments,
    audit,
    client_grants,
    clients,
    consents,
    groups,
    issuers,
    keys,
    links,
    manifests,
    me,
    platform_audit,
    platform_roles,
    resources,
    roles,
    sessions,
    statistics,
    system,
    tenant_settings,
    tenants,
    user_bulk,
    user_files,
    users,
)

MODULES: Final[tuple[ModuleType, ...]] = (
    issuers,
    me,
    tenants,
    tenant_settings,
    users,
    user_files,
    user_bulk,
    consents,
    links,
    sessions,
    clients,
    client_grants,
    resources,
    manifests,
    keys,
    roles,
    groups,
    assignments,
    platform_roles,
    accesses,
    audit,
    platform_audit,
    statistics,
    system,
)

OPERATIONS: Final[tuple[Operation, ...]] = tuple(
    value for module in MODULES for value in vars(module).values() if isinstance(value, Operation)
)
