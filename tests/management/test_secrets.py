"""A secret is shown once, by the call that makes it: never in the audit, a repr, an error or the log."""

from __future__ import annotations

import logging

import pytest

from opentrusty_core.errors import Conflict, Invalid
from opentrusty_core.management import generate_password
from tests.management.place import EVERYTHING, SYSTEM, Place

CANARY = "canary-canary-canary-canary"


@pytest.mark.case("L4")
async def test_no_secret_reaches_the_audit_a_repr_an_error_or_the_log(
    acme: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    management, tenant_id = acme.management, acme.tenant.id
    shown: list[object] = []
    user = await management.users.create(SYSTEM, tenant_id, {"username": "carla"}, password=CANARY + "1")
    await management.users.set_password(SYSTEM, tenant_id, user.id, CANARY + "2")
    made = await management.clients.create(
        SYSTEM, tenant_id, {"client_name": "C", "redirect_uris": ("https://c.example/",)}, client_id="c"
    )
    invited = await management.links.invite(SYSTEM, tenant_id, {"username": "ida"})
    reset = await management.links.start_reset(SYSTEM, tenant_id, user.id)
    owned = await management.tenants.create_with_invitation(SYSTEM, "owned", owner={"username": "olga"})
    shown += [invited, reset, owned, await management.links.of_user(SYSTEM, tenant_id, user.id)]
    shown += (await management.audit.page(SYSTEM, owned.tenant.id, EVERYTHING)).items
    rotated = await management.clients.rotate_secret(SYSTEM, tenant_id, "c")
    boss = await management.bootstrap.first_administrator(SYSTEM, password=CANARY + "3")
    shown += [user, made, rotated, boss, management, *await management.keys.list(SYSTEM, tenant_id)]
    for refused in (
        management.users.set_password(SYSTEM, tenant_id, user.id, CANARY * 100),
        management.users.create(SYSTEM, tenant_id, {"username": "carla"}, password=CANARY),
    ):
        with pytest.raises((Invalid, Conflict)) as error:
            await refused
        shown += [error.value, error.value.__cause__]
    shown += await acme.events()
    shown += (await management.audit.platform_page(SYSTEM, EVERYTHING)).items
    credential = await acme.store.tenant(tenant_id).passwords.get(user.id)
    shown.append(credential)

    text = "\n".join([*map(repr, shown), *map(str, shown), caplog.text])
    assert made.secret is not None
    assert rotated.secret is not None
    assert credential is not None
    (key, *_) = await management.keys.list(SYSTEM, tenant_id)
    secrets = [CANARY, made.secret, rotated.secret, credential.encoded, repr(made.client.secrets[0].hash)]
    for link in (invited, reset, owned.invitation):
        secrets += [link.url.rpartition("#")[2], repr(link.link.hash)]
    for secret in (*secrets, repr(key.sealed_private)):
        assert secret not in text


@pytest.mark.case("L4")
async def test_a_made_password_stands_only_in_the_answer(acme: Place) -> None:
    boss = await acme.management.bootstrap.first_administrator(SYSTEM)
    assert boss.password not in repr(boss)
    assert len(generate_password(acme.runtime.token_bytes)) == len(boss.password)
