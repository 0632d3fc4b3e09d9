"""Signing keys as JSON, their public halves only."""

from __future__ import annotations

import json
from typing import Any

from opentrusty_admin.schemas.base import Model, Moment, Text
from opentrusty_core.domain.signing_key import KeyStatus, SigningKey


class Rotation(Model):
    """Which keys to rotate."""

    alg: Text
    """`ES256` or `RS256`."""


class KeyOut(Model):
    """A signing key."""

    kid: str
    alg: str
    status: KeyStatus
    public_jwk: dict[str, Any]
    created_at: Moment
    activates_at: Moment
    """When an announced key may begin to sign."""
    activated_at: Moment | None
    retiring_at: Moment | None
    retired_at: Moment | None

    @classmethod
    def of(cls, key: SigningKey) -> KeyOut:
        """As JSON."""
        return cls(
            kid=key.kid,
            alg=key.alg,
            status=key.status,
            public_jwk=json.loads(key.public_jwk),
            created_at=key.created_at,
            activates_at=key.activates_at,
            activated_at=key.activated_at,
            retiring_at=key.retiring_at,
            retired_at=key.retired_at,
        )
