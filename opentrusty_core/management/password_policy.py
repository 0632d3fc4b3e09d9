"""Passwords that administrators give: checked like those that people choose (`crypto.password_policy`), or made."""

from __future__ import annotations

from collections.abc import Callable

from opentrusty_core.crypto.password_policy import PasswordProblem, password_problem
from opentrusty_core.crypto.passwords import MAX_PASSWORD_BYTES
from opentrusty_core.domain.tenant import PasswordPolicy
from opentrusty_core.domain.user import User
from opentrusty_core.errors import Invalid

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # 32 characters that nobody confuses when reading them out
_GROUPS, _GROUP_LENGTH = 4, 6
_WORDS = {
    PasswordProblem.TOO_LONG: f"It is longer than {MAX_PASSWORD_BYTES} bytes.",
    PasswordProblem.NUL: "It holds a NUL character.",
    PasswordProblem.NOT_TEXT: "It holds characters that are not text.",
    PasswordProblem.TOO_SHORT: "Use at least {min_length} characters.",
    PasswordProblem.NAME: "It is the username or the email.",
    PasswordProblem.COMMON: "It is one of the first that a guesser would try. Use a few unrelated words.",
}


def check_password(password: str, user: User, policy: PasswordPolicy) -> None:
    """Return if the tenant takes the password for this user.

    Raises:
        Invalid: it does not; the message does not repeat it.
    """
    problem = password_problem(password, user, policy)
    if problem is not None:
        raise Invalid({"password": _WORDS[problem].format(min_length=policy.min_length)})


def generate_password(entropy: Callable[[int], bytes]) -> str:
    """A password of 27 characters and 120 random bits, in groups that can be read out."""
    letters = [_ALPHABET[byte & 31] for byte in entropy(_GROUPS * _GROUP_LENGTH)]
    return "-".join("".join(letters[at : at + _GROUP_LENGTH]) for at in range(0, len(letters), _GROUP_LENGTH))
