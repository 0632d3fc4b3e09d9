"""What the state machine does to what administrators keep, and to throttles."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, initialize, multiple, rule

from opentrusty_core.domain.client import ClientStatus
from opentrusty_core.domain.signing_key import KeyStatus, SigningKey
from opentrusty_core.domain.throttle import Bucket, Limit
from opentrusty_core.domain.user import PasswordCredential
from tests.stores.machine import CLIENTS, EMAILS, ORIGINS, USERNAMES, USERS, Place, TwoStores, places
from tests.support import builders

BUCKETS = [Bucket(key=bytes([n]) * 32, limit=Limit(burst=n, interval=timedelta(seconds=40) / n)) for n in (1, 2, 3)]

user_ids, client_ids = st.sampled_from(USERS), st.sampled_from(CLIENTS)
usernames, emails, versions = st.sampled_from(USERNAMES), st.sampled_from(EMAILS), st.integers(1, 3)
LIFE = list(KeyStatus)
jumps = st.sampled_from([1, 1, 1, 2])
statuses = st.sampled_from(KeyStatus)
identifiers = st.sampled_from(["api-1", "api-2"])


class RegistryRules(TwoStores):
    """Throttles; changes of users and clients; passwords; the tenant, resources, keys, the master key."""

    keys: Bundle[SigningKey] = Bundle("keys")
    passwords: Bundle[PasswordCredential] = Bundle("passwords")

    @initialize(target=keys)
    def begin(self) -> MultipleResults[SigningKey]:
        """A user, and two keys whose life can go on."""
        user = builders.a_user(self.runtime, id="user-1")
        self.both((0, "alone"), lambda r, it, e: r.users.add(it, e), user)
        added = [builders.a_signing_key(self.runtime, status=status) for status in KeyStatus][:2]
        for key in added:
            self.both((0, "alone"), lambda r, it, e: r.signing_keys.add(it, e), key)
        return multiple(*added)

    @rule(at=places, buckets=st.lists(st.sampled_from(BUCKETS), unique=True, max_size=2), refund=st.booleans())
    def throttle(self, at: Place, buckets: list[Bucket], refund: bool) -> None:
        now = self.runtime.now()
        if refund:
            self.both(at, lambda r, it, e: r.throttles.refund(it, now), tuple(buckets))
        else:
            self.both(at, lambda r, it, e: r.throttles.take(it, now), tuple(buckets))

    @rule(at=places, bucket=st.sampled_from(BUCKETS))
    def clear_bucket(self, at: Place, bucket: Bucket) -> None:
        now = self.runtime.now()
        self.both(at, lambda r, it, e: r.throttles.clear(it, now, e), bucket.key)

    @rule(at=places, version=versions)
    def update_tenant(self, at: Place, version: int) -> None:
        tenant = replace(self.tenants[at[0]], display_name=self.runtime.new_id(), version=version)
        self.both(at, lambda r, it, e: r.tenant.update(it, e), tenant)

    @rule(at=places, identifier=identifiers, scopes=st.sets(st.sampled_from(["r", "w"])))
    def save_resource(self, at: Place, identifier: str, scopes: set[str]) -> None:
        resource = builders.a_resource(self.runtime, identifier=identifier, scopes=dict.fromkeys(sorted(scopes), "S"))
        self.both(at, lambda r, it, e: r.resources.save(it, e), resource)

    @rule(at=places, identifier=identifiers)
    def delete_resource(self, at: Place, identifier: str) -> None:
        self.both(at, lambda r, it, e: r.resources.delete(it, e), identifier)

    @rule(target=keys, at=places, status=statuses)
    def add_key(self, at: Place, status: KeyStatus) -> SigningKey:
        key = builders.a_signing_key(self.runtime, status=status)
        self.both(at, lambda r, it, e: r.signing_keys.add(it, e), key)
        return key

    @rule(at=places, steps=st.lists(st.tuples(keys, jumps), min_size=1, max_size=2, unique_by=lambda it: it[0].kid))
    def step_keys(self, at: Place, steps: list[tuple[SigningKey, int]]) -> None:
        known = {key.kid: key for key in self.both(at, lambda r, e: r.signing_keys.all())}
        stepped = []
        for added, jump in steps:
            key = known.get(added.kid, added)
            status = LIFE[min(LIFE.index(key.status) + jump, 3)]
            stepped.append(replace(key, status=status, retiring_at=self.runtime.now()))
        self.both(at, lambda r, it, e: r.signing_keys.step(it, e), tuple(stepped))

    @rule(old=st.sampled_from(["key-1", "key-2"]), new=st.sampled_from(["key-1", "key-2"]), claim=st.booleans())
    def use_master_key(self, old: str, new: str, claim: bool) -> None:
        if claim:
            self.answers(lambda store: store.platform.claim_master_key(new))
        else:
            self.answers(lambda store: store.platform.replace_master_key(old, new))

    @rule(at=places, user_id=user_ids, username=usernames, email=emails, version=versions)
    def update_user(self, at: Place, user_id: str, username: str, email: str | None, version: int) -> None:
        user = builders.a_user(self.runtime, id=user_id, username=username, email=email, version=version)
        self.both(at, lambda r, it, e: r.users.update(it, e), user)

    @rule(target=passwords, at=places, user_id=user_ids)
    def set_password(self, at: Place, user_id: str) -> PasswordCredential:
        password = builders.a_password(self.runtime, user_id)
        self.both(at, lambda r, it, e: r.passwords.set(it, e), password)
        return password

    @rule(target=passwords, at=places, old=passwords)
    def rehash(self, at: Place, old: PasswordCredential) -> PasswordCredential:
        new = builders.a_password(self.runtime, old.user_id)
        self.both(at, lambda r, it, e: r.passwords.rehash(old, it, e), new)
        return new

    @rule(at=places, client_id=client_ids, status=st.sampled_from(ClientStatus), version=versions)
    def update_client(self, at: Place, client_id: str, status: ClientStatus, version: int) -> None:
        client = builders.a_client(
            self.runtime, client_id=client_id, status=status, allowed_origins=(ORIGINS[0],), version=version
        )
        self.both(at, lambda r, it, e: r.clients.update(it, e), client)
