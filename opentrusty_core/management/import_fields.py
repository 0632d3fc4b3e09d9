"""What a line of an import says of a user, checked name by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opentrusty_core.crypto.passwords import identify, is_too_costly, unwrapped
from opentrusty_core.domain.user import UserStatus
from opentrusty_core.errors import Invalid
from opentrusty_core.management.user_fields import ADDRESS_NAMES, CLAIM_NAMES, UserFields

_ADDRESS = tuple(f"address.{name}" for name in ADDRESS_NAMES)
IGNORED = ("id", "created_at", "updated_at", "version")
"""What an export says beside the rest, and no import can set."""
OWN = ("username", "email", "email_verified", "status", "password", "password_hash", "must_change", "roles")
COLUMNS = (*OWN, *(name for name in CLAIM_NAMES if name != "address"), *_ADDRESS, *IGNORED)
"""The columns of a CSV. In JSON Lines claims may also stand in an object `claims`; `address` is an object."""
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}
_BOOLEANS = {"email_verified", "must_change", *(name for name in CLAIM_NAMES if name.endswith("_verified"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFields:
    """A line that says what it should. At most one of `password` and `password_hash` is there."""

    fields: UserFields
    status: UserStatus = UserStatus.ACTIVE
    password: str | None = field(default=None, repr=False)
    password_hash: str | None = field(default=None, repr=False)
    must_change: bool = False
    roles: tuple[str, ...] = ()


def of_cells(cells: Mapping[str, object]) -> dict[str, object]:
    """The cells of a CSV record as a JSON line would have them; what is no boolean stays as it is, to be told."""
    values: dict[str, object] = {}
    address: dict[str, object] = {}
    for name, cell in cells.items():
        text = str(cell)
        if name.startswith("address."):
            address[name.removeprefix("address.")] = text
        elif name in _BOOLEANS:
            word = text.strip().lower()
            values[name] = True if word in _TRUE else False if word in _FALSE else text
        elif name == "roles":
            values[name] = [role for role in re.split(r"[\s,;|]+", text) if role]
        else:
            values[name] = text
    return values | ({"address": address} if address else {})


def parse_fields(line: Mapping[str, object]) -> ImportedFields:
    """What a line says. Claims are checked with the user they belong to.

    Raises:
        Invalid: by name, what is not known or not of the right kind.
    """
    problems: dict[str, str] = {}
    values = {name: value for name, value in line.items() if name not in IGNORED and value is not None}
    claims = values.pop("claims", {})
    if not isinstance(claims, Mapping):
        raise Invalid({"claims": "It is an object."})
    for name in values.keys() - set(OWN) - set(CLAIM_NAMES):
        problems[name] = "There is no such field."
    for name in {"username", "email", "password", "password_hash"} & values.keys():
        if not isinstance(values[name], str):
            problems[name] = "It is a text."
    for name in {"email_verified", "must_change"} & values.keys():
        if not isinstance(values[name], bool):
            problems[name] = "It is true or false."
    roles = values.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        problems["roles"] = "It is a list of names."
    if values.get("status", UserStatus.ACTIVE) not in set(UserStatus):
        problems["status"] = f"Use one of {', '.join(UserStatus)}."
    problems |= _password_problems(values)
    if problems:
        raise Invalid(problems)
    return _fields(values, {**claims, **{name: values[name] for name in CLAIM_NAMES if name in values}})


def _password_problems(values: Mapping[str, Any]) -> dict[str, str]:
    encoded = values.get("password_hash")
    if encoded is None:
        has_none = "password" not in values and values.get("must_change")
        return {"must_change": "There is no password to be changed."} if has_none else {}
    if "password" in values:
        return {"password_hash": "There is a password as well. Give one of them."}
    if not isinstance(encoded, str) or identify(unwrapped(encoded)) is not None:
        return {}
    if is_too_costly(unwrapped(encoded)):
        return {"password_hash": "Checking it would take more work than is allowed."}
    return {"password_hash": "It is not a hash that can be checked here."}


def _fields(values: Mapping[str, Any], claims: Mapping[str, object]) -> ImportedFields:
    fields: UserFields = {}
    if "username" in values:
        fields["username"] = values["username"]
    if "email" in values:
        fields["email"] = values["email"]
    if "email_verified" in values:
        fields["email_verified"] = values["email_verified"]
    if claims:
        fields["claims"] = claims
    encoded = values.get("password_hash")
    return ImportedFields(
        fields=fields,
        status=UserStatus(values.get("status", UserStatus.ACTIVE)),
        password=values.get("password"),
        password_hash=None if encoded is None else unwrapped(encoded),
        must_change=values.get("must_change", False),
        roles=tuple(dict.fromkeys(values.get("roles", []))),
    )
