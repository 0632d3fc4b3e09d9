"""Creations that are sent again, and made once (draft-ietf-httpapi-idempotency-key-header).

A caller names what they want made by a key of their own. While the first request with it is under way others wait
their turn; once it is answered they get the same answer, sealed under the master key in between, for a day. What came
to nothing is forgotten: it may be tried again.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from opentrusty_core.domain.attempt import Attempt
from opentrusty_core.errors import Conflict, Invalid, KeyReused
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.storage import AttemptClaimed, AttemptHeld

KEEP: Final = timedelta(hours=24)
"""How long a request that is sent again gets the first answer."""
STALE: Final = timedelta(minutes=1)
"""After how long a request without an answer is taken for one whose process is gone."""
_KEY = re.compile(r"[!-~]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The request is the first of its key: make the thing, then `finish` or `abandon`."""

    tenant_id: str
    attempt: Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """The request was answered before, with this."""

    answer: bytes


class Idempotency:
    """Use cases around creations that are sent again."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def begin(self, actor: Actor, operation: str, key: str, request: bytes) -> Begun | Repeated:
        """Begin what `request` asks of the operation, or answer as before.

        Raises:
            Invalid: the key is not 1 to 255 visible ASCII characters.
            KeyReused: the key stood for another request.
            Conflict: the first request of the key is still being answered.
        """
        if not _KEY.fullmatch(key) or actor.tenant_id is None:
            raise Invalid({"Idempotency-Key": "Use 1 to 255 visible ASCII characters."})
        now = self._context.runtime.now()
        attempt = Attempt(
            key_hash=_hash(actor.kind.encode(), (actor.id or "").encode(), operation.encode(), key.encode()),
            id=self._context.runtime.new_id(),
            request_hash=_hash(request),
            claimed_at=now,
            expires_at=now + KEEP,
        )
        match await self._store.tenant(actor.tenant_id).attempts.claim(attempt, now, stale_since=now - STALE):
            case AttemptClaimed():
                return Begun(tenant_id=actor.tenant_id, attempt=attempt)
            case AttemptHeld(attempt=held):
                if held.request_hash != attempt.request_hash:
                    raise KeyReused("The Idempotency-Key stood for another request. Use a fresh one for each.")
                if held.sealed_answer is None:
                    raise Conflict("The first request with this Idempotency-Key is still being answered. Try again.")
                answer = self._context.master_keys.open(held.sealed_answer, _place(actor.tenant_id, held))
                return Repeated(answer=answer)

    async def finish(self, begun: Begun, answer: bytes) -> None:
        """Keep the answer for those who ask again."""
        sealed = self._context.master_keys.seal(answer, _place(begun.tenant_id, begun.attempt))
        await self._store.tenant(begun.tenant_id).attempts.answer(replace(begun.attempt, sealed_answer=sealed))

    async def abandon(self, begun: Begun) -> None:
        """Forget what came to nothing."""
        await self._store.tenant(begun.tenant_id).attempts.release(begun.attempt)


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).digest()


def _place(tenant_id: str, attempt: Attempt) -> bytes:
    """Where the answer is stored: it opens nowhere else."""
    return b"attempts\0" + tenant_id.encode() + b"\0" + attempt.key_hash
