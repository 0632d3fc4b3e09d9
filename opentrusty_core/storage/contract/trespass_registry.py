"""Trespasses on people and on what administrators keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from opentrusty_core.domain.audit_names import Names
from opentrusty_core.domain.client_list import ClientSort
from opentrusty_core.domain.signing_key import KeyStatus
from opentrusty_core.domain.statistics import Counted, CountKey, Measure
from opentrusty_core.domain.user import normalised
from opentrusty_core.errors import Conflict, NotFound
from opentrusty_core.storage.contract.builders import a_head, a_link, a_password, a_segment, a_tenant
from opentrusty_core.storage.contract.planted import ORIGIN, Planted
from opentrusty_core.storage.contract.trespass import trespass
from opentrusty_core.storage.contract.world import ALL, World
from opentrusty_core.storage.outcomes import AttemptClaimed, Taken
from opentrusty_core.storage.people import Newcomer


@trespass("users.add")
async def _(world: World, planted: Planted) -> None:
    await world.there.users.add(planted.user, world.event())
    assert await world.there.users.find(normalised(planted.user.username)) == (planted.user, None)


@trespass("users.get")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.users.get(planted.user.id) is None


@trespass("users.find")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.users.find(normalised(planted.user.username)) is None
    assert await world.there.users.find(normalised(planted.user.email or "")) is None


@trespass("users.update")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.users.update(replace(planted.user, version=2), world.event())


@trespass("users.delete")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.users.delete(planted.user.id, world.event())
    await world.there.users.add(planted.user, world.event())
    await world.there.users.delete(planted.user.id, world.event())
    principal = planted.assignment.principal
    held = await world.store.platform.assignments.of_principal(world.here_tenant.id, principal)
    assert [assignment.role for assignment in held] == ["platform_admin"]


@trespass("users.page")
async def _(world: World, planted: Planted) -> None:
    assert (await world.there.users.page(ALL)).items == ()
    assert (await world.there.users.page(ALL, search="user-")).items == ()


@trespass("users.add_all")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.users.add_all([Newcomer(user=planted.user, event=world.event())]) == {planted.user.id}
    await world.there.users.delete(planted.user.id, world.event())


@trespass("users.named")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.users.named([planted.user.username]) == {}


@trespass("users.count")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.users.count() == 0
    assert await world.there.users.count(search="user-") == 0


@trespass("passwords.get")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.passwords.get(planted.user.id) is None


@trespass("passwords.set")
async def _(world: World, planted: Planted) -> None:
    await world.there.users.add(planted.user, world.event())
    await world.there.passwords.set(a_password(world.runtime, planted.user.id), world.event())


@trespass("passwords.rehash")
async def _(world: World, planted: Planted) -> None:
    new = a_password(world.runtime, planted.user.id)
    await world.there.passwords.rehash(planted.password, new, world.event())
    assert await world.there.passwords.get(planted.user.id) is None


@trespass("passwords.change")
async def _(world: World, planted: Planted) -> None:
    new = a_password(world.runtime, planted.user.id)
    assert await world.there.passwords.change(planted.password, new, world.event()) is False
    assert await world.there.passwords.get(planted.user.id) is None


@trespass("attempts.claim")
async def _(world: World, planted: Planted) -> None:
    claimed = await world.there.attempts.claim(planted.attempt, world.now, stale_since=world.now)
    assert claimed == AttemptClaimed()


@trespass("attempts.answer")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.attempts.answer(planted.attempt) is False


@trespass("attempts.release")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.attempts.release(replace(planted.attempt, sealed_answer=None)) is False


@trespass("links.make")
async def _(world: World, planted: Planted) -> None:
    await world.there.users.add(planted.user, world.event())
    await world.there.links.make(a_link(world.runtime, planted.user.id), world.event())


@trespass("links.open")
async def _(world: World, planted: Planted) -> None:
    await world.there.users.add(planted.user, world.event())
    assert await world.there.links.open(planted.link.hash, world.now) is None


@trespass("links.spend")
async def _(world: World, planted: Planted) -> None:
    await world.there.users.add(planted.user, world.event())
    assert await world.there.links.spend(planted.link.hash, world.now, world.event()) is False


@trespass("links.of_user")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.links.of_user(planted.user.id, world.now) is None


@trespass("links.withdraw")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.links.withdraw(planted.user.id, world.now, world.event()) is False


@trespass("consents.save")
async def _(world: World, planted: Planted) -> None:
    await world.there.consents.save(replace(planted.consent, scope=frozenset({"more"})), world.event())


@trespass("consents.withdraw")
async def _(world: World, planted: Planted) -> None:
    pair = (planted.user.id, planted.client.client_id)
    assert await world.there.consents.withdraw(*pair, world.now, world.event()) is False


@trespass("consents.of_user")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.consents.of_user(planted.user.id) == ()


@trespass("consents.count_of_client")
async def _(world: World, planted: Planted) -> None:
    assert await world.here.consents.count_of_client(planted.consent.client_id) > 0
    assert await world.there.consents.count_of_client(planted.consent.client_id) == 0


@trespass("throttles.take")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.throttles.take((planted.bucket,), world.now) == Taken()


@trespass("throttles.refund")
async def _(world: World, planted: Planted) -> None:
    await world.there.throttles.refund((planted.bucket,), world.now)


@trespass("throttles.clear")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.throttles.clear(planted.bucket.key, world.now, world.event()) is False


@trespass("tenant.create")
async def _(world: World, planted: Planted) -> None:
    twin = a_tenant(world.runtime, name=world.here_tenant.name)
    with pytest.raises(Conflict):
        await world.store.tenant(twin.id).tenant.create(twin, world.event())


@trespass("tenant.get")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.tenant.get() == world.there_tenant


@trespass("tenant.update")
async def _(world: World, planted: Planted) -> None:
    await world.there.tenant.update(replace(world.there_tenant, display_name="Changed", version=2), world.event())


@trespass("clients.add")
async def _(world: World, planted: Planted) -> None:
    await world.there.clients.add(replace(planted.client, client_name="Foreign"), world.event())


@trespass("clients.get")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.clients.get(planted.client.client_id) is None


@trespass("clients.update")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.clients.update(replace(planted.client, version=2), world.event())


@trespass("clients.delete")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.clients.delete(planted.client.client_id, world.event())
    await world.there.clients.add(planted.client, world.event())
    await world.there.clients.delete(planted.client.client_id, world.event())


@trespass("clients.page")
async def _(world: World, planted: Planted) -> None:
    assert (await world.here.clients.page(ALL, search=planted.client.client_id)).items == (planted.client,)
    assert (await world.there.clients.page(ALL)).items == ()
    for sort in ClientSort:
        assert (await world.there.clients.page(ALL, search=planted.client.client_id, sort=sort)).items == ()


@trespass("clients.allows_origin")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.clients.allows_origin(ORIGIN) is False


@trespass("resources.save")
async def _(world: World, planted: Planted) -> None:
    await world.there.resources.save(replace(planted.resource, identifier="https://foreign.example"), world.event())
    await world.there.resources.save(replace(planted.resource, name="Foreign", scopes={}), world.event())


@trespass("resources.delete")
async def _(world: World, planted: Planted) -> None:
    with pytest.raises(NotFound):
        await world.there.resources.delete(planted.resource.identifier, world.event())


@trespass("resources.all")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.resources.all() == ()


@trespass("signing_keys.all")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.signing_keys.all() == ()


@trespass("signing_keys.add")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.signing_keys.add(replace(planted.key, public_jwk="{}"), world.event()) is True


@trespass("signing_keys.step")
async def _(world: World, planted: Planted) -> None:
    stepped = replace(planted.key, status=KeyStatus.RETIRING, retiring_at=world.now)
    assert await world.there.signing_keys.step((stepped,), world.event()) is False


@trespass("signing_keys.reseal")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.signing_keys.reseal(planted.key, b"theirs") is False


@trespass("audit.append")
async def _(world: World, planted: Planted) -> None:
    await world.there.audit.append(world.event())


@trespass("audit.get")
async def _(world: World, planted: Planted) -> None:
    (event, *_) = await world.events()
    assert await world.there.audit.get(event.id) is None


@trespass("seals.head")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.seals.head() is None


@trespass("seals.last")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.seals.last() is None


@trespass("seals.page")
async def _(world: World, planted: Planted) -> None:
    assert (await world.there.seals.page(ALL)).items == ()


@trespass("seals.covering")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.seals.covering("~") is None


@trespass("seals.renew_segment")
async def _(world: World, planted: Planted) -> None:
    segment = await world.here.seals.last()
    assert segment is not None
    assert await world.there.seals.renew_segment(segment, b"theirs") is False
    assert await world.here.seals.last() == segment


@trespass("seals.renew_head")
async def _(world: World, planted: Planted) -> None:
    head = await world.here.seals.head()
    assert head is not None
    assert await world.there.seals.renew_head(head, b"theirs") is False
    assert await world.here.seals.head() == head


@trespass("seals.written")
async def _(world: World, planted: Planted) -> None:
    assert len(await world.there.seals.written("", "~", 100)) == 1  # its own creation


@trespass("seals.seal")
async def _(world: World, planted: Planted) -> None:
    segment = a_segment(world.runtime, [event.id for event in await world.events()])
    assert await world.there.seals.seal(segment, a_head(segment), Counted(), chain=segment.chain_before) is False
    counted = Counted(
        counts={CountKey(world.now.date(), Measure.SIGN_INS): 1}, last_active={planted.user.id: world.now.date()}
    )
    assert await world.there.seals.seal(segment, a_head(segment), counted, chain=None) is True


@trespass("seals.expire")
async def _(world: World, planted: Planted) -> None:
    segment = a_segment(world.runtime, [event.id for event in await world.events()])
    assert await world.there.seals.seal(segment, a_head(segment), Counted(), chain=None) is True
    expired = replace(a_head(segment), first_number=2)
    assert await world.there.seals.expire(segment, expired, None) is True


@trespass("statistics.last_active")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.statistics.last_active({planted.user.id}) == {}


@trespass("statistics.most_used")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.statistics.most_used(date.min, date.max, 10) == ()


@trespass("statistics.totals")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.statistics.totals() is None


@trespass("statistics.count_totals")
async def _(world: World, planted: Planted) -> None:
    await world.there.statistics.count_totals(world.now)
    totals = await world.there.statistics.totals()
    assert totals is not None
    assert (totals.users, totals.clients) == (0, 0)


@trespass("statistics.counts")
async def _(world: World, planted: Planted) -> None:
    assert await world.there.statistics.counts(date.min, date.max) == {}


@trespass("audit.names")
async def _(world: World, planted: Planted) -> None:
    ids = {planted.user.id, planted.client.client_id, world.here_tenant.id}
    assert await world.there.audit.names(ids) == Names()


@trespass("audit.page")
async def _(world: World, planted: Planted) -> None:
    assert len((await world.there.audit.page(ALL)).items) == 1  # its own creation
