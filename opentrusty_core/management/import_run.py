"""One import of users, batch by batch."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass, replace

import anyio

from opentrusty_core.domain.audit import AuditType, Outcome
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import Assignment, Permission, RoleScope
from opentrusty_core.domain.user import PasswordCredential, User, normalised
from opentrusty_core.domain.user_import import ImportStep, LineOutcome, LineReport
from opentrusty_core.errors import DomainError, Invalid
from opentrusty_core.management.actor import Actor
from opentrusty_core.management.context import Context
from opentrusty_core.management.import_fields import COLUMNS, ImportedFields, of_cells, parse_fields
from opentrusty_core.management.import_lines import ImportFormat, Line, lines_of
from opentrusty_core.management.password_policy import check_password
from opentrusty_core.management.roles import Roles
from opentrusty_core.management.user_fields import with_fields
from opentrusty_core.management.users import Users
from opentrusty_core.storage.people import Newcomer

BATCH = 500
HASHED = 25
"""How many passwords a batch may hash: that takes half a second of a core, and whoever waits wants to see progress."""
_KNOWN_NAMES = 250_000
"""How many names a dry run remembers, to find those that stand twice in an upload."""


@dataclass(slots=True, kw_only=True)
class _Candidate:
    """A line on its way: what it says, the user it would make, and in the end its report."""

    line: int
    said: ImportedFields
    user: User
    report: LineReport | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The username, and the email if there is one, in normal form."""
        email = (normalised(self.user.email),) if self.user.email is not None else ()
        return normalised(self.user.username), *email

    def end(self, outcome: LineOutcome, user_id: str | None = None, **problems: str) -> None:
        """Say what became of it."""
        self.report = LineReport(
            line=self.line, outcome=outcome, username=self.user.username, user_id=user_id, problems=problems
        )


class ImportRun:
    """One import."""

    def __init__(
        self,
        context: Context,
        users: Users,
        roles: Roles,
        actor: Actor,
        tenant_id: str,
        *,
        updates: bool,
        is_dry: bool,
    ) -> None:
        self._context, self._store = context, context.store
        self._users, self._roles = users, roles
        self._actor, self._tenant_id = actor, tenant_id
        self._updates, self._is_dry = updates, is_dry
        self._id = self._context.runtime.new_id()
        self._totals = dict.fromkeys(LineOutcome, 0)
        self._grantable: dict[str, str | None] = {}
        self._claimed: set[str] = set()

    async def steps(self, upload: AsyncIterable[bytes], format_: ImportFormat) -> AsyncIterator[ImportStep]:
        """The batches."""
        batch: list[_Candidate | LineReport] = []
        hashed = 0
        async for line in lines_of(upload, format_, COLUMNS):
            batch.append(candidate := await self._candidate(line, format_))
            hashed += isinstance(candidate, _Candidate) and candidate.said.password is not None
            if len(batch) == BATCH or hashed == HASHED:
                yield await self._step(batch)
                batch, hashed = [], 0
        if batch or not any(self._totals.values()):
            yield await self._step(batch)

    async def summarise(self, format_: ImportFormat, outcome: Outcome) -> None:
        """Write down that there was an import, and what came of it."""
        details = {"format": format_.value, **{outcome.value: count for outcome, count in self._totals.items()}}
        event = self._context.event(self._actor, AuditType.USERS_IMPORTED, self._id, details)
        await self._store.tenant(self._tenant_id).audit.append(replace(event, outcome=outcome))

    async def _candidate(self, line: Line, format_: ImportFormat) -> _Candidate | LineReport:
        """The line, checked by itself."""
        problems = dict(line.problems)
        if not problems:
            try:
                said = parse_fields(of_cells(line.fields) if format_ is ImportFormat.CSV else line.fields)
                problems |= await self._role_problems(said.roles)
                user = replace(self._users.new(said.fields), status=said.status)
                if not problems:
                    return _Candidate(line=line.number, said=said, user=user)
            except Invalid as error:
                problems |= error.fields
        username = line.fields.get("username")
        name = username[:255] if isinstance(username, str) else None
        return LineReport(line=line.number, outcome=LineOutcome.REFUSED, username=name, problems=problems)

    async def _role_problems(self, roles: tuple[str, ...]) -> dict[str, str]:
        for name in roles:
            if name not in self._grantable:
                self._grantable[name] = await self._why_not_grantable(name)
            if why := self._grantable[name]:
                return {"roles": f"{name}: {why}"}
        return {}

    async def _why_not_grantable(self, name: str) -> str | None:
        try:
            role = await self._roles.grantable(self._actor, self._tenant_id, name)
        except DomainError as error:
            return str(error)
        return None if role.scope is RoleScope.TENANT else "It is a role of the platform."

    async def _step(self, batch: list[_Candidate | LineReport]) -> ImportStep:
        self._actor = await self._context.renewed(self._actor)
        self._actor.require(Permission.USER_WRITE, self._tenant_id)
        self._grantable.clear()
        candidates = [it for it in batch if isinstance(it, _Candidate)]
        for candidate in candidates:
            if problems := await self._role_problems(candidate.said.roles):
                candidate.end(LineOutcome.REFUSED, **problems)
        await self._sort_out([it for it in candidates if it.report is None])
        newcomers = await self._newcomers([it for it in candidates if it.report is None])
        if newcomers and not self._is_dry:
            await self._add(newcomers)
        for candidate in candidates:
            if candidate.report is None:
                candidate.end(LineOutcome.CREATED, None if self._is_dry else candidate.user.id)
        reports = tuple(report for it in batch if (report := it.report if isinstance(it, _Candidate) else it))
        for report in reports:
            self._totals[report.outcome] += 1
        return ImportStep(reports=reports, totals=dict(self._totals))

    async def _sort_out(self, candidates: list[_Candidate]) -> None:
        """End those whose names are there already, or were in an earlier line."""
        names = {name for it in candidates for name in it.names}
        known = await self._store.tenant(self._tenant_id).users.named(names)
        if not self._is_dry:
            self._claimed.clear()  # what an earlier batch wrote is known
        for candidate in candidates:
            username, *email = candidate.names
            there = known.get(username)
            if there is not None and normalised(there.username) == username:
                await self._meet(candidate, there)
            elif there is not None:
                candidate.end(LineOutcome.REFUSED, username="It is the email of another user.")
            elif email and email[0] in known:
                candidate.end(LineOutcome.REFUSED, email="It is taken by another user.")
            elif taken := self._claimed.intersection(candidate.names):
                what = "username" if username in taken else "email"
                candidate.end(LineOutcome.REFUSED, **{what: "An earlier line has it."})
            elif len(self._claimed) < _KNOWN_NAMES:
                self._claimed |= set(candidate.names)

    async def _meet(self, candidate: _Candidate, there: User) -> None:
        """The username is there already."""
        fields = candidate.said.fields.copy()
        fields.pop("username", None)
        if "claims" in fields:
            fields["claims"] = {**there.claims, **fields["claims"]}
        try:
            if not self._updates or with_fields(there, fields) == there:
                candidate.end(LineOutcome.SKIPPED, there.id)
                return
            if not self._is_dry:
                await self._users.update(self._actor, self._tenant_id, there.id, fields, version=there.version)
            candidate.end(LineOutcome.UPDATED, there.id)
        except Invalid as error:
            candidate.end(LineOutcome.REFUSED, there.id, **error.fields)
        except DomainError as error:
            candidate.end(LineOutcome.REFUSED, there.id, username=str(error))

    async def _newcomers(self, candidates: list[_Candidate]) -> list[tuple[_Candidate, Newcomer]]:
        """Those whose password is acceptable, with it hashed."""
        policy = (await self._store.tenant(self._tenant_id).tenant.get()).settings.password_policy
        for candidate in candidates:
            if candidate.said.password is not None:
                try:
                    check_password(candidate.said.password, candidate.user, policy)
                except Invalid as error:
                    candidate.end(LineOutcome.REFUSED, **error.fields)
        accepted = [it for it in candidates if it.report is None]
        hashes = {it.line: it.said.password_hash for it in accepted}

        async def hash_(candidate: _Candidate, password: str) -> None:
            hashes[candidate.line] = await self._context.passwords.hash(password)

        if not self._is_dry:
            async with anyio.create_task_group() as tasks:
                for candidate in accepted:
                    if candidate.said.password is not None:
                        tasks.start_soon(hash_, candidate, candidate.said.password)
        return [(it, self._newcomer(it, hashes[it.line])) for it in accepted]

    def _newcomer(self, candidate: _Candidate, encoded: str | None) -> Newcomer:
        user, said = candidate.user, candidate.said
        details: dict[str, object] = {"import": self._id, "line": candidate.line}
        password = None
        if encoded is not None:
            details["password"] = "set" if said.password_hash is None else "imported"
            password = PasswordCredential(
                user_id=user.id, encoded=encoded, changed_at=user.created_at, must_change=said.must_change
            )
        event = self._context.event(self._actor, AuditType.USER_CREATED, user.id, details)
        return Newcomer(user=user, password=password, event=event)

    async def _add(self, newcomers: list[tuple[_Candidate, Newcomer]]) -> None:
        async with self._store.transaction(self._tenant_id) as repos:
            added = await repos.users.add_all([newcomer for _, newcomer in newcomers])
            for candidate, _ in newcomers:
                if candidate.user.id not in added:
                    candidate.end(LineOutcome.REFUSED, username="It or the email was taken meanwhile.")
                    continue
                for role in candidate.said.roles:
                    principal = Principal.user(candidate.user.id)
                    assignment = Assignment(
                        tenant_id=self._tenant_id,
                        principal=principal,
                        role=role,
                        assigned_at=candidate.user.created_at,
                    )
                    details = {"principal": principal.kind.value, "role": role, "import": self._id}
                    event = self._context.event(self._actor, AuditType.ROLE_ASSIGNED, principal.id, details)
                    await repos.assignments.assign(assignment, event)
