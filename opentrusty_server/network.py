"""What a request says about where it was sent and where it came from, and how much of that is believed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from starlette.types import Receive, Scope

from opentrusty_core import Runtime
from opentrusty_server.http import HttpError, Request, joined

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Network:
    """Reads requests. Headers of proxies count only where the peer is a trusted proxy (rows K2, K11).

    Args:
        url: our origin; no other host is answered.
        trusted_proxies: the networks of our own proxies.
        runtime: seeds the request ids.
    """

    def __init__(self, url: str, trusted_proxies: Iterable[IPv4Network | IPv6Network], runtime: Runtime) -> None:
        self._hosts = _hosts(url)
        self._ports = _ports(url)
        self._trusted = tuple(trusted_proxies)
        self._prefix = runtime.new_id()
        self._numbers = itertools.count(1)

    def read(self, scope: Scope, receive: Receive) -> Request:
        """The request, with an id that no other has."""
        headers = joined(scope["headers"])
        client = scope.get("client")
        ip: str | None = client[0] if client else None
        request_id = f"{self._prefix}{next(self._numbers):x}"
        if self._trusted and self._is_trusted(ip):
            ip = self._forwarded_for(headers.get("x-forwarded-for", ""), ip)
            given = headers.get("x-request-id", "")
            request_id = given if _REQUEST_ID.fullmatch(given) else request_id
        return Request(scope, receive, request_id, ip, headers)

    def require_our_host(self, request: Request) -> None:
        """Returns if the request was sent to us.

        Raises:
            HttpError: no Host or several (400), or another one (421, RFC 9110 §15.5.20).
        """
        if self.other_host(request) is not None:
            raise misdirected()

    def other_host(self, request: Request) -> str | None:
        """The host that the request was sent to, without our port, where it is not our own; None where it is.

        Raises:
            HttpError: no Host or several (400), or another port than ours (421).
        """
        host = request.headers.get("host")
        if host in self._hosts:
            return None
        if host is None or ", " in host:
            raise HttpError(400, "invalid_request", "The request needs one Host.")
        if host.lower() in self._hosts:
            return None
        name, colon, port = host.lower().partition(":")
        if colon + port not in self._ports:
            raise misdirected()
        return name

    def _is_trusted(self, ip: str | None) -> bool:
        address = _address(ip)
        return address is not None and any(
            address.version == network.version and address in network for network in self._trusted
        )

    def _forwarded_for(self, value: str, peer: str | None) -> str | None:
        """The right-most hop that is not ours; what stands left of it anyone can have written."""
        nearest = peer
        for hop in reversed(value.split(",")):
            address = _address(hop.strip())
            if address is None:
                break
            nearest = str(address)
            if not self._is_trusted(nearest):
                break
        return nearest


def misdirected() -> HttpError:
    """The answer where a request was sent to a host that is not served here (RFC 9110 §15.5.20)."""
    return HttpError(421, "misdirected_request", "This host is not served here.")


def _address(text: str | None) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text or "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _ports(url: str) -> frozenset[str]:
    """How a Host may end: with our port, and without it where it is the scheme's own."""
    parts = urlsplit(url)
    default = _DEFAULT_PORTS[parts.scheme]
    return frozenset({"", f":{default}"} if parts.port in {None, default} else {f":{parts.port}"})


def _hosts(url: str) -> frozenset[str]:
    """The Host values that name us."""
    parts = urlsplit(url)
    name = parts.netloc if parts.port is None else parts.netloc.removesuffix(f":{parts.port}")
    return frozenset(name + port for port in _ports(url))
