"""Users, passwords and consents in SQL (see `storage.people`)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.search import beginnings_of, entries_of
from opentrusty_core.domain.user import PasswordCredential, User, normalised
from opentrusty_core.errors import ChangedMeanwhile, Conflict, NotFound
from opentrusty_core.storage.people import Newcomer
from opentrusty_core.stores.sql.codec import Params
from opentrusty_core.stores.sql.engine import Database, Rows
from opentrusty_core.stores.sql.repositories.base import Repository, first
from opentrusty_core.stores.sql.repositories.terms import dump_entries
from opentrusty_core.stores.sql.repositories.user_lists import SqlUserLists
from opentrusty_core.stores.sql.rows import CONSENT, PASSWORD, USER


class SqlUsers(SqlUserLists):
    """See `storage.Users`."""

    async def add(self, user: User, event: AuditEvent) -> None:
        """See `storage.Users.add`."""
        if not await self._add("add_user", event, **_user_params(user)):
            raise Conflict("The username or email is taken.")

    async def add_all(self, newcomers: Sequence[Newcomer]) -> frozenset[str]:
        """See `storage.Users.add_all`."""
        calls = [("import_user", self._params(it.event, **_newcomer_params(it))) for it in newcomers]

        async def body(database: Database) -> list[Rows]:
            return await database.together(*calls)

        return frozenset(row[0] for rows in await self._database.unit(body) for row in rows)

    async def named(self, names: Collection[str]) -> Mapping[str, User]:
        """See `storage.Users.named`."""
        rows = await self._find("users_named", names=json.dumps(list(names)))
        return {row[0]: USER.read(row, 2) for row in rows}

    async def get(self, user_id: str) -> User | None:
        """See `storage.Users.get`."""
        return first(USER, await self._find("get_user", user_id=user_id))

    async def find(self, identifier: str) -> tuple[User, PasswordCredential | None] | None:
        """See `storage.Users.find`."""
        rows = await self._find("find_user", normal=identifier)
        return (USER.read(rows[0]), PASSWORD.find(rows[0], USER.width)) if rows else None

    async def update(self, user: User, event: AuditEvent) -> None:
        """See `storage.Users.update`."""
        if await self._add("update_user", event, **_user_params(user)):
            return
        known = await self.get(user.id)
        if known is None:
            raise NotFound("There is no such user.")
        if known.version != user.version - 1:
            raise ChangedMeanwhile("The user has changed meanwhile. Read it again.")
        raise Conflict("The username or email is taken.")

    async def delete(self, user_id: str, event: AuditEvent) -> None:
        """See `storage.Users.delete`."""
        if not await self._find("delete_user", event, user_id=user_id):
            raise NotFound("There is no such user.")


class SqlPasswords(Repository):
    """See `storage.Passwords`."""

    async def get(self, user_id: str) -> PasswordCredential | None:
        """See `storage.Passwords.get`."""
        return first(PASSWORD, await self._find("get_password", user_id=user_id))

    async def set(self, credential: PasswordCredential, event: AuditEvent) -> None:
        """See `storage.Passwords.set`."""
        await self._add("set_password", event, **PASSWORD.params(credential))

    async def change(self, old: PasswordCredential, new: PasswordCredential, event: AuditEvent) -> bool:
        """See `storage.Passwords.change`."""
        params = PASSWORD.params(new)
        return bool(await self._add("change_password", event, old_encoded=old.encoded, **params))

    async def rehash(self, old: PasswordCredential, new: PasswordCredential, event: AuditEvent) -> None:
        """See `storage.Passwords.rehash`."""
        await self._add("rehash_password", event, old_encoded=old.encoded, **PASSWORD.params(new))


class SqlConsents(Repository):
    """See `storage.Consents`."""

    async def save(self, consent: Consent, event: AuditEvent) -> None:
        """See `storage.Consents.save`."""
        await self._add("save_consent", event, **CONSENT.params(consent))

    async def withdraw(self, user_id: str, client_id: str, now: datetime, event: AuditEvent) -> bool:
        """See `storage.Consents.withdraw`."""

        async def body(database: Database) -> bool:
            within = SqlConsents(database, self._tenant_id)
            forgotten = await within._find("delete_consent", user_id=user_id, client_id=client_id)
            ended = await within._find("end_grants_between", user_id=user_id, client_id=client_id, now=now)
            if not forgotten and not ended:
                return False
            await database.append(self._params(event))
            return True

        return await self._database.unit(body)

    async def count_of_client(self, client_id: str) -> int:
        """See `storage.Consents.count_of_client`."""
        rows = await self._find("count_consents_of_client", client_id=client_id)
        return int(rows[0][0]) if rows else 0

    async def of_user(self, user_id: str) -> tuple[Consent, ...]:
        """See `storage.Consents.of_user`."""
        return tuple(CONSENT.read(row) for row in await self._find("consents_of_user", user_id=user_id))


def _newcomer_params(newcomer: Newcomer) -> Params:
    if newcomer.password is not None:
        return _user_params(newcomer.user) | PASSWORD.params(newcomer.password)
    return _user_params(newcomer.user) | dict.fromkeys(f"password_{column}" for column in PASSWORD.columns)


def _user_params(user: User) -> Params:
    normal = {
        "username_normal": normalised(user.username),
        "email_normal": None if user.email is None else normalised(user.email),
    }
    entries = entries_of(user)
    found_by = {"terms": dump_entries(entries), "beginnings": beginnings_of(entries)}
    return {**normal, **found_by, **USER.params(user)}
