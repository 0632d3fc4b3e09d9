"""Password hashes that other systems made: which we know, and how much work they may ask of us.

A hash is imported with its own cost; without a ceiling one row could keep a thread busy for hours. Anything outside
the table, or above its ceiling, is not a hash to us.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_BCRYPT_BYTES: Final = 72
_H64 = r"[./0-9A-Za-z]"
_B64 = r"[A-Za-z0-9+/]"
_WRAPPING = re.compile(r"\A(?:bcrypt\$(?=\$2)|argon2(?=\$argon2)|\{[A-Za-z0-9-]{1,20}\}(?=\$))", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Format:
    pattern: re.Pattern[str]
    bearable: Callable[[Mapping[str, int]], bool]


def _format(pattern: str, bearable: Callable[[Mapping[str, int]], bool] = lambda cost: True) -> _Format:
    return _Format(pattern=re.compile(pattern, re.ASCII), bearable=bearable)


def _argon2(cost: Mapping[str, int]) -> bool:
    return 1 <= cost["t"] <= 16 and 1 <= cost["p"] <= 8 and 8 * cost["p"] <= cost["m"] <= 256 * 1024


def _scrypt(cost: Mapping[str, int]) -> bool:
    memory_in_blocks = cost["r"] << cost["n"] if cost["n"] < 32 else 2**32
    return cost["n"] >= 1 and cost["r"] >= 1 and memory_in_blocks <= 2**20 and 1 <= cost["p"] <= 8


def _rounds(most: int) -> Callable[[Mapping[str, int]], bool]:
    return lambda cost: cost.get("rounds", 1) in range(1, most + 1)


def _pbkdf2(name: str, characters: int) -> _Format:
    return _format(rf"\${name}\$(?P<rounds>\d{{1,9}})\${_H64}{{1,171}}\${_H64}{{{characters}}}", _rounds(5_000_000))


def _django_pbkdf2(name: str, characters: int) -> _Format:
    return _format(rf"{name}\$(?P<rounds>\d{{1,9}})\$[0-9A-Za-z]{{1,128}}\${_B64}{{{characters}}}=", _rounds(5_000_000))


def _sha_crypt(name: str, characters: int) -> _Format:
    return _format(
        rf"\${name}\$(?:rounds=(?P<rounds>\d{{4,9}})\$)?{_H64}{{0,16}}\${_H64}{{{characters}}}", _rounds(1_000_000)
    )


# The names are passlib's, but for argon2. Named groups are costs.
_FORMATS: Final[Mapping[str, _Format]] = {
    "argon2": _format(
        r"\$argon2(?:id|i|d)\$v=19\$m=(?P<m>\d{1,9}),t=(?P<t>\d{1,9}),p=(?P<p>\d{1,9})"
        rf"\${_B64}{{11,86}}\${_B64}{{16,86}}",
        _argon2,
    ),
    "bcrypt": _format(rf"\$2[aby]?\$(?P<rounds>\d\d)\${_H64}{{53}}", lambda cost: 4 <= cost["rounds"] <= 15),
    "pbkdf2_sha1": _pbkdf2("pbkdf2", 27),
    "pbkdf2_sha256": _pbkdf2("pbkdf2-sha256", 43),
    "pbkdf2_sha512": _pbkdf2("pbkdf2-sha512", 86),
    "django_pbkdf2_sha1": _django_pbkdf2("pbkdf2_sha1", 27),
    "django_pbkdf2_sha256": _django_pbkdf2("pbkdf2_sha256", 43),
    "scrypt": _format(
        rf"\$scrypt\$ln=(?P<n>\d{{1,2}}),r=(?P<r>\d{{1,4}}),p=(?P<p>\d{{1,4}})\${_B64}{{1,171}}\${_B64}{{43}}", _scrypt
    ),
    "sha256_crypt": _sha_crypt("5", 43),
    "sha512_crypt": _sha_crypt("6", 86),
    "ldap_salted_sha1": _format(rf"\{{SSHA\}}{_B64}{{32,48}}={{0,2}}"),
    "ldap_salted_sha256": _format(rf"\{{SSHA256\}}{_B64}{{47,64}}={{0,2}}"),
    "ldap_salted_sha512": _format(rf"\{{SSHA512\}}{_B64}{{90,108}}={{0,2}}"),
}


def identify(encoded: str) -> str | None:
    """The scheme of an encoded hash that can be verified here (`argon2`, `bcrypt`, `pbkdf2_sha256`, …), else None."""
    found = _recognise(encoded)
    return found[0] if found is not None and found[1] else None


def is_too_costly(encoded: str) -> bool:
    """Whether it is a hash of a known kind that asks for more work than anybody may ask of us."""
    found = _recognise(encoded)
    return found is not None and not found[1]


def unwrapped(encoded: str) -> str:
    """The hash itself, without what Django, an LDAP server or Dovecot writes before one that says what it is:
    `bcrypt$$2b$…`, `argon2$argon2id$…`, `{CRYPT}$6$…`.
    """
    return _WRAPPING.sub("", encoded, count=1)


def _recognise(encoded: str) -> tuple[str, bool] | None:
    """The scheme, and whether its cost is bearable."""
    for scheme, known in _FORMATS.items():
        match = known.pattern.fullmatch(encoded)
        if match is not None:
            cost = {name: int(value) for name, value in match.groupdict().items() if value is not None}
            return scheme, known.bearable(cost)
    return None


def verify_legacy(scheme: str, encoded: str, secret: bytes) -> bool:
    """Whether `secret` made `encoded`; `scheme` as identified. Blocking, for milliseconds to seconds."""
    import passlib.hash  # imported where used: it takes 40 ms and most deployments never need it

    handler: Any = getattr(passlib.hash, scheme)
    # bcrypt never looked further; the library raises where it used to cut.
    password = secret[:_BCRYPT_BYTES] if scheme == "bcrypt" else secret
    try:
        return bool(handler.verify(password, encoded))
    except ValueError:  # a checksum or salt that passes the pattern but not the library
        return False
