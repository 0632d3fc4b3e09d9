"""Signing keys and their life: announced → active → retiring → retired.

A key is announced in the JWKS before it signs, so that every cached JWKS knows it, and stays there after it signed,
until the last token that it signed has expired.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum


class KeyStatus(StrEnum):
    """Where a key stands in its life."""

    ANNOUNCED = "announced"
    ACTIVE = "active"
    RETIRING = "retiring"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPolicy:
    """The pace of the life cycle."""

    lifetime: timedelta = timedelta(days=90)
    announce: timedelta = timedelta(days=14)
    retiring: timedelta = timedelta(days=1)
    jwks_max_age: timedelta = timedelta(hours=1)
    """How long a client may cache the JWKS: no key signs sooner after its announcement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A tenant's key pair; `sealed_private` is encrypted under the master key, `public_jwk` is JSON text.

    `activates_at` is when an announced key may begin to sign.
    """

    kid: str
    alg: str
    status: KeyStatus
    public_jwk: str
    sealed_private: bytes = field(repr=False)
    created_at: datetime
    activates_at: datetime
    activated_at: datetime | None = None
    retiring_at: datetime | None = None
    retired_at: datetime | None = None

    @property
    def is_published(self) -> bool:
        """Whether it stands in the JWKS and tokens that it signed are good."""
        return self.status is not KeyStatus.RETIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlan:
    """What the life cycle wants for one algorithm now.

    `changed` are keys to write as they stand there; `announce_until`, where set, asks for a new key that signs from
    then on.
    """

    changed: tuple[SigningKey, ...] = ()
    announce_until: datetime | None = None


def plan(keys: Iterable[SigningKey], now: datetime, policy: KeyPolicy, *, rotate: bool = False) -> KeyPlan:
    """The next steps in the life of one algorithm's keys; `rotate` starts the next rotation before its time.

    A successor signs only after `jwks_max_age` in the JWKS, so that no client meets a `kid` that it cannot have seen;
    where one has stood there that long already, `rotate` lets it sign at once.
    """
    keys = tuple(keys)
    changed = [
        replace(key, status=KeyStatus.RETIRED, retired_at=now)
        for key in keys
        if key.status is KeyStatus.RETIRING and key.retiring_at is not None and now >= key.retiring_at + policy.retiring
    ]
    active = next((key for key in keys if key.status is KeyStatus.ACTIVE), None)
    successor = min(
        (key for key in keys if key.status is KeyStatus.ANNOUNCED), key=lambda key: key.activates_at, default=None
    )
    ready = successor is not None and now >= (
        successor.created_at + policy.jwks_max_age if rotate else successor.activates_at
    )
    if successor is not None and (active is None or ready):
        if active is not None:
            changed.append(replace(active, status=KeyStatus.RETIRING, retiring_at=now))
        changed.append(replace(successor, status=KeyStatus.ACTIVE, activated_at=now))
        return KeyPlan(changed=tuple(changed))
    if active is None:
        return KeyPlan(changed=tuple(changed), announce_until=now)
    announce_until = None
    if successor is None:
        due = (active.activated_at or active.created_at) + policy.lifetime
        if rotate:
            announce_until = now + policy.jwks_max_age
        elif now >= due - policy.announce:
            announce_until = max(due, now + policy.jwks_max_age)
    return KeyPlan(changed=tuple(changed), announce_until=announce_until)
