"""Users, passwords and consents in memory (see `storage.people`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.page import BY_TEXT, Key, Page, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.search import begun_by, parse_search
from opentrusty_core.domain.user import PasswordCredential, User, UserSort, UserStatus, normalised
from opentrusty_core.errors import ChangedMeanwhile, Conflict, NotFound
from opentrusty_core.storage.people import MOST_SORTED, Newcomer, too_many
from opentrusty_core.stores.memory.tables import (
    Tables,
    View,
    drop,
    drop_grants,
    drop_interactions,
    drop_roles,
    page,
    revoke_grants,
    sorted_page,
)


class MemoryUsers:
    """See `storage.Users`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def add(self, user: User, event: AuditEvent) -> None:
        """See `storage.Users.add`."""
        async with self._view.write() as t:
            _add(t, user, event)

    async def add_all(self, newcomers: Sequence[Newcomer]) -> frozenset[str]:
        """See `storage.Users.add_all`."""
        added = set()
        async with self._view.write() as t:
            for newcomer in newcomers:
                try:
                    _add(t, newcomer.user, newcomer.event)
                except Conflict:
                    continue
                if newcomer.password is not None:
                    t.passwords[newcomer.user.id] = newcomer.password
                added.add(newcomer.user.id)
        return frozenset(added)

    async def named(self, names: Collection[str]) -> Mapping[str, User]:
        """See `storage.Users.named`."""
        found = {name: await self.find(name) for name in names}
        return {name: it[0] for name, it in found.items() if it is not None}

    async def get(self, user_id: str) -> User | None:
        """See `storage.Users.get`."""
        return self._view.read().users.get(user_id)

    async def find(self, identifier: str) -> tuple[User, PasswordCredential | None] | None:
        """See `storage.Users.find`."""
        t = self._view.read()
        named = (user for user in t.users.values() if _username(user) == identifier)
        mailed = (user for user in t.users.values() if _email(user) == identifier)
        user = next(named, None) or next(mailed, None)
        return None if user is None else (user, t.passwords.get(user.id))

    async def update(self, user: User, event: AuditEvent) -> None:
        """See `storage.Users.update`."""
        async with self._view.write() as t:
            known = t.users.get(user.id)
            if known is None:
                raise NotFound("There is no such user.")
            if known.version != user.version - 1:
                raise ChangedMeanwhile("The user has changed meanwhile. Read it again.")
            _refuse_taken_names(t, user)
            t.users[user.id] = user
            t.audit[event.id] = event

    async def delete(self, user_id: str, event: AuditEvent) -> None:
        """See `storage.Users.delete`."""
        async with self._view.write() as t:
            if t.users.pop(user_id, None) is None:
                raise NotFound("There is no such user.")
            t.passwords.pop(user_id, None)
            t.links.pop(user_id, None)
            drop(t.consents, lambda consent: consent.user_id == user_id)
            drop_roles(t, Principal.user(user_id))
            drop(t.memberships, lambda membership: membership.user_id == user_id)
            drop_grants(t, lambda grant: grant.user_id == user_id)
            drop_interactions(t, [it for it in t.sessions.values() if it.user_id == user_id and it.ended_at is None])
            drop(t.sessions, lambda session: session.user_id == user_id)
            t.audit[event.id] = event

    async def page(
        self,
        request: PageRequest,
        *,
        search: str = "",
        sort: UserSort | None = None,
        descending: bool = False,
        status: UserStatus | None = None,
        most: int = MOST_SORTED,
    ) -> Page[User]:
        """See `storage.Users.page`."""
        terms = parse_search(search)
        found = self._found(terms, status)
        if terms and sort is None and status in {None, UserStatus.ACTIVE}:
            return sorted_page(found, lambda it: Key(min(begun_by(terms[0], it)), it.id), request, BY_TEXT)
        if terms and self._entries(terms[0]) > most:
            raise too_many(most)
        match sort:
            case UserSort.USERNAME:
                return sorted_page(found, lambda it: Key(_username(it), it.id), request, BY_TEXT, descending=descending)
            case UserSort.EMAIL:
                no_email = (BY_TEXT.first if descending else BY_TEXT.last).value
                return sorted_page(
                    found, lambda it: Key(_email(it) or no_email, it.id), request, BY_TEXT, descending=descending
                )
            case UserSort.CREATED_AT | None:
                return page(found, lambda it: it.id, request, descending=descending)

    async def count(self, *, search: str = "", status: UserStatus | None = None, most: int = MOST_SORTED) -> int:
        """See `storage.Users.count`."""
        terms = parse_search(search)
        if terms and (len(terms) > 1 or status is not None) and self._entries(terms[0]) > most:
            raise too_many(most)
        return min(len(self._found(terms, status)), most + 1)

    def _found(self, terms: tuple[str, ...], status: UserStatus | None) -> list[User]:
        users = self._view.read().users.values()
        return [it for it in users if status in {None, it.status} and all(begun_by(term, it) for term in terms)]

    def _entries(self, term: str) -> int:
        return sum(len(begun_by(term, user)) for user in self._view.read().users.values())


class MemoryPasswords:
    """See `storage.Passwords`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def get(self, user_id: str) -> PasswordCredential | None:
        """See `storage.Passwords.get`."""
        return self._view.read().passwords.get(user_id)

    async def set(self, credential: PasswordCredential, event: AuditEvent) -> None:
        """See `storage.Passwords.set`."""
        async with self._view.write() as t:
            _set_password(t, credential, event)

    async def change(self, old: PasswordCredential, new: PasswordCredential, event: AuditEvent) -> bool:
        """See `storage.Passwords.change`."""
        async with self._view.write() as t:
            known = t.passwords.get(old.user_id)
            if known is None or known.encoded != old.encoded:
                return False
            _set_password(t, new, event)
            return True

    async def rehash(self, old: PasswordCredential, new: PasswordCredential, event: AuditEvent) -> None:
        """See `storage.Passwords.rehash`."""
        async with self._view.write() as t:
            known = t.passwords.get(old.user_id)
            if known is not None and known.encoded == old.encoded:
                t.passwords[old.user_id] = new
                t.audit[event.id] = event


class MemoryConsents:
    """See `storage.Consents`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def save(self, consent: Consent, event: AuditEvent) -> None:
        """See `storage.Consents.save`."""
        async with self._view.write() as t:
            t.consents[consent.user_id, consent.client_id] = consent
            t.audit[event.id] = event

    async def withdraw(self, user_id: str, client_id: str, now: datetime, event: AuditEvent) -> bool:
        """See `storage.Consents.withdraw`."""
        async with self._view.write() as t:
            consent = t.consents.pop((user_id, client_id), None)
            ended = revoke_grants(t, now, lambda grant: (grant.user_id, grant.client_id) == (user_id, client_id))
            if consent is None and not ended:
                return False
            t.audit[event.id] = event
            return True

    async def of_user(self, user_id: str) -> tuple[Consent, ...]:
        """See `storage.Consents.of_user`."""
        consents = self._view.read().consents.values()
        return tuple(sorted((it for it in consents if it.user_id == user_id), key=lambda it: it.client_id))

    async def count_of_client(self, client_id: str) -> int:
        """See `storage.Consents.count_of_client`."""
        return sum(consent.client_id == client_id for consent in self._view.read().consents.values())


def _username(user: User) -> str:
    return normalised(user.username)


def _email(user: User) -> str | None:
    return None if user.email is None else normalised(user.email)


def _set_password(t: Tables, credential: PasswordCredential, event: AuditEvent) -> None:
    t.passwords[credential.user_id] = credential
    t.links.pop(credential.user_id, None)
    t.audit[event.id] = event


def _add(t: Tables, user: User, event: AuditEvent) -> None:
    if user.id in t.users:
        raise Conflict("The user id is taken.")
    _refuse_taken_names(t, user)
    t.users[user.id] = user
    t.audit[event.id] = event


def _refuse_taken_names(t: Tables, user: User) -> None:
    for other in t.users.values():
        if other.id != user.id and _username(other) == _username(user):
            raise Conflict("The username is taken.")
        if other.id != user.id and user.email is not None and _email(other) == _email(user):
            raise Conflict("The email is taken.")
