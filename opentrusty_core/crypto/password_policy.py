"""Which passwords a tenant takes (NIST SP 800-63B-4 §3.1.1.2): long ones that are neither the person's own name nor
among the first that a guesser tries; nothing is asked about kinds of characters.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from zxcvbn_rs_py import zxcvbn

from opentrusty_core.crypto.passwords import PasswordRefused, prepare
from opentrusty_core.domain.tenant import PasswordPolicy
from opentrusty_core.domain.user import User

MIN_GUESSES = 1_000_000
"""A password that a good guesser finds sooner is a common one: it is less than a year's tries at one account."""
_ESTIMATED = 100  # characters that are looked at: enough to tell, and few enough to take a millisecond


class PasswordProblem(StrEnum):
    """Why a new password is not taken; `SAME` is said where an old one has to be changed."""

    TOO_LONG = "too_long"
    NUL = "nul"
    NOT_TEXT = "not_text"
    TOO_SHORT = "too_short"
    NAME = "name"
    COMMON = "common"
    SAME = "same"


def password_problem(password: str, user: User, policy: PasswordPolicy) -> PasswordProblem | None:
    """Why the tenant does not take the password for this user; None where it does."""
    try:
        prepare(password)
    except PasswordRefused as refused:
        return PasswordProblem(refused.reason)
    if len(unicodedata.normalize("NFC", password)) < policy.min_length:
        return PasswordProblem.TOO_SHORT
    if _folded(password) in {_folded(name) for name in (user.username, user.email) if name}:
        return PasswordProblem.NAME
    if policy.refuse_common and _is_common(password, user):
        return PasswordProblem.COMMON
    return None


def _is_common(password: str, user: User) -> bool:
    """Whether words, names, dates, rows of keys and repetitions make it up, the person's own names among them."""
    names = [part for name in (user.username, user.email) if name for part in (name, name.partition("@")[0])]
    return zxcvbn(password[:_ESTIMATED], names).guesses < MIN_GUESSES


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
