"""The closure of privileges never grows: whatever people and clients do to roles, groups and each other, in any order.

Three people, a client and two groups of one tenant, two roles of its own. After every step, what anybody has gained is
what the one who acted could give; and nobody took hold of somebody who held more than they did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from opentrusty_core.domain.audit import Origin
from opentrusty_core.domain.client import GrantType
from opentrusty_core.domain.principal import Principal, PrincipalKind
from opentrusty_core.domain.role import BUILTIN_ROLES, Permission
from opentrusty_core.errors import DomainError
from opentrusty_core.management import Actor, actor_of_client, actor_of_user
from tests.management.place import PASSWORD, SYSTEM, Place, fresh_place

T = TypeVar("T")
Held = tuple[frozenset[Permission], frozenset[Permission]]

PEOPLE, GROUPS, OWN_ROLES = ("olive", "adam", "pat"), ("g1", "g2"), ("r1", "r2")
actors = st.sampled_from([*PEOPLE, "robot"])
holders = st.sampled_from([*PEOPLE, *GROUPS, "robot"])
people, groups, own_roles = st.sampled_from(PEOPLE), st.sampled_from(GROUPS), st.sampled_from(OWN_ROLES)
roles = st.sampled_from([*BUILTIN_ROLES, *OWN_ROLES])
permissions = st.sets(
    st.sampled_from(["user:read", "user:write", "client:write", "role:write", "role:assign", "group:write"])
    | st.sampled_from(["tenant:configure", "owner:assign", "access:read"]),
    max_size=4,
)


class Privileges(RuleBasedStateMachine):
    """Everything that can move a permission."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.ids: dict[str, Principal] = {}

    def teardown(self) -> None:
        self.loop.close()

    def run(self, work: Awaitable[T]) -> T:
        async def wait() -> T:
            return await work

        return self.loop.run_until_complete(wait())

    @initialize(keeper=st.booleans(), of_robot=st.none() | roles, of_group=st.none() | roles)
    def begin(self, keeper: bool, of_robot: str | None, of_group: str | None) -> None:
        """An owner, an administrator, somebody who holds the one role, a client and groups that hold some."""
        self.place: Place = self.run(fresh_place())
        self.tenant_id, management = self.place.tenant.id, self.place.management
        for user in (self.place.owner, self.place.admin, self.place.plain):
            self.ids[user.username] = Principal.user(user.id)
        fields = {"client_name": "Robot", "grant_types": (GrantType.CLIENT_CREDENTIALS,)}
        self.run(management.clients.create(SYSTEM, self.tenant_id, fields, client_id="robot"))  # type: ignore[arg-type]
        self.ids["robot"] = Principal.client("robot")
        for name in GROUPS:
            group = self.run(management.groups.create(SYSTEM, self.tenant_id, {"name": name}))
            self.ids[name] = Principal.group(group.id)
        for name in OWN_ROLES:
            self.run(management.custom_roles.create(SYSTEM, self.tenant_id, name, {}))
        for role, holder in (("r1", "pat"), ("r2", "g1"), (of_group, "g2"), (of_robot, "robot")):
            if role is not None:
                self.run(management.roles.assign(SYSTEM, self.tenant_id, self.ids[holder], role))
        if keeper:
            kept = {"permissions": ["group:write", "role:write", "role:assign", "user:write", "client:write"]}
            self.run(management.custom_roles.update(SYSTEM, self.tenant_id, "r1", kept))  # type: ignore[arg-type]

    def actor(self, name: str) -> Actor:
        principal = self.ids[name]
        make = actor_of_client if principal.kind is PrincipalKind.CLIENT else actor_of_user
        return self.run(make(self.place.store, self.tenant_id, principal.id, Origin(), self.place.runtime.now()))

    def held(self) -> dict[str, Held]:
        """What everybody may do now, groups too."""
        found = {}
        for name, principal in self.ids.items():
            authority = self.run(self.place.store.tenant(self.tenant_id).assignments.held_by(principal))
            found[name] = (authority.permissions, authority.platform_permissions)
        return found

    def act(self, actor: Actor, work: Awaitable[object], *, takes_hold_of: str | None = None) -> None:
        """Do it, or be refused; then nobody has gained what the actor could not give."""
        before = self.held()
        could_give = (actor.grantable_in(self.tenant_id), actor.platform_permissions)
        try:
            self.run(work)
        except DomainError:
            assert self.held() == before
            return
        for name, now in self.held().items():
            for gained, give in zip((now[0] - before[name][0], now[1] - before[name][1]), could_give, strict=True):
                assert gained <= give, (name, gained - give)
        if takes_hold_of is not None:
            assert before[takes_hold_of][0] <= could_give[0]
            assert before[takes_hold_of][1] <= could_give[1]

    @rule(who=actors, holder=holders, role=roles, give=st.booleans())
    def assign(self, who: str, holder: str, role: str, give: bool) -> None:
        change = self.place.management.roles.assign if give else self.place.management.roles.revoke
        actor = self.actor(who)
        self.act(actor, change(actor, self.tenant_id, self.ids[holder], role))

    @rule(who=actors, name=own_roles, names=permissions, new=st.booleans())
    def write_role(self, who: str, name: str, names: set[str], new: bool) -> None:
        roles, actor = self.place.management.custom_roles, self.actor(who)
        write = roles.create if new else roles.update
        self.act(actor, write(actor, self.tenant_id, name, {"permissions": sorted(names)}))

    @rule(who=actors, name=own_roles, force=st.booleans())
    def delete_role(self, who: str, name: str, force: bool) -> None:
        actor = self.actor(who)
        self.act(actor, self.place.management.custom_roles.delete(actor, self.tenant_id, name, force=force))

    @rule(who=actors, group=groups, member=people, join=st.booleans())
    def move(self, who: str, group: str, member: str, join: bool) -> None:
        groups, actor, ids = self.place.management.groups, self.actor(who), self.ids
        if join:
            self.act(actor, groups.add_members(actor, self.tenant_id, ids[group].id, [ids[member].id]))
        else:
            self.act(actor, groups.remove_member(actor, self.tenant_id, ids[group].id, ids[member].id))

    @rule(who=actors, whose=people)
    def set_password(self, who: str, whose: str) -> None:
        """Who sets somebody's password can sign in as them."""
        actor, users = self.actor(who), self.place.management.users
        set_password = users.set_password(actor, self.tenant_id, self.ids[whose].id, PASSWORD)
        self.act(actor, set_password, takes_hold_of=whose)

    @rule(who=actors, add=st.booleans())
    def make_secret(self, who: str, add: bool) -> None:
        """Who knows a client's secret can act as it."""
        actor, clients = self.actor(who), self.place.management.clients
        make = clients.add_secret if add else clients.rotate_secret
        self.act(actor, make(actor, self.tenant_id, "robot"), takes_hold_of="robot")

    @rule(name=own_roles, names=permissions)
    def let_the_system_write_a_role(self, name: str, names: set[str]) -> None:
        """So that there is something to gain that none of them made."""
        own_roles, fields = self.place.management.custom_roles, {"permissions": sorted(names)}
        known = self.run(self.place.store.tenant(self.tenant_id).roles.get(name))
        write = own_roles.create if known is None else own_roles.update
        self.run(write(SYSTEM, self.tenant_id, name, fields))  # type: ignore[arg-type]


@pytest.mark.case("J1")
def test_whatever_is_done_nobody_gains_what_nobody_with_it_gave() -> None:
    thorough = settings.default is not None and settings.default.max_examples > 100
    bounded = settings(
        max_examples=1000 if thorough else 100,
        stateful_step_count=30,
        derandomize=not thorough,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Privileges, settings=bounded)
