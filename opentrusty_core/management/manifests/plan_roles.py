"""The part of a plan that is about roles, groups, and which clients and groups hold which role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from opentrusty_core.domain.custom_role import CustomRole
from opentrusty_core.domain.group import Group, group_name_normal
from opentrusty_core.domain.manifest import DeclaredGroup, DeclaredRole, Manifest
from opentrusty_core.domain.principal import Principal, PrincipalKind
from opentrusty_core.domain.role import BUILTIN_ROLES, RoleScope
from opentrusty_core.management.manifests.steps import (
    Action,
    AssignmentStep,
    GroupStep,
    RoleStep,
    State,
    changes_between,
)

_BUILTIN = frozenset(role.name for role in BUILTIN_ROLES.values() if role.scope is RoleScope.TENANT)


def roles_after(manifest: Manifest, state: State, *, delete: bool) -> frozenset[str]:
    """The names of the roles that can be held in the tenant when all is done."""
    own = state.roles.keys() if manifest.roles is None else manifest.roles.keys()
    return _BUILTIN.union(own, () if delete else state.roles)


def role_steps(wanted: Mapping[str, DeclaredRole], known: Mapping[str, CustomRole]) -> Iterator[RoleStep]:
    """Roles made and changed."""
    for name, declared in wanted.items():
        permissions = tuple(sorted(set(declared.permissions)))
        after: dict[str, object] = {"description": declared.description, "permissions": list(permissions)}
        current = known.get(name)
        before: dict[str, object] = {}
        if current is not None:
            before = {"description": current.description, "permissions": list(current.permission_names)}
        if before != after:
            yield RoleStep(
                action=Action.CREATE if current is None else Action.UPDATE,
                name=name,
                fields={"description": declared.description, "permissions": permissions},
                changes=() if current is None else tuple(changes_between(before, after)),
                version=None if current is None else current.version,
            )


def removed_role_steps(wanted: Mapping[str, DeclaredRole], known: Mapping[str, CustomRole]) -> Iterator[RoleStep]:
    """Roles that go."""
    for name in sorted(known.keys() - wanted.keys()):
        yield RoleStep(action=Action.DELETE, name=name)


def group_steps(
    wanted: Mapping[str, DeclaredGroup], known: Mapping[str, Group], *, delete: bool
) -> Iterator[GroupStep]:
    """Groups that go, and then those made and changed; who is a member stays."""
    by_normal = {group_name_normal(name): (name, declared) for name, declared in wanted.items()}
    if delete:
        for normal in sorted(known.keys() - by_normal.keys()):
            yield GroupStep(action=Action.DELETE, name=known[normal].name, group_id=known[normal].id)
    for normal, (name, declared) in by_normal.items():
        after: dict[str, object] = {"name": name, "description": declared.description}
        current = known.get(normal)
        if current is None:
            fields = {"name": name, "description": declared.description}
            yield GroupStep(action=Action.CREATE, name=name, fields={**fields})  # type: ignore[typeddict-item]
        elif changes := tuple(changes_between({"name": current.name, "description": current.description}, after)):
            yield GroupStep(
                action=Action.UPDATE,
                name=name,
                fields={"name": name, "description": declared.description},
                group_id=current.id,
                changes=changes,
                version=current.version,
            )


def assignment_steps(manifest: Manifest, state: State) -> Iterator[AssignmentStep]:
    """Roles taken from clients and groups that the manifest lists, and then those given to them."""
    wanted: dict[tuple[PrincipalKind, str], tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for client_id, client in (manifest.clients or {}).items():
        wanted[PrincipalKind.CLIENT, client_id] = client.roles, state.held.get(Principal.client(client_id), ())
    for name, group in (manifest.groups or {}).items():
        known = state.groups.get(group_name_normal(name))
        held = state.held.get(Principal.group(known.id), ()) if known else ()
        wanted[PrincipalKind.GROUP, name] = group.roles, held
    for action, (first, other) in ((Action.DELETE, (1, 0)), (Action.CREATE, (0, 1))):
        for (kind, holder), roles in wanted.items():
            for role in sorted(set(roles[first]) - set(roles[other])):
                yield AssignmentStep(action=action, kind=kind, holder=holder, role=role)
