"""Where a tenant's issuer stands: `{auth_url}/t/{tenant}`, or a domain of its own (RFC 8414 §2).

A domain of its own has the scheme and the port of the Auth Plane. The identifier is one of the two, never both: it is
what tokens and documents say, wherever a request came in.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from opentrusty_core.domain.tenant import Tenant, is_tenant_name

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})+")
_ADDRESS = re.compile(r".*\.[0-9]+")


def is_domain(text: str) -> bool:
    """Whether it is a host name of two labels or more, in lower case and ASCII: `xn--…` for other letters."""
    return _DOMAIN.fullmatch(text) is not None and not _ADDRESS.fullmatch(text)


def issuer_of(auth_url: str, tenant: Tenant) -> str:
    """The issuer identifier of a tenant."""
    return issuer_named(auth_url, tenant.name) if tenant.domain is None else issuer_at(auth_url, tenant.domain)


def issuer_named(auth_url: str, tenant_name: str) -> str:
    """The issuer identifier of a tenant without a domain of its own."""
    return f"{auth_url}/t/{tenant_name}"


def issuer_at(auth_url: str, domain: str) -> str:
    """The issuer identifier of the tenant whose own domain this is, and its web origin."""
    parts = urlsplit(auth_url)
    return f"{parts.scheme}://{domain}" if parts.port is None else f"{parts.scheme}://{domain}:{parts.port}"


def tenant_named_by(auth_url: str, issuer: str) -> str | None:
    """The name of the tenant whose issuer identifier this could be; None where it is none of that form."""
    name = issuer.removeprefix(f"{auth_url}/t/")
    return name if is_tenant_name(name) and issuer_named(auth_url, name) == issuer else None


def domain_named_by(auth_url: str, issuer: str) -> str | None:
    """The domain whose issuer identifier this could be; None where it is none of that form."""
    before, _, after = issuer_at(auth_url, "|").partition("|")
    domain = issuer.removeprefix(before).removesuffix(after)
    return domain if is_domain(domain) and issuer_at(auth_url, domain) == issuer else None
