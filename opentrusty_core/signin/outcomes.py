"""What the steps of a sign-in answer: unions to be handled by `match`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from opentrusty_core.crypto.password_policy import PasswordProblem
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.one_time_link import OneTimeLink
from opentrusty_core.domain.scope import Scope
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """No such interaction in this browser: expired, answered, another browser's, or its client was disabled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsSignIn:
    """Somebody has to sign in; `user` is who has to do so again, None where nobody is signed in."""

    interaction: Interaction
    client: Client
    user: User | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsAccountChoice:
    """The person has to say whether to go on as `user`."""

    interaction: Interaction
    client: Client
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsConsent:
    """The person has to allow the client: what is new, beside what they allowed earlier."""

    interaction: Interaction
    client: Client
    user: User
    new_scope: Scope
    granted_scope: Scope
    new_claims: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPerson:
    """The client expects one person and another one has just signed in: answer it `login_required` (OpenID Connect Core
    1.0 §3.1.2.1).
    """

    interaction: Interaction
    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Nothing is pending: the code can be issued."""

    interaction: Interaction
    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsNewPassword:
    """`user` has shown the right old password and has to choose a new one; nobody is signed in by it yet."""

    interaction: Interaction
    client: Client
    user: User


Pending: TypeAlias = Gone | NeedsNewPassword | NeedsSignIn | NeedsAccountChoice | NeedsConsent | WrongPerson | Ready


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The person is recognised; `handle` is the value of the browser's session cookie from now on."""

    handle: str = field(repr=False)
    session: Session
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCredentials:
    """Nobody was signed in; why, the answer does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordMustChange:
    """The password was right and has to be changed: the interaction asks for a new one, nobody was signed in."""

    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRejected:
    """The tenant does not take the new password; nothing was changed."""

    problem: PasswordProblem
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLink:
    """A one-time link that is good, and whose it is."""

    link: OneTimeLink
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLink:
    """No link that opens anything: never made, used, over, replaced, withdrawn, another tenant's, its person gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChosen:
    """The link was spent and `user` has the password; `client_id` is where they go on to, if their link says so."""

    user: User
    client_id: str | None
