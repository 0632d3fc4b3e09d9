"""A tenant's signing keys: made, rotated and retired (life cycle: `domain.signing_key`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import anyio
import anyio.to_thread

from opentrusty_core.crypto.signing import new_signing_key
from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.client import SIGNING_ALGORITHMS
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.signing_key import KeyStatus, SigningKey, plan
from opentrusty_core.errors import Conflict, Invalid, NotFound
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.storage import TenantRepositories

_UNDER_WAY = "The tenant's keys are being changed at this moment. Try again."
_SYSTEM = Actor.system()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySteps:
    """How many keys were made, and how many moved on in their life."""

    made: int = 0
    changed: int = 0


class Keys:
    """Use cases around signing keys."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._making = anyio.Lock()  # making an RSA key fills a core: one at a time, and the next one looks again first

    async def list(self, actor: Actor, tenant_id: str) -> tuple[SigningKey, ...]:
        """Every key, retired ones too, by `kid`."""
        actor.require(Permission.KEY_READ, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        return await self._store.tenant(tenant_id).signing_keys.all()

    async def get(self, actor: Actor, tenant_id: str, kid: str) -> SigningKey:
        """One key. Raises `NotFound`."""
        found = [key for key in await self.list(actor, tenant_id) if key.kid == kid]
        if not found:
            raise NotFound("There is no such key.")
        return found[0]

    async def rotate(self, actor: Actor, tenant_id: str, alg: str) -> SigningKey:
        """Announce and return the successor of the active key now; it signs once every cached JWKS knows it.

        Raises:
            Invalid: `alg` is not one that we sign with.
            Conflict: another process changes the keys at this moment.
        """
        actor.require(Permission.KEY_ROTATE, tenant_id)
        await self._store.tenant(tenant_id).tenant.get()
        await self._step(actor, tenant_id, _known(alg), rotate=True)
        keys = [key for key in await self._store.tenant(tenant_id).signing_keys.all() if key.alg == alg]
        newest = [key for key in keys if key.status in {KeyStatus.ANNOUNCED, KeyStatus.ACTIVE}]
        if not newest:
            raise Conflict(_UNDER_WAY)
        return max(newest, key=lambda key: (key.status is KeyStatus.ANNOUNCED, key.created_at))

    async def retire(self, actor: Actor, tenant_id: str, kid: str) -> SigningKey:
        """Take a key out of the JWKS at once, as after a leak: what it signed is no longer good.

        Where it was active its successor signs from now on, even to clients whose cached JWKS does not know it yet.

        Raises:
            NotFound: no such key.
            Conflict: it is announced and has signed nothing, is retired already, or another process was quicker.
        """
        actor.require(Permission.KEY_ROTATE, tenant_id)
        key = await self.get(Actor.system(), tenant_id, kid)
        if key.status in {KeyStatus.ANNOUNCED, KeyStatus.RETIRED}:
            raise Conflict(f"The key is {key.status.value}; only an active or retiring key can be retired.")
        now = self._context.runtime.now()
        fresh = None
        if key.status is KeyStatus.ACTIVE:
            fresh = await self._new(tenant_id, key.alg, KeyStatus.ACTIVE, now)
        async with self._store.transaction(tenant_id) as repos:
            if fresh is not None:
                key = await self._replace_active(repos, actor, key, fresh, now)
            retired = replace(key, status=KeyStatus.RETIRED, retired_at=now)
            await self._write(repos, actor, (retired,), reason="retired early")
        return retired

    async def ensure_active(self, tenant_id: str, alg: str) -> SigningKey:
        """The active key of the algorithm, made now where none is; of many racers one makes it.

        Raises:
            Invalid: `alg` is not one that we sign with.
            Conflict: another process changes the keys at this moment.
        """
        _known(alg)
        if key := await self._active(tenant_id, alg):
            return key
        async with self._making:
            if key := await self._active(tenant_id, alg):
                return key
            await self._step(_SYSTEM, tenant_id, alg)
        if key := await self._active(tenant_id, alg):
            return key
        raise Conflict(_UNDER_WAY)

    async def step(self, tenant_id: str) -> KeySteps:
        """Take the steps that are due in the life of all of a tenant's keys; idempotent, for the maintenance task."""
        steps = [await self._step(_SYSTEM, tenant_id, alg) for alg in SIGNING_ALGORITHMS]
        return KeySteps(made=sum(step.made for step in steps), changed=sum(step.changed for step in steps))

    async def first(self, tenant_id: str, now: datetime) -> SigningKey:
        """The key that a new tenant begins with: ES256, made in microseconds. The RSA key comes later, off the path."""
        return await self._new(tenant_id, "ES256", KeyStatus.ACTIVE, now)

    def made_event(self, actor: Actor, key: SigningKey) -> AuditEvent:
        """What the audit says of a new key."""
        return self._context.event(
            actor, AuditType.KEY_ANNOUNCED, key.kid, {"alg": key.alg, "status": key.status.value}
        )

    async def _step(self, actor: Actor, tenant_id: str, alg: str, *, rotate: bool = False) -> KeySteps:
        repos, now = self._store.tenant(tenant_id), self._context.runtime.now()
        keys = [key for key in await repos.signing_keys.all() if key.alg == alg]
        due = plan(keys, now, self._context.key_policy, rotate=rotate)
        if due.changed and not await repos.signing_keys.step(due.changed, self._changed(actor, due.changed)):
            return KeySteps()  # another process took the steps already
        made = False
        if due.announce_until is not None:
            status = KeyStatus.ANNOUNCED if due.announce_until > now else KeyStatus.ACTIVE
            key = await self._new(tenant_id, alg, status, due.announce_until)
            made = await repos.signing_keys.add(key, self.made_event(actor, key))
        return KeySteps(made=int(made), changed=len(due.changed))

    async def _replace_active(
        self, repos: TenantRepositories, actor: Actor, key: SigningKey, fresh: SigningKey, now: datetime
    ) -> SigningKey:
        """Let the announced successor, else the fresh key, sign in place of `key`; returns `key` as it retires."""
        retiring = replace(key, status=KeyStatus.RETIRING, retiring_at=now)
        keys = await repos.signing_keys.all()
        successor = next((k for k in keys if k.alg == key.alg and k.status is KeyStatus.ANNOUNCED), None)
        if successor is not None:
            promoted = replace(successor, status=KeyStatus.ACTIVE, activated_at=now)
            await self._write(repos, actor, (retiring, promoted))
            return retiring
        await self._write(repos, actor, (retiring,))
        if not await repos.signing_keys.add(fresh, self.made_event(actor, fresh)):
            raise Conflict(_UNDER_WAY)
        return retiring

    async def _write(
        self, repos: TenantRepositories, actor: Actor, keys: tuple[SigningKey, ...], **details: object
    ) -> None:
        if not await repos.signing_keys.step(keys, self._changed(actor, keys, **details)):
            raise Conflict(_UNDER_WAY)

    async def _active(self, tenant_id: str, alg: str) -> SigningKey | None:
        keys = await self._store.tenant(tenant_id).signing_keys.all()
        return next((key for key in keys if key.alg == alg and key.status is KeyStatus.ACTIVE), None)

    async def _new(self, tenant_id: str, alg: str, status: KeyStatus, activates_at: datetime) -> SigningKey:
        now, master = self._context.runtime.now(), self._context.master_keys
        if alg == "ES256":  # cheaper than the way to a thread
            return new_signing_key(alg, status, tenant_id, now, activates_at, master)
        return await anyio.to_thread.run_sync(new_signing_key, alg, status, tenant_id, now, activates_at, master)

    def _changed(self, actor: Actor, keys: Iterable[SigningKey], **details: object) -> AuditEvent:
        status = {key.kid: key.status.value for key in keys}
        return self._context.event(actor, AuditType.KEY_CHANGED, next(iter(status)), {"status": status, **details})


def _known(alg: str) -> str:
    if alg not in SIGNING_ALGORITHMS:
        raise Invalid({"alg": f"Use one of {', '.join(SIGNING_ALGORITHMS)}."})
    return alg
