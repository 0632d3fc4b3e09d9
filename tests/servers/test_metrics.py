"""Metrics: on a listener of their own, and nothing in them that names a person or opens a door."""

from __future__ import annotations

import sys
from dataclasses import replace

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from opentrusty_auth.app import AuthPlane
from opentrusty_auth.metrics import Metrics
from opentrusty_core.errors import ConfigurationError
from opentrusty_server.metrics import Listener
from tests.support.auth_plane import PASSWORD, SETTINGS, World
from tests.support.servers import free_port


async def scraped(world: World) -> tuple[dict[tuple[str, ...], float], str]:
    """The samples by name and labels, and the text."""
    port = free_port()
    listener = Listener(world.app._metrics, "127.0.0.1", port)
    try:
        async with httpx2.AsyncClient(trust_env=False) as client:
            text = (await client.get(f"http://127.0.0.1:{listener.port}/metrics")).text
    finally:
        listener.close()
    samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            samples[(sample.name, *sample.labels.values())] = sample.value
    return samples, text


async def test_requests_sign_ins_and_tokens_are_counted(world: World) -> None:
    """By endpoint and status, by outcome, by grant; the latencies add up."""
    async with world.browser() as browser:
        page = await browser.open(world.authorize_url("own"))
        await browser.sign_in(page, "maria", "wrong")
        done = await browser.sign_in(page, "maria", PASSWORD)
    await world.redeem(done.sent["code"], "own")
    async with world.client() as client:
        await client.post("/t/acme/token", data={"grant_type": "client_credentials"})
        await client.get("/nothing")
    samples, text = await scraped(world)
    assert samples["opentrusty_requests_total", "token", "200"] == 1
    assert samples["opentrusty_requests_total", "token", "401"] == 1
    assert samples["opentrusty_requests_total", "unknown", "404"] == 1
    assert samples["opentrusty_requests_total", "sign-in", "303"] == 1
    assert samples["opentrusty_sign_ins_total", "success"] == 1
    assert samples["opentrusty_sign_ins_total", "failure"] == 1
    assert samples["opentrusty_tokens_total", "authorization_code"] == 1
    assert ("opentrusty_tokens_total", "client_credentials") not in samples
    assert samples["opentrusty_request_seconds_count", "token"] == 2
    assert samples["opentrusty_request_seconds_bucket", "token", "+Inf"] == 2
    assert samples["opentrusty_request_seconds_sum", "token"] > 0
    assert "maria" not in text
    assert "oti_" not in text


def test_latencies_fall_into_their_buckets() -> None:
    """Each bucket counts what took no longer than its bound."""
    metrics = Metrics()
    for seconds in (0.001, 0.002, 0.3, 99.0):
        metrics.request("token", 200, seconds)
    (latency,) = [family for family in metrics.collect() if family.name == "opentrusty_request_seconds"]
    counts = {sample.labels["le"]: sample.value for sample in latency.samples if sample.name.endswith("_bucket")}
    assert (counts["0.001"], counts["0.0025"], counts["0.25"], counts["0.5"], counts["5.0"]) == (1, 2, 2, 3, 3)
    assert counts["+Inf"] == 4


async def test_workers_of_one_host_take_ports_one_after_the_other() -> None:
    """Each process answers for itself."""
    port = free_port()
    first, second = Listener(Metrics(), "127.0.0.1", port), Listener(Metrics(), "127.0.0.1", port)
    try:
        assert (first.port, second.port) == (port, port + 1)
    finally:
        first.close()
        second.close()


async def test_the_public_listener_has_no_metrics(world: World) -> None:
    """They are for the operator, on an address of their own."""
    async with world.client() as client:
        assert (await client.get("/metrics")).status_code == 404


async def test_the_application_opens_and_closes_the_listener(world: World) -> None:
    """It is there from start to stop, and only where a port is set."""
    port = free_port()
    app = AuthPlane(world.provider, replace(SETTINGS, metrics_port=port))
    await app.start()
    async with httpx2.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"http://127.0.0.1:{port}/metrics")).status_code == 200
        await app.stop()
        with pytest.raises(httpx2.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/metrics")


def test_a_missing_library_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """metrics_port without the extra is a mistake of the configuration, said at the start."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(ConfigurationError, match=r"opentrusty-core\[metrics\]"):
        Listener(Metrics(), "127.0.0.1", free_port())


def test_an_address_that_is_not_ours_is_told_plainly() -> None:
    """The message names what could not be listened on."""
    with pytest.raises(ConfigurationError, match=r"192\.0\.2\.1"):
        Listener(Metrics(), "192.0.2.1", free_port())
