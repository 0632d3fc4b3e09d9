"""Users are imported: each line taken or refused with a reason, the same file twice changes nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import passlib.hash
import pytest

from opentrusty_core.domain.audit import AuditType, Outcome
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import TENANT_ADMIN, TENANT_AUDITOR, TENANT_OWNER
from opentrusty_core.domain.user import UserStatus
from opentrusty_core.domain.user_import import ImportStep, LineOutcome, LineReport
from opentrusty_core.errors import Denied, Invalid, NotFound, StoreUnavailable
from opentrusty_core.management import Actor, ImportFormat, import_run
from opentrusty_core.management.import_fields import COLUMNS
from tests.management.place import EVERYTHING, PASSWORD, SYSTEM, Place

HASH = passlib.hash.bcrypt.using(rounds=4, salt="abcdefghijklmnopqrstuu").hash(PASSWORD)
CREATED, UPDATED, SKIPPED, REFUSED = LineOutcome


async def steps(
    place: Place, *lines: dict[str, Any] | str, actor: Actor = SYSTEM, csv: bool = False, **how: bool
) -> list[ImportStep]:
    async def upload() -> AsyncIterator[bytes]:
        for line in lines:
            yield (line if isinstance(line, str) else json.dumps(line)).encode() + b"\n"

    format_ = ImportFormat.CSV if csv else ImportFormat.JSONL
    return [it async for it in place.management.user_imports.run(actor, place.tenant.id, upload(), format_, **how)]


async def imported(place: Place, *lines: dict[str, Any] | str, **how: Any) -> list[LineReport]:
    return [report for step in await steps(place, *lines, **how) for report in step.reports]


async def usernames(place: Place) -> set[str]:
    page = await place.management.users.page(SYSTEM, place.tenant.id, EVERYTHING)
    return {user.username for user in page.items} - {"olive", "adam", "pat"}


async def test_a_line_becomes_a_user_with_all_that_it_says(acme: Place) -> None:
    """Claims beside the fields or in an object of their own; what an export adds is passed over."""
    (report,) = await imported(
        acme,
        {
            "id": "theirs",
            "username": "Grace",
            "email": "grace@acme.example",
            "email_verified": True,
            "status": "disabled",
            "given_name": "Grace",
            "claims": {"family_name": "Hopper"},
            "address": {"country": "US"},
            "nickname": None,
            "created_at": "2020-01-01T00:00:00Z",
            "updated_at": "2020-01-01T00:00:00Z",
            "version": 3,
        },
    )
    user = await acme.management.users.get(SYSTEM, acme.tenant.id, "grace")
    assert report == LineReport(line=1, outcome=CREATED, username="Grace", user_id=user.id)
    assert (user.username, user.email, user.email_verified) == ("Grace", "grace@acme.example", True)
    assert user.status is UserStatus.DISABLED
    assert user.claims == {"family_name": "Hopper", "given_name": "Grace", "address": {"country": "US"}}
    assert (user.created_at, user.version) == (acme.runtime.now(), 1)
    assert user.id != "theirs"


async def test_a_csv_says_the_same_in_columns(acme: Place) -> None:
    """Yes and no, roles in one cell, an address in several; what is empty is not said."""
    header = "username,email,email_verified,address.locality,phone_number,phone_number_verified,roles,nickname"
    await imported(acme, header, "grace,g@x.example,Yes,NYC,+1 555,0,tenant_auditor; tenant_admin,", csv=True)
    user = await acme.management.users.get(SYSTEM, acme.tenant.id, "grace")
    assert user.email_verified
    assert user.claims == {"address": {"locality": "NYC"}, "phone_number": "+1 555", "phone_number_verified": False}
    held = await acme.management.roles.of_principal(SYSTEM, acme.tenant.id, Principal.user(user.id))
    assert [assignment.role for assignment in held] == ["tenant_admin", "tenant_auditor"]
    assert len(COLUMNS) == len(set(COLUMNS))


async def test_passwords_come_plain_or_hashed(acme: Place) -> None:
    """A plain one is hashed as ours; a hash is kept as it is until its first use. Either may have to be changed."""
    await imported(
        acme,
        {"username": "plain", "password": PASSWORD},
        {"username": "hashed", "password_hash": HASH, "must_change": True},
        {"username": "django", "password_hash": f"bcrypt${HASH}"},
        {"username": "none"},
    )
    passwords = {}
    for name in ("plain", "hashed", "django", "none"):
        user = await acme.management.users.get(SYSTEM, acme.tenant.id, name)
        passwords[name] = await acme.store.tenant(acme.tenant.id).passwords.get(user.id)
    assert passwords["plain"] is not None
    assert passwords["plain"].encoded.startswith("$argon2id$")
    assert not passwords["plain"].must_change
    assert passwords["hashed"] is not None
    assert (passwords["hashed"].encoded, passwords["hashed"].must_change) == (HASH, True)
    assert passwords["django"] is not None
    assert passwords["django"].encoded == HASH
    assert passwords["none"] is None


@pytest.mark.case("J2")
@pytest.mark.parametrize(
    ("line", "field", "why"),
    [
        ({}, "username", "missing"),
        ({"username": ""}, "username", "empty"),
        ({"username": 7}, "username", "text"),
        ({"username": "a", "email": "nonsense"}, "email", "not an email"),
        ({"username": "a", "email_verified": True}, "email_verified", "no email"),
        ({"username": "a", "email": "a@b.c", "email_verified": "yes"}, "email_verified", "true or false"),
        ({"username": "a", "tenant_id": "x"}, "tenant_id", "no such field"),
        ({"username": "a", "sub": "x"}, "sub", "no such field"),
        ({"username": "a", "claims": {"sub": "x"}}, "claims.sub", "field of its own"),
        ({"username": "a", "claims": 5}, "claims", "object"),
        ({"username": "a", "nickname": 5}, "claims.nickname", "text"),
        ({"username": "a", "status": "gone"}, "status", "active, disabled"),
        ({"username": "a", "password": "short"}, "password", "at least 15"),
        ({"username": "a", "password": 5}, "password", "text"),
        ({"username": "a", "password_hash": "{MD5}abc"}, "password_hash", "not a hash"),
        ({"username": "a", "password_hash": "$2b$31$" + "a" * 53}, "password_hash", "more work"),
        ({"username": "a", "password_hash": HASH, "password": PASSWORD}, "password_hash", "one of them"),
        ({"username": "a", "must_change": True}, "must_change", "no password"),
        ({"username": "a", "roles": "tenant_admin"}, "roles", "list"),
        ({"username": "a", "roles": ["nonsense"]}, "roles", "nonsense: There is no such role."),
        ({"username": "a", "roles": ["platform_admin"]}, "roles", "platform"),
        ({"username": "pat@acme.example"}, "username", "email of another"),
        ({"username": "a", "email": "PAT@acme.example"}, "email", "taken"),
        ("nonsense", "line", "JSON"),
    ],
    ids=str,
)
async def test_a_bad_line_is_refused_with_its_reason_and_the_others_are_taken(
    acme: Place, line: dict[str, Any] | str, field: str, why: str
) -> None:
    """Nothing of it is written."""
    reports = await imported(acme, {"username": "before"}, line, {"username": "behind"})
    assert [report.line for report in reports] == [1, 2, 3]
    assert (reports[0].outcome, reports[2].outcome) == (CREATED, CREATED)
    assert reports[1].outcome is REFUSED
    assert list(reports[1].problems) == [field]
    assert why in reports[1].problems[field]
    assert await usernames(acme) == {"before", "behind"}
    assert PASSWORD not in str(reports)


async def test_every_problem_of_a_line_is_told_at_once(acme: Place) -> None:
    """Those of the fields, and those of the user that they make."""
    (report,) = await imported(acme, {"username": "a", "password": 7, "email_verified": 1, "x": 1})
    assert report.problems.keys() == {"password", "email_verified", "x"}
    (report,) = await imported(acme, {"username": "a", "email": "x", "nickname": 1, "roles": ["x"]})
    assert report.problems.keys() >= {"email", "claims.nickname"}


async def test_the_same_upload_again_changes_nothing(acme: Place) -> None:
    """Whom it made is there, and is passed over, whatever became of them since."""
    lines = [
        {"username": "a", "email": "a@x.example", "name": "A", "password": PASSWORD},
        {"username": "b", "name": "B"},
    ]
    assert [report.outcome for report in await imported(acme, *lines)] == [CREATED, CREATED]
    user = await acme.management.users.get(SYSTEM, acme.tenant.id, "a")
    await acme.management.users.update(SYSTEM, acme.tenant.id, user.id, {"email": "new@x.example"})
    before = await acme.events()
    reports = await imported(acme, *lines)
    assert [(report.outcome, report.user_id is not None) for report in reports] == [(SKIPPED, True)] * 2
    assert await usernames(acme) == {"a", "b"}
    after = await acme.events()
    assert [event.type for event in after if event not in before] == [AuditType.USERS_IMPORTED]
    assert (await acme.management.users.get(SYSTEM, acme.tenant.id, "a")).email == "new@x.example"


async def test_an_update_sets_what_lines_say_of_those_who_are_there(acme: Place) -> None:
    """Email and claims, beside those that it does not name; never a password, a status or a role. Then nothing is left
    to be done.
    """
    await imported(acme, {"username": "a", "email": "a@x.example", "nickname": "N", "password_hash": HASH})
    user = await acme.management.users.get(SYSTEM, acme.tenant.id, "a")
    lines: list[dict[str, Any]] = [
        {
            "username": "A",
            "email": "b@x.example",
            "name": "Ada",
            "password": "another correct horse",
            "status": "disabled",
            "roles": ["tenant_admin"],
        },
        {"username": "pat", "email": "b@x.example"},
        {"username": "pat", "email": "nonsense"},
        {"username": "pat", "nickname": "new"},
        {"username": "new"},
    ]
    reports = await imported(acme, *lines, update=True)
    assert [report.outcome for report in reports] == [UPDATED, REFUSED, REFUSED, UPDATED, CREATED]
    assert "taken" in str(reports[1].problems)
    changed = await acme.management.users.get(SYSTEM, acme.tenant.id, "a")
    assert (changed.username, changed.email, changed.email_verified) == ("a", "b@x.example", False)
    assert changed.claims == {"nickname": "N", "name": "Ada"}
    assert (changed.status, changed.version) == (UserStatus.ACTIVE, 2)
    password = await acme.store.tenant(acme.tenant.id).passwords.get(user.id)
    assert password is not None
    assert password.encoded == HASH
    assert await acme.management.roles.of_principal(SYSTEM, acme.tenant.id, Principal.user(user.id)) == ()
    again = await imported(acme, lines[0], lines[3], update=True)
    assert [report.outcome for report in again] == [SKIPPED, SKIPPED]


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_name_that_stands_twice_is_refused_the_second_time(acme: Place, dry_run: bool) -> None:
    """By username, by email, or one as the other."""
    lines = [
        {"username": "a", "email": "a@x.example"},
        {"username": "b", "email": "A@X.example"},
        {"username": "a@x.example"},
        {"username": "A"},
    ]
    reports = await imported(acme, *lines, dry_run=dry_run)
    assert [report.outcome for report in reports] == [CREATED, REFUSED, REFUSED, REFUSED]
    assert [list(report.problems) for report in reports[1:]] == [["email"], ["username"], ["username"]]


async def test_a_dry_run_says_the_same_and_writes_nothing(acme: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Across batches too, and no password is hashed."""
    monkeypatch.setattr(import_run, "BATCH", 2)
    lines: list[dict[str, Any]] = [
        {"username": "a", "password": PASSWORD},
        {"username": "pat"},
        {"username": "b", "roles": ["nonsense"]},
        {"username": "c", "email": "pat@acme.example"},
        {"username": "d", "password": "short"},
        {"username": "pat", "nickname": "P"},
        {"username": "A"},
    ]
    before = await acme.events()
    dry = await imported(acme, *lines, dry_run=True, update=True)
    assert await acme.events() == before
    assert await usernames(acme) == set()
    wet = await imported(acme, *lines, update=True)
    assert [report.outcome for report in dry][:-1] == [report.outcome for report in wet][:-1]
    assert (dry[-1].outcome, wet[-1].outcome) == (REFUSED, SKIPPED), "in the end `a` is there"
    assert all(report.user_id is None for report in dry if report.outcome is CREATED)


async def test_progress_is_told_batch_by_batch(acme: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """With totals that grow; passwords that have to be hashed make batches shorter."""
    monkeypatch.setattr(import_run, "BATCH", 3)
    monkeypatch.setattr(import_run, "HASHED", 2)
    lines: list[Any] = [{"username": f"u{n}"} for n in range(4)] + ["{"] + [{"username": "pat"}]
    lines += [{"username": f"p{n}", "password": PASSWORD} for n in range(3)]
    told = await steps(acme, *lines)
    assert [len(step.reports) for step in told] == [3, 3, 2, 1]
    assert told[-1].totals == {CREATED: 7, UPDATED: 0, SKIPPED: 1, REFUSED: 1}
    assert told[0].totals[CREATED] == 3
    assert [step.totals for step in await steps(acme)] == [dict.fromkeys(LineOutcome, 0)]


async def test_every_user_made_is_found_in_the_audit(acme: Place) -> None:
    """By an event of their own that names the import, the line and how the password came; roles have theirs, and the
    import one that counts.
    """
    actor = await acme.actor(acme.owner)
    lines: list[Any] = [
        {"username": "a", "password": PASSWORD, "roles": ["tenant_auditor"]},
        "{",
        {"username": "b", "password_hash": HASH},
        {"username": "c"},
    ]
    reports = await imported(acme, *lines, actor=actor)
    created = await acme.events(AuditType.USER_CREATED)
    made = sorted(
        (event for event in created if "import" in event.details), key=lambda event: int(str(event.details["line"]))
    )
    assert [event.target for event in made] == [report.user_id for report in reports if report.outcome is CREATED]
    assert [event.details.get("line") for event in made] == [1, 3, 4]
    assert [event.details.get("password") for event in made] == ["set", "imported", None]
    assert {event.actor_id for event in made} == {acme.owner.id}
    (summary,) = await acme.events(AuditType.USERS_IMPORTED)
    assert {event.details["import"] for event in made} == {summary.target}
    assert summary.details == {"format": "jsonl", "created": 3, "updated": 0, "skipped": 0, "refused": 1}
    (given,) = [event for event in await acme.events(AuditType.ROLE_ASSIGNED) if "import" in event.details]
    assert (given.target, given.details["role"]) == (made[0].target, TENANT_AUDITOR.name)
    assert PASSWORD not in str(await acme.events())
    assert HASH not in str(await acme.events())


async def test_what_was_written_stays_when_the_rest_fails(acme: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit says that the import did not end well, and how far it came."""
    monkeypatch.setattr(import_run, "BATCH", 2)

    async def upload() -> AsyncIterator[bytes]:
        yield b'{"username":"a"}\n{"username":"b"}\n{"username":"c"}\n'
        raise StoreUnavailable("gone")

    with pytest.raises(StoreUnavailable):
        async for _ in acme.management.user_imports.run(SYSTEM, acme.tenant.id, upload(), ImportFormat.JSONL):
            pass
    assert await usernames(acme) == {"a", "b"}
    (summary,) = await acme.events(AuditType.USERS_IMPORTED)
    assert (summary.outcome, summary.details["created"]) == (Outcome.FAILURE, 2)


@pytest.mark.case("J1")
async def test_nobody_gives_by_import_what_they_may_not_give(acme: Place) -> None:
    """An administrator makes no owner; who may not give roles makes users without."""
    reports = await imported(
        acme,
        {"username": "a", "roles": [TENANT_OWNER.name]},
        {"username": "b", "roles": [TENANT_ADMIN.name]},
        actor=await acme.actor(acme.admin),
    )
    assert [report.outcome for report in reports] == [REFUSED, CREATED]
    assert "permissions that you lack" in reports[0].problems["roles"]


@pytest.mark.case("J1")
async def test_nobody_changes_by_import_whom_they_may_not_change(acme: Place) -> None:
    """An administrator does not touch an owner."""
    actor = await acme.actor(acme.admin)
    (report,) = await imported(acme, {"username": "olive", "nickname": "O"}, update=True, actor=actor)
    assert report.outcome is REFUSED
    assert "permissions that you lack" in report.problems["username"]


async def test_who_may_not_write_users_imports_nothing(acme: Place, globex: Place) -> None:
    """Nor does anybody in another tenant, which looks absent."""
    with pytest.raises(Denied):
        await imported(acme, {"username": "a"}, actor=await acme.actor(acme.plain))
    with pytest.raises(NotFound):
        await imported(globex, {"username": "a"}, actor=await acme.actor(acme.owner))
    assert await acme.events(AuditType.USERS_IMPORTED) == []


async def test_a_csv_without_a_fitting_header_is_refused_as_a_whole(acme: Place) -> None:
    """Nothing of it could be meant."""
    with pytest.raises(Invalid) as refused:
        await imported(acme, "user,mail", "a,b", csv=True)
    assert "header" in refused.value.fields


@pytest.mark.case("J1")
async def test_authority_is_looked_up_batch_by_batch(acme: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner who is made an administrator meanwhile gives no role of owners any more; without a role they make no
    user. What was written stays.
    """
    monkeypatch.setattr(import_run, "BATCH", 1)
    second = await acme.management.users.create(SYSTEM, acme.tenant.id, {"username": "second"})
    roles, principal = acme.management.roles, Principal.user(second.id)
    await roles.assign(SYSTEM, acme.tenant.id, principal, TENANT_OWNER.name)

    async def upload() -> AsyncIterator[bytes]:
        for name in "abc":
            yield json.dumps({"username": name, "roles": [TENANT_OWNER.name]}).encode() + b"\n"

    actor = await acme.actor(second)
    run = acme.management.user_imports.run(actor, acme.tenant.id, upload(), ImportFormat.JSONL)
    assert [report.outcome for report in (await anext(run)).reports] == [CREATED]
    await roles.assign(SYSTEM, acme.tenant.id, principal, TENANT_ADMIN.name)
    await roles.revoke(SYSTEM, acme.tenant.id, principal, TENANT_OWNER.name)
    assert [report.outcome for report in (await anext(run)).reports] == [REFUSED]
    await roles.revoke(SYSTEM, acme.tenant.id, principal, TENANT_ADMIN.name)
    with pytest.raises(Denied):
        await anext(run)
    assert await usernames(acme) == {"a", "second"}
