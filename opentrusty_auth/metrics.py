"""What the Auth Plane counts beside its requests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opentrusty_server.metrics import RequestMetrics

if TYPE_CHECKING:
    from prometheus_client import Metric

_GRANT_TYPE = re.compile(rb"(?:^|&)grant_type=(authorization_code|refresh_token|client_credentials)(?:&|$)")


class Metrics(RequestMetrics):
    """Requests, sign-ins and tokens."""

    def __init__(self) -> None:
        super().__init__()
        self._sign_ins: Counter[str] = Counter()
        self._tokens: Counter[str] = Counter()

    def sign_in(self, outcome: str) -> None:
        """A sign-in that ended: `success`, `failure`, `throttled`, or `password_change` where a new one is asked."""
        self._sign_ins[outcome] += 1

    def tokens(self, body: bytes) -> None:
        """A token request that was answered with tokens; its grant is read from the body."""
        found = _GRANT_TYPE.search(body)
        if found is not None:
            self._tokens[found[1].decode("ascii")] += 1

    def collect(self) -> Iterator[Metric]:
        """What Prometheus's registry asks for."""
        from prometheus_client.core import CounterMetricFamily

        yield from super().collect()
        for name, text, label, counter in (
            ("opentrusty_sign_ins", "Sign-ins by password.", "outcome", self._sign_ins),
            ("opentrusty_tokens", "Token requests that were answered with tokens.", "grant_type", self._tokens),
        ):
            family = CounterMetricFamily(name, text, labels=[label])
            for value, count in list(counter.items()):
                family.add_metric([value], count)
            yield family
