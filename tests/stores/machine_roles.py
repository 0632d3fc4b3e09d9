"""What the state machine does to who may do what: roles, groups, assignments, declared accesses."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, rule

from opentrusty_core.domain.declared_access import DeclaredAccess
from opentrusty_core.domain.departure import Departure, GroupLeft, HomeGone, RoleTaken, UserGone
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.user import User, UserStatus
from tests.stores.machine import CLIENTS, GROUPS, OWN_ROLES, ROLES, USERS, Place, TwoStores, places
from tests.support import builders

user_ids, group_ids, own_roles = st.sampled_from(USERS), st.sampled_from(GROUPS), st.sampled_from(OWN_ROLES)
principals = (
    user_ids.map(Principal.user) | group_ids.map(Principal.group) | st.sampled_from(CLIENTS).map(Principal.client)
)
permission_names = st.sets(st.sampled_from(["user:read", "key:read", "of:another-version"]))
versions, homes = st.integers(1, 3), st.integers(0, 1)
departures: st.SearchStrategy[Departure] = (
    user_ids.map(lambda it: UserGone(user_id=it))
    | principals.map(lambda it: RoleTaken(principal=it))
    | st.builds(GroupLeft, group_id=group_ids, user_id=user_ids)
    | st.just(HomeGone())
)


class RolesRules(TwoStores):
    """Roles of a tenant's own, groups and their members, assignments of every kind, accesses declared and ended."""

    accesses: Bundle[DeclaredAccess] = Bundle("accesses")

    @rule(at=places, principal=principals, role=st.sampled_from([*ROLES, *OWN_ROLES]), give=st.booleans())
    def assign(self, at: Place, principal: Principal, role: str, give: bool) -> None:
        assignment = builders.an_assignment(self.runtime, self.tenants[at[0]].id, principal, role=role)
        if give:
            self.both(at, lambda r, it, e: r.assignments.assign(it, e), assignment)
        else:
            self.both(at, lambda r, it, e: r.assignments.revoke(it.principal, it.role, e), assignment)

    @rule(home=homes, principal=principals, role=st.sampled_from(ROLES), how=st.sampled_from(["give", "first", "take"]))
    def assign_on_platform(self, home: int, principal: Principal, role: str, how: str) -> None:
        it, event = builders.an_assignment(self.runtime, self.tenants[home].id, principal, role=role), self.event()
        if how == "give":
            self.answers(lambda store: store.platform.assignments.assign(it, event))
        elif how == "first":
            self.answers(lambda store: store.platform.assignments.assign_first(it, event))
        else:
            self.answers(lambda store: store.platform.assignments.revoke(it.tenant_id, principal, role, event))

    @rule(at=places, role=st.sampled_from([*ROLES, *OWN_ROLES]), without=departures)
    def ask_who_remains(self, at: Place, role: str, without: Departure) -> None:
        self.both(at, lambda r, e: r.assignments.remains(role, without))
        home = self.tenants[at[0]].id
        self.answers(lambda store: store.platform.assignments.remains(role, home, without))

    @rule(at=places, name=own_roles, names=permission_names, version=versions)
    def save_role(self, at: Place, name: str, names: set[str], version: int) -> None:
        role = builders.a_custom_role(self.runtime, name=name, permission_names=tuple(sorted(names)), version=version)
        if version == 1:
            self.both(at, lambda r, it, e: r.roles.add(it, e), role)
        else:
            self.both(at, lambda r, it, e: r.roles.update(it, e), role)

    @rule(at=places, name=own_roles, force=st.booleans())
    def delete_role(self, at: Place, name: str, force: bool) -> None:
        self.both(at, lambda r, it, e: r.roles.delete(it, e, force=force), name)

    @rule(at=places, group_id=group_ids, name=st.sampled_from(["Support", "SUPPORT", "sales"]), version=versions)
    def save_group(self, at: Place, group_id: str, name: str, version: int) -> None:
        group = builders.a_group(self.runtime, id=group_id, name=name, version=version)
        if version == 1:
            self.both(at, lambda r, it, e: r.groups.add(it, e), group)
        else:
            self.both(at, lambda r, it, e: r.groups.update(it, e), group)

    @rule(at=places, group_id=group_ids)
    def delete_group(self, at: Place, group_id: str) -> None:
        self.both(at, lambda r, it, e: r.groups.delete(it, e), group_id)

    @rule(at=places, group_id=group_ids, users=st.sets(user_ids))
    def join(self, at: Place, group_id: str, users: set[str]) -> None:
        now, joining = self.runtime.now(), {user_id: self.event() for user_id in sorted(users)}
        self.both(at, lambda r, it, e: r.groups.join(it, joining, now), group_id)

    @rule(at=places, group_id=group_ids, user_id=user_ids)
    def leave(self, at: Place, group_id: str, user_id: str) -> None:
        self.both(at, lambda r, it, e: r.groups.leave(it, user_id, e), group_id)

    @rule(at=places, user_id=user_ids, status=st.sampled_from(UserStatus))
    def set_status(self, at: Place, user_id: str, status: UserStatus) -> None:
        known: User | None = self.both(at, lambda r, e: r.users.get(user_id))
        if known is not None:
            user = builders.a_user(
                self.runtime, id=user_id, username=known.username, status=status, version=known.version + 1
            )
            self.both(at, lambda r, it, e: r.users.update(it, e), user)

    @rule(target=accesses, opened=homes, home=homes, principal=principals, minutes=st.sampled_from([1, 60]))
    def declare(self, opened: int, home: int, principal: Principal, minutes: int) -> DeclaredAccess:
        end = self.runtime.now() + timedelta(minutes=minutes)
        ids = (self.tenants[opened].id, self.tenants[home].id)
        access = builders.a_declared_access(self.runtime, *ids, principal, expires_at=end)
        events = (self.event(), self.event())
        self.answers(lambda store: store.platform.accesses.declare(access, *events))
        return access

    @rule(access=accesses)
    def end_access(self, access: DeclaredAccess) -> None:
        now, events = self.runtime.now(), (self.event(), self.event())
        self.answers(lambda store: store.platform.accesses.end(access, now, *events))
        self.answers(lambda store: store.platform.accesses.get(access.id))
