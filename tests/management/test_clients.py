"""Clients: registered, changed with everything checked anew, their secrets made here and shown once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opentrusty_core.crypto.handles import Handle, hash_handle, is_handle
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.client import MAX_SECRETS, AuthMethod, GrantType
from opentrusty_core.domain.client_kind import ClientKind
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
    ({"id_token_lifetime": timedelta(days=2)}, "id_token_lifetime"),
    ({"translations": {"logo_uri#de": "javascript:alert(1)"}}, "translations"),
    ({"tags": ("",)}, "tags"),
    ({"response_types": ("code", "token")}, "response_types"),
    ({"response_types": ()}, "response_types"),
    ({"subject_type": "pairwise"}, "subject_type"),
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
@pytest.mark.parametrize(
    "field",
    [
        *("jwks", "jwks_uri", "request_uris", "request_object_signing_alg", "sector_identifier_uri"),
        *("default_acr_values", "initiate_login_uri", "software_statement", "token_endpoint_auth_signing_alg"),
        *("id_token_encrypted_response_alg", "userinfo_signed_response_alg", "userinfo_encrypted_response_enc"),
    ],
)
async def test_metadata_that_nothing_would_act_on_is_refused_with_a_reason(acme: Place, field: str) -> None:
    """Its name is known from the specifications, so the answer is more than that there is no such field."""
    fields: ClientFields = {**WEB, field: "x"}  # type: ignore[misc]
    with pytest.raises(Invalid) as refused:
        await acme.management.clients.create(SYSTEM, acme.tenant.id, fields)
    assert refused.value.fields.keys() == {field}
    assert "no such field" not in refused.value.fields[field]


async def test_what_has_one_acceptable_value_may_be_said(acme: Place) -> None:
    """As clients that register themselves do."""
    fields: ClientFields = {**WEB, "response_types": ("code",), "subject_type": "public"}
    made = await acme.management.clients.create(SYSTEM, acme.tenant.id, fields)
    assert made.client.response_types == ("code",)


async def test_a_kind_says_what_the_fields_leave_out(acme: Place) -> None:
    """What is said goes before it; the other kinds are tested with `defaults_of`."""
    create, uris = acme.management.clients.create, ("https://app.example/cb",)
    made = await create(
        SYSTEM, acme.tenant.id, {"client_name": "App", "redirect_uris": uris}, kind=ClientKind.SINGLE_PAGE
    )
    assert made.client.is_public
    assert made.client.allowed_origins == ("https://app.example",)
    other = await create(
        SYSTEM,
        acme.tenant.id,
        {"client_name": "App", "redirect_uris": uris, "allowed_origins": ()},
        kind=ClientKind.SINGLE_PAGE,
    )
    assert other.client.allowed_origins == ()


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


async def test_secrets_overlap_while_they_rotate_and_never_more_than_may_be(acme: Place) -> None:
    """Each ends an hour after the rotation that replaced it, the oldest at once where there are too many."""
    rotate, ids = acme.management.clients.rotate_secret, (acme.tenant.id, "web")
    hour, made, ends = timedelta(hours=1), [], []
    for _ in range(MAX_SECRETS + 2):
        acme.runtime.advance(minutes=1)
        rotated = await rotate(SYSTEM, *ids, overlap=hour)
        made.append(hash_handle(Handle.CLIENT_SECRET, str(rotated.secret)))
        ends.append(acme.runtime.now() + hour)
        assert [secret.expires_at for secret in rotated.client.secrets] == [*ends[-MAX_SECRETS + 1 :], None]
    client = await acme.management.clients.get(SYSTEM, *ids)
    assert [secret.hash for secret in client.secrets] == made[-MAX_SECRETS:]
    acme.runtime.advance(hours=1)
    rotated = await rotate(SYSTEM, *ids, overlap=timedelta(days=1))
    assert len(rotated.client.secrets) == 2, "those that have ended are dropped"


async def test_a_secret_is_added_beside_the_others_up_to_the_most(acme: Place) -> None:
    """With an end of its own or without; one that has ended makes room."""
    add, ids, day = acme.management.clients.add_secret, (acme.tenant.id, "web"), timedelta(days=1)
    (first,) = (await acme.management.clients.get(SYSTEM, *ids)).secrets
    made = await add(SYSTEM, *ids, lifetime=day)
    assert [secret.expires_at for secret in made.client.secrets] == [None, acme.runtime.now() + day]
    assert made.client.secrets[0] == first
    assert made.client.secrets[1].hash == hash_handle(Handle.CLIENT_SECRET, str(made.secret))
    for _ in range(MAX_SECRETS - 2):
        await add(SYSTEM, *ids)
    with pytest.raises(Conflict):
        await add(SYSTEM, *ids)
    acme.runtime.advance(days=1)
    assert len((await add(SYSTEM, *ids)).client.secrets) == MAX_SECRETS
    events = await acme.events(AuditType.CLIENT_SECRET_ADDED)
    assert {event.client_id for event in events} == {"web"}
    assert made.client.secrets[1].id in [event.details["secret_id"] for event in events]


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(seconds=-1), timedelta(days=3661)])
async def test_a_secret_s_lifetime_is_some_time(acme: Place, lifetime: timedelta) -> None:
    with pytest.raises(Invalid, match="lifetime"):
        await acme.management.clients.add_secret(SYSTEM, acme.tenant.id, "web", lifetime=lifetime)


async def test_one_secret_is_ended_and_the_others_stay(acme: Place) -> None:
    """The last one is not ended but replaced; a secret that has ended, or another's, is none."""
    clients, ids = acme.management.clients, (acme.tenant.id, "web")
    (first,) = (await clients.get(SYSTEM, *ids)).secrets
    with pytest.raises(Conflict):
        await clients.end_secret(SYSTEM, *ids, first.id)
    second = (await clients.add_secret(SYSTEM, *ids)).client.secrets[1]
    ended = await clients.end_secret(SYSTEM, *ids, first.id)
    assert ended.secrets == (second,)
    for secret_id in (first.id, "nothing"):
        with pytest.raises(NotFound):
            await clients.end_secret(SYSTEM, *ids, secret_id)
    (event,) = await acme.events(AuditType.CLIENT_SECRET_ENDED)
    assert (event.target, event.details["secret_id"]) == ("web", first.id)


async def test_a_public_client_is_given_no_secret(acme: Place) -> None:
    made = await acme.management.clients.create(SYSTEM, acme.tenant.id, PUBLIC)
    with pytest.raises(Invalid, match="token_endpoint_auth_method"):
        await acme.management.clients.add_secret(SYSTEM, acme.tenant.id, made.client.client_id)


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
