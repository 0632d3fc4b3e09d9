"""How often passwords may be guessed: for each account, each network and each tenant (NIST SP 800-63B-4 §3.2.2).

A bucket's slot is taken before a password is looked at, in a transaction of its own, so that parallel guesses and
failed requests count; a sign-in that succeeds gives its slots back.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from opentrusty_core.domain.tenant import Tenant, Throttling
from opentrusty_core.domain.throttle import Bucket, Limit, account_key
from opentrusty_core.domain.user import User

ACCOUNT = Limit(burst=10, interval=timedelta(seconds=30))
"""A person mistypes a few times; a guesser gets 2,890 tries a day, far below any list of common passwords."""
NETWORK = Limit(burst=100, interval=timedelta(seconds=1))
"""An office behind one address signs in at nine o'clock; a sprayer there gets one try a second over all accounts."""
TENANT = Limit(burst=1000, interval=timedelta(milliseconds=50))
"""A sprayer with many addresses gets 20 tries a second, which is also what argon2 costs half a core."""

_NONE_OWN = Throttling()
IPV6_PREFIX = 64  # what one customer is given (RFC 6177 §2): every address in it is the same guesser


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The three limits on failed sign-ins."""

    account: Limit = ACCOUNT
    network: Limit = NETWORK
    tenant: Limit = TENANT


def limits_of(tenant: Tenant, deployment: Limits) -> Limits:
    """The tenant's own limits; those of the deployment where it has none."""
    own = tenant.settings.throttling
    if own == _NONE_OWN:
        return deployment
    return Limits(
        account=own.account.limit if own.account else deployment.account,
        network=own.network.limit if own.network else deployment.network,
        tenant=own.tenant.limit if own.tenant else deployment.tenant,
    )


def buckets(limits: Limits, user: User | None, identifier: str, ip: str | None) -> tuple[Bucket, ...]:
    """What one attempt counts against.

    A known person has one bucket, whichever of their names was typed; unknown names are counted by their normal form,
    so that the two answer alike. Without an address no network is counted.
    """
    account = account_key(user.id) if user is not None else _key(f"identifier\0{identifier}")
    found = [Bucket(key=account, limit=limits.account)]
    network = _network(ip)
    if network is not None:
        found.append(Bucket(key=_key(f"network\0{network}"), limit=limits.network))
    found.append(Bucket(key=_key("tenant"), limit=limits.tenant))
    return tuple(found)


def link_buckets(limits: Limits, ip: str | None) -> tuple[Bucket, ...]:
    """What a dead one-time link counts against; apart from sign-ins, which nobody can keep from working with links."""
    found = [Bucket(key=_key("link\0tenant"), limit=limits.tenant)]
    network = _network(ip)
    if network is not None:
        found.append(Bucket(key=_key(f"link\0network\0{network}"), limit=limits.network))
    return tuple(found)


def new_password_bucket(limits: Limits, user_id: str) -> Bucket:
    """What counts the new passwords of somebody who has shown the old one; who has not does not get at it."""
    return Bucket(key=_key(f"new password\0{user_id}"), limit=limits.account)


def _network(ip: str | None) -> str | None:
    """The address, or the /64 of an IPv6 one; an IPv4 address written as IPv6 is the IPv4 one."""
    try:
        address = ip_address(ip or "")
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{int(address) >> (128 - IPV6_PREFIX):x}::/{IPV6_PREFIX}"


def _key(text: str) -> bytes:
    return hashlib.sha256(f"sign-in\0{text}".encode("utf-8", "surrogatepass")).digest()
