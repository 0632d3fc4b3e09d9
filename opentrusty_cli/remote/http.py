"""HTTP as the command line speaks it: a request at a time, no redirect followed, https except to this very machine."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast
from urllib.parse import urlencode, urlsplit

import anyio
import anyio.to_thread

from opentrusty_core.config import is_loopback
from opentrusty_core.errors import ConfigurationError, OpenTrustyError, StoreUnavailable

TIMEOUT: Final = 60.0
"""Seconds of silence after which a request is given up."""
MOST: Final = 64 * 1024 * 1024
"""Bytes of an answer that is read whole."""
_PIECE: Final = 64 * 1024
_USER_AGENT: Final = "opentrusty/1 (command line)"

Body = bytes | IO[bytes] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer, read whole; the names of `headers` are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_good(self) -> bool:
        """Whether it says what was asked for."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The JSON object that it holds. Raises `OpenTrustyError` where it holds none."""
        try:
            content = json.loads(self.body)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise OpenTrustyError(f"{self.url} answered {self.status}, and not as OpenTrusty does.")
        return content


class Http:
    """Sends requests.

    Args:
        ca_bundle: the authorities to trust in place of the system's own.
    """

    def __init__(self, ca_bundle: Path | None = None) -> None:
        self._ca_bundle = ca_bundle
        self._openers: dict[bool, urllib.request.OpenerDirector] = {}

    async def send(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: Body = None) -> Answer:
        """The answer to a request, whatever its status.

        Raises:
            StoreUnavailable: nobody answers there.
            ConfigurationError: the address is not one to send secrets to.
        """
        async with self._opened(method, url, headers, body) as response:
            try:
                content = await _aside(response.read, MOST)
            except (OSError, http.client.HTTPException) as error:
                raise _unavailable(url, error) from None
            return _answer(url, response, content)

    async def form(self, url: str, fields: Mapping[str, str]) -> Answer:
        """The answer to a form that is posted."""
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        return await self.send("POST", url, headers, urlencode(fields).encode())

    @asynccontextmanager
    async def stream(
        self, method: str, url: str, headers: Mapping[str, str], body: Body
    ) -> AsyncIterator[Answer | AsyncIterator[bytes]]:
        """The pieces of an answer as they come, or all of one that is a refusal."""
        async with self._opened(method, url, headers, body) as response:
            if response.status == 200:
                yield _pieces(url, response)
            else:
                yield _answer(url, response, await _aside(response.read, MOST))

    @asynccontextmanager
    async def _opened(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: Body
    ) -> AsyncIterator[http.client.HTTPResponse]:
        require_safe(url)
        sent = {"user-agent": _USER_AGENT, **(headers or {})}
        request = urllib.request.Request(url, body, sent, method=method)  # noqa: S310 - see require_safe
        opener = self._opener(is_loopback(str(urlsplit(url).hostname)))
        try:
            response = await _aside(opener.open, request, None, TIMEOUT)
        except (OSError, http.client.HTTPException) as error:
            raise _unavailable(url, error) from None
        with response:
            yield cast("http.client.HTTPResponse", response)

    def _opener(self, local: bool) -> urllib.request.OpenerDirector:
        """Made of what is wanted and nothing else; the environment's proxies are for other machines only."""
        if local not in self._openers:
            opener = self._openers[local] = urllib.request.OpenerDirector()
            if not local:
                opener.add_handler(urllib.request.ProxyHandler())
            opener.add_handler(urllib.request.HTTPHandler())
            opener.add_handler(urllib.request.HTTPSHandler(context=self._tls()))
        return self._openers[local]

    def _tls(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._ca_bundle)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(f"The CA bundle {self._ca_bundle} cannot be used: {error}.") from None


def require_safe(url: str) -> None:
    """Return if what is sent there stays secret. Raises `ConfigurationError`."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(str(parts.hostname))):
        raise ConfigurationError(f"{url}: use https; plain http is for this machine only.")


async def _aside(function: Any, *args: Any) -> Any:
    """In a thread, so that an interrupt is heard while the network is silent."""
    return await anyio.to_thread.run_sync(function, *args, abandon_on_cancel=True)


async def _pieces(url: str, response: http.client.HTTPResponse) -> AsyncIterator[bytes]:
    try:
        while piece := await _aside(response.read1, _PIECE):
            yield piece
    except (OSError, http.client.HTTPException) as error:
        raise _unavailable(url, error) from None


def _answer(url: str, response: http.client.HTTPResponse, content: bytes) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(url=url, status=response.status, headers=headers, body=content)


def _unavailable(url: str, error: Exception) -> StoreUnavailable:
    parts, reason = urlsplit(url), getattr(error, "reason", None) or error
    return StoreUnavailable(f"{parts.scheme}://{parts.netloc} does not answer: {reason or type(error).__name__}.")
