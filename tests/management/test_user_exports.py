"""Users are exported: all of them as an import reads them, or all that is known of one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import TENANT_ADMIN, TENANT_AUDITOR
from opentrusty_core.domain.user import UserStatus
from opentrusty_core.domain.user_import import LineOutcome
from opentrusty_core.errors import Denied, Invalid, NotFound
from opentrusty_core.management import ImportFormat, audit_export, user_exports
from tests.management.place import PASSWORD, SYSTEM, Place


async def exported(place: Place, **how: Any) -> list[dict[str, Any]]:
    exports = place.management.user_exports.lines(SYSTEM, place.tenant.id, **how)
    return [json.loads(line) for piece in [it async for it in exports] for line in piece.splitlines()]


async def person(place: Place, user_id: str, **how: Any) -> dict[str, Any]:
    pieces = place.management.user_exports.person(how.get("actor", SYSTEM), place.tenant.id, user_id)
    document: dict[str, Any] = json.loads(b"".join([piece async for piece in pieces]))
    return document


async def test_every_user_is_exported_page_by_page(acme: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many; a search or a status picks some. The audit says so before anything is read."""
    monkeypatch.setattr(user_exports, "MAX_PAGE", 2)
    lines = await exported(acme)
    assert {line["username"] for line in lines} == {"olive", "adam", "pat"}
    assert [line["username"] for line in await exported(acme, search="pat")] == ["pat"]
    assert await exported(acme, status=UserStatus.DISABLED) == []
    events = await acme.events(AuditType.USERS_EXPORTED)
    assert sorted(str(dict(event.details).values()) for event in events) == sorted(
        str(details.values()) for details in ({}, {"search": "pat"}, {"status": UserStatus.DISABLED})
    )
    with pytest.raises(Invalid):
        await exported(acme, search="\ud800")


async def test_what_is_exported_is_imported(acme: Place, globex: Place) -> None:
    """As it stands, but for passwords and what the server sets."""
    claims = {"name": "Zoë", "address": {"country": "AT"}}
    fields: Any = {"username": "zoe", "email": "zoe@x.example", "email_verified": True, "claims": claims}
    zoe = await acme.management.users.create(SYSTEM, acme.tenant.id, fields, password=PASSWORD)
    await acme.management.users.disable(SYSTEM, acme.tenant.id, zoe.id)

    async def upload() -> AsyncIterator[bytes]:
        async for piece in acme.management.user_exports.lines(SYSTEM, acme.tenant.id, status=UserStatus.DISABLED):
            yield piece

    run = globex.management.user_imports.run(SYSTEM, globex.tenant.id, upload(), ImportFormat.JSONL)
    ((report,),) = [step.reports async for step in run]
    assert report.outcome is LineOutcome.CREATED
    there = await globex.management.users.get(SYSTEM, globex.tenant.id, "zoe")
    assert (there.email, there.email_verified, there.claims) == ("zoe@x.example", True, claims)
    assert there.status is UserStatus.DISABLED


async def test_all_that_is_known_of_a_person_is_one_document(acme: Place) -> None:
    """Profile, how the password is kept, roles, groups, sessions, consents, grants, and what happened."""
    user, repos = acme.plain, acme.store.tenant(acme.tenant.id)
    session = await acme.session(user)
    grant = await acme.grant(user, session, "offline_access")
    now = acme.runtime.now()
    consent = Consent(user_id=user.id, client_id="web", scope=frozenset({"openid", "email"}), granted_at=now)
    given = acme._event(AuditType.CONSENT_GIVEN)
    await repos.consents.save(consent, given)
    group = await acme.management.groups.create(SYSTEM, acme.tenant.id, {"name": "Sales"})
    await acme.management.groups.add_members(SYSTEM, acme.tenant.id, group.id, [user.id])
    await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(user.id), TENANT_AUDITOR.name)
    document = await person(acme, user.id)
    assert list(document) == [
        *("exported_at", "tenant", "user", "password", "link", "roles", "groups", "sessions", "consents", "grants"),
        "audit",
    ]
    assert document["tenant"] == {"id": acme.tenant.id, "name": "acme"}
    assert (document["user"]["id"], document["user"]["email"]) == (user.id, "pat@acme.example")
    assert (document["password"]["kind"], document["link"]) == ("argon2", None)
    assert [role["role"] for role in document["roles"]] == ["tenant_auditor"]
    assert document["groups"] == [{"id": group.id, "name": "Sales"}]
    assert [it["id"] for it in document["sessions"]] == [session.id]
    assert [it["id"] for it in document["grants"]] == [grant.id]
    assert document["consents"][0]["scope"] == "email openid"
    assert {"user.created", "password.set", "role.assigned", "user.exported"} <= {
        it["type"] for it in document["audit"]
    }
    text = json.dumps(document)
    assert "$argon2" not in text
    assert session.handle_hash.hex() not in text


async def test_who_has_nothing_has_a_document_all_the_same(acme: Place) -> None:
    """A link that waits is among it, but not where it leads."""
    invited = await acme.management.links.invite(SYSTEM, acme.tenant.id, {"username": "new", "email": "n@x.example"})
    document = await person(acme, invited.user.id)
    assert document["password"] is None
    assert document["link"].keys() == {"kind", "created_at", "expires_at"}
    assert (document["roles"], document["sessions"], document["grants"]) == ([], [], [])


async def test_events_are_there_once_and_in_order(acme: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they did, what was done to them, and what they did to themselves; of others neither name nor address."""
    monkeypatch.setattr(user_exports, "MAX_PAGE", 1)
    olive = await acme.actor(acme.owner)
    for name in ("a", "b"):
        await acme.management.users.create(olive, acme.tenant.id, {"username": name})
    await acme.management.users.update(olive, acme.tenant.id, acme.owner.id, {"claims": {"name": "O"}})
    await acme.management.users.update(SYSTEM, acme.tenant.id, acme.owner.id, {"claims": {"name": "P"}})
    document = await person(acme, acme.owner.id)
    ids = [event["id"] for event in document["audit"]]
    expected = {it.id for it in await acme.events() if acme.owner.id in {it.actor_id, it.target}}
    assert ids == sorted(set(ids))
    assert set(ids) == expected
    own = [event for event in document["audit"] if event["by_user"]]
    assert [event["type"] for event in own] == ["user.created", "user.created", "user.updated"]
    assert {event["ip"] for event in own} == {"192.0.2.1"}
    others = [event for event in document["audit"] if not event["by_user"]]
    assert others
    assert {(event["ip"], str(event["details"])) for event in others} == {(None, "{}")}


async def test_who_may_not_read_all_of_it_reads_none_of_it(acme: Place, globex: Place) -> None:
    """A person of another tenant looks absent."""
    assert (await person(acme, acme.plain.id, actor=await acme.actor(acme.admin)))["user"]["username"] == "pat"
    with pytest.raises(Denied):
        await person(acme, acme.plain.id, actor=await acme.actor(acme.plain))
    with pytest.raises(NotFound):
        await person(acme, globex.plain.id)
    with pytest.raises(NotFound):
        await person(globex, globex.plain.id, actor=await acme.actor(acme.owner))


async def test_who_loses_the_permission_meanwhile_reads_no_further(
    acme: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of users and of the audit."""
    monkeypatch.setattr(user_exports, "MAX_PAGE", 1)
    monkeypatch.setattr(audit_export, "PAGE", 1)
    actor, tenant_id = await acme.actor(acme.admin), acme.tenant.id
    exports = (acme.management.user_exports.lines(actor, tenant_id), acme.management.audit.export(actor, tenant_id))
    for export in exports:
        assert await anext(export)
    await acme.management.roles.revoke(SYSTEM, tenant_id, Principal.user(acme.admin.id), TENANT_ADMIN.name)
    for export in exports:
        with pytest.raises(Denied):
            await anext(export)
