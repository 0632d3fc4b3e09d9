"""What an operation declares that it needs is what its use case asks of the caller: neither more nor less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from opentrusty_admin.dispatch import Dispatcher
from opentrusty_admin.operation import Operation
from opentrusty_admin.routes import OPERATIONS
from opentrusty_core import Actor
from opentrusty_core.domain.role import PLATFORM_ADMIN, TENANT_OWNER, Permission
from tests.admin.minimal import minimal
from tests.admin.planted import ids_of
from tests.admin.test_matrix import is_allowed, send
from tests.support.admin_plane import AdminWorld

BODIES: Mapping[str, Mapping[str, Any]] = {
    "approve_domain": {"tenant": "acme", "domain": "login.acme.example"},
    "declare_access": {"tenant": "acme", "reason": "To see what is asked for"},
    "plan_manifest": {"manifest": {"tenant": "acme"}},
    "apply_manifest": {"manifest": {"tenant": "acme", "display_name": "Acme anew"}},
}
"""Where the smallest body does not get as far as the use case."""
IDS: Mapping[str, Mapping[str, str]] = {
    "give_platform_role": {"role": PLATFORM_ADMIN.name},
    "take_platform_role": {"role": PLATFORM_ADMIN.name},
}
ASKS_NOTHING = {"list_platform_roles"}
"""The built-in roles are no secret: they stand in the documentation."""


class Asked:
    """Records what use cases ask of those who are not the system itself, from when the caller was let in."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.permissions: set[Permission] = set()
        enter, require, require_platform = Dispatcher._enter, Actor.require, Actor.require_platform

        async def entering(dispatcher: Dispatcher, *arguments: Any) -> str:
            tenant_id = await enter(dispatcher, *arguments)
            self.permissions.clear()
            return tenant_id

        def requiring(actor: Actor, permission: Permission, tenant_id: str) -> None:
            self._note(actor, permission)
            require(actor, permission, tenant_id)

        def requiring_platform(actor: Actor, permission: Permission) -> None:
            self._note(actor, permission)
            require_platform(actor, permission)

        patch.setattr(Dispatcher, "_enter", entering)
        patch.setattr(Actor, "require", requiring)
        patch.setattr(Actor, "require_platform", requiring_platform)

    def _note(self, actor: Actor, permission: Permission) -> None:
        if not actor.is_system:
            self.permissions.add(permission)


@pytest.mark.case("J3")
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_a_use_case_asks_for_what_its_operation_declares(
    world: AdminWorld, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So nobody who is let in is refused behind the door, nothing is open that the document says is shut, and a change
    that is half made never meets a question.
    """
    owns = "tenant" in operation.parameters and is_allowed(operation, TENANT_OWNER.permissions)
    role, tenant = (TENANT_OWNER, world.acme) if owns else (PLATFORM_ADMIN, world.platform)
    api = await world.as_new("caller", role.name, tenant=tenant)
    ids = {**await ids_of(world, world.acme), **IDS.get(operation.id, {})}
    body = BODIES.get(operation.id) or (minimal(operation.body) if isinstance(operation.body, type) else None)
    asked = Asked(monkeypatch)
    answer = await send(api, operation, "acme", ids, body)
    assert "This needs the permission" not in answer.text
    assert answer.status_code not in {401, 500}, answer.text
    if operation.id in ASKS_NOTHING:
        assert not asked.permissions
        return
    declared = {*operation.permissions, *operation.also}
    assert asked.permissions <= declared
    assert asked.permissions >= set(operation.also)
    assert asked.permissions.intersection(operation.permissions) or not operation.permissions
