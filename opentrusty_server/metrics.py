"""Counters and latencies in Prometheus's form, on a listener of their own: the public one never shows them."""

from __future__ import annotations

import errno
import logging
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from opentrusty_core.errors import ConfigurationError

if TYPE_CHECKING:
    from prometheus_client import Metric

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds of the latency histogram, in seconds."""
MAX_WORKERS = 64

_log = logging.getLogger("opentrusty.metrics")


class RequestMetrics:
    """Counts in plain dictionaries, at a microsecond a request; `collect` gives them to Prometheus when it asks."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, int]] = Counter()
        self._latencies: dict[str, list[float]] = {}

    def request(self, route: str, status: int, seconds: float) -> None:
        """An answered request."""
        self._requests[route, status] += 1
        histogram = self._latencies.get(route)
        if histogram is None:
            histogram = self._latencies[route] = [0.0] * (len(BUCKETS) + 2)  # counts, those above, the sum
        histogram[bisect_left(BUCKETS, seconds)] += 1
        histogram[-1] += seconds

    def collect(self) -> Iterator[Metric]:
        """What Prometheus's registry asks for."""
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

        requests = CounterMetricFamily("opentrusty_requests", "Requests answered.", labels=["endpoint", "status"])
        for (route, status), count in list(self._requests.items()):
            requests.add_metric([route, str(status)], count)
        yield requests
        latency = HistogramMetricFamily(
            "opentrusty_request_seconds", "Seconds from a request's head to its answer.", labels=["endpoint"]
        )
        for route, histogram in list(self._latencies.items()):
            latency.add_metric([route], buckets=_cumulative(histogram), sum_value=histogram[-1])
        yield latency


class Listener:
    """Answers `/metrics` from a thread. Each worker process takes the next free port from `port` on."""

    def __init__(self, metrics: RequestMetrics, host: str, port: int) -> None:
        try:
            from prometheus_client import CollectorRegistry, start_http_server
        except ImportError:
            raise ConfigurationError(
                "metrics_port is set but prometheus-client is not installed: install opentrusty-core[metrics],"
                " or leave metrics_port out."
            ) from None
        registry = CollectorRegistry()
        registry.register(metrics)
        self._server, self._thread, self.port = _bound(start_http_server, registry, host, port)
        _log.info("metrics are served", extra={"fields": {"host": host, "port": self.port}})

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _bound(start: Any, registry: object, host: str, port: int) -> tuple[Any, Any, int]:
    for candidate in range(port, port + MAX_WORKERS):
        try:
            server, thread = start(candidate, addr=host, registry=registry)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise ConfigurationError(f"Metrics cannot listen on {host}:{candidate}: {error.strerror}.") from None
        else:
            return server, thread, candidate
    raise ConfigurationError(f"Metrics find no free port from {port} on.")


def _cumulative(histogram: list[float]) -> list[tuple[str, float]]:
    total, buckets = 0.0, []
    for bound, count in zip((*map(str, BUCKETS), "+Inf"), histogram, strict=False):
        total += count
        buckets.append((bound, total))
    return buckets
