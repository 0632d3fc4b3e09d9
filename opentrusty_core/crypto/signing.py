"""Signing keys between use and rest: made and sealed for storing, opened for signing (RFC 7517; see `envelope`)."""

from __future__ import annotations

import json
from datetime import datetime

from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.jwk import PrivateKey, SigningAlgorithm, generate, load_private
from opentrusty_core.domain.signing_key import KeyStatus, SigningKey


def new_signing_key(
    alg: str, status: KeyStatus, tenant_id: str, now: datetime, activates_at: datetime, master: MasterKeys
) -> SigningKey:
    """A fresh key of the tenant, its private half sealed. Blocking: RSA takes 50 ms to seconds, so call it in a thread.

    Raises:
        ValueError: `alg` is not an algorithm that we sign with.
    """
    key = generate(SigningAlgorithm(alg))
    return SigningKey(
        kid=key.kid,
        alg=alg,
        status=status,
        public_jwk=json.dumps(key.public_jwk, separators=(",", ":")),
        sealed_private=master.seal(key.private, _place(tenant_id, key.kid)),
        created_at=now,
        activates_at=activates_at,
        activated_at=now if status is KeyStatus.ACTIVE else None,
    )


def open_signing_key(key: SigningKey, tenant_id: str, master: MasterKeys) -> PrivateKey:
    """The key, ready to sign.

    Raises:
        WrongMasterKey: it was sealed under a master key that is not here.
        Tampered: it was changed, or belongs to another tenant or kid.
    """
    return load_private(SigningAlgorithm(key.alg), key.kid, master.open(key.sealed_private, _place(tenant_id, key.kid)))


def reseal_signing_key(key: SigningKey, tenant_id: str, master: MasterKeys) -> bytes | None:
    """The key's private half, sealed under the active master key; None where it is so already. Raises as
    `open_signing_key`.
    """
    if master.is_current(key.sealed_private):
        return None
    place = _place(tenant_id, key.kid)
    return master.seal(master.open(key.sealed_private, place), place)


def _place(tenant_id: str, kid: str) -> bytes:
    """Where the sealed half is stored: moved anywhere else, it does not open."""
    return f"signing_keys\0{tenant_id}\0{kid}".encode()
