"""Resources: the APIs of a tenant."""

from __future__ import annotations

import pytest

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.resource import Resource
from opentrusty_core.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from tests.management.place import SYSTEM, Place

API = Resource(identifier="https://api.acme.example", name="Orders", scopes={"orders:read": "Read your orders"})


async def test_a_resource_is_saved_replaced_and_deleted_with_an_event_each(acme: Place) -> None:
    resources = acme.management.resources
    await resources.save(SYSTEM, acme.tenant.id, API)
    again = Resource(identifier=API.identifier, name="Orders", scopes={"orders:write": "Change your orders"})
    await resources.save(SYSTEM, acme.tenant.id, again)
    assert await resources.list(SYSTEM, acme.tenant.id) == (again,)
    await resources.delete(SYSTEM, acme.tenant.id, API.identifier)
    with pytest.raises(NotFound):
        await resources.get(SYSTEM, acme.tenant.id, API.identifier)
    events = await acme.events(AuditType.RESOURCE_SAVED, AuditType.RESOURCE_DELETED)
    assert [event.target for event in events] == [API.identifier] * 3


async def test_a_scope_belongs_to_one_resource(acme: Place) -> None:
    await acme.management.resources.save(SYSTEM, acme.tenant.id, API)
    other = Resource(identifier="urn:other", name="Other", scopes=API.scopes)
    with pytest.raises(Conflict):
        await acme.management.resources.save(SYSTEM, acme.tenant.id, other)


@pytest.mark.parametrize(
    ("resource", "field"),
    [
        (Resource(identifier="", name="x"), "identifier"),
        (Resource(identifier="api", name="x"), "identifier"),
        (Resource(identifier="https:", name="x"), "identifier"),
        (Resource(identifier="https://api.example/#x", name="x"), "identifier"),
        (Resource(identifier="https://[::1", name="x"), "identifier"),
        (Resource(identifier="https://api.example/a b", name="x"), "identifier"),
        (Resource(identifier="https://api.example/\x00", name="x"), "identifier"),
        (Resource(identifier="urn:" + "x" * 2048, name="x"), "identifier"),
        (Resource(identifier="urn:x", name=""), "name"),
        (Resource(identifier="urn:x", name="x", scopes={"a b": "x"}), "scopes"),
        (Resource(identifier="urn:x", name="x", scopes={"openid": "x"}), "scopes"),
        (Resource(identifier="urn:x", name="x", scopes={"a": "x\ny"}), "scopes"),
    ],
)
async def test_a_bad_field_is_refused_by_name(acme: Place, resource: Resource, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await acme.management.resources.save(SYSTEM, acme.tenant.id, resource)
    assert refused.value.fields.keys() == {field}


@pytest.mark.parametrize("path", ["", "/", "/t/acme", "/t/globex", "/t/acme/userinfo"])
async def test_no_resource_takes_the_place_of_an_issuer(acme: Place, path: str) -> None:
    """A token for such a resource would be a token for our own userinfo."""
    resource = Resource(identifier=f"https://auth.example{path}", name="x")
    with pytest.raises(Invalid, match="identifier"):
        await acme.management.resources.save(SYSTEM, acme.tenant.id, resource)


async def test_two_who_change_a_resource_at_once_do_not_undo_each_other(acme: Place) -> None:
    """The second is told; nobody replaces what they wanted to add."""
    save, tenant_id = acme.management.resources.save, acme.tenant.id
    assert (await save(SYSTEM, tenant_id, API, version=0)).version == 1
    for stale in (0, 2):
        with pytest.raises(ChangedMeanwhile):
            await save(SYSTEM, tenant_id, API, version=stale)
    assert (await save(SYSTEM, tenant_id, API, version=1)).version == 2
    assert (await save(SYSTEM, tenant_id, API)).version == 3
