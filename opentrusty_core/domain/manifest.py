"""Manifests: what a tenant is to be, as a file says it.

A section that is there says everything about what it is about: what it leaves out is as it begins, and what it does not
list is removed. A section that is not there says nothing. Users, who of them is a member of which group, keys, secrets,
sessions and grants are in no manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opentrusty_core.domain.client import ClientStatus
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.tenant import TenantSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredClient:
    """A client as it is to be: `fields` by their names, those left out as a client begins; `roles` of the tenant."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    status: ClientStatus = ClientStatus.ACTIVE
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredRole:
    """A role of the tenant's own as it is to be."""

    description: str = ""
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredGroup:
    """A group as it is to be, with the `roles` of the tenant that its members hold through it."""

    description: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A tenant as it is to be; None for a section that says nothing.

    Resources and clients are named by their ids, roles and groups by their names.
    """

    tenant: str
    display_name: str | None = None
    settings: TenantSettings | None = None
    resources: Mapping[str, Resource] | None = None
    clients: Mapping[str, DeclaredClient] | None = None
    roles: Mapping[str, DeclaredRole] | None = None
    groups: Mapping[str, DeclaredGroup] | None = None
