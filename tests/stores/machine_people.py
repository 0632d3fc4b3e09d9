"""What the state machine does to people and to clients: with them, much of what others hold comes and goes."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.stores.machine import CLIENTS, EMAILS, ORIGINS, USERNAMES, USERS, Place, TwoStores, places
from tests.support import builders

user_ids, client_ids, origins = st.sampled_from(USERS), st.sampled_from(CLIENTS), st.sets(st.sampled_from(ORIGINS))
usernames, emails, versions = st.sampled_from(USERNAMES), st.sampled_from(EMAILS), st.integers(1, 3)


class PeopleRules(TwoStores):
    """Users and clients come and go, and so do consents."""

    @rule(at=places, user_id=user_ids, username=usernames, email=emails)
    def add_user(self, at: Place, user_id: str, username: str, email: str | None) -> None:
        user = builders.a_user(self.runtime, id=user_id, username=username, email=email)
        self.both(at, lambda r, it, e: r.users.add(it, e), user)

    @rule(at=places, user_id=user_ids)
    def delete_user(self, at: Place, user_id: str) -> None:
        self.both(at, lambda r, it, e: r.users.delete(it, e), user_id)

    @rule(at=places, user_id=user_ids, client_id=client_ids, scope=st.sets(st.sampled_from(["openid", "email"])))
    def save_consent(self, at: Place, user_id: str, client_id: str, scope: set[str]) -> None:
        consent = builders.a_consent(self.runtime, user_id, client_id, scope=frozenset(scope))
        self.both(at, lambda r, it, e: r.consents.save(it, e), consent)

    @rule(at=places, user_id=user_ids, client_id=client_ids)
    def withdraw_consent(self, at: Place, user_id: str, client_id: str) -> None:
        now = self.runtime.now()
        self.both(at, lambda r, u, c, e: r.consents.withdraw(u, c, now, e), user_id, client_id)

    @rule(at=places, client_id=client_ids, origins=origins)
    def add_client(self, at: Place, client_id: str, origins: set[str]) -> None:
        client = builders.a_client(self.runtime, client_id=client_id, allowed_origins=tuple(sorted(origins)))
        self.both(at, lambda r, it, e: r.clients.add(it, e), client)

    @rule(at=places, client_id=client_ids)
    def delete_client(self, at: Place, client_id: str) -> None:
        self.both(at, lambda r, it, e: r.clients.delete(it, e), client_id)
