"""A tenant as data over HTTP: read, planned, applied."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from opentrusty_core.errors import StoreUnavailable
from opentrusty_core.storage import TenantRepositories
from opentrusty_core.stores.memory import MemoryStore
from tests.support.admin_plane import AdminWorld, admin_world

PATH = "/tenants/acme/manifest"
NEW = {"client_name": "New", "redirect_uris": ["https://new.example/cb"]}


async def test_a_manifest_is_read_planned_and_applied(world: AdminWorld) -> None:
    """What is read changes nothing; what is changed in it is done, and a new client's secret is shown this once."""
    api = await world.owner()
    manifest: dict[str, Any] = (await api.get(PATH)).json()["manifest"]
    assert (await api.post(f"{PATH}/plan", {"manifest": manifest})).json() == {"steps": []}
    manifest["settings"] = {"lifetimes": {"code": 30}}
    manifest["clients"]["new"] = NEW
    del manifest["clients"]["shop"]
    plan = (await api.post(f"{PATH}/plan", {"manifest": manifest})).json()
    assert [(step["action"], step["noun"], step["name"]) for step in plan["steps"]] == [
        ("update", "tenant", "acme"),
        ("delete", "client", "shop"),
        ("create", "client", "new"),
    ]
    assert {"field": "settings.lifetimes.code", "before": 60, "after": 30} in plan["steps"][0]["changes"]
    assert (await api.get("/tenants/acme/clients/shop")).status_code == 200, "a plan does nothing"
    applied = (await api.post(f"{PATH}/apply", {"manifest": manifest, "delete": False})).json()
    assert [(step["name"], step["client_secret"] is not None) for step in applied["done"]] == [
        ("acme", False),
        ("new", True),
    ]
    assert applied["failure"] is None
    assert (await api.get("/tenants/acme/clients/shop")).status_code == 200
    await api.post(f"{PATH}/apply", {"manifest": manifest})
    assert (await api.get("/tenants/acme/clients/shop")).status_code == 404
    assert (await api.post(f"{PATH}/plan", {"manifest": manifest})).json() == {"steps": []}


async def test_every_mistake_is_pointed_at(world: AdminWorld) -> None:
    """Into the manifest that was sent, whatever stands in the names."""
    api = await world.owner()
    manifest = {
        "tenant": "other",
        "clients": {"a/b~ c": {"client_nam": "X"}},
    }
    answer = await api.post(f"{PATH}/apply", {"manifest": manifest})
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/manifest/clients/a~1b~0%20c/client_nam"]
    answer = await api.post(f"{PATH}/apply", {"manifest": {"tenant": "other"}})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/manifest/tenant"]


@pytest.mark.case("J4")
async def test_a_manifest_can_do_no_more_than_its_caller(world: AdminWorld) -> None:
    """Who may not configure the tenant may change its clients; who may read may plan; others may nothing."""
    admin = await world.as_new("adele", "tenant_admin")
    settings = {"manifest": {"tenant": "acme", "settings": {"lifetimes": {"code": 30}}}}
    assert (await admin.post(f"{PATH}/apply", settings)).status_code == 403
    clients = {"manifest": {"tenant": "acme", "clients": {"new": NEW}}, "delete": False}
    assert (await admin.post(f"{PATH}/apply", clients)).status_code == 200
    auditor = await world.as_new("audrey", "tenant_auditor")
    assert (await auditor.get(PATH)).status_code == 200
    assert (await auditor.post(f"{PATH}/plan", settings)).status_code == 200
    assert (await auditor.post(f"{PATH}/apply", settings)).status_code == 403
    support = await world.as_new("suse", "tenant_support")
    assert (await support.get(PATH)).status_code == 403
    other = await world.as_new("oscar", "tenant_owner", tenant=world.other)
    assert (await other.get(PATH)).status_code == 404


class Failing(MemoryStore):
    """A store whose database is gone after so many transactions."""

    left: int | None = None

    @asynccontextmanager
    async def transaction(self, tenant_id: str) -> AsyncIterator[TenantRepositories]:
        if self.left == 0:
            raise StoreUnavailable("db.internal:5432 is gone")
        self.left = None if self.left is None else self.left - 1
        async with super().transaction(tenant_id) as repos:
            yield repos


@pytest.mark.case("R2")
async def test_secrets_of_what_was_done_are_shown_though_a_later_step_fails() -> None:
    """Nobody could ask for them again. Where nothing was done, the answer is the failure itself."""
    store = Failing()
    async with admin_world(store=store) as world:
        api = await world.owner()
        body = {"manifest": {"tenant": "acme", "clients": {"first": NEW, "second": NEW}}, "delete": False}
        store.left = 1
        applied = (await api.post(f"{PATH}/apply", body)).json()
        assert [step["name"] for step in applied["done"]] == ["first"]
        assert applied["done"][0]["client_secret"].startswith("ots_")
        assert "db.internal" not in applied["failure"]
        assert (await api.post(f"{PATH}/apply", body)).status_code == 503
        store.left = None
        applied = (await api.post(f"{PATH}/apply", body)).json()
        assert ([step["name"] for step in applied["done"]], applied["failure"]) == (["second"], None)
