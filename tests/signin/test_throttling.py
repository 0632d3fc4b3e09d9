"""How often passwords may be guessed, and who pays for it."""

from __future__ import annotations

from datetime import timedelta

import anyio
import pytest

from opentrusty_core import Limits, Origin, PasswordMustChange, Provider, SignedIn, WrongCredentials
from opentrusty_core.domain.audit import AuditType, Outcome
from opentrusty_core.domain.throttle import Limit
from opentrusty_core.errors import Throttled
from opentrusty_core.signin.throttling import buckets
from tests.signin.steps import fresh_browser
from tests.signin.test_password import Counted
from tests.support.auth_plane import PASSWORD, SETTINGS, SYSTEM, World

WIDE = Limit(burst=10_000, interval=timedelta(seconds=1))
NARROW = Limit(burst=3, interval=timedelta(seconds=30))


class Guesser:
    """Guesses at a provider with limits of its own."""

    def __init__(self, world: World, limits: Limits | None = None) -> None:
        self.world = world
        self.passwords = Counted(world.runtime)
        self.provider = Provider(
            world.store,
            SETTINGS.config,
            world.provider._master_keys,
            runtime=world.runtime,
            passwords=self.passwords,
            limits=limits,
        )

    async def guess(self, name: str = "maria", password: str = "wrong", ip: str | None = "192.0.2.1") -> str:
        """How it ended: `wrong`, `in`, or the seconds to wait."""
        try:
            outcome = await self.provider.signin.password(
                self.world.tenant, fresh_browser(self.world), Origin(ip=ip), identifier=name, password=password
            )
        except Throttled as error:
            return str(error.retry_after)
        match outcome:
            case SignedIn():
                return "in"
            case WrongCredentials():
                return "wrong"
            case PasswordMustChange():
                return "right"


async def test_after_the_burst_an_account_waits_and_then_gets_one_try_an_interval(world: World) -> None:
    """The limit delays; it locks nobody out."""
    guesser = Guesser(world, Limits(account=NARROW))
    assert [await guesser.guess() for _ in range(4)] == ["wrong", "wrong", "wrong", "30"]
    world.runtime.advance(seconds=29)
    assert await guesser.guess() == "1"
    world.runtime.advance(seconds=1)
    assert await guesser.guess(password=PASSWORD) == "in"


@pytest.mark.case("K2")
async def test_a_throttled_attempt_evaluates_nothing_and_is_written_down(world: World) -> None:
    """Even the right password gets no answer while the bucket is empty; the event says why."""
    guesser = Guesser(world, Limits(account=NARROW))
    for _ in range(3):
        await guesser.guess()
    assert await guesser.guess(password=PASSWORD) == "30"
    assert guesser.passwords.count == 3
    reasons = [event.reason for event in await world.events() if event.outcome is Outcome.FAILURE]
    assert sorted(str(reason) for reason in reasons) == [
        "throttled",
        "wrong password",
        "wrong password",
        "wrong password",
    ]
    assert not [e for e in await world.events() if e.type is AuditType.SIGN_IN and e.outcome is Outcome.SUCCESS]


@pytest.mark.case("K3")
async def test_of_parallel_guesses_no_more_than_the_limit_are_evaluated(world: World) -> None:
    """Slots are taken before the password is looked at: 64 at once are as many as one after the other."""
    guesser = Guesser(world, Limits(account=NARROW))
    outcomes: list[str] = []

    async def racer() -> None:
        outcomes.append(await guesser.guess())

    async with anyio.create_task_group() as group:
        for _ in range(64):
            group.start_soon(racer)
    assert outcomes.count("wrong") == guesser.passwords.count == 3
    assert len(outcomes) == 64


@pytest.mark.case("K3")
async def test_only_a_success_gives_its_slot_back(world: World) -> None:
    """Who signs in a hundred times is never throttled; failures between them still count."""
    guesser = Guesser(world, Limits(account=NARROW))
    for _ in range(2):
        assert await guesser.guess() == "wrong"
    for _ in range(20):
        assert await guesser.guess(password=PASSWORD) == "in"
    assert await guesser.guess() == "wrong"
    assert await guesser.guess() == "30"


@pytest.mark.case("K4")
async def test_every_name_of_a_person_shares_one_bucket(world: World) -> None:
    """Alias, case and spelling give no fresh bucket."""
    guesser = Guesser(world, Limits(account=NARROW))
    names = ["maria", "MARIA", "maria@people.example", "ｍａｒｉａ", " maria"]  # noqa: RUF001 - the point
    assert [await guesser.guess(name) for name in names] == ["wrong", "wrong", "wrong", "30", "30"]
    assert await guesser.guess("sam") == "wrong"


@pytest.mark.case("K1", "K4")
async def test_a_name_that_nobody_has_is_throttled_like_one_that_somebody_has(world: World) -> None:
    """The limit does not tell who exists; unknown names are counted by their normal form."""
    guesser = Guesser(world, Limits(account=NARROW))
    known = [await guesser.guess("maria") for _ in range(5)]
    assert known == [await guesser.guess(name) for name in ("nobody", "NOBODY", " nobody", "nobody", "Nobody")]


@pytest.mark.case("K2")
async def test_spraying_over_accounts_is_throttled_by_network(world: World) -> None:
    """One password for many accounts from one address meets the network's limit; another address does not."""
    guesser = Guesser(world, Limits(account=WIDE, network=NARROW))
    assert [await guesser.guess(f"user{n}") for n in range(4)] == ["wrong", "wrong", "wrong", "30"]
    assert await guesser.guess("maria", PASSWORD, ip="198.51.100.7") == "in"


@pytest.mark.case("K2")
async def test_spraying_from_many_networks_is_throttled_by_tenant(world: World) -> None:
    """Many addresses together meet the tenant's limit, and other tenants do not feel it."""
    guesser = Guesser(world, Limits(account=WIDE, network=WIDE, tenant=NARROW))
    outcomes = [await guesser.guess(f"user{n}", ip=f"198.51.100.{n}") for n in range(4)]
    assert outcomes == ["wrong", "wrong", "wrong", "30"]
    guesser.world.tenant = await world.provider.management.tenants.create(SYSTEM, "globex")
    assert await guesser.guess("user", ip="198.51.100.9") == "wrong"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
    ],
)
def test_an_ipv6_network_is_counted_as_one(one: str, other: str, same: bool) -> None:
    """Who holds a /64 is one guesser, however many addresses they use."""
    _, network, _ = buckets(Limits(), None, "x", one)
    _, another, _ = buckets(Limits(), None, "x", other)
    assert (network.key == another.key) is same


@pytest.mark.parametrize("ip", [None, "", "unix:", "testclient"])
def test_without_an_address_account_and_tenant_still_count(ip: str | None) -> None:
    """A missing address never fails open on the other limits."""
    assert [bucket.limit for bucket in buckets(Limits(), None, "x", ip)] == [Limits().account, Limits().tenant]


def test_buckets_name_nobody() -> None:
    """The table of buckets holds hashes only."""
    assert all(len(bucket.key) == 32 for bucket in buckets(Limits(), None, "maria", "192.0.2.1"))
