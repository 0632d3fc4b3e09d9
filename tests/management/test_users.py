"""Users: made, changed, disabled, deleted; their passwords."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core.domain.audit import ActorKind, AuditType, Origin
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import TENANT_OWNER
from opentrusty_core.domain.tenant import PasswordPolicy, TenantSettings
from opentrusty_core.domain.user import User, UserSort, UserStatus
from opentrusty_core.errors import Conflict, Denied, Invalid, NotFound
from opentrusty_core.management import UserFields, actor_of_user, generate_password
from opentrusty_core.management.user_fields import with_fields
from tests.management.place import EVERYTHING, PASSWORD, SYSTEM, Place
from tests.support.runtime import START, FakeRuntime

BLANK = User(id="u", username="pat", created_at=START, updated_at=START)


async def test_a_new_user_is_found_by_id_username_and_email_in_any_case(acme: Place) -> None:
    users = acme.management.users
    for name in (acme.plain.id, "pat", "PAT", "Pat@ACME.example"):
        assert await users.get(SYSTEM, acme.tenant.id, name) == acme.plain


async def test_a_change_and_its_event_name_actor_origin_and_fields(acme: Place) -> None:
    actor = await acme.actor(acme.admin)
    await acme.management.users.update(actor, acme.tenant.id, acme.plain.id, {"username": "patricia"})
    (event,) = await acme.events(AuditType.USER_UPDATED)
    assert (event.actor_kind, event.actor_id, event.target) == (ActorKind.USER, acme.admin.id, acme.plain.id)
    assert event.origin.ip == "192.0.2.1"
    assert event.details == {"fields": ["username"]}


async def test_a_refused_creation_writes_neither_user_nor_event(acme: Place) -> None:
    before = await acme.events()
    with pytest.raises(Conflict):
        await acme.management.users.create(SYSTEM, acme.tenant.id, {"username": "PAT"}, password=PASSWORD)
    assert await acme.events() == before
    assert len((await acme.management.users.page(SYSTEM, acme.tenant.id, EVERYTHING)).items) == 3


@pytest.mark.case("K15")
@pytest.mark.parametrize("twin", ["PAT", "\uff50\uff41\uff54", " pat ", "pat@acme.example", "\uff30AT@acme.EXAMPLE"])
async def test_a_name_that_looks_like_anothers_username_or_email_is_taken(acme: Place, twin: str) -> None:
    with pytest.raises(Conflict):
        await acme.management.users.create(SYSTEM, acme.tenant.id, {"username": twin})


@pytest.mark.case("K15")
async def test_an_email_that_is_anothers_username_is_taken(acme: Place) -> None:
    users = acme.management.users
    await users.create(SYSTEM, acme.tenant.id, {"username": "sam@acme.example"})
    with pytest.raises(Conflict):
        await users.create(SYSTEM, acme.tenant.id, {"username": "other", "email": "Sam@acme.example"})
    with pytest.raises(Conflict):
        await users.update(SYSTEM, acme.tenant.id, acme.plain.id, {"email": "SAM@acme.example"})


@pytest.mark.case("K15")
@pytest.mark.parametrize("email", ["a@b@c", "a", "@b", "a@", "a@.b", '"a"@b', "a@b,c@d", "a b@c", "<a@b>", "a@b..c"])
async def test_an_email_with_an_odd_at_is_refused(acme: Place, email: str) -> None:
    with pytest.raises(Invalid) as refused:
        await acme.management.users.create(SYSTEM, acme.tenant.id, {"username": "new", "email": email})
    assert refused.value.fields.keys() == {"email"}


@pytest.mark.case("K16")
@pytest.mark.parametrize(
    ("field", "poison"),
    [
        *((field, poison) for field in ("username", "email", "claims") for poison in ("\x00", "\ud800", "\x1b")),
        # invisible, yet part of names in right-to-left and joined scripts: only identifiers refuse these
        *((field, poison) for field in ("username", "email") for poison in ("\u202e", "\u200b")),
    ],
)
async def test_nul_surrogates_and_controls_are_refused_in_every_field(acme: Place, field: str, poison: str) -> None:
    fields: UserFields = {"username": "new"}
    text = f"a{poison}b@example.org"
    match field:
        case "username":
            fields["username"] = text
        case "email":
            fields["email"] = text
        case _:
            fields["claims"] = {"name": text}
    with pytest.raises(Invalid) as refused:
        await acme.management.users.create(SYSTEM, acme.tenant.id, fields)
    assert [name.partition(".")[0] for name in refused.value.fields] == [field]


@pytest.mark.case("K16")
@given(st.text(alphabet=st.characters(codec=None), max_size=40))
def test_any_text_is_a_good_username_or_invalid(text: str) -> None:
    """Nothing but `Invalid` comes out, and what is accepted can be stored and read back."""
    try:
        user = with_fields(BLANK, {"username": text})
    except Invalid:
        return
    assert "\x00" not in user.username
    assert user.username.encode().decode() == user.username


@pytest.mark.case("J2")
@pytest.mark.parametrize("field", ["id", "status", "version", "created_at", "tenant_id", "roles", "sub", "nonsense"])
async def test_a_field_that_is_the_servers_or_nobodys_is_refused(acme: Place, field: str) -> None:
    fields: UserFields = {"username": "new", field: "x"}  # type: ignore[misc]
    with pytest.raises(Invalid) as refused:
        await acme.management.users.create(SYSTEM, acme.tenant.id, fields)
    assert refused.value.fields.keys() == {field}
    with pytest.raises(Invalid):
        await acme.management.users.update(SYSTEM, acme.tenant.id, acme.plain.id, fields)


@pytest.mark.case("J2")
@pytest.mark.parametrize(
    "claims",
    [{"sub": "x"}, {"email_verified": True}, {"groups": "x"}, {"name": 1}, {"phone_number_verified": "yes"}],
)
async def test_claims_are_standard_ones_of_their_own_type(acme: Place, claims: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        await acme.management.users.update(SYSTEM, acme.tenant.id, acme.plain.id, {"claims": claims})


async def test_all_standard_claims_can_be_kept(acme: Place) -> None:
    claims: dict[str, object] = {
        "name": "Zoë Ångström",
        "address": {"formatted": "1 Way\nTown", "country": "SE"},
        "phone_number": "+46 1",
        "phone_number_verified": True,
    }
    user = await acme.management.users.update(SYSTEM, acme.tenant.id, acme.plain.id, {"claims": claims})
    assert user.claims == claims


async def test_every_bad_field_is_told_at_once(acme: Place) -> None:
    bad: UserFields = {"username": "", "email": "nope", "claims": {"sub": "x"}}
    with pytest.raises(Invalid) as refused:
        await acme.management.users.create(SYSTEM, acme.tenant.id, bad)
    assert refused.value.fields.keys() == {"username", "email", "claims.sub"}


async def test_a_new_email_is_unverified_until_said_otherwise(acme: Place) -> None:
    update, ids = acme.management.users.update, (acme.tenant.id, acme.plain.id)
    assert (await update(SYSTEM, *ids, {"email_verified": True})).email_verified
    assert not (await update(SYSTEM, *ids, {"email": "new@acme.example"})).email_verified
    assert (await update(SYSTEM, *ids, {"email": "newer@acme.example", "email_verified": True})).email_verified


async def test_an_update_from_an_old_reading_is_a_conflict(acme: Place) -> None:
    users, ids = acme.management.users, (acme.tenant.id, acme.plain.id)
    await users.update(SYSTEM, *ids, {"username": "one"}, version=1)
    with pytest.raises(Conflict):
        await users.update(SYSTEM, *ids, {"username": "two"}, version=1)
    assert (await users.get(SYSTEM, *ids)).username == "one"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("fourteen chars", "at least 15"),
        ("pat.longer.than.fifteen@acme.example", "username or the email"),
        ("PAT.longer.than.fifteen@acme.EXAMPLE", "username or the email"),
        ("passwordpassword", "first that a guesser"),
        ("qwertyuiopasdfgh", "first that a guesser"),
        ("xxxxxxxxxxxxxxxxxxxx", "first that a guesser"),
        ("iloveyou12345678", "first that a guesser"),
        ("pat.longer.than.fifteen1", "first that a guesser"),
        ("nul\0nul\0nul\0nul\0", "NUL"),
        ("\ud800" * 20, "not text"),
    ],
)
async def test_a_bad_password_is_refused_without_repeating_it(acme: Place, password: str, why: str) -> None:
    users, ids = acme.management.users, (acme.tenant.id, acme.plain.id)
    await users.update(SYSTEM, *ids, {"email": "pat.longer.than.fifteen@acme.example"})
    with pytest.raises(Invalid, match=why) as refused:
        await users.set_password(SYSTEM, *ids, password)
    assert password not in str(refused.value)
    assert len(await acme.events(AuditType.PASSWORD_SET)) == 3, "the three that the users began with"


@pytest.mark.case("K14")
@pytest.mark.parametrize(("length", "fine"), [(64, True), (1024, True), (1025, False), (10_000_000, False)])
async def test_a_password_of_a_kibibyte_is_taken_and_more_is_refused(acme: Place, length: int, fine: bool) -> None:
    set_password, ids = acme.management.users.set_password, (acme.tenant.id, acme.plain.id)
    password = (f"{PASSWORD}; " * (length // len(PASSWORD)))[:length]
    if fine:
        await set_password(SYSTEM, *ids, password)
    else:
        with pytest.raises(Invalid, match="longer than 1024 bytes"):
            await set_password(SYSTEM, *ids, password)


async def test_a_tenant_may_take_common_passwords(acme: Place) -> None:
    settings = TenantSettings(password_policy=PasswordPolicy(refuse_common=False))
    await acme.management.tenants.update(SYSTEM, acme.tenant.id, settings=settings)
    await acme.management.users.set_password(SYSTEM, acme.tenant.id, acme.plain.id, "passwordpassword")


async def test_a_made_password_is_never_a_common_one(acme: Place) -> None:
    for _ in range(20):
        password = generate_password(acme.runtime.token_bytes)
        await acme.management.users.set_password(SYSTEM, acme.tenant.id, acme.plain.id, password)


async def test_a_password_can_be_one_that_must_be_changed(acme: Place) -> None:
    for must_change in (True, False):
        await acme.management.users.set_password(
            SYSTEM, acme.tenant.id, acme.plain.id, PASSWORD, must_change=must_change
        )
        credential = await acme.store.tenant(acme.tenant.id).passwords.get(acme.plain.id)
        assert credential is not None
        assert credential.must_change is must_change
        assert credential.changed_at == acme.runtime.now()


@pytest.mark.case("D7")
@pytest.mark.parametrize("how", ["disable", "set_password", "delete"])
async def test_disabling_a_user_or_setting_a_password_ends_sessions_and_grants(acme: Place, how: str) -> None:
    users, ids = acme.management.users, (acme.tenant.id, acme.plain.id)
    repos = acme.store.tenant(acme.tenant.id)
    session = await acme.session(acme.plain)
    grants = [await acme.grant(acme.plain, session), await acme.grant(acme.plain, session, "offline_access")]
    bystander = await acme.grant(acme.admin, await acme.session(acme.admin))
    match how:
        case "disable":
            assert not (await users.disable(SYSTEM, *ids)).is_active
        case "set_password":
            await users.set_password(SYSTEM, *ids, PASSWORD + "!")
        case _:
            await users.delete(SYSTEM, *ids)
    now = acme.runtime.now()
    ended = await repos.sessions.get(session.id)
    assert ended is None or not ended.is_live(now)
    for grant in grants:
        left = await repos.grants.get(grant.id)
        assert left is None or not left.is_live(now)
    kept = await repos.grants.get(bystander.id)
    assert kept is not None
    assert kept.is_live(now), "nobody else is signed out"


@pytest.mark.case("D7")
async def test_enabling_a_user_brings_no_session_back(acme: Place) -> None:
    session = await acme.session(acme.plain)
    await acme.management.users.disable(SYSTEM, acme.tenant.id, acme.plain.id)
    assert (await acme.management.users.enable(SYSTEM, acme.tenant.id, acme.plain.id)).is_active
    ended = await acme.store.tenant(acme.tenant.id).sessions.get(session.id)
    assert ended is not None
    assert not ended.is_live(acme.runtime.now())


@pytest.mark.case("J1")
@pytest.mark.parametrize("how", ["update", "set_password", "disable", "enable", "delete"])
async def test_an_administrator_cannot_become_an_owner_by_writing_one(acme: Place, how: str) -> None:
    """Who sets a user's password or email can be that user."""
    actor = await acme.actor(acme.admin)
    users, ids = acme.management.users, (acme.tenant.id, acme.owner.id)
    more = {"update": ({"email": "me@evil.example"},), "set_password": (PASSWORD,)}.get(how, ())
    with pytest.raises(Denied):
        await getattr(users, how)(actor, *ids, *more)
    owner = await acme.actor(acme.owner)
    await getattr(users, how)(owner, acme.tenant.id, acme.admin.id, *more)


@pytest.mark.case("J1")
async def test_an_owner_of_the_platforms_tenant_cannot_become_its_administrator(acme: Place) -> None:
    management = acme.management
    boss = await management.bootstrap.first_administrator(SYSTEM)
    other = await management.users.create(SYSTEM, boss.tenant.id, {"username": "landlord"})
    await management.roles.assign(SYSTEM, boss.tenant.id, Principal.user(other.id), TENANT_OWNER.name)
    actor = await actor_of_user(acme.store, boss.tenant.id, other.id, Origin(), acme.runtime.now())
    with pytest.raises(Denied):
        await management.users.set_password(actor, boss.tenant.id, boss.user.id, PASSWORD)


@pytest.mark.case("J7")
@pytest.mark.parametrize("how", ["disable", "delete"])
async def test_the_last_owner_cannot_leave(acme: Place, how: str) -> None:
    leave = getattr(acme.management.users, how)
    with pytest.raises(Conflict, match="last owner"):
        await leave(SYSTEM, acme.tenant.id, acme.owner.id)
    await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.plain.id), TENANT_OWNER.name)
    await leave(SYSTEM, acme.tenant.id, acme.owner.id)


@pytest.mark.case("J7")
async def test_a_disabled_owner_does_not_count(acme: Place) -> None:
    await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(acme.plain.id), TENANT_OWNER.name)
    await acme.management.users.disable(SYSTEM, acme.tenant.id, acme.plain.id)
    with pytest.raises(Conflict, match="last owner"):
        await acme.management.users.disable(SYSTEM, acme.tenant.id, acme.owner.id)


async def test_a_search_finds_usernames_and_emails_that_begin_so(acme: Place) -> None:
    page = acme.management.users.page
    found = await page(SYSTEM, acme.tenant.id, EVERYTHING, search="PA")
    assert [user.username for user in found.items] == ["pat"]
    assert (await page(SYSTEM, acme.tenant.id, EVERYTHING, search="p%")).items == ()


async def test_users_are_sorted_filtered_and_counted(acme: Place) -> None:
    """A count beyond its bound says only that it is beyond."""
    users, tenant_id = acme.management.users, acme.tenant.id
    page = await users.page(SYSTEM, tenant_id, EVERYTHING, sort=UserSort.USERNAME, descending=True)
    assert [user.username for user in page.items] == ["pat", "olive", "adam"]
    await users.disable(SYSTEM, tenant_id, acme.plain.id)
    page = await users.page(SYSTEM, tenant_id, EVERYTHING, status=UserStatus.DISABLED)
    assert [user.username for user in page.items] == ["pat"]
    assert await users.count(SYSTEM, tenant_id) == 3
    assert await users.count(SYSTEM, tenant_id, status=UserStatus.ACTIVE) == 2
    assert await users.count(SYSTEM, tenant_id, search="ad") == 1


async def test_unknown_users_are_not_found(acme: Place) -> None:
    for name in ("nobody", "", "\0", "x" * 5000):
        with pytest.raises(NotFound):
            await acme.management.users.get(SYSTEM, acme.tenant.id, name)


def test_made_passwords_are_long_and_never_the_same(runtime: FakeRuntime) -> None:
    made = {generate_password(runtime.token_bytes) for _ in range(100)}
    assert len(made) == 100
    assert {len(password) for password in made} == {27}
