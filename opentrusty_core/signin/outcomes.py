"""What the steps of a sign-in answer: unions to be handled by `match`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from opentrusty_core.domain.client import Client
from opentrusty_core.domain.interaction import Interaction
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


Pending: TypeAlias = Gone | NeedsSignIn | NeedsAccountChoice | NeedsConsent | WrongPerson | Ready


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The person is recognised; `handle` is the value of the browser's session cookie from now on."""

    handle: str = field(repr=False)
    session: Session
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCredentials:
    """Nobody was signed in; why, the answer does not tell."""
