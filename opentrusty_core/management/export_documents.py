"""Records as an export writes them: stable names, moments in RFC 3339, durations in seconds; no hash and no handle."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from opentrusty_core.crypto.passwords import identify
from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.grant import Consent, Grant
from opentrusty_core.domain.group import Group
from opentrusty_core.domain.one_time_link import OneTimeLink
from opentrusty_core.domain.role import Assignment
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.user import PasswordCredential, User

Data = dict[str, Any]


def moment(value: datetime | None) -> str | None:
    """As `2026-01-31T12:00:00.123456Z`."""
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def of_user(user: User) -> Data:
    """A user, in the names that an import reads (see `import_fields`)."""
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "email_verified": user.email_verified,
        "status": user.status.value,
        "claims": dict(user.claims),
        "created_at": moment(user.created_at),
        "updated_at": moment(user.updated_at),
        "version": user.version,
    }


def of_password(password: PasswordCredential) -> Data:
    """That there is a password, and how it is kept."""
    return {
        "kind": identify(password.encoded),
        "changed_at": moment(password.changed_at),
        "must_change": password.must_change,
    }


def of_link(link: OneTimeLink) -> Data:
    """A link that waits to be used."""
    return {"kind": link.kind.value, "created_at": moment(link.created_at), "expires_at": moment(link.expires_at)}


def of_assignment(assignment: Assignment) -> Data:
    """A role that is held."""
    return {"role": assignment.role, "assigned_at": moment(assignment.assigned_at)}


def of_group(group: Group) -> Data:
    """A group of which somebody is a member."""
    return {"id": group.id, "name": group.name}


def of_session(session: Session) -> Data:
    """A signed-in browser."""
    return {
        "id": session.id,
        "auth_time": moment(session.auth_time),
        "amr": list(session.amr),
        "acr": session.acr,
        "ip": session.ip,
        "user_agent": session.user_agent,
        "created_at": moment(session.created_at),
        "last_seen_at": moment(session.last_seen_at),
        "expires_at": moment(min(session.expires_at, session.idle_expires_at)),
    }


def of_consent(consent: Consent) -> Data:
    """What is remembered to be allowed."""
    return {
        "client_id": consent.client_id,
        "scope": " ".join(sorted(consent.scope)),
        "claims": sorted(consent.claims),
        "granted_at": moment(consent.granted_at),
    }


def of_grant(grant: Grant) -> Data:
    """What a client may do now."""
    return {
        "id": grant.id,
        "client_id": grant.client_id,
        "session_id": grant.session_id,
        "scope": " ".join(grant.scope),
        "created_at": moment(grant.created_at),
        "expires_at": moment(grant.expires_at),
    }


def of_event(event: AuditEvent, user_id: str) -> Data:
    """An event of a user's; of one that somebody else caused, neither who nor from where."""
    own = event.actor_id == user_id
    return {
        "id": event.id,
        "at": moment(event.at),
        "type": event.type.value,
        "outcome": event.outcome.value,
        "actor_kind": event.actor_kind.value,
        "by_user": own,
        "client_id": event.client_id,
        "reason": event.reason,
        "ip": event.origin.ip if own else None,
        "user_agent": event.origin.user_agent if own else None,
        "details": dict(event.details) if own else {},
    }
