"""A worker process of the race tests: `python -m tests.stores.sql.racer URL WHAT ARGUMENTS`, 32 racers at once.

It prints `ready`, waits for a line, races, and prints its racers' outcomes as one JSON array. Races that go on until
they are told print `running` once all are at it, and end at the next line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import anyio.to_thread

from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.throttle import Bucket, Limit
from opentrusty_core.runtime import SystemRuntime
from opentrusty_core.storage.contract import builders
from opentrusty_core.storage.outcomes import (
    CodeRedeemed,
    CodeRedemption,
    RefreshRedeemed,
    RefreshRetried,
    RefreshReused,
)
from opentrusty_core.storage.store import Store, TenantRepositories
from opentrusty_core.stores import open_store

RACERS = 32
RUNTIME = SystemRuntime()
NOW = builders.StillRuntime().now()


class Going:
    """A race that goes on until the parent says otherwise."""

    def __init__(self) -> None:
        self.stop = False
        self.running = 0

    def round(self, number: int) -> None:
        """Count a racer's round; the first of each says that it runs."""
        if number == 1:
            self.running += 1
            if self.running == RACERS:
                print("running", flush=True)


async def redeem(repos: TenantRepositories, a: dict[str, Any]) -> object:
    """C2: redeem the one code."""
    code = CodeRedemption(
        code_hash=bytes.fromhex(a["code"]),
        client_id=a["client"],
        redirect_uri=builders.REDIRECT_URI,
        code_challenge=builders.CODE_CHALLENGE,
    )
    outcome = await repos.codes.redeem(
        code,
        NOW,
        builders.an_event(RUNTIME),
        grant_expires_at=NOW + timedelta(days=90),
        refresh_token=builders.a_refresh_token(RUNTIME, a["client"]),
    )
    return type(outcome).__name__


async def refresh(repos: TenantRepositories, a: dict[str, Any], generation: int = 0) -> Any:
    """One use of the one refresh token."""
    return await repos.refresh_tokens.redeem(
        a["token"],
        generation,
        a["client"],
        NOW,
        builders.an_event(RUNTIME),
        rotate=True,
        idle_expires_at=NOW + timedelta(days=30),
        grace=timedelta(seconds=60),
    )


async def rotate(repos: TenantRepositories, a: dict[str, Any]) -> object:
    """D2: use the one generation; the outcome with the generation that it gives."""
    outcome = await refresh(repos, a)
    generation = outcome.token.generation if isinstance(outcome, RefreshRedeemed | RefreshRetried) else None
    return [type(outcome).__name__, generation]


async def keep_refreshing(repos: TenantRepositories, a: dict[str, Any], going: Going) -> object:
    """D4: refresh on and on, keeping an access token each time; the hashes of those."""
    generation, kept, rounds = 0, [], 0
    while not going.stop:
        outcome = await refresh(repos, a, generation)
        if isinstance(outcome, RefreshRedeemed | RefreshRetried):
            generation = outcome.token.generation
            token = replace(builders.an_access_token(RUNTIME, a["client"]), grant_id=outcome.grant.id)
            await repos.access_tokens.add(token, None)
            kept.append(token.hash.hex())
        elif isinstance(outcome, RefreshReused):  # the others are further: catch up
            found = await repos.refresh_tokens.look_up(a["token"], None, NOW)
            generation = found.refresh_token.generation if found and found.refresh_token else generation
        rounds += 1
        going.round(rounds)
    return kept


async def keep_redeeming(repos: TenantRepositories, a: dict[str, Any], going: Going) -> object:
    """D4: get codes for the one session and redeem them; the refresh tokens."""
    session, kept, rounds = Session(**read_session(a["session"])), [], 0
    while not going.stop:
        grant = builders.a_grant(RUNTIME, session, a["client"], expires_at=NOW + timedelta(seconds=60))
        code = builders.a_code(RUNTIME, grant, expires_at=grant.expires_at)
        token = builders.a_refresh_token(
            RUNTIME, a["client"], idle_expires_at=NOW + timedelta(days=1), expires_at=NOW + timedelta(days=1)
        )
        await repos.codes.issue(code, grant, builders.an_event(RUNTIME))
        redemption = CodeRedemption(
            code_hash=code.hash,
            client_id=code.client_id,
            redirect_uri=code.redirect_uri,
            code_challenge=code.code_challenge,
        )
        outcome = await repos.codes.redeem(
            redemption,
            NOW,
            builders.an_event(RUNTIME),
            grant_expires_at=NOW + timedelta(days=1),
            refresh_token=token,
        )
        if isinstance(outcome, CodeRedeemed):
            kept.append(token.id)
        rounds += 1
        going.round(rounds)
    return kept


async def take(repos: TenantRepositories, a: dict[str, Any]) -> object:
    """K3: take a slot of every bucket."""
    limits = {name: Limit(burst=burst, interval=timedelta(minutes=1)) for name, burst in a["buckets"].items()}
    buckets = tuple(Bucket(key=bytes.fromhex(name), limit=limit) for name, limit in limits.items())
    return type(await repos.throttles.take(buckets, NOW)).__name__


async def assign_first(store: Store, a: dict[str, Any]) -> object:
    """J7: become the first administrator."""
    assignment = builders.an_assignment(RUNTIME, a["tenant"], Principal.user(RUNTIME.new_id()), role="platform_admin")
    return await store.platform.assignments.assign_first(assignment, builders.an_event(RUNTIME))


def read_session(values: dict[str, Any]) -> dict[str, Any]:
    """The session that the parent made."""
    moments = ("auth_time", "created_at", "last_seen_at", "idle_expires_at", "expires_at")
    return (
        values
        | {name: datetime.fromtimestamp(values[name], UTC) for name in moments}
        | {name: bytes.fromhex(values[name]) for name in ("handle_hash", "browser_hash")}
        | {"amr": tuple(values["amr"])}
    )


async def main(url: str, what: str, arguments: str) -> None:
    """Race."""
    store, a, going = open_store(f"{url}?pool_size=16"), json.loads(arguments), Going()
    repos = store.tenant(a["tenant"])
    races: dict[str, Callable[[], Awaitable[object]]] = {
        "redeem": lambda: redeem(repos, a),
        "rotate": lambda: rotate(repos, a),
        "keep_refreshing": lambda: keep_refreshing(repos, a, going),
        "keep_redeeming": lambda: keep_redeeming(repos, a, going),
        "take": lambda: take(repos, a),
        "assign_first": lambda: assign_first(store, a),
    }
    outcomes: list[object] = []

    async def race() -> None:
        outcomes.append(await races[what]())

    # Sessions are connected and ready, so that the start is one.
    async with anyio.create_task_group() as tasks:
        for _ in range(16):
            tasks.start_soon(repos.users.get, "nobody")
    print("ready", flush=True)
    await anyio.to_thread.run_sync(sys.stdin.readline)
    async with anyio.create_task_group() as tasks:
        for _ in range(RACERS):
            tasks.start_soon(race)
        if what.startswith("keep_"):
            await anyio.to_thread.run_sync(sys.stdin.readline)
            going.stop = True
    print(json.dumps(outcomes), flush=True)
    await store.close()


if __name__ == "__main__":
    _, url_, what_, arguments_ = sys.argv
    anyio.run(main, url_, what_, arguments_)
