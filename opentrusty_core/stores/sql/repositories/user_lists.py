"""Lists of users in SQL: in their orders, and those whom a search finds (see `storage.Users`)."""

from __future__ import annotations

from typing import Any

from opentrusty_core.domain.page import BY_TEXT, Key, Page, PageRequest, dump_key, load_key
from opentrusty_core.domain.search import beginnings_of, parse_search
from opentrusty_core.domain.user import User, UserSort, UserStatus, normalised
from opentrusty_core.storage.people import MOST_SORTED, too_many
from opentrusty_core.stores.sql.codec import Params
from opentrusty_core.stores.sql.repositories.base import Repository
from opentrusty_core.stores.sql.repositories.terms import dump_beginnings
from opentrusty_core.stores.sql.rows import USER

_FIRST, _LAST = BY_TEXT.first.value, BY_TEXT.last.value
_ORDERS = {
    UserSort.CREATED_AT: "page_users",
    UserSort.USERNAME: "page_users_by_username",
    UserSort.EMAIL: "page_users_by_email",
}
_RARE_ORDERS = {
    UserSort.CREATED_AT: "page_inactive_users",
    UserSort.USERNAME: "page_inactive_users_by_username",
    UserSort.EMAIL: "page_inactive_users_by_email",
}


class SqlUserLists(Repository):
    """See `storage.Users.page` and `count`."""

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
        if not terms:
            return await self._in_order(request, sort or UserSort.CREATED_AT, descending, status)
        if sort is None and status in {None, UserStatus.ACTIVE}:
            return await self._matching(request, terms, status)
        return await self._sorted(request, terms, sort or UserSort.CREATED_AT, descending, status, most)

    async def count(self, *, search: str = "", status: UserStatus | None = None, most: int = MOST_SORTED) -> int:
        """See `storage.Users.count`."""
        terms = parse_search(search)
        if not terms:
            name = "count_inactive_users" if _is_rare(status) else "count_users"
            ((users,),) = await self._find(name, status=status or "", limit=most + 1)
            return int(users)
        ((entries, users),) = await self._find("count_found_users", status=status or "", most=most, **range_of(terms))
        if entries <= most:
            return int(users)
        if len(terms) > 1 or status is not None:
            raise too_many(most)
        return most + 1

    async def _in_order(
        self, request: PageRequest, sort: UserSort, descending: bool, status: UserStatus | None
    ) -> Page[User]:
        """Everybody, by a walk along the index of the order."""
        name = (_RARE_ORDERS if _is_rare(status) else _ORDERS)[sort]
        if sort is UserSort.CREATED_AT:
            return await self._page(
                name, USER, lambda user: user.id, request, descending=descending, status=status or ""
            )
        params: Params = {"status": status or ""}
        if sort is UserSort.EMAIL:
            params["no_email"] = no_email = _no_email(descending)
            after = load_key(request.after, BY_TEXT, descending=descending)
            among_mailed = request.after is not None and after.value != no_email
            params["after_unmailed"] = (_LAST if descending else _FIRST) if among_mailed else after.id
        return await self._sorted_page(
            name, USER, _key(sort, descending), request, BY_TEXT, descending=descending, **params
        )

    async def _matching(self, request: PageRequest, terms: tuple[str, ...], status: UserStatus | None) -> Page[User]:
        """Whom the terms find, by what the first of them begins."""
        after = load_key(request.after, BY_TEXT)
        rows = await self._find(
            "search_users",
            **range_of(terms),
            **{"from": max(terms[0], after.value)},
            after_value=after.value,
            after_id=after.id,
            status=status or "",
            limit=request.limit + 1,
        )
        users = tuple(USER.read(row, 1) for row in rows[: request.limit])
        has_more = len(rows) > request.limit
        return Page(items=users, next_after=dump_key(Key(rows[len(users) - 1][0], users[-1].id)) if has_more else None)

    async def _sorted(
        self,
        request: PageRequest,
        terms: tuple[str, ...],
        sort: UserSort,
        descending: bool,
        status: UserStatus | None,
        most: int,
    ) -> Page[User]:
        """Whom the terms find, gathered and sorted."""
        by_id = sort is UserSort.CREATED_AT
        if by_id and request.after is not None:
            after = Key(request.after, request.after)
        else:
            after = load_key(request.after, BY_TEXT, descending=descending)
        rows = await self._find(
            "sort_found_users_descending" if descending else "sort_found_users",
            **range_of(terms),
            sort=sort,
            no_email=_no_email(descending),
            after_value=after.value,
            after_id=after.id,
            status=status or "",
            most=most,
            limit=request.limit + 1,
        )
        if rows[0][0] > most:
            raise too_many(most)
        users = tuple(user for row in rows[: request.limit] if (user := USER.find(row, 1)) is not None)
        if len(rows) <= request.limit:
            return Page(items=users)
        return Page(items=users, next_after=users[-1].id if by_id else dump_key(_key(sort, descending)(users[-1])))


def _is_rare(status: UserStatus | None) -> bool:
    """Whether it is one that the index of inactive users is for."""
    return status not in {None, UserStatus.ACTIVE}


def _no_email(descending: bool) -> str:
    """The value of those without an email: behind all others either way."""
    return _FIRST if descending else _LAST


def _key(sort: UserSort, descending: bool) -> Any:
    """The key of a user in a list by username or email."""

    def key(user: User) -> Key[str]:
        if sort is UserSort.USERNAME:
            return Key(normalised(user.username), user.id)
        return Key(_no_email(descending) if user.email is None else normalised(user.email), user.id)

    return key


def range_of(terms: tuple[str, ...]) -> Params:
    """The parameters of a search: the range of its longest term, and how the others begin in a JSON array, and all."""
    longest, *others = terms
    return {
        "low": longest,
        "high": longest + _LAST,
        "terms": dump_beginnings(others),
        "beginnings": beginnings_of(others),
    }
