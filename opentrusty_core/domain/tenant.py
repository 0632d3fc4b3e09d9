"""Tenants: isolated issuers, each with its own users, clients, keys and settings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from opentrusty_core.errors import Invalid

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class TenantStatus(StrEnum):
    """Whether a tenant serves its people."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """How long each artefact lives in a tenant, unless a client says otherwise."""

    code: timedelta = timedelta(seconds=60)
    access_token: timedelta = timedelta(minutes=10)
    id_token: timedelta = timedelta(minutes=10)
    refresh_token_idle: timedelta = timedelta(days=30)
    refresh_token: timedelta = timedelta(days=90)
    refresh_token_grace: timedelta = timedelta(seconds=60)
    session_idle: timedelta = timedelta(hours=1)
    session: timedelta = timedelta(hours=24)
    interaction: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPolicy:
    """Length is the only rule (NIST SP 800-63B-4 §3.1.1.2)."""

    min_length: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Branding:
    """How the tenant's pages look; `primary_color` is `#rrggbb`, `logo_uri` https."""

    logo_uri: str | None = None
    primary_color: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """What a tenant's owner configures."""

    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    password_policy: PasswordPolicy = field(default_factory=PasswordPolicy)
    branding: Branding = field(default_factory=Branding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """An isolated issuer; `name` stands in URLs and never changes, `version` grows with each update."""

    id: str
    name: str
    display_name: str
    status: TenantStatus = TenantStatus.ACTIVE
    settings: TenantSettings = field(default_factory=TenantSettings)
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def is_active(self) -> bool:
        """Whether it serves its people."""
        return self.status is TenantStatus.ACTIVE


def issuer_of(auth_url: str, tenant_name: str) -> str:
    """The issuer identifier of a tenant (RFC 8414 §2): `{auth_url}/t/{name}`."""
    return f"{auth_url}/t/{tenant_name}"


def validated_name(name: str) -> str:
    """The name, if it can stand in a URL and in a host name.

    Raises:
        Invalid: it is not 1 to 63 lower-case letters, digits and inner hyphens.
    """
    if not _NAME.fullmatch(name):
        raise Invalid(
            {"name": "Use 1 to 63 lower-case letters, digits and hyphens, not starting or ending with a hyphen."}
        )
    return name
