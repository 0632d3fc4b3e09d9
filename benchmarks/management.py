"""`python -m benchmarks --management`: how long an administrator waits among many users and many tenants.

On PostgreSQL: one tenant of many has all of the users. Every figure is that of whole requests to an Admin Plane, one
after the other on one connection, as a program with a token sends them; what they ask for is drawn at random.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import anyio

from benchmarks import report
from benchmarks.bulk import Bulk
from benchmarks.databases import Database, postgresql
from benchmarks.people import FAMILIES, GIVEN, person
from benchmarks.processes import cpu_seconds
from benchmarks.run import say
from benchmarks.scale_seed import World, make_world, new_tenants
from benchmarks.seed import TENANT
from benchmarks.servers import Server, free_url, serve_admin, serve_auth
from benchmarks.site import basic
from opentrusty_core.config import Config
from opentrusty_core.domain.builtin import ADMIN_SCOPE
from opentrusty_core.domain.client import GrantType
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.role import PLATFORM_ADMIN, TENANT_OWNER
from opentrusty_core.management import Actor, Management
from opentrusty_core.stores import open_store

COLUMNS = ("request", "answer", "p50 ms", "p99 ms", "goal ms", "of goal", "server µs", "PostgreSQL µs")
QUICK, FULL = (5_000, 50), (1_000_000, 10_000)
"""Users and tenants."""
AGENT = "agent"
IMPORTED = 20_000
GOAL_IMPORT = 2_000
"""Users a second, with passwords that are hashed already."""
# bcrypt of "correct horse battery staple" with cost 4: what an import checks of it is its form.
HASH = "$2b$04$LNiXMY560EUcf1LrUy9t3uaW5VTC1fkSwUs7WMY/BCBY6oW/PWX7e"
_RANDOM = random.Random(3)
_USERS, _COUNT = f"/tenants/{TENANT}/users", f"/tenants/{TENANT}/user-count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: `body` is JSON where there is one."""

    path: str
    method: str = "GET"
    body: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A kind of request, how each is drawn, and within how many milliseconds half of them are to be answered."""

    name: str
    draw: Callable[[int], Asked]
    goal: float | None = 5
    share: float = 1
    """How many of the requests of a run are made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was measured: times in milliseconds, CPU in microseconds a request; `items` is how many the last one had."""

    name: str
    items: int | None
    p50: float
    p99: float
    goal: float | None
    server: float
    database: float
    calls: int


def run(*, quick: bool) -> tuple[str, dict[str, Any], bool]:
    """The table, everything behind it, and whether all of it is valid."""
    users, tenants = QUICK if quick else FULL
    calls, imported = (40, IMPORTED // 10) if quick else (400, IMPORTED)
    before = os.getloadavg()
    with postgresql() as database:
        auth_url, admin_url = free_url(), free_url()
        world = anyio.run(make_world, database, auth_url)
        with closing(Bulk(database.url)) as bulk:
            with _told(f"{users:,} users in one of {tenants:,} tenants: seeding"):
                bulk.tenants(world.pattern, new_tenants(world, tenants - 1))  # copies of a tenant that is small still
                bulk.named_people(world.pattern, users)
                bulk.settle()
            bulk.keep_maintenance_away()
            secret = anyio.run(_agent, database, world, auth_url, admin_url)
            token = _token(database, auth_url, admin_url, secret)
            with (
                serve_admin(database, admin_url, auth_url) as server,
                closing(Caller(server, database, token)) as caller,
            ):
                answered = [caller.ask(question, calls) for question in questions(users)]
                rate, import_cpu = caller.bring(imported)
    content = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": report.machine(),
        "load": {"before": before, "after": os.getloadavg()},
        "users": users,
        "tenants": tenants,
        "requests": [asdict(one) for one in answered],
        "import": {"users": imported, "per_second": rate, "goal": GOAL_IMPORT, "cpu_us": import_cpu},
    }
    return _table(answered, content), content, True


def questions(users: int) -> tuple[Question, ...]:
    """All that is asked, in this order: what makes things comes last."""

    def user(_: int) -> tuple[str, str, str]:
        return person(_RANDOM.randrange(users))

    def found(**query: object) -> Asked:
        return Asked(path=f"{_USERS}?{urlencode(query)}")

    def one(text: Callable[[], str], **more: object) -> Callable[[int], Asked]:
        return lambda _: found(search=text(), **more)

    def both(letters: int | None) -> str:
        _, given, family = user(0)
        return f"{given[:letters]} {family[:letters]}"

    def family(letters: int | None = None) -> str:
        return user(0)[2][:letters]

    return (
        Question(name="show user by id", draw=lambda _: Asked(path=f"{_USERS}/u{_RANDOM.randrange(users):025d}")),
        Question(name="show user by username", draw=lambda n: Asked(path=f"{_USERS}/{quote(user(n)[0])}")),
        Question(name="list users", draw=lambda _: found()),
        Question(name="list users, newest first", draw=lambda _: found(sort="-created_at")),
        Question(name="list users by username", draw=lambda _: found(sort="username")),
        Question(name="list users by email, backwards", draw=lambda _: found(sort="-email")),
        Question(name="list users, those disabled", draw=lambda _: found(status="disabled")),
        Question(name="search users: a name", draw=one(family)),
        Question(name="search users: three letters", draw=one(lambda: family(3))),
        Question(name="search users: a username", draw=one(lambda: user(0)[0])),
        Question(name="search users: two names", draw=one(lambda: both(None))),
        Question(name="search users: three letters of two names", draw=one(lambda: both(3))),
        Question(name="search users: a name and nonsense", draw=one(lambda: f"{family()} zz")),
        Question(name="search users: two common beginnings", draw=one(lambda: f"{GIVEN[0][:2]} {FAMILIES[0][:2]}")),
        Question(name="search users: by email", draw=one(lambda: user(0)[0].rpartition(".")[0], sort="email")),
        Question(name="count users found", draw=lambda _: Asked(path=f"{_COUNT}?search={user(0)[0][:-2]}")),
        Question(name="list tenants", draw=lambda _: Asked(path="/tenants")),
        Question(name="list tenants, newest first", draw=lambda _: Asked(path="/tenants?sort=-created_at")),
        Question(name="search tenants", draw=lambda _: Asked(path=f"/tenants?search={TENANT}")),
        Question(name="create user", draw=_new_user, goal=None, share=0.5),
        Question(name="create tenant", draw=_new_tenant, goal=10, share=0.5),
    )


def _new_user(number: int) -> Asked:
    name = f"new-{number}"
    return Asked(path=_USERS, method="POST", body={"username": name, "email": f"{name}@bench.example"})


def _new_tenant(number: int) -> Asked:
    return Asked(path="/tenants", method="POST", body={"name": f"new-{number}", "owner": {"username": "owner"}})


class Caller:
    """A program that calls the API on one connection."""

    def __init__(self, server: Server, database: Database, token: str) -> None:
        self._server, self._database = server, database
        self._connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=600)
        self._headers = {"Authorization": f"Bearer {token}"}

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def ask(self, question: Question, calls: int) -> Answered:
        """So many requests of a kind, after some that are not counted. Raises `ValueError` for a wrong answer."""
        calls = int(calls * question.share)
        warm = max(calls // 10, 3)
        answer = b""
        for number in range(warm):
            answer = self._send(question.draw(-number))
        times: list[float] = []
        cpu = self._cpu()
        for number in range(1, calls + 1):
            asked = question.draw(number)
            started = time.perf_counter()
            answer = self._send(asked)
            times.append((time.perf_counter() - started) * 1000)
        server, database = ((after - was) / calls * 1e6 for after, was in zip(self._cpu(), cpu, strict=True))
        items = json.loads(answer).get("items")
        p50, p99 = statistics.median(times), sorted(times)[int(len(times) * 0.99) - 1]
        say(f"{question.name}: {p50:.1f} ms")
        return Answered(
            name=question.name,
            items=None if items is None else len(items),
            p50=p50,
            p99=p99,
            goal=question.goal,
            server=server,
            database=database,
            calls=calls,
        )

    def bring(self, count: int) -> tuple[float, dict[str, float]]:
        """How many users a second an import takes, and what one costs in microseconds of CPU."""
        names = (f"brought-{number}" for number in range(count))
        lines = (
            {"username": name, "email": f"{name}@bench.example", "name": name, "password_hash": HASH} for name in names
        )
        upload = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        cpu, started = self._cpu(), time.perf_counter()
        headers = {**self._headers, "Content-Type": "application/x-ndjson"}
        answer = self._send(Asked(path=f"/tenants/{TENANT}/user-imports", method="POST"), upload, headers)
        seconds = time.perf_counter() - started
        done = json.loads(answer.splitlines()[-1])
        if (done["type"], done["created"]) != ("done", count):
            raise ValueError(f"the import ended with {done}")
        server, database = ((after - was) / count * 1e6 for after, was in zip(self._cpu(), cpu, strict=True))
        say(f"import: {count / seconds:,.0f} users a second")
        return count / seconds, {"server": server, "database": database}

    def _send(self, asked: Asked, upload: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        body = upload if asked.body is None else json.dumps(asked.body).encode()
        more = {"Content-Type": "application/json"} if asked.body is not None else {}
        self._connection.request(asked.method, f"/api/v1{asked.path}", body, headers or {**self._headers, **more})
        response = self._connection.getresponse()
        content = response.read()
        if response.status not in {200, 201}:
            raise ValueError(f"{asked.method} {asked.path} answered {response.status}: {content[:300]!r}")
        return content

    def _cpu(self) -> tuple[float, float]:
        return cpu_seconds(self._server.pid), cpu_seconds(self._database.postmaster or 0)


async def _agent(database: Database, world: World, auth_url: str, admin_url: str) -> str:
    """A client of the tenant that may do everything there and on the platform; its secret."""
    store, actor, tenant_id = open_store(database.url), Actor.system(), world.tenant.id
    try:
        config = Config(auth_url=auth_url, admin_url=admin_url)
        management = Management(store, world.runtime, config, world.master)
        made = await management.clients.create(
            actor,
            tenant_id,
            {"client_name": "Agent", "grant_types": (GrantType.CLIENT_CREDENTIALS,), "scope": (ADMIN_SCOPE,)},
            client_id=AGENT,
        )
        for role in (TENANT_OWNER, PLATFORM_ADMIN):
            await management.roles.assign(actor, tenant_id, Principal.client(AGENT), role.name)
        return made.secret or ""
    finally:
        await store.close()


def _token(database: Database, auth_url: str, admin_url: str, secret: str) -> str:
    with serve_auth(database, auth_url, admin_url=admin_url):
        connection = http.client.HTTPConnection(urlsplit(auth_url).netloc, timeout=30)
        form = urlencode({"grant_type": "client_credentials", "scope": ADMIN_SCOPE})
        connection.request("POST", f"/t/{TENANT}/token", form, basic(AGENT, secret))
        told = json.loads(connection.getresponse().read())
        connection.close()
    return str(told["access_token"])


@contextmanager
def _told(what: str) -> Iterator[None]:
    started = time.monotonic()
    say(what)
    yield
    say(f"seeded in {time.monotonic() - started:.0f} s")


def _table(answered: Sequence[Answered], content: dict[str, Any]) -> str:
    lines = [
        [
            one.name,
            "" if one.items is None else f"{one.items} items",
            f"{one.p50:.1f}",
            f"{one.p99:.1f}",
            "" if one.goal is None else f"{one.goal:.0f}",
            "" if one.goal is None else f"{one.p50 / one.goal:.2f}",
            f"{one.server:,.0f}",
            f"{one.database:,.0f}",
        ]
        for one in answered
    ]
    brought, before = content["import"], content["load"]["before"][0]
    cpu = brought["cpu_us"]
    imports = f"import: {brought['per_second']:,.0f} users a second (goal {brought['goal']:,}), each"
    imports += f" {cpu['server']:,.0f} µs of the server and {cpu['database']:,.0f} µs of PostgreSQL"
    among = f"{content['users']:,} users in one of {content['tenants']:,} tenants; load average {before:.1f} before,"
    among += f" {content['load']['after'][0]:.1f} after, on {os.cpu_count()} cores"
    return "\n".join([report.aligned(COLUMNS, lines), "", imports, among])
