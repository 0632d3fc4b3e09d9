"""Clients: registered, changed with everything checked anew, their secrets made here and shown once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opentrusty_core.crypto.handles import Handle, hash_handle, is_handle
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.client import AuthMethod, GrantType
from opentrusty_core.domain.resource import Resource
from opentrusty_core.errors import Conflict, Invalid, NotFound
from opentrusty_core.management import ClientFields
from tests.management.place import EVERYTHING, SYSTEM, Place

WEB: ClientFields = {"client_name": "Shop", "redirect_uris": ("https://shop.example/callback",)}
PUBLIC: ClientFields = {**WEB, "token_endpoint_auth_method": AuthMethod.NONE}


async def test_a_confidential_client_gets_a_secret_known_afterwards_by_its_hash_only(acme: Place) -> None:
    made = await acme.management.clients.create(SYSTEM, acme.tenant.id, WEB)
    assert made.secret is not None
    assert is_handle(Handle.CLIENT_SECRET, made.secret), "256 random bits"
    stored = await acme.management.clients.get(SYSTEM, acme.tenant.id, made.client.client_id)
    assert [secret.hash for secret in stored.secrets] == [hash_handle(Handle.CLIENT_SECRET, made.secret)]


async def test_a_public_client_gets_no_secret(acme: Place) -> None:
    made = await acme.management.clients.create(SYSTEM, acme.tenant.id, PUBLIC)
    assert (made.secret, made.client.secrets) == (None, ())


async def test_a_client_id_can_be_chosen_once(acme: Place) -> None:
    create = acme.management.clients.create
    assert (await create(SYSTEM, acme.tenant.id, WEB, client_id="shop")).client.client_id == "shop"
    with pytest.raises(Conflict):
        await create(SYSTEM, acme.tenant.id, WEB, client_id="shop")


@pytest.mark.case("E5")
@pytest.mark.parametrize(
    "field", ["client_id", "status", "secrets", "version", "created_at", "updated_at", "tenant_id", "client_secret"]
)
async def test_a_field_that_is_the_servers_or_nobodys_is_refused(acme: Place, field: str) -> None:
    fields: ClientFields = {**WEB, field: "x"}  # type: ignore[misc]
    for call in (
        acme.management.clients.create(SYSTEM, acme.tenant.id, fields),
        acme.management.clients.update(SYSTEM, acme.tenant.id, "web", fields),
    ):
        with pytest.raises(Invalid) as refused:
            await call
        assert refused.value.fields.keys() == {field}


BAD: list[tuple[ClientFields, str]] = [
    ({"redirect_uris": ()}, "redirect_uris"),
    ({"redirect_uris": ("javascript:alert(1)",)}, "redirect_uris"),
    ({"redirect_uris": ("https://shop.example/*",)}, "redirect_uris"),
    ({"redirect_uris": ("https://shop.example/#x",)}, "redirect_uris"),
    ({"post_logout_redirect_uris": ("data:text/html,x",)}, "post_logout_redirect_uris"),
    ({"logo_uri": "javascript:alert(1)"}, "logo_uri"),
    ({"allowed_origins": ("https://shop.example/",)}, "allowed_origins"),
    ({"scope": ("openid", "orders:read")}, "scope"),
    ({"resource_identifiers": ("https://api.globex.example",)}, "resource_identifiers"),
    ({"grant_types": ()}, "grant_types"),
    ({"grant_types": (GrantType.REFRESH_TOKEN,)}, "grant_types"),
    ({"require_pkce": False, "token_endpoint_auth_method": AuthMethod.NONE}, "require_pkce"),
    ({"id_token_signed_response_alg": "none"}, "id_token_signed_response_alg"),
    ({"access_token_lifetime": timedelta(days=2)}, "access_token_lifetime"),
    ({"client_name": "a\nb"}, "client_name"),
    ({"contacts": ("x\x00",)}, "contacts"),
]


@pytest.mark.case("A3", "A4", "A8", "E5")
@pytest.mark.parametrize(("fields", "problem"), BAD)
async def test_a_bad_field_is_refused_by_name_at_creation_and_update(
    acme: Place, fields: ClientFields, problem: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await acme.management.clients.create(SYSTEM, acme.tenant.id, {**WEB, **fields})
    assert refused.value.fields.keys() == {problem}
    with pytest.raises(Invalid) as refused:
        await acme.management.clients.update(SYSTEM, acme.tenant.id, "web", fields)
    assert refused.value.fields.keys() == {problem}
    assert (await acme.management.clients.get(SYSTEM, acme.tenant.id, "web")).version == 1


@pytest.mark.case("E5")
async def test_an_update_checks_also_what_did_not_change(acme: Place) -> None:
    """A scope of a resource that is gone, and PKCE that a public client may not opt out of."""
    api = Resource(identifier="https://api.acme.example", name="API", scopes={"orders:read": "Read"})
    await acme.management.resources.save(SYSTEM, acme.tenant.id, api)
    clients, ids = acme.management.clients, (acme.tenant.id, "web")
    await clients.update(SYSTEM, *ids, {"scope": ("openid", "orders:read"), "require_pkce": False})
    with pytest.raises(Invalid) as refused:
        await clients.update(SYSTEM, *ids, {"token_endpoint_auth_method": AuthMethod.NONE})
    assert refused.value.fields.keys() == {"require_pkce"}
    await acme.management.resources.delete(SYSTEM, acme.tenant.id, api.identifier)
    with pytest.raises(Invalid) as refused:
        await clients.update(SYSTEM, *ids, {"client_name": "Other"})
    assert refused.value.fields.keys() == {"scope"}


async def test_a_client_that_becomes_public_loses_its_secrets(acme: Place) -> None:
    changed = await acme.management.clients.update(
        SYSTEM, acme.tenant.id, "web", {"token_endpoint_auth_method": AuthMethod.NONE}
    )
    assert changed.secrets == ()
    with pytest.raises(Invalid):
        await acme.management.clients.rotate_secret(SYSTEM, acme.tenant.id, "web")


async def test_an_update_from_an_old_reading_is_a_conflict(acme: Place) -> None:
    update = acme.management.clients.update
    await update(SYSTEM, acme.tenant.id, "web", {"client_name": "One"}, version=1)
    with pytest.raises(Conflict):
        await update(SYSTEM, acme.tenant.id, "web", {"client_name": "Two"}, version=1)


async def test_secrets_overlap_while_they_rotate_and_never_more_than_two(acme: Place) -> None:
    rotate, ids = acme.management.clients.rotate_secret, (acme.tenant.id, "web")
    hour, made = timedelta(hours=1), []
    for _ in range(3):
        acme.runtime.advance(minutes=1)
        rotated = await rotate(SYSTEM, *ids, overlap=hour)
        made.append(hash_handle(Handle.CLIENT_SECRET, str(rotated.secret)))
        now = acme.runtime.now()
        assert [secret.expires_at for secret in rotated.client.secrets] == [now + hour, None]
    client = await acme.management.clients.get(SYSTEM, *ids)
    assert [secret.hash for secret in client.secrets] == made[1:]
    now = acme.runtime.now()
    assert [secret.is_live(now + hour) for secret in client.secrets] == [False, True]


async def test_a_rotation_without_overlap_ends_the_secret_at_once(acme: Place) -> None:
    rotated = await acme.management.clients.rotate_secret(SYSTEM, acme.tenant.id, "web")
    assert [secret.hash for secret in rotated.client.secrets] == [
        hash_handle(Handle.CLIENT_SECRET, str(rotated.secret))
    ]
    (event,) = await acme.events(AuditType.CLIENT_SECRET_ROTATED)
    assert (event.target, event.client_id) == ("web", "web")


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=31)])
async def test_an_overlap_is_at_most_thirty_days(acme: Place, overlap: timedelta) -> None:
    with pytest.raises(Invalid, match="overlap"):
        await acme.management.clients.rotate_secret(SYSTEM, acme.tenant.id, "web", overlap=overlap)


@pytest.mark.case("D7")
async def test_a_disabled_client_is_blocked_and_loses_nothing(acme: Place) -> None:
    """The protocol asks `is_active` at every request; what people allowed is there again when it is enabled."""
    clients, ids = acme.management.clients, (acme.tenant.id, "web")
    grant = await acme.grant(acme.plain, await acme.session(acme.plain))
    assert not (await clients.disable(SYSTEM, *ids)).is_active
    assert (await clients.enable(SYSTEM, *ids)).is_active
    kept = await acme.store.tenant(acme.tenant.id).grants.get(grant.id)
    assert kept is not None
    assert kept.is_live(acme.runtime.now())


async def test_a_deleted_client_takes_its_grants_along(acme: Place) -> None:
    grant = await acme.grant(acme.plain, await acme.session(acme.plain), "offline_access")
    await acme.management.clients.delete(SYSTEM, acme.tenant.id, "web")
    assert await acme.store.tenant(acme.tenant.id).grants.get(grant.id) is None
    with pytest.raises(NotFound):
        await acme.management.clients.get(SYSTEM, acme.tenant.id, "web")
    with pytest.raises(NotFound):
        await acme.management.clients.delete(SYSTEM, acme.tenant.id, "web")


async def test_a_list_is_in_order_of_id(acme: Place) -> None:
    for client_id in ("zebra", "api"):
        await acme.management.clients.create(SYSTEM, acme.tenant.id, WEB, client_id=client_id)
    page = await acme.management.clients.page(SYSTEM, acme.tenant.id, EVERYTHING)
    assert [client.client_id for client in page.items] == ["api", "web", "zebra"]
