"""Which passwords a tenant takes (NIST SP 800-63B-4 §3.1.1.2): long ones that are neither the person's own name nor
among the first that a guesser tries; nothing is asked about kinds of characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from zxcvbn_rs_py import zxcvbn

from opentrusty_core.crypto.passwords import MAX_PASSWORD_BYTES, PasswordRefused, prepare
from opentrusty_core.domain.tenant import PasswordPolicy
from opentrusty_core.domain.user import User
from opentrusty_core.errors import Invalid

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # 32 characters that nobody confuses when reading them out
_GROUPS, _GROUP_LENGTH = 4, 6
MIN_GUESSES = 1_000_000
"""A password that a good guesser finds sooner is a common one: it is less than a year's tries at one account."""
_ESTIMATED = 100  # characters that are looked at: enough to tell, and few enough to take a millisecond
_REFUSALS = {
    "too_long": f"It is longer than {MAX_PASSWORD_BYTES} bytes.",
    "nul": "It holds a NUL character.",
    "not_text": "It holds characters that are not text.",
}


def check_password(password: str, user: User, policy: PasswordPolicy) -> None:
    """Return if the tenant takes the password for this user.

    Raises:
        Invalid: it does not; the message does not repeat it.
    """
    try:
        prepare(password)
    except PasswordRefused as refused:
        raise Invalid({"password": _REFUSALS[refused.reason]}) from None
    if len(unicodedata.normalize("NFC", password)) < policy.min_length:
        raise Invalid({"password": f"Use at least {policy.min_length} characters."})
    if _folded(password) in {_folded(name) for name in (user.username, user.email) if name}:
        raise Invalid({"password": "It is the username or the email."})
    if policy.refuse_common and _is_common(password, user):
        raise Invalid({"password": "It is one of the first that a guesser would try. Use a few unrelated words."})


def generate_password(entropy: Callable[[int], bytes]) -> str:
    """A password of 27 characters and 120 random bits, in groups that can be read out."""
    letters = [_ALPHABET[byte & 31] for byte in entropy(_GROUPS * _GROUP_LENGTH)]
    return "-".join("".join(letters[at : at + _GROUP_LENGTH]) for at in range(0, len(letters), _GROUP_LENGTH))


def _is_common(password: str, user: User) -> bool:
    """Whether words, names, dates, rows of keys and repetitions make it up, the person's own names among them."""
    names = [part for name in (user.username, user.email) if name for part in (name, name.partition("@")[0])]
    return zxcvbn(password[:_ESTIMATED], names).guesses < MIN_GUESSES


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
