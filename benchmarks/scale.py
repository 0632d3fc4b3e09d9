"""`python -m benchmarks --scale`: does an operation cost the same among many users and many tenants as among few?

On PostgreSQL. Every person has a session, a grant and tokens, every tenant a key, clients and a person; those who are
served are drawn at random, so that no cache is warmer than it would be. Tenants take turns request by request: with
many of them each comes back long after what the server remembers of it (for a second) has gone.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

import anyio

from benchmarks import loadgen, report
from benchmarks.bulk import Bulk, opaque_token, refresh_id
from benchmarks.databases import Database, postgresql
from benchmarks.loadgen import Data
from benchmarks.measure import Floor, Measured, Round, loaded, measured
from benchmarks.plan import Plan
from benchmarks.processes import wait_for_quiet
from benchmarks.run import floor, say
from benchmarks.scale_seed import Tenant, World, make_world, new_tenants
from benchmarks.scenarios import password_data, requests_data
from benchmarks.seed import API_SCOPE
from benchmarks.servers import Server, free_url, serve_auth
from benchmarks.site import FORM, basic

COLUMNS = (
    "operation",
    "among",
    "per s",
    "p99 ms",
    "server µs",
    "PostgreSQL µs",
    "both µs",
    "× floor",
    "ratio",
    "RSS MiB",
)
SAMPLE = 5000
"""How many people or tokens a round draws."""
_RANDOM = random.Random(2)

Prepare = Callable[["Crowd"], dict[str, Data]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who is served: people of the first tenant by number, and tenants."""

    world: World
    bulk: Bulk
    url: str
    people: range
    tenants: tuple[Tenant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One line for few and one for many."""

    name: str
    script: str
    prepare: Prepare
    variant: tuple[str, ...] = ()


def _drawn(crowd: Crowd) -> list[int]:
    return _RANDOM.sample(crowd.people, min(SAMPLE, len(crowd.people)))


def _client_credentials(crowd: Crowd) -> dict[str, Data]:
    body = urlencode({"grant_type": "client_credentials", "scope": API_SCOPE})
    return _everywhere(crowd, "/token", "machine-es256", lambda _: body, '"access_token":"')


def _refresh_person(crowd: Crowd) -> dict[str, Data]:
    world = crowd.world
    generations = crowd.bulk.generations(world.tenant.id, _drawn(crowd))
    tokens = [world.mint(world.tenant, refresh_id(number), generation) for number, generation in generations.items()]
    body = urlencode({"grant_type": "refresh_token", "client_id": "public-es256"})
    return {"path": f"{world.tenant.path}/token", "headers": {"Content-Type": FORM}, "body": body, "tokens": tokens}


def _refresh_tenant(crowd: Crowd) -> dict[str, Data]:
    def body(tenant: Tenant) -> str:
        token = crowd.world.mint(tenant, crowd.world.kept_refresh_id)
        return urlencode({"grant_type": "refresh_token", "refresh_token": token})

    return _everywhere(crowd, "/token", "web-es256", body, '"id_token":"')


def _introspect_person(crowd: Crowd) -> dict[str, Data]:
    path, headers = f"{crowd.world.tenant.path}/introspect", _headers(crowd, "web-opaque")
    bodies = [urlencode({"token": opaque_token(number)}) for number in _drawn(crowd)]
    return requests_data("POST", [(path, headers, body) for body in bodies], '"active":true')


def _introspect_tenant(crowd: Crowd) -> dict[str, Data]:
    body = urlencode({"token": crowd.world.opaque_token})
    return _everywhere(crowd, "/introspect", "web-opaque", lambda _: body, '"active":true')


def _sign_in_person(crowd: Crowd) -> dict[str, Data]:
    return _sign_in(crowd, [f"many-{number}" for number in _drawn(crowd)])


def _sign_in_tenant(crowd: Crowd) -> dict[str, Data]:
    return _sign_in(crowd, [crowd.world.username])


def _sign_in(crowd: Crowd, people: Sequence[str]) -> dict[str, Data]:
    names = [tenant.name for tenant in crowd.tenants]
    return password_data(crowd.url, names, "web-es256", _headers(crowd, "web-es256"), people)


def _everywhere(crowd: Crowd, path: str, client_id: str, body: Callable[[Tenant], str], marker: str) -> dict[str, Data]:
    headers = _headers(crowd, client_id)
    calls = [(f"{tenant.path}{path}", headers, body(tenant)) for tenant in crowd.tenants]
    return requests_data("POST", calls, marker)


def _headers(crowd: Crowd, client_id: str) -> dict[str, str]:
    return basic(client_id, crowd.world.secrets[client_id])


_CHEAP = ("--cheap-passwords",)
OF_USERS = (
    Operation(name="client_credentials", script="requests", prepare=_client_credentials),
    Operation(name="refresh", script="refresh", prepare=_refresh_person),
    Operation(name="introspection", script="requests", prepare=_introspect_person),
    Operation(name="sign-in and code", script="password", prepare=_sign_in_person, variant=_CHEAP),
)
OF_TENANTS = (
    Operation(name="client_credentials", script="requests", prepare=_client_credentials),
    Operation(name="refresh", script="requests", prepare=_refresh_tenant),
    Operation(name="introspection", script="requests", prepare=_introspect_tenant),
    Operation(name="sign-in and code", script="password", prepare=_sign_in_tenant, variant=_CHEAP),
)


def run(plan: Plan, *, quick: bool) -> tuple[str, dict[str, Any], bool]:
    """The table, everything behind it, and whether all of it is valid."""
    with floor() as bare:
        results = _among_users(plan, bare, (1_000, 20_000) if quick else (1_000, 1_000_000))
        results += _among_tenants(plan, bare, (10, 200) if quick else (10, 10_000))
    measured = [one for _, one in results]
    content = report.document(measured, {"among": [among for among, _ in results]})
    return _table(results), content, all(one.problem is None for one in measured)


def _among_users(plan: Plan, bare: Floor, counts: Sequence[int]) -> list[tuple[str, Measured]]:
    results: list[tuple[str, Measured]] = []
    with postgresql() as database, closing(Bulk(database.url)) as bulk:
        url, before = free_url(), 0
        world = anyio.run(make_world, database, url)
        bulk.keep_maintenance_away()
        for count in counts:
            with _told(f"{count:,} users"):
                bulk.people(world.pattern, before, count - 1)
                bulk.settle()
            # Only the newcomers are served: what the others hold has been used.
            crowd = Crowd(world=world, bulk=bulk, url=url, people=range(before, count), tenants=(world.tenant,))
            results += _measured(plan, OF_USERS, crowd, database, bare, f"{count:,} users")
            before = count
    return results


def _among_tenants(plan: Plan, bare: Floor, counts: Sequence[int]) -> list[tuple[str, Measured]]:
    results: list[tuple[str, Measured]] = []
    with postgresql() as database, closing(Bulk(database.url)) as bulk:
        url = free_url()
        world = anyio.run(make_world, database, url)
        bulk.keep_maintenance_away()  # it would make keys for every tenant meanwhile
        tenants = [world.tenant]
        for count in counts:
            with _told(f"{count:,} tenants"):
                fresh = new_tenants(world, count - len(tenants))
                bulk.tenants(world.pattern, fresh)
                bulk.settle()
            tenants += [Tenant(id=tenant.id, name=tenant.name) for tenant in fresh]
            crowd = Crowd(world=world, bulk=bulk, url=url, people=range(0), tenants=tuple(tenants))
            results += _measured(plan, OF_TENANTS, crowd, database, bare, f"{count:,} tenants")
    return results


@contextmanager
def _told(what: str) -> Iterator[None]:
    started = time.monotonic()
    say(f"{what}: seeding")
    yield
    say(f"{what}: seeded in {time.monotonic() - started:.0f} s")


def _measured(
    plan: Plan, operations: Sequence[Operation], crowd: Crowd, database: Database, bare: Floor, among: str
) -> Iterator[tuple[str, Measured]]:
    for variant, group in groupby(operations, key=lambda operation: operation.variant):
        with serve_auth(database, crowd.url, variant=variant) as server:
            for operation in group:
                one = _measure(plan, operation, crowd, server, database, bare)
                say(f"{among}: {one.name}: {one.problem or f'{one.server:,.0f} + {one.database:,.0f} µs'}")
                yield among, one


def _measure(
    plan: Plan, operation: Operation, crowd: Crowd, server: Server, database: Database, bare: Floor
) -> Measured:
    """The rounds of one operation, after one in which the server meets every tenant."""
    problem = loadgen.run(operation.script, server.url, operation.prepare(crowd), seconds=1).problem
    if problem is None and len(crowd.tenants) > 1:
        problem = _meet(operation, crowd, server)
    rounds: list[Round] = []
    while problem is None and len(rounds) < plan.rounds:
        wait_for_quiet(plan.patience)
        data, now = operation.prepare(crowd), bare.measure()
        rounds.append(loaded(operation.script, data, server, database, now, seconds=plan.seconds))
        problem = rounds[-1].load.problem
    return measured(operation.name, database.kind, server, rounds, problem)


def _meet(operation: Operation, crowd: Crowd, server: Server) -> str | None:
    """Load for as long as it takes to go through all tenants, judged by the pace of a second of it."""
    glance = loadgen.run(operation.script, server.url, operation.prepare(crowd), seconds=1)
    if glance.problem is not None:
        return glance.problem
    seconds = 1.3 * len(crowd.tenants) * glance.seconds / glance.operations
    return loadgen.run(operation.script, server.url, operation.prepare(crowd), seconds=seconds).problem


def _table(results: Sequence[tuple[str, Measured]]) -> str:
    """A line for each operation and size; `ratio` is that of `× floor` to the operation's first line of its kind."""
    lines, problems = [], []
    first: dict[tuple[str, str], float] = {}
    for among, one in sorted(results, key=lambda result: (result[0].split()[1], result[1].name)):
        if one.problem is not None:
            problems.append(f"INVALID {one.name} among {among}: {one.problem}")
            continue
        few = first.setdefault((among.split()[1], one.name), one.in_floors)
        lines.append(
            [
                one.name,
                among,
                f"{one.per_second:,.0f}",
                f"{one.p99:.1f}",
                f"{one.server:,.0f}",
                f"{one.database:,.0f}",
                f"{one.total:,.0f}",
                f"{one.in_floors:.1f}",
                f"{one.in_floors / few:.2f}",
                f"{one.resident:.0f}",
            ]
        )
    return "\n".join([report.aligned(COLUMNS, lines), *problems])
