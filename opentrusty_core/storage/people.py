"""What is known of people: users, passwords, consents, and how often somebody guessed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.one_time_link import OneTimeLink
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.throttle import Bucket
from opentrusty_core.domain.user import PasswordCredential, User, UserSort, UserStatus
from opentrusty_core.errors import Invalid
from opentrusty_core.storage.outcomes import Limited, Taken

MOST_SORTED = 10_000
"""How many users that a search finds are sorted or counted."""


class Directory(Protocol):
    """Where people come from, for those who embed OpenTrusty over a users table of their own.

    `tenant_id` is given because one directory may serve many tenants. Ids may be any text of 1 to 255 ASCII
    characters, never reused.
    """

    async def find(self, tenant_id: str, identifier: str) -> User | None:
        """The person who signs in by this identifier, as typed; None where there is none."""
        ...

    async def get(self, tenant_id: str, user_id: str) -> User | None:
        """The person with this id, their claims up to date; None, or one who is not active, ends what they hold."""
        ...

    async def check_password(self, tenant_id: str, user: User | None, password: str) -> bool:
        """Whether the password is the person's. Take as long for None (nobody found) as for a wrong password."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A user to be added among many, with the password they come with."""

    user: User
    password: PasswordCredential | None = None
    event: AuditEvent


class Users(Protocol):
    """The users of a tenant."""

    async def add(self, user: User, event: AuditEvent) -> None:
        """Add a user. Raises `Conflict` where the username or email, in normal form, is taken."""
        ...

    async def get(self, user_id: str) -> User | None:
        """The user with this id."""
        ...

    async def find(self, identifier: str) -> tuple[User, PasswordCredential | None] | None:
        """The user whose username, else whose email, has this normal form (`user.normalised`), with their password."""
        ...

    async def add_all(self, newcomers: Sequence[Newcomer]) -> frozenset[str]:
        """Add users, each with their password and event, all in one transaction; the ids of those who were added. The
        others' id, username or email is taken, by somebody here or by an earlier one of them.
        """
        ...

    async def named(self, names: Collection[str]) -> Mapping[str, User]:
        """By each of the names, in normal form, whose username, else whose email it is."""
        ...

    async def update(self, user: User, event: AuditEvent) -> None:
        """Replace version `user.version - 1`. Raises `NotFound`; `ChangedMeanwhile` where another version stands
        there; `Conflict` where a name is taken.
        """
        ...

    async def delete(self, user_id: str, event: AuditEvent) -> None:
        """Remove a user with everything of theirs but the audit. Raises `NotFound`."""
        ...

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
        """The users of this status whom every term of `search` finds (see `domain.search`), sorted.

        Usernames and emails sort in normal form, who has no email comes last either way, and `created_at` means the
        id, whose cursor is the id itself. Without `sort` users come by id, or where there is a search by what of
        theirs its longest term begins, an exact match first, however many there are; `descending` then says nothing.

        Raises:
            Invalid: `search` or the cursor is none; or what is found has to be sorted (where there is a search and a
                `sort`, or a status other than active) and the longest term begins more than `most` usernames, emails
                and words of names.
        """
        ...

    async def count(self, *, search: str = "", status: UserStatus | None = None, most: int = MOST_SORTED) -> int:
        """How many users `page` would list in all; `most` + 1 means more than `most`, or that a search of one term
        begins so many usernames, emails and words of names.

        Raises:
            Invalid: `search` is none; or it has several terms or a status beside it, and the longest term begins more
                than `most` usernames, emails and words of names.
        """
        ...


class Passwords(Protocol):
    """The password credentials of a tenant's users."""

    async def get(self, user_id: str) -> PasswordCredential | None:
        """The password of the user with this id."""
        ...

    async def set(self, credential: PasswordCredential, event: AuditEvent) -> None:
        """Set or replace a user's password; a one-time link of theirs is gone with it."""
        ...

    async def change(self, old: PasswordCredential, new: PasswordCredential, event: AuditEvent) -> bool:
        """The same in place of `old`; False, and nothing is changed, where the password is another by now."""
        ...

    async def rehash(self, old: PasswordCredential, new: PasswordCredential, event: AuditEvent) -> None:
        """Replace `old` by the same password hashed anew, unless it was changed meanwhile."""
        ...


class Links(Protocol):
    """The one-time links of a tenant's users, at most one a user (see `domain.one_time_link`)."""

    async def make(self, link: OneTimeLink, event: AuditEvent) -> None:
        """Keep a link in place of the user's link before."""
        ...

    async def open(self, link_hash: bytes, now: datetime) -> tuple[OneTimeLink, User] | None:
        """The link with this hash and its user, while it is live and the user active; nothing is spent."""
        ...

    async def spend(self, link_hash: bytes, now: datetime, event: AuditEvent) -> bool:
        """Use the link once, atomically: it is gone. False, and nothing is changed, where `open` finds none."""
        ...

    async def of_user(self, user_id: str, now: datetime) -> OneTimeLink | None:
        """The live link of a user."""
        ...

    async def withdraw(self, user_id: str, now: datetime, event: AuditEvent) -> bool:
        """Forget the link of a user; False, and no event, where none is live."""
        ...


class Consents(Protocol):
    """What users allowed clients, one record for each pair."""

    async def save(self, consent: Consent, event: AuditEvent) -> None:
        """Remember the answer in place of an earlier one."""
        ...

    async def withdraw(self, user_id: str, client_id: str, now: datetime, event: AuditEvent) -> bool:
        """Forget the consent and revoke the grants between the two; False, and no event, where there is nothing."""
        ...

    async def of_user(self, user_id: str) -> tuple[Consent, ...]:
        """What a user allowed, by client id."""
        ...

    async def count_of_client(self, client_id: str) -> int:
        """How many users have allowed the client something."""
        ...


class Throttles(Protocol):
    """Buckets of attempts (see `domain.throttle`). Each call is a transaction of its own even inside another: a
    failed attempt counts. `clear` is an administrator's, and as atomic with the rest of a transaction as any verb.
    """

    async def take(self, buckets: tuple[Bucket, ...], now: datetime) -> Taken | Limited:
        """Take a slot in every bucket, or in none."""
        ...

    async def refund(self, buckets: tuple[Bucket, ...], now: datetime) -> None:
        """Give the slots back: the attempt was no guess."""
        ...

    async def clear(self, key: bytes, now: datetime, event: AuditEvent) -> bool:
        """Give every slot of a bucket back; False, and no event, where none is taken."""
        ...


def too_many(most: int) -> Invalid:
    """What `Users.page` and `count` raise where a search finds too many."""
    return Invalid({"search": f"It finds more than {most} entries. Type more of the name, or list without an order."})


async def living(directory: Directory | None, tenant_id: str, user_id: str, known: User | None) -> User | None:
    """The person, if they may still hold what they hold: the directory's word, or without one the store's own
    `known` record.
    """
    user = known if directory is None else await directory.get(tenant_id, user_id)
    return user if user is not None and user.is_active else None
