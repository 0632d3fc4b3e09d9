"""After a new master key: what is sealed for years is sealed under the new one, so that the old one can be removed.

Nothing is taken on trust. A signing key is opened, which proves that it is the one that was sealed. An audit is
verified whole, and where the least thing is found it keeps its MACs; a MAC is renewed only where the old one still
fits, over the same bytes. So what was damaged before is found afterwards, too. It may stop anywhere and begin again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from opentrusty_core.crypto.envelope import Tampered, WrongMasterKey
from opentrusty_core.crypto.signing import reseal_signing_key
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.page import MAX_PAGE, PageRequest
from opentrusty_core.domain.seal import Segment
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.verdict import Verdict
from opentrusty_core.errors import Denied
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.seal import PLATFORM, Seal, ledger_of
from opentrusty_core.management.verifying import verification

_SEGMENTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """How far it has come: signing keys and audits resealed, events verified for it. `refused` says in sentences what
    was not, each with the id of its tenant, `PLATFORM` for the platform.
    """

    signing_keys: int = 0
    audits: int = 0
    events: int = 0
    refused: tuple[tuple[str, str], ...] = ()


class Resealing:
    """Use cases around the end of a master key."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def run(self, actor: Actor) -> AsyncIterator[Resealed]:
        """Seal all that is sealed under another master key under the active one; how far it has come, step by step.

        The system's alone. The platform's audit tells whose seal was renewed.

        Raises:
            StoreUnavailable: what was done so far is done.
        """
        if not actor.is_system:
            raise Denied("Only who has the master key seals anew.")
        so_far, key_id = Resealed(), bytes.fromhex(self._context.master_keys.key_id)
        request: PageRequest | None = PageRequest(limit=MAX_PAGE)
        while request is not None:
            page = await self._store.platform.upkeep.under_other_keys(key_id, request)
            for tenant_id in page.items:
                one = _One(self._context, tenant_id, so_far)
                async for step in one.reseal():
                    yield step
                so_far = one.so_far
                if one.renewed:
                    target = tenant_id or "platform"
                    event = self._context.event(actor, AuditType.SEAL_RENEWED, target, one.renewed)
                    await self._store.platform.audit.append(event)
            request = PageRequest(limit=MAX_PAGE, after=page.next_after) if page.next_after is not None else None
        yield so_far


class _One:
    """What one tenant has, or the platform."""

    def __init__(self, context: Context, tenant_id: str, so_far: Resealed) -> None:
        self._context = context
        self._tenant_id = tenant_id
        self._ledger = ledger_of(context.store, tenant_id)
        self._seal = Seal(context, tenant_id)
        self.so_far = so_far
        self.renewed: dict[str, object] = {}

    async def reseal(self) -> AsyncIterator[Resealed]:
        """Its signing keys, and its audit."""
        if self._tenant_id != PLATFORM:
            await self._reseal_keys()
            yield self.so_far
        if await self._is_due():
            verified, verdict = self.so_far.events, None
            async for step in verification(self._context, self._tenant_id, None):
                if isinstance(step, Verdict):
                    verdict = step
                else:
                    self.so_far = replace(self.so_far, events=verified + step)
                    yield self.so_far
            if verdict is not None and verdict.finding is not None:
                self._refuse(verdict.finding.sentence)
            else:
                await self._renew()
            yield self.so_far

    async def _reseal_keys(self) -> None:
        keys = self._context.store.tenant(self._tenant_id).signing_keys
        resealed = 0
        for key in await keys.all():
            if key.status is KeyStatus.RETIRED:  # nothing opens it any more
                continue
            try:
                sealed = reseal_signing_key(key, self._tenant_id, self._context.master_keys)
            except (WrongMasterKey, Tampered) as error:
                self._refuse(f"The signing key {key.kid} does not open: {error}")
                continue
            resealed += sealed is not None and await keys.reseal(key, sealed)
        if resealed:
            self.renewed["signing_keys"] = resealed
            self.so_far = replace(self.so_far, signing_keys=self.so_far.signing_keys + resealed)

    async def _is_due(self) -> bool:
        head = await self._ledger.seals.head()
        if head is not None and not self._seal.is_current(head):
            return True
        async for segment in self._segments():
            if not self._seal.is_current(segment):
                return True
        return False

    async def _renew(self) -> None:
        """The MACs that still fit, made anew over the same bytes; what was sealed meanwhile is so already."""
        segments = 0
        async for segment in self._segments():
            if not self._seal.is_current(segment) and self._seal.is_segment(segment):
                segments += await self._ledger.seals.renew_segment(segment, self._seal.segment(segment).mac)
        head = await self._ledger.seals.head()
        if head is not None and not self._seal.is_current(head) and self._seal.is_head(head):
            await self._ledger.seals.renew_head(head, self._seal.head(head).mac)
        self.renewed["segments"] = segments
        self.so_far = replace(self.so_far, audits=self.so_far.audits + 1)

    async def _segments(self) -> AsyncIterator[Segment]:
        request: PageRequest | None = PageRequest(limit=_SEGMENTS)
        while request is not None:
            page = await self._ledger.seals.page(request)
            for segment in page.items:
                yield segment
            request = PageRequest(limit=_SEGMENTS, after=page.next_after) if page.next_after is not None else None

    def _refuse(self, sentence: str) -> None:
        self.so_far = replace(self.so_far, refused=(*self.so_far.refused, (self._tenant_id, sentence)))
