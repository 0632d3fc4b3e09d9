"""What every schema shares: strict on the way in, RFC 3339 and whole seconds on the way out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from opentrusty_core.domain.page import MAX_PAGE

M = TypeVar("M")
E = TypeVar("E", bound=StrEnum)

UNSET: Any = None
"""The default of a field of `Changes`: what it means is not what it is, but that nobody said anything."""

Text = Annotated[str, Field(max_length=10_000)]
"""A text; what it may say is the use case's to judge."""
Moment = datetime
"""RFC 3339, UTC."""
Seconds = int
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = re.compile(rf"{_DATE}[Tt][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]+)?([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})")


def _date_time(value: str) -> str:
    """Only what is written so (RFC 3339 §5.6): other ways to say when are not taken for it."""
    if not _MOMENT.fullmatch(value):
        raise ValueError("has to be as in 2026-01-31T12:00:00Z")
    return value


def full_date(value: str) -> str:
    """The same for a day. Raises `ValueError`."""
    if not re.fullmatch(_DATE, value):
        raise ValueError("has to be as in 2026-01-31")
    return value


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range") from None


Instant = Annotated[AwareDatetime, BeforeValidator(_date_time), AfterValidator(_in_utc)]
"""A moment in a query: RFC 3339 with any offset, in UTC afterwards."""


class Model(BaseModel):
    """A JSON object: unknown fields are refused, and no value is taken for another type's."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)

    not_known: ClassVar[Mapping[str, str]] = {}
    """Why some fields that others know are none here, by name."""


class Versioned(Model):
    """A record with a version: its ETag, and what If-Match asks for."""

    version: int
    """Grows with each change; the ETag of the record."""


class Changes(Model):
    """Fields of which some are given; those left out stay as they are, or become what the server makes of them."""

    def given(self) -> dict[str, Any]:
        """The fields that were said, by name."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


class Query(BaseModel):
    """The parameters of a query string, each at most once."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class NoQuery(Query):
    """No parameters."""


class PageQuery(Query):
    """Which page of a list."""

    limit: int = Field(default=50, ge=1, le=MAX_PAGE)
    """How many items at most."""
    cursor: str | None = Field(default=None, max_length=2048)
    """`next_cursor` of the page before; everything else of the query has to be the same."""


def sorting(sort: str | None, order: type[E]) -> tuple[E | None, bool]:
    """What a `sort` parameter asks for, and whether in descending order (`-`)."""
    return (None, False) if sort is None else (order(sort.removeprefix("-")), sort.startswith("-"))


class Listing(Model, Generic[M]):
    """A page of a list."""

    items: tuple[M, ...]
    next_cursor: str | None
    """Asks for the next page; null on the last."""

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """The name in the OpenAPI document."""
        return f"{params[0].__name__}Page"
