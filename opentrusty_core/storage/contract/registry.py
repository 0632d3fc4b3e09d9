"""What `storage.TenantRecord`, `Clients` and `Resources` promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.client import (
    AccessTokenFormat,
    ApplicationType,
    AuthMethod,
    Client,
    ClientSecret,
    ClientStatus,
    GrantType,
)
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.tenant import Branding, Lifetimes, PasswordPolicy, TenantSettings, TenantStatus
from opentrusty_core.errors import ChangedMeanwhile, Conflict, NotFound
from opentrusty_core.storage.contract.builders import (
    a_client,
    a_consent,
    a_resource,
    a_tenant,
    an_access_token,
)
from opentrusty_core.storage.contract.world import ALL, Contract, World

case = pytest.mark.case


class TestTenantRecord(Contract):
    """`TenantRecord`."""

    async def test_a_tenant_is_read_as_it_was_written(self, world: World) -> None:
        """Every setting comes back, and the event stands in the tenant's own audit."""
        settings = TenantSettings(
            lifetimes=Lifetimes(
                code=timedelta(seconds=30), session=timedelta(days=365), refresh_token_grace=timedelta(0)
            ),
            password_policy=PasswordPolicy(min_length=8),
            branding=Branding(logo_uri="https://acme.example/logo.svg", primary_color="#aabbcc"),
        )
        tenant = a_tenant(
            world.runtime, display_name="Ácme – 書", status=TenantStatus.SUSPENDED, settings=settings, version=3
        )
        event = world.event(type=AuditType.TENANT_CREATED)
        await world.store.tenant(tenant.id).tenant.create(tenant, event)
        assert await world.store.tenant(tenant.id).tenant.get() == tenant
        assert (await world.store.tenant(tenant.id).audit.page(ALL)).items == (event,)

    async def test_names_and_ids_are_unique(self, world: World) -> None:
        """A tenant whose name or id is taken is a conflict; the one that is there stays."""
        known = world.here_tenant
        for twin in (a_tenant(world.runtime, name=known.name), a_tenant(world.runtime, id=known.id)):
            with pytest.raises(Conflict):
                await world.store.tenant(twin.id).tenant.create(twin, world.event())
        assert await world.here.tenant.get() == known
        assert len((await world.store.platform.tenants.page(ALL)).items) == 2

    async def test_an_update_replaces_the_version_before(self, world: World) -> None:
        """A version that comes too late is a conflict; a tenant that is not there is not found."""
        changed = replace(world.here_tenant, display_name="Changed", status=TenantStatus.SUSPENDED, version=2)
        event = world.event()
        await world.here.tenant.update(changed, event)
        assert await world.here.tenant.get() == changed
        assert (await world.events())[-1] == event
        for version in (1, 2, 4):
            with pytest.raises(Conflict):
                await world.here.tenant.update(replace(changed, version=version), world.event())
        absent = a_tenant(world.runtime, version=2)
        with pytest.raises(NotFound):
            await world.store.tenant(absent.id).tenant.update(absent, world.event())
        with pytest.raises(NotFound):
            await world.store.tenant(absent.id).tenant.get()
        assert (await world.events())[-1] == event

    @case("I1")
    async def test_a_domain_is_one_tenants_at_a_time(self, world: World) -> None:
        """Another's is a conflict; one that is asked for is nobody's yet; one that is given up is free."""
        domain, tenants = "login.example.org", world.store.platform.tenants
        here = replace(world.here_tenant, domain=domain, version=2)
        there = replace(world.there_tenant, pending_domain=domain, version=2)
        await world.there.tenant.update(there, world.event())
        assert await tenants.name_at(domain) is None
        await world.here.tenant.update(here, world.event())
        assert await world.here.tenant.get() == here
        assert await tenants.name_at(domain) == here.name
        assert (await tenants.waiting_for_domain(ALL)).items == (there,)
        taken = replace(there, domain=domain, pending_domain=None, version=3)
        with pytest.raises(Conflict):
            await world.there.tenant.update(taken, world.event())
        assert await world.there.tenant.get() == there
        await world.here.tenant.update(replace(here, domain=None, version=3), world.event())
        assert await tenants.name_at(domain) is None
        await world.there.tenant.update(taken, world.event())
        assert await tenants.name_at(domain) == taken.name
        for stranger in ("", "LOGIN.example.org", "example.org", "nobody\0"):
            assert await tenants.name_at(stranger) is None


class TestClients(Contract):
    """`Clients`."""

    async def test_a_client_is_read_as_it_was_written(self, world: World) -> None:
        """Every field comes back, the hashes of secrets among them."""
        client = Client(
            client_id="A_client.with~every-field",
            client_name="Bücher 書",
            status=ClientStatus.DISABLED,
            application_type=ApplicationType.NATIVE,
            token_endpoint_auth_method=AuthMethod.POST,
            secrets=(
                ClientSecret(hash=bytes(range(32)), created_at=world.now, expires_at=world.now + timedelta(days=1)),
                ClientSecret(hash=b"\xff" * 32, created_at=world.now),
            ),
            grant_types=(GrantType.REFRESH_TOKEN, GrantType.AUTHORIZATION_CODE, GrantType.CLIENT_CREDENTIALS),
            redirect_uris=("com.example.app:/callback", "http://127.0.0.1/cb"),
            post_logout_redirect_uris=("https://app.example/bye",),
            allowed_origins=("https://app.example", "http://localhost:3000"),
            scope=("openid", "a:b"),
            require_pkce=False,
            skip_consent=True,
            resource_identifiers=("https://api.example",),
            access_token_format=AccessTokenFormat.OPAQUE,
            access_token_signed_response_alg="RS256",
            id_token_signed_response_alg="ES256",
            default_max_age=0,
            require_auth_time=True,
            access_token_lifetime=timedelta(minutes=5),
            client_uri="https://app.example/",
            logo_uri="https://app.example/logo",
            policy_uri="https://app.example/policy",
            tos_uri="https://app.example/tos",
            contacts=("a@app.example", "b@app.example"),
            created_at=world.now,
            updated_at=world.now + timedelta(microseconds=1),
            version=5,
        )
        event = world.event()
        await world.here.clients.add(client, event)
        assert await world.here.clients.get(client.client_id) == client
        assert await world.here.clients.get("a_CLIENT.with~every-field") is None
        assert (await world.events())[-1] == event

    async def test_a_client_id_is_taken_once(self, world: World) -> None:
        """A second client of the id is a conflict, and the first one stays."""
        client = await world.client()
        before = await world.events()
        with pytest.raises(Conflict):
            await world.here.clients.add(a_client(world.runtime, client_id=client.client_id), world.event())
        assert await world.here.clients.get(client.client_id) == client
        assert await world.events() == before

    async def test_an_update_replaces_the_version_before(self, world: World) -> None:
        """A version that comes too late is a conflict; a client that is not there is not found."""
        client = await world.client(allowed_origins=("https://old.example",))
        changed = replace(client, client_name="Changed", allowed_origins=("https://new.example",), version=2)
        event = world.event()
        await world.here.clients.update(changed, event)
        assert await world.here.clients.get(client.client_id) == changed
        assert await world.here.clients.allows_origin("https://new.example")
        assert not await world.here.clients.allows_origin("https://old.example")
        for version in (1, 2, 4):
            with pytest.raises(Conflict):
                await world.here.clients.update(replace(changed, version=version), world.event())
        with pytest.raises(NotFound):
            await world.here.clients.update(a_client(world.runtime, version=2), world.event())
        assert await world.here.clients.get(client.client_id) == changed
        assert (await world.events())[-1] == event

    @case("D7")
    async def test_a_deleted_client_takes_its_grants_and_consents(self, world: World) -> None:
        """With what hangs from them, and its own tokens; another client's stay."""
        client, other, session = await world.client(), await world.client(), await world.session()
        grant, token = await world.granted(session, client, scope=("openid", "offline_access"))
        _, other_token = await world.granted(session, other)
        own = an_access_token(world.runtime, client.client_id)
        opaque = an_access_token(world.runtime, client.client_id, grant)
        for each in (own, opaque):
            await world.here.access_tokens.add(each, None)
        for each_client in (client, other):
            await world.here.consents.save(
                a_consent(world.runtime, session.user_id, each_client.client_id), world.event()
            )
        event = world.event()
        await world.here.clients.delete(client.client_id, event)
        assert (await world.events())[-1] == event
        assert await world.here.clients.get(client.client_id) is None
        assert await world.here.grants.get(grant.id) is None
        assert not await world.is_refreshable(token)
        for each in (own, opaque):
            assert await world.here.access_tokens.look_up(each.hash, world.now) is None
        assert await world.here.access_tokens.look_up_jwt("a-jti", grant.id, world.now) is None
        assert [it.client_id for it in await world.here.consents.of_user(session.user_id)] == [other.client_id]
        assert await world.is_refreshable(other_token)
        with pytest.raises(NotFound):
            await world.here.clients.delete(client.client_id, world.event())
        assert (await world.events())[-1] == event

    @case("G8")
    async def test_an_origin_is_allowed_by_an_active_client(self, world: World) -> None:
        """To the letter; neither a disabled nor a deleted client allows any."""
        first = await world.client(allowed_origins=("https://a.example", "https://b.example"))
        second = await world.client(allowed_origins=("https://b.example",))
        allows = world.here.clients.allows_origin
        assert await allows("https://a.example")
        for other in ("https://A.example", "https://a.example/", "https://a.example:443", "null", "", "%"):
            assert not await allows(other)
        await world.here.clients.update(replace(first, status=ClientStatus.DISABLED, version=2), world.event())
        assert not await allows("https://a.example")
        assert await allows("https://b.example")
        await world.here.clients.delete(second.client_id, world.event())
        assert not await allows("https://b.example")


class TestResources(Contract):
    """`Resources`."""

    async def test_resources_are_saved_and_replaced(self, world: World) -> None:
        """By identifier, each with its event."""
        second = Resource(
            identifier="https://b.example", name="B 書", scopes={"b:read": "Lesen – alles", "b:write": ""}
        )
        first, capital = (
            replace(second, identifier="https://a.example", scopes={}),
            a_resource(world.runtime, identifier="Z"),
        )
        for resource in (second, first, capital):
            event = world.event()
            await world.here.resources.save(resource, event)
            assert (await world.events())[-1] == event
        assert await world.here.resources.all() == (capital, first, second)
        changed = replace(second, name="Changed", scopes={"b:write": "Change", "b:admin": "All"})
        await world.here.resources.save(changed, world.event())
        assert await world.here.resources.all() == (capital, first, changed)

    async def test_a_version_grows_with_each_save(self, world: World) -> None:
        """Whichever the caller thought it was; removed and added again, it begins anew."""
        resource, save = a_resource(world.runtime), world.here.resources.save
        assert (await save(resource, world.event())).version == 1
        saved = await save(replace(resource, name="Changed", version=7), world.event())
        assert (saved.version, saved.name) == (2, "Changed")
        assert [it.version for it in await world.here.resources.all()] == [2]
        await world.here.resources.delete(resource.identifier, world.event())
        assert (await save(saved, world.event())).version == 1

    async def test_a_save_may_ask_for_the_version_that_it_replaces(self, world: World) -> None:
        """0 asks that there be none. What is refused changes nothing and writes no event."""
        resource, save = a_resource(world.runtime), world.here.resources.save
        with pytest.raises(ChangedMeanwhile):
            await save(resource, world.event(), replaces=1)
        assert (await save(resource, world.event(), replaces=0)).version == 1
        before = await world.events()
        for stale in (0, 2, 3):
            with pytest.raises(ChangedMeanwhile):
                await save(replace(resource, name="Stale", scopes={}), world.event(), replaces=stale)
        assert await world.here.resources.all() == (resource,)
        assert await world.events() == before
        assert (await save(replace(resource, name="Fresh"), world.event(), replaces=1)).version == 2

    async def test_a_scope_belongs_to_one_resource(self, world: World) -> None:
        """A scope of another resource is a conflict and changes nothing; one that was given up is free."""
        first = a_resource(world.runtime, scopes={"read": "Read", "write": "Write"})
        second = a_resource(world.runtime, scopes={"list": "List"})
        for resource in (first, second):
            await world.here.resources.save(resource, world.event())
        before = await world.events()
        for greedy in (
            replace(second, scopes={"list": "", "write": ""}),
            a_resource(world.runtime, scopes={"read": ""}),
        ):
            with pytest.raises(Conflict):
                await world.here.resources.save(greedy, world.event())
        known = sorted((first, second), key=lambda resource: resource.identifier)
        assert await world.here.resources.all() == tuple(known)
        assert await world.events() == before
        await world.here.resources.save(replace(first, scopes={"read": "Read"}), world.event())
        await world.here.resources.save(replace(second, scopes={"write": "Now mine"}), world.event())

    async def test_a_resource_is_deleted_once(self, world: World) -> None:
        """Then its scopes are free, and there is nothing to delete."""
        resource = a_resource(world.runtime)
        await world.here.resources.save(resource, world.event())
        event = world.event()
        await world.here.resources.delete(resource.identifier, event)
        assert (await world.events())[-1] == event
        assert await world.here.resources.all() == ()
        with pytest.raises(NotFound):
            await world.here.resources.delete(resource.identifier, world.event())
        assert (await world.events())[-1] == event
        await world.here.resources.save(replace(resource, identifier="https://other.example"), world.event())
