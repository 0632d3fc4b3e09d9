"""Audit events: who did what to what, from where, when, and how it ended. Append-only; never a secret, never a
token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AuditType(StrEnum):
    """What happened; the part before the dot names the noun."""

    SIGN_IN = "session.started"
    SIGN_OUT = "session.ended"
    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    CODE_ISSUED = "code.issued"
    TOKEN_ISSUED = "token.issued"  # noqa: S105 - an event's name
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - an event's name
    TOKEN_PREVIEWED = "token.previewed"  # noqa: S105 - an event's name
    TOKEN_REFUSED = "token.refused"  # noqa: S105 - an event's name
    AUTHORIZATION_REFUSED = "authorization.refused"
    REQUEST_REFUSED = "request.refused"
    GRANT_REVOKED = "grant.revoked"
    TENANT_CREATED = "tenant.created"
    TENANT_UPDATED = "tenant.updated"
    TENANT_DELETED = "tenant.deleted"
    TENANT_RESTORED = "tenant.restored"
    TENANT_ERASED = "tenant.erased"
    DOMAIN_ASKED = "domain.asked"
    DOMAIN_APPROVED = "domain.approved"
    DOMAIN_REMOVED = "domain.removed"
    USER_CREATED = "user.created"
    USERS_IMPORTED = "user.imported"
    USERS_EXPORTED = "user.exported"
    USERS_CHANGED = "user.changed_in_bulk"
    USER_UPDATED = "user.updated"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_DELETED = "user.deleted"
    PASSWORD_SET = "password.set"  # noqa: S105 - an event's name
    PASSWORD_REHASHED = "password.rehashed"  # noqa: S105 - an event's name
    LINK_MADE = "link.made"
    LINK_USED = "link.used"
    LINK_WITHDRAWN = "link.withdrawn"
    LINK_REFUSED = "link.refused"
    USER_UNLOCKED = "user.unlocked"
    CLIENT_CREATED = "client.created"
    CLIENT_UPDATED = "client.updated"
    CLIENT_DELETED = "client.deleted"
    CLIENT_SECRET_ROTATED = "client.secret_rotated"  # noqa: S105 - an event's name
    CLIENT_SECRET_ADDED = "client.secret_added"  # noqa: S105 - an event's name
    CLIENT_SECRET_ENDED = "client.secret_ended"  # noqa: S105 - an event's name
    CLIENT_GRANTS_REVOKED = "client.grants_revoked"
    RESOURCE_SAVED = "resource.saved"
    RESOURCE_DELETED = "resource.deleted"
    KEY_ANNOUNCED = "key.announced"
    KEY_CHANGED = "key.changed"
    ROLE_ASSIGNED = "role.assigned"
    ROLE_REVOKED = "role.revoked"
    ROLE_CREATED = "role.created"
    ROLE_UPDATED = "role.updated"
    ROLE_DELETED = "role.deleted"
    GROUP_CREATED = "group.created"
    GROUP_UPDATED = "group.updated"
    GROUP_DELETED = "group.deleted"
    GROUP_JOINED = "group.joined"
    GROUP_LEFT = "group.left"
    ACCESS_DECLARED = "access.declared"
    ACCESS_ENDED = "access.ended"
    SEAL_BEGUN = "seal.begun"
    SEAL_RENEWED = "seal.renewed"
    AUDIT_EXPORTED = "audit.exported"
    AUDIT_EXPIRED = "audit.expired"
    AUDIT_ACCEPTED = "audit.accepted"


class Outcome(StrEnum):
    """How it ended."""

    SUCCESS = "success"
    FAILURE = "failure"


class ActorKind(StrEnum):
    """What kind of actor did it."""

    SYSTEM = "system"
    USER = "user"
    CLIENT = "client"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request came from, as every event of it records."""

    ip: str | None = None
    user_agent: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One line of the audit; `target` is an id whose kind `type` tells, `reason` a short fixed word for failures."""

    id: str
    at: datetime
    type: AuditType
    outcome: Outcome = Outcome.SUCCESS
    actor_kind: ActorKind = ActorKind.SYSTEM
    actor_id: str | None = None
    target: str | None = None
    client_id: str | None = None
    reason: str | None = None
    origin: Origin = field(default_factory=Origin)
    details: Mapping[str, object] = field(default_factory=dict)
