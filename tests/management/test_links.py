"""One-time links as administrators make them: for whom, how long, shown once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opentrusty_core.config import Config
from opentrusty_core.crypto.handles import Handle, hash_handle, is_handle
from opentrusty_core.domain.audit import AuditType
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import TENANT_OWNER, TENANT_SUPPORT
from opentrusty_core.domain.throttle import Bucket, Limit, account_key
from opentrusty_core.domain.user import User
from opentrusty_core.errors import Conflict, Denied, Invalid, NotFound
from opentrusty_core.management import Actor, MadeLink, Management
from opentrusty_core.storage import Limited, Taken
from tests.management.place import EVERYTHING, PASSWORD, SYSTEM, Place
from tests.management.test_tenants import ADMINISTRATOR

ISSUER = "https://auth.example/t/acme"


async def support(acme: Place) -> Actor:
    """Somebody who may start credential resets and little else."""
    user = await acme.management.users.create(SYSTEM, acme.tenant.id, {"username": "sue"}, password=PASSWORD)
    await acme.management.roles.assign(SYSTEM, acme.tenant.id, Principal.user(user.id), TENANT_SUPPORT.name)
    return await acme.actor(user)


def secret(made: MadeLink) -> str:
    return made.url.rpartition("#")[2]


# ---- Invitations


@pytest.mark.case("K10", "I5")
async def test_an_invitation_is_a_user_without_a_password_and_a_link_shown_once(acme: Place) -> None:
    """The address is the configured one, the secret stands behind the `#`, 256 bits with a prefix, kept as a hash."""
    made = await acme.management.links.invite(SYSTEM, acme.tenant.id, {"username": "ida", "email": "ida@acme.example"})
    assert made.url == f"{ISSUER}/invitation#{secret(made)}"
    assert is_handle(Handle.INVITATION, secret(made))
    assert made.link.hash == hash_handle(Handle.INVITATION, secret(made))
    repos = acme.store.tenant(acme.tenant.id)
    assert await repos.users.get(made.user.id) == made.user
    assert await repos.passwords.get(made.user.id) is None
    assert await repos.links.open(made.link.hash, acme.runtime.now()) == (made.link, made.user)
    assert made.user.id in {event.target for event in await acme.events(AuditType.USER_CREATED)}
    (linked,) = await acme.events(AuditType.LINK_MADE)
    assert linked.target == made.user.id
    assert linked.details == {
        "kind": "invitation",
        "link_id": made.link.id,
        "expires_at": made.link.expires_at.isoformat(),
        "mailed": False,
    }


async def test_its_life_is_seven_days_unless_it_is_said_otherwise(acme: Place) -> None:
    links, now = acme.management.links, acme.runtime.now()
    made = await links.invite(SYSTEM, acme.tenant.id, {"username": "ida"})
    assert made.link.expires_at == now + timedelta(days=7)
    made = await links.invite_again(SYSTEM, acme.tenant.id, made.user.id, lifetime=timedelta(minutes=5))
    assert made.link.expires_at == now + timedelta(minutes=5)
    reset = await links.start_reset(SYSTEM, acme.tenant.id, made.user.id)
    assert reset.link.expires_at == now + timedelta(hours=24)
    for life in (timedelta(minutes=4), timedelta(days=31), timedelta(0)):
        with pytest.raises(Invalid, match="lifetime"):
            await links.invite(SYSTEM, acme.tenant.id, {"username": "other"}, lifetime=life)
        with pytest.raises(Invalid, match="lifetime"):
            await links.start_reset(SYSTEM, acme.tenant.id, made.user.id, lifetime=life)


async def test_a_refused_invitation_leaves_no_user(acme: Place) -> None:
    links, before = acme.management.links, await acme.events()
    for refused in (
        links.invite(SYSTEM, acme.tenant.id, {"username": "ida"}, mailed=True),
        links.invite(SYSTEM, acme.tenant.id, {"username": "ida"}, client_id="nothing"),
        links.invite(SYSTEM, acme.tenant.id, {"username": "PAT"}),
        links.invite(SYSTEM, acme.tenant.id, {"username": "ida", "email": "x"}),
    ):
        with pytest.raises((Invalid, Conflict)):
            await refused
    assert await acme.events() == before
    assert len((await acme.management.users.page(SYSTEM, acme.tenant.id, EVERYTHING)).items) == 3


async def test_a_mailed_link_remembers_its_address_and_any_link_its_application(acme: Place) -> None:
    links = acme.management.links
    made = await links.start_reset(SYSTEM, acme.tenant.id, acme.plain.id, mailed=True, client_id="web")
    assert (made.link.sent_to, made.link.client_id) == ("pat@acme.example", "web")
    with pytest.raises(Invalid, match="client_id"):
        await links.start_reset(SYSTEM, acme.tenant.id, acme.plain.id, client_id="nothing")
    with pytest.raises(Invalid, match="mailed"):
        await links.start_reset(SYSTEM, acme.tenant.id, acme.owner.id, mailed=True)


@pytest.mark.case("K10", "K13")
async def test_a_newer_link_takes_the_place_of_the_one_before(acme: Place) -> None:
    links, repos = acme.management.links, acme.store.tenant(acme.tenant.id)
    first = await links.invite(SYSTEM, acme.tenant.id, {"username": "ida"})
    second = await links.invite_again(SYSTEM, acme.tenant.id, first.user.id)
    third = await links.start_reset(SYSTEM, acme.tenant.id, first.user.id)
    for dead in (first, second):
        assert await repos.links.open(dead.link.hash, acme.runtime.now()) is None
    assert third.url.startswith(f"{ISSUER}/password-reset#otp_")
    assert await links.of_user(SYSTEM, acme.tenant.id, first.user.id) == third.link


async def test_who_has_a_password_is_not_invited_and_who_is_disabled_gets_no_link(acme: Place) -> None:
    links = acme.management.links
    with pytest.raises(Conflict, match="password already"):
        await links.invite_again(SYSTEM, acme.tenant.id, acme.plain.id)
    ida = (await links.invite(SYSTEM, acme.tenant.id, {"username": "ida"})).user
    await acme.management.users.disable(SYSTEM, acme.tenant.id, ida.id)
    for make in (links.invite_again, links.start_reset):
        with pytest.raises(Conflict, match="disabled"):
            await make(SYSTEM, acme.tenant.id, ida.id)


@pytest.mark.case("K13", "D7")
@pytest.mark.parametrize("how", ["disable", "set_password", "delete", "withdraw"])
async def test_a_link_ends_with_what_makes_it_needless(acme: Place, how: str) -> None:
    """A user who is enabled again finds no old link alive."""
    management, ids = acme.management, (acme.tenant.id, acme.plain.id)
    made = await management.links.start_reset(SYSTEM, *ids)
    match how:
        case "disable":
            await management.users.disable(SYSTEM, *ids)
            await management.users.enable(SYSTEM, *ids)
            assert len(await acme.events(AuditType.LINK_WITHDRAWN)) == 1
        case "set_password":
            await management.users.set_password(SYSTEM, *ids, "another correct horse battery")
        case "delete":
            await management.users.delete(SYSTEM, *ids)
        case _:
            assert await management.links.withdraw(SYSTEM, *ids) is True
            (event,) = await acme.events(AuditType.LINK_WITHDRAWN)
            assert event.target == acme.plain.id
            assert await management.links.withdraw(SYSTEM, *ids) is False
    opened = await acme.store.tenant(acme.tenant.id).links.open(made.link.hash, acme.runtime.now())
    assert opened is None


# ---- For whom


@pytest.mark.case("J1")
async def test_support_starts_resets_for_those_who_may_do_no_more(acme: Place) -> None:
    """A link makes its holder that user: nobody gets one for somebody above them, nor unlocks them."""
    actor, management = await support(acme), acme.management
    made = await management.links.start_reset(actor, acme.tenant.id, acme.plain.id)
    assert made.link.made_by == actor.id
    assert await management.links.withdraw(actor, acme.tenant.id, acme.plain.id) is True
    assert await management.users.unlock(actor, acme.tenant.id, acme.plain.id) is False
    before = await acme.events()
    for above in (acme.owner, acme.admin):
        for forbidden in (
            management.links.start_reset(actor, acme.tenant.id, above.id),
            management.links.invite_again(actor, acme.tenant.id, above.id),
            management.links.withdraw(actor, acme.tenant.id, above.id),
            management.users.unlock(actor, acme.tenant.id, above.id),
        ):
            with pytest.raises(Denied, match="permissions that you lack"):
                await forbidden
    with pytest.raises(Denied, match="user:write"):
        await management.links.invite(actor, acme.tenant.id, {"username": "new"})
    assert await acme.events() == before


@pytest.mark.case("J1")
async def test_an_administrator_makes_no_link_for_an_owner(acme: Place) -> None:
    actor = await acme.actor(acme.admin)
    with pytest.raises(Denied):
        await acme.management.links.start_reset(actor, acme.tenant.id, acme.owner.id)
    owner = await acme.actor(acme.owner)
    assert (await acme.management.links.start_reset(owner, acme.tenant.id, acme.admin.id)).user == acme.admin


async def test_starting_a_reset_ends_nothing_yet(acme: Place) -> None:
    """Else whoever can start one could keep a person out."""
    session = await acme.session(acme.plain)
    grant = await acme.grant(acme.plain, session)
    await acme.management.links.start_reset(SYSTEM, acme.tenant.id, acme.plain.id)
    repos = acme.store.tenant(acme.tenant.id)
    assert await repos.sessions.get(session.id) == session
    assert await repos.grants.get(grant.id) == grant
    assert await repos.passwords.get(acme.plain.id) is not None


# ---- The first owner


@pytest.mark.case("I5")
async def test_a_tenant_is_made_with_its_owner_by_invitation(management: Management) -> None:
    """In one transaction: the tenant, the owner without a password, the role, the link."""
    made = await management.tenants.create_with_invitation(
        ADMINISTRATOR, "acme", "Acme Ltd.", owner={"username": "olive", "email": "o@acme.example"}, mailed=True
    )
    assert made.tenant.display_name == "Acme Ltd."
    assert made.invitation.url.startswith(f"{ISSUER}/invitation#otv_")
    assert (made.invitation.link.sent_to, made.invitation.link.client_id) == ("o@acme.example", None)
    (holder,) = (await management.roles.holders(SYSTEM, made.tenant.id, TENANT_OWNER.name, EVERYTHING)).items
    owner_id = made.invitation.user.id
    assert holder.principal == Principal.user(owner_id)
    assert await management.links.of_user(SYSTEM, made.tenant.id, owner_id) == made.invitation.link
    events = (await management.audit.page(SYSTEM, made.tenant.id, EVERYTHING)).items
    about_owner = {event.type for event in events if event.target == owner_id}
    assert about_owner == {AuditType.USER_CREATED, AuditType.ROLE_ASSIGNED, AuditType.LINK_MADE}


async def test_a_refused_invitation_leaves_no_tenant(management: Management) -> None:
    create = management.tenants.create_with_invitation
    for refused in (
        create(SYSTEM, "acme", owner={"username": ""}),
        create(SYSTEM, "acme", owner={"username": "olive"}, lifetime=timedelta(days=99)),
    ):
        with pytest.raises(Invalid):
            await refused
    with pytest.raises(Invalid, match="mailed"):
        await management.tenants.create_with_invitation(SYSTEM, "acme", owner={"username": "olive"}, mailed=True)
    assert (await management.tenants.page(SYSTEM, EVERYTHING)).items == ()


async def test_the_owner_is_led_on_to_the_console_where_there_is_one(management: Management) -> None:
    config = Config(
        auth_url="https://auth.example", admin_url="https://api.example", console_url="https://console.example"
    )
    context = management.links._context
    with_console = Management(context.store, context.runtime, config, context.master_keys)
    made = await with_console.tenants.create_with_invitation(SYSTEM, "acme", owner={"username": "olive"})
    assert made.invitation.link.client_id == "opentrusty-console"
    again = await with_console.links.invite_again(
        SYSTEM, made.tenant.id, made.invitation.user.id, client_id="opentrusty-console"
    )
    assert again.link.client_id == "opentrusty-console"


# ---- Unlocking


@pytest.mark.case("K6")
async def test_unlocking_forgets_the_failed_sign_ins_of_one_user(acme: Place) -> None:
    async def attempt(user: User) -> Taken | Limited:
        bucket = Bucket(key=account_key(user.id), limit=Limit(burst=1, interval=timedelta(minutes=1)))
        return await acme.store.tenant(acme.tenant.id).throttles.take((bucket,), acme.runtime.now())

    for user in (acme.plain, acme.admin):
        await attempt(user)
        assert isinstance(await attempt(user), Limited)
    assert await acme.management.users.unlock(SYSTEM, acme.tenant.id, acme.plain.id) is True
    (event,) = await acme.events(AuditType.USER_UNLOCKED)
    assert event.target == acme.plain.id
    assert await attempt(acme.plain) == Taken()
    assert isinstance(await attempt(acme.admin), Limited)
    with pytest.raises(NotFound):
        await acme.management.users.unlock(SYSTEM, acme.tenant.id, "nobody")
