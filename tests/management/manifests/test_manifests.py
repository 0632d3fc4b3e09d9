"""Applying a manifest makes the tenant what it says, and nothing else; an exported one changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opentrusty_core.crypto.handles import Handle, hash_handle
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import TENANT_AUDITOR, Permission
from opentrusty_core.errors import ChangedMeanwhile, Conflict, Denied, Invalid
from opentrusty_core.management import Actor
from opentrusty_core.management.manifests import Action, Done, Plan, read_manifest
from tests.management.place import EVERYTHING, SYSTEM, Place, fresh_place

CALLBACK = ["https://shop.example/cb"]
SHOP: dict[str, Any] = {"client_name": "Shop", "redirect_uris": CALLBACK}
API = "https://api.example"
lasting = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def applied(place: Place, document: dict[str, Any], **options: Any) -> list[Done]:
    manifests = place.management.manifests
    plan = await manifests.plan(SYSTEM, read_manifest(document), **options)
    return [done async for done in manifests.apply(SYSTEM, plan)]


async def planned(place: Place, document: dict[str, Any], **options: Any) -> Plan:
    return await place.management.manifests.plan(SYSTEM, read_manifest(document), **options)


async def carry_out(place: Place, actor: Actor, plan: Plan, done: list[Done]) -> None:
    """Takes the steps, and notes those that were done before one fails."""
    async for it in place.management.manifests.apply(actor, plan):
        done.append(it)  # noqa: PERF401 - a comprehension would lose them


def told(plan: Plan) -> list[tuple[str, str, str]]:
    return [(step.action.value, step.noun, step.name) for step in plan.steps]


async def test_a_tenant_that_is_not_there_is_made_with_all_that_is_declared(acme: Place) -> None:
    """And once it is there, nothing is left to do."""
    document = {
        "tenant": "initech",
        "display_name": "Initech",
        "settings": {"lifetimes": {"access_token": 300}, "allowed_scopes": ["openid", "orders:read"]},
        "resources": {API: {"name": "API", "scopes": {"orders:read": "Read"}}},
        "clients": {"shop": SHOP, "job": {"client_name": "Job", "grant_types": ["client_credentials"]}},
    }
    plan = await planned(acme, document)
    assert told(plan) == [
        ("create", "tenant", "initech"),
        ("create", "resource", API),
        ("create", "client", "shop"),
        ("create", "client", "job"),
    ]
    done = [it async for it in acme.management.manifests.apply(SYSTEM, plan)]
    secrets = {it.step.name: it.secret for it in done if it.secret is not None}
    assert secrets.keys() == {"shop", "job"}
    tenant = await acme.management.tenants.find(SYSTEM, "initech")
    shop = await acme.management.clients.get(SYSTEM, tenant.id, "shop")
    assert [it.hash for it in shop.secrets] == [hash_handle(Handle.CLIENT_SECRET, secrets["shop"] or "")]
    assert shop.scope == ("openid",), "of the standard scopes those that the tenant allows"
    assert (await planned(acme, document)).steps == ()
    assert secrets["shop"] not in repr(done)


async def test_an_empty_manifest_of_a_tenant_changes_nothing(acme: Place) -> None:
    """What is not spoken of stays."""
    before = await acme.events()
    assert await applied(acme, {"tenant": "acme"}) == []
    assert await acme.events() == before


async def test_fields_that_a_client_leaves_out_are_as_a_client_begins(acme: Place) -> None:
    """What was set by hand and is not in the manifest is taken back, and the plan says so."""
    await acme.management.clients.update(SYSTEM, acme.tenant.id, "web", {"skip_consent": True, "tags": ("x",)})
    document = {"tenant": "acme", "clients": {"web": {"client_name": "Web", "redirect_uris": ["https://b.example/"]}}}
    plan = await planned(acme, document)
    (step,) = plan.steps
    assert {(it.field, str(it.before), str(it.after)) for it in step.changes} == {
        ("redirect_uris", "['https://app.example/callback']", "['https://b.example/']"),
        ("skip_consent", "True", "False"),
        ("tags", "['x']", "[]"),
    }
    before = await acme.management.clients.get(SYSTEM, acme.tenant.id, "web")
    await applied(acme, document)
    client = await acme.management.clients.get(SYSTEM, acme.tenant.id, "web")
    assert (client.redirect_uris, client.skip_consent, client.tags) == (("https://b.example/",), False, ())
    assert client.secrets == before.secrets, "a manifest is not about secrets"


async def test_what_a_section_does_not_list_is_removed_unless_that_is_not_wanted(acme: Place) -> None:
    """Last, and only where the section is there."""
    document = {"tenant": "acme", "clients": {"shop": SHOP}, "resources": {}}
    assert told(await planned(acme, document, delete=False)) == [("create", "client", "shop")]
    assert told(await planned(acme, document)) == [("delete", "client", "web"), ("create", "client", "shop")]
    await applied(acme, document)
    page = await acme.management.clients.page(SYSTEM, acme.tenant.id, EVERYTHING)
    assert [client.client_id for client in page.items] == ["shop"]


async def test_users_and_what_they_allowed_are_left_alone(acme: Place) -> None:
    """Also where their client changes."""
    grant = await acme.grant(acme.plain, await acme.session(acme.plain))
    await applied(acme, {"tenant": "acme", "clients": {"web": {"client_name": "New", "redirect_uris": CALLBACK}}})
    assert await acme.store.tenant(acme.tenant.id).grants.get(grant.id) == grant
    assert await acme.management.users.get(SYSTEM, acme.tenant.id, acme.plain.id) == acme.plain


async def test_scopes_may_move_from_one_api_to_another(acme: Place) -> None:
    """Even where two take each other's."""
    one, two = "urn:one", "urn:two"
    first = {one: {"scopes": {"a": "A", "b": "B"}}, two: {"scopes": {"c": "C"}}}
    second = {one: {"scopes": {"b": "B", "c": "C"}}, two: {"scopes": {"a": "A"}}}
    await applied(acme, {"tenant": "acme", "resources": first})
    await applied(acme, {"tenant": "acme", "resources": second})
    found = {it.identifier: set(it.scopes) for it in await acme.management.resources.list(SYSTEM, acme.tenant.id)}
    assert found == {one: {"b", "c"}, two: {"a"}}
    assert (await planned(acme, {"tenant": "acme", "resources": second})).steps == ()


async def test_a_client_s_status_is_part_of_what_it_is(acme: Place) -> None:
    web = {"client_name": "Web", "redirect_uris": ["https://app.example/callback"]}
    await applied(acme, {"tenant": "acme", "clients": {"web": web | {"status": "disabled"}}})
    assert not (await acme.management.clients.get(SYSTEM, acme.tenant.id, "web")).is_active
    await applied(acme, {"tenant": "acme", "clients": {"web": web}})
    assert (await acme.management.clients.get(SYSTEM, acme.tenant.id, "web")).is_active


async def test_a_client_that_authenticates_from_now_on_gets_a_secret(acme: Place) -> None:
    """And one that no longer does loses its own."""
    web = {"client_name": "Web", "redirect_uris": CALLBACK}
    (done,) = await applied(acme, {"tenant": "acme", "clients": {"web": web | {"token_endpoint_auth_method": "none"}}})
    assert done.secret is None
    (done,) = await applied(acme, {"tenant": "acme", "clients": {"web": web}})
    client = await acme.management.clients.get(SYSTEM, acme.tenant.id, "web")
    assert [it.hash for it in client.secrets] == [hash_handle(Handle.CLIENT_SECRET, done.secret or "")]


@pytest.mark.parametrize(
    ("document", "problems"),
    [
        ({"tenant": "Not A Name"}, {"/tenant"}),
        ({"tenant": "acme", "display_name": ""}, {"/display_name"}),
        ({"tenant": "acme", "settings": {"lifetimes": {"code": 1}}}, {"/settings/lifetimes/code"}),
        ({"tenant": "new", "settings": {"branding": {"primary_color": "red"}}}, {"/settings/branding/primary_color"}),
        ({"tenant": "acme", "resources": {"nothing": {}}}, {"/resources/nothing"}),
        ({"tenant": "acme", "resources": {"urn:a": {"scopes": {"openid": "x"}}}}, {"/resources/urn:a/scopes"}),
        (
            {"tenant": "acme", "resources": {"urn:a": {"scopes": {"x": "x"}}, "urn:b": {"scopes": {"x": "x"}}}},
            {"/resources/urn:b/scopes/x"},
        ),
        (
            {"tenant": "acme", "clients": {"a b": SHOP, "c": {"redirect_uris": CALLBACK}}},
            {"/clients/a b", "/clients/c/client_name"},
        ),
        ({"tenant": "acme", "clients": {"c": SHOP | {"scope": "openid nobody:knows"}}}, {"/clients/c/scope"}),
        ({"tenant": "acme", "clients": {"c": SHOP | {"logo_uri": "javascript:alert(1)"}}}, {"/clients/c/logo_uri"}),
        ({"tenant": "acme", "clients": {"opentrusty-console": SHOP}}, {"/clients/opentrusty-console"}),
    ],
)
@pytest.mark.case("A8")
async def test_a_plan_is_refused_whole_where_a_part_is_not_acceptable(
    acme: Place, document: dict[str, Any], problems: set[str]
) -> None:
    """Before anything is done, named by where it stands."""
    before = await acme.events()
    with pytest.raises(Invalid) as refused:
        await applied(acme, document)
    assert refused.value.fields.keys() == problems
    assert await acme.events() == before


async def test_a_plan_is_not_carried_out_on_what_has_changed_meanwhile(acme: Place) -> None:
    """What somebody else did since is not undone unseen; another plan shows it."""
    document: dict[str, Any] = {
        "tenant": "acme",
        "settings": {"lifetimes": {"code": 30}},
        "clients": {"web": {"client_name": "New", "redirect_uris": CALLBACK}},
    }
    plan = await planned(acme, document)
    await acme.management.clients.update(SYSTEM, acme.tenant.id, "web", {"client_name": "Theirs"})
    done: list[Done] = []
    with pytest.raises(ChangedMeanwhile):
        await carry_out(acme, SYSTEM, plan, done)
    assert [it.step.noun for it in done] == ["tenant"]
    assert told(await planned(acme, document)) == [("update", "client", "web")]


@pytest.mark.case("J4")
async def test_a_manifest_can_do_no_more_than_its_actor(acme: Place) -> None:
    """Who may read may see the plan; each step asks for its own permission."""
    document = {"tenant": "acme", "clients": {"shop": SHOP}}
    await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.plain.id), TENANT_AUDITOR.name)
    auditor = await acme.actor(acme.plain)
    plan = await acme.management.manifests.plan(auditor, read_manifest(document), delete=False)
    with pytest.raises(Denied):
        await carry_out(acme, auditor, plan, [])
    for lacking in (Permission.CLIENT_READ, Permission.TENANT_READ):
        with pytest.raises(Denied):
            await acme.management.manifests.export(
                replace(auditor, permissions=auditor.permissions - {lacking}), acme.tenant.id
            )


async def test_every_step_is_in_the_audit(acme: Place) -> None:
    await applied(
        acme,
        {"tenant": "acme", "display_name": "New", "resources": {"urn:a": {}}, "clients": {"shop": SHOP}},
    )
    types = [event.type for event in await acme.events()]
    for type_ in (
        AuditType.TENANT_UPDATED,
        AuditType.RESOURCE_SAVED,
        AuditType.CLIENT_CREATED,
        AuditType.CLIENT_DELETED,
    ):
        assert type_ in types


# --- roles, groups, and who of the clients and groups holds what ----------------------------------------------------

STAFF: dict[str, Any] = {
    "tenant": "acme",
    "roles": {"clerk": {"description": "Helps", "permissions": ["user:write", "user:read"]}, "idle": {}},
    "groups": {"Front desk": {"roles": ["clerk"]}, "Auditors": {"description": "Look", "roles": ["tenant_auditor"]}},
    "clients": {
        "job": {"client_name": "Job", "grant_types": ["client_credentials"], "scope": "", "roles": ["tenant_auditor"]}
    },
}


async def held(place: Place, principal: Principal) -> list[str]:
    return [it.role for it in await place.management.roles.of_principal(SYSTEM, place.tenant.id, principal)]


async def test_roles_groups_and_what_they_hold_are_made(acme: Place) -> None:
    """Roles before those who hold them; a second time there is nothing to do."""
    plan = await planned(acme, STAFF)
    assert told(plan) == [
        ("create", "role", "clerk"),
        ("create", "role", "idle"),
        ("create", "group", "Front desk"),
        ("create", "group", "Auditors"),
        ("delete", "client", "web"),
        ("create", "client", "job"),
        ("create", "assignment", "client job: tenant_auditor"),
        ("create", "assignment", "group Front desk: clerk"),
        ("create", "assignment", "group Auditors: tenant_auditor"),
    ]
    await applied(acme, STAFF)
    desk = await acme.management.groups.get(SYSTEM, acme.tenant.id, "front desk")
    assert await held(acme, Principal.group(desk.id)) == ["clerk"]
    assert await held(acme, Principal.client("job")) == ["tenant_auditor"]
    assert (await planned(acme, STAFF)).steps == ()


async def test_roles_are_changed_taken_and_removed_and_members_stay(acme: Place) -> None:
    """A role goes last, when nobody of the manifest holds it; a group is the same however its name is written."""
    await applied(acme, STAFF)
    groups, tenant_id = acme.management.groups, acme.tenant.id
    desk = await groups.get(SYSTEM, tenant_id, "front desk")
    await groups.add_members(SYSTEM, tenant_id, desk.id, [acme.plain.id])
    document = {
        "tenant": "acme",
        "roles": {"idle": {"permissions": ["session:read"]}},
        "groups": {"FRONT desk": {"description": "Now with words"}},
    }
    plan = await planned(acme, document)
    assert told(plan) == [
        ("update", "role", "idle"),
        ("delete", "group", "Auditors"),
        ("update", "group", "FRONT desk"),
        ("delete", "assignment", "group FRONT desk: clerk"),
        ("delete", "role", "clerk"),
    ]
    await applied(acme, document)
    assert await held(acme, Principal.group(desk.id)) == []
    members = await groups.members(SYSTEM, tenant_id, desk.id, EVERYTHING)
    assert [member.user.id for member in members.items] == [acme.plain.id]
    assert (await planned(acme, document)).steps == ()
    assert await held(acme, Principal.client("job")) == ["tenant_auditor"], "clients were not spoken of"


async def test_a_role_that_a_user_holds_is_not_taken_from_them(acme: Place) -> None:
    """Users are left alone: the last step says that somebody holds the role."""
    await applied(acme, STAFF)
    await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.plain.id), "clerk")
    done: list[Done] = []
    plan = await planned(acme, {"tenant": "acme", "roles": {"idle": {}}, "groups": {}})
    with pytest.raises(Conflict, match="hold"):
        await carry_out(acme, SYSTEM, plan, done)
    assert [it.step.name for it in done] == ["Auditors", "Front desk"]
    assert await held(acme, Principal.user(acme.plain.id)) == ["clerk"]


@pytest.mark.parametrize(
    ("document", "problems"),
    [
        ({"roles": {"tenant_boss": {}, "Bad Name": {}}}, {"/roles/tenant_boss", "/roles/Bad Name"}),
        ({"roles": {"a": {"permissions": ["tenant:create", "no:such"]}}}, {"/roles/a/permissions"}),
        ({"roles": {"a": {"description": "a\nb"}}}, {"/roles/a/description"}),
        ({"groups": {"a": {"description": "x" * 1001}}}, {"/groups/a/description"}),
        ({"groups": {"a": {"roles": ["clerk"]}}}, {"/groups/a/roles"}),
        ({"groups": {"a": {"roles": ["platform_admin"]}}}, {"/groups/a/roles"}),
        ({"roles": {"clerk": {}}, "clients": {"c": SHOP | {"roles": ["clerk", "cook"]}}}, {"/clients/c/roles"}),
    ],
)
@pytest.mark.case("J1")
async def test_a_role_that_nobody_knows_is_held_by_nobody(
    acme: Place, document: dict[str, Any], problems: set[str]
) -> None:
    """Names, permissions and roles are checked before anything is done; the platform's roles are not a tenant's."""
    with pytest.raises(Invalid) as refused:
        await planned(acme, {"tenant": "acme", **document})
    assert refused.value.fields.keys() == problems


@pytest.mark.case("J1")
async def test_nobody_gives_by_a_manifest_what_they_lack(acme: Place) -> None:
    """An administrator is no owner, be it that a file says so."""
    admin = await acme.actor(acme.admin)
    for document in (
        {"tenant": "acme", "groups": {"Bosses": {"roles": ["tenant_owner"]}}},
        {"tenant": "acme", "roles": {"boss": {"permissions": ["tenant:configure"]}}},
    ):
        plan = await acme.management.manifests.plan(admin, read_manifest(document))
        with pytest.raises(Denied):
            await carry_out(acme, admin, plan, [])


# --- apply(export) is a no-op ----------------------------------------------------------------------------------------

texts = st.text(
    st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="\x85"), min_size=1, max_size=20
).filter(lambda text: text.strip() == text and text.isprintable())
roles = st.lists(st.sampled_from(["clerk", "cook", "tenant_support"]), max_size=2)
clients = st.fixed_dictionaries(
    {"client_name": texts, "redirect_uris": st.just(CALLBACK)},
    optional={
        "token_endpoint_auth_method": st.sampled_from(["none", "client_secret_post", "client_secret_basic"]),
        "grant_types": st.sampled_from([["authorization_code"], ["authorization_code", "refresh_token"]]),
        "scope": st.sampled_from(["", "openid", "openid email a:read", "a:read b:read"]),
        "access_token_format": st.sampled_from(["jwt", "opaque"]),
        "default_max_age": st.none() | st.integers(0, 10**6),
        "access_token_lifetime": st.none() | st.integers(30, 86400),
        "id_token_lifetime": st.integers(30, 86400),
        "skip_consent": st.booleans(),
        "logo_uri": st.none() | st.just("https://shop.example/logo.svg"),
        "contacts": st.lists(texts, max_size=2),
        "tags": st.lists(texts, max_size=2),
        "description": texts,
        "translations": st.dictionaries(st.sampled_from(["client_name#de", "client_name#fr"]), texts, max_size=2),
        "resource_identifiers": st.sampled_from([[], ["urn:a"]]),
        "status": st.sampled_from(["active", "disabled"]),
        "roles": roles,
    },
)
documents = st.fixed_dictionaries(
    {"tenant": st.sampled_from(["acme", "initech"])},
    optional={
        "display_name": texts,
        "settings": st.fixed_dictionaries(
            {},
            optional={
                "lifetimes": st.fixed_dictionaries({}, optional={"code": st.integers(10, 600)}),
                "branding": st.fixed_dictionaries({}, optional={"primary_color": st.just("#123456")}),
                "throttling": st.just({"account": {"burst": 5, "per_minute": 2}}),
                "default_locale": st.none() | st.just("de"),
            },
        ),
        "clients": st.dictionaries(st.sampled_from(["web", "shop", "job"]), clients, max_size=3),
        "groups": st.dictionaries(
            st.sampled_from(["Ops", "Front desk"]),
            st.fixed_dictionaries({}, optional={"description": texts, "roles": roles}),
        ),
    },
).map(
    lambda document: (
        document
        | {"roles": {"clerk": {"permissions": ["user:read"]}, "cook": {"description": "Cooks"}}}
        | {"resources": {"urn:a": {"name": "A", "scopes": {"a:read": "A"}}, "urn:b": {"scopes": {"b:read": ""}}}}
    )
)


@lasting
@given(documents, documents)
async def test_an_exported_manifest_changes_nothing_and_makes_the_same_elsewhere(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    """Whatever was applied before: the export is a fixed point, and another tenant made of it exports the same."""
    place = await fresh_place()
    manifests = place.management.manifests
    for document in (first, second):
        await applied(place, document)
        assert (await planned(place, document)).steps == (), "what was applied is there"
    tenant = await place.management.tenants.find(SYSTEM, second["tenant"])
    exported = await manifests.export(SYSTEM, tenant.id)
    assert (await planned(place, exported)).steps == ()
    await applied(place, exported | {"tenant": "copy"})
    copy = await place.management.tenants.find(SYSTEM, "copy")
    assert await manifests.export(SYSTEM, copy.id) == exported | {"tenant": "copy"}
    assert {step.action for step in (await planned(place, exported | {"clients": {}})).steps} <= {Action.DELETE}
