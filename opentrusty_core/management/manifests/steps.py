"""Plans as data: the steps from what a tenant is to what it is to be, each with what it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, TypeAlias

from opentrusty_core.domain.client import Client, ClientStatus
from opentrusty_core.domain.custom_role import CustomRole
from opentrusty_core.domain.group import Group
from opentrusty_core.domain.principal import Principal, PrincipalKind
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.tenant import Tenant, TenantSettings
from opentrusty_core.management.client_fields import ClientFields
from opentrusty_core.management.custom_roles import RoleFields
from opentrusty_core.management.groups import GroupFields


class Action(StrEnum):
    """What a step does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field, and its value before and after as plain data; None where there is none."""

    field: str
    before: object = None
    after: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantStep:
    """Make the tenant, or change its name and settings; `version` is the one that was looked at."""

    noun: ClassVar[str] = "tenant"
    action: Action
    name: str
    display_name: str | None
    settings: TenantSettings | None
    changes: tuple[Change, ...] = ()
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceStep:
    """Save a resource, or delete it (`resource` is None); `version` is the one that was looked at, 0 for none, and None
    where an earlier step of the plan changes it too.
    """

    noun: ClassVar[str] = "resource"
    action: Action
    name: str
    resource: Resource | None
    changes: tuple[Change, ...] = ()
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientStep:
    """Register, change or delete a client; `status` only where it is to be another one."""

    noun: ClassVar[str] = "client"
    action: Action
    name: str
    fields: ClientFields = field(default_factory=ClientFields)
    status: ClientStatus | None = None
    changes: tuple[Change, ...] = ()
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleStep:
    """Make, change or delete a role of the tenant's own."""

    noun: ClassVar[str] = "role"
    action: Action
    name: str
    fields: RoleFields = field(default_factory=RoleFields)
    changes: tuple[Change, ...] = ()
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStep:
    """Make, change or delete a group; `group_id` is that of a group that is there."""

    noun: ClassVar[str] = "group"
    action: Action
    name: str
    fields: GroupFields = field(default_factory=GroupFields)
    group_id: str = ""
    changes: tuple[Change, ...] = ()
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentStep:
    """Give a role to a client or group, or take it."""

    noun: ClassVar[str] = "assignment"
    action: Action
    kind: PrincipalKind
    holder: str
    role: str
    changes: tuple[Change, ...] = ()

    @property
    def name(self) -> str:
        """As in `client job: tenant_auditor`."""
        return f"{self.kind.value} {self.holder}: {self.role}"


Step: TypeAlias = TenantStep | ResourceStep | RoleStep | GroupStep | ClientStep | AssignmentStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The steps, in their order; where there are none, the tenant is what the manifest says.

    `settings`, `resources` and the names of the `roles` are those of the tenant when all is done.
    """

    tenant: str
    steps: tuple[Step, ...]
    settings: TenantSettings
    resources: Mapping[str, Resource]
    roles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A tenant as it is, save for what no manifest speaks of; `tenant` is None where there is none yet.

    Groups go by the normal form of their names; `held` are the roles of the tenant that clients and groups hold.
    """

    tenant: Tenant | None = None
    resources: Mapping[str, Resource] = field(default_factory=dict)
    clients: Mapping[str, Client] = field(default_factory=dict)
    roles: Mapping[str, CustomRole] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    held: Mapping[Principal, tuple[str, ...]] = field(default_factory=dict)


def changes_between(before: Mapping[str, object], after: Mapping[str, object], path: str = "") -> Iterator[Change]:
    """What differs, at any depth, the fields named as in `settings.lifetimes.code`."""
    for name in dict.fromkeys((*before, *after)):
        was, will_be = before.get(name), after.get(name)
        if isinstance(was, Mapping) and isinstance(will_be, Mapping):
            yield from changes_between(was, will_be, f"{path}{name}.")
        elif was != will_be:
            yield Change(field=f"{path}{name}", before=was, after=will_be)
