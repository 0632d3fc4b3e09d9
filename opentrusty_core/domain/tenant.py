"""Tenants: isolated issuers, each with its own users, clients, keys and settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from opentrusty_core.domain.audit import ActorKind
from opentrusty_core.domain.throttle import Rate

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class TenantStatus(StrEnum):
    """Whether a tenant serves its people: only an active one does.

    One that is deleted is `deleting` until its grace is over and can be restored, then `erasing` until nothing is left
    of it.
    """

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETING = "deleting"
    ERASING = "erasing"


class TenantSort(StrEnum):
    """What a list of tenants may be sorted by."""

    NAME = "name"
    CREATED_AT = "created_at"


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
    """Which new passwords are taken: long ones that a guesser would not try early (NIST SP 800-63B-4 §3.1.1.2)."""

    min_length: int = 15
    refuse_common: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Branding:
    """How the tenant's pages look and where they lead: `primary_color` is `#rrggbb`, the URIs are https.

    The pages derive readable shades of any colour by themselves; `logo_dark_uri` is the logo on dark pages.
    """

    logo_uri: str | None = None
    logo_dark_uri: str | None = None
    primary_color: str | None = None
    support_uri: str | None = None
    tos_uri: str | None = None
    policy_uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttling:
    """How often passwords may be guessed: for an account, from a network, in the whole tenant; None is the
    deployment's own rate.
    """

    account: Rate | None = None
    network: Rate | None = None
    tenant: Rate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """What a tenant's owner configures.

    `default_locale` is the language of pages for those whose browser asks for none that there is. `allowed_scopes` and
    `allowed_resources` (identifiers) bound what clients can be registered for and what they are issued; None is all
    that the tenant has. Audit events are kept for `audit_days` days; None is the deployment's own number.
    """

    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    password_policy: PasswordPolicy = field(default_factory=PasswordPolicy)
    throttling: Throttling = field(default_factory=Throttling)
    branding: Branding = field(default_factory=Branding)
    default_locale: str | None = None
    allowed_scopes: tuple[str, ...] | None = None
    allowed_resources: tuple[str, ...] | None = None
    audit_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """That somebody deleted a tenant: when and who, which status a restoration gives back, and how many records of each
    kind have been erased.
    """

    asked_at: datetime
    actor_kind: ActorKind
    actor_id: str | None
    restores: TenantStatus
    erased: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """An isolated issuer; `name` stands in URLs and never changes, `version` grows with each update.

    `domain` is where its own issuer stands, `pending_domain` one that it asked for. A tenant that is deleted has a
    `deletion`, and from `delete_at` on no way back.
    """

    id: str
    name: str
    display_name: str
    status: TenantStatus = TenantStatus.ACTIVE
    settings: TenantSettings = field(default_factory=TenantSettings)
    created_at: datetime
    updated_at: datetime
    version: int = 1
    domain: str | None = None
    pending_domain: str | None = None
    delete_at: datetime | None = None
    deletion: Deletion | None = None

    @property
    def is_active(self) -> bool:
        """Whether it serves its people."""
        return self.status is TenantStatus.ACTIVE

    @property
    def is_ending(self) -> bool:
        """Whether it was deleted, be it that it can still be restored."""
        return self.status in {TenantStatus.DELETING, TenantStatus.ERASING}


def is_tenant_name(text: str) -> bool:
    """Whether it can stand in a URL and in a host name as the name of a tenant."""
    return _NAME.fullmatch(text) is not None


def name_problems(name: str) -> dict[str, str]:
    """What keeps the name from standing in a URL and in a host name."""
    if is_tenant_name(name):
        return {}
    return {"name": "Use 1 to 63 lower-case letters, digits and hyphens, not starting or ending with a hyphen."}
