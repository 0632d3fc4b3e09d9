"""Domain records as the JSON-ready data that `-o json` prints: stable names, times in ISO 8601, durations in seconds.

No secret and no hash of one is ever among them.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.client import Client, ClientSecret
from opentrusty_core.domain.client_kind import kind_of
from opentrusty_core.domain.custom_role import CustomRole
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.group import Group, Member
from opentrusty_core.domain.one_time_link import OneTimeLink
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.role import Assignment, Role
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.settings_document import document_of
from opentrusty_core.domain.signing_key import SigningKey
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.user import User
from opentrusty_core.storage import HeldGrant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from opentrusty_core.management import NamedAccess, SystemHealth

Data = dict[str, object]


def time(value: datetime | None) -> str | None:
    """As `2026-01-31T12:00:00Z`, to the second."""
    return None if value is None else value.isoformat(timespec="seconds").replace("+00:00", "Z")


def seconds(value: timedelta | None) -> int | None:
    """Whole seconds."""
    return None if value is None else int(value.total_seconds())


def of_tenant(tenant: Tenant, issuer: str | None = None) -> Data:
    """A tenant, with its issuer where that is given."""
    return {
        "id": tenant.id,
        "name": tenant.name,
        "display_name": tenant.display_name,
        "status": tenant.status.value,
        **({"issuer": issuer} if issuer else {}),
        "domain": tenant.domain,
        "pending_domain": tenant.pending_domain,
        "settings": document_of(tenant.settings),
        "created_at": time(tenant.created_at),
        "updated_at": time(tenant.updated_at),
        "version": tenant.version,
        "delete_at": time(tenant.delete_at),
    }


def of_user(user: User) -> Data:
    """A user."""
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "email_verified": user.email_verified,
        "status": user.status.value,
        "claims": dict(user.claims),
        "created_at": time(user.created_at),
        "updated_at": time(user.updated_at),
        "version": user.version,
    }


def of_link(link: OneTimeLink) -> Data:
    """A one-time link without its secret, which nobody knows."""
    return {
        "kind": link.kind.value,
        "sent_to": link.sent_to,
        "client_id": link.client_id,
        "created_at": time(link.created_at),
        "expires_at": time(link.expires_at),
    }


def of_client(client: Client) -> Data:
    """A client under the names of RFC 7591; of its secrets only when they were made and end."""
    return {
        "client_id": client.client_id,
        "client_name": client.client_name,
        "kind": kind_of(client).value,
        "status": client.status.value,
        "application_type": client.application_type.value,
        "token_endpoint_auth_method": client.token_endpoint_auth_method.value,
        "grant_types": [grant.value for grant in client.grant_types],
        "response_types": list(client.response_types),
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "allowed_origins": list(client.allowed_origins),
        "scope": " ".join(client.scope),
        "require_pkce": client.require_pkce,
        "skip_consent": client.skip_consent,
        "resource_identifiers": list(client.resource_identifiers),
        "access_token_format": client.access_token_format.value,
        "access_token_signed_response_alg": client.access_token_signed_response_alg,
        "access_token_lifetime": seconds(client.access_token_lifetime),
        "id_token_signed_response_alg": client.id_token_signed_response_alg,
        "id_token_lifetime": seconds(client.id_token_lifetime),
        "refresh_token_idle_lifetime": seconds(client.refresh_token_idle_lifetime),
        "refresh_token_lifetime": seconds(client.refresh_token_lifetime),
        "default_max_age": client.default_max_age,
        "require_auth_time": client.require_auth_time,
        "client_uri": client.client_uri,
        "logo_uri": client.logo_uri,
        "policy_uri": client.policy_uri,
        "tos_uri": client.tos_uri,
        "contacts": list(client.contacts),
        "translations": dict(client.translations),
        "software_id": client.software_id,
        "software_version": client.software_version,
        "description": client.description,
        "tags": list(client.tags),
        "secrets": [of_secret(secret) for secret in client.secrets],
        "created_at": time(client.created_at),
        "updated_at": time(client.updated_at),
        "version": client.version,
    }


def of_secret(secret: ClientSecret) -> Data:
    """A client's secret, by its id: the secret itself is known to nobody."""
    return {"id": secret.id, "created_at": time(secret.created_at), "expires_at": time(secret.expires_at)}


def of_held_grant(held: HeldGrant) -> Data:
    """A grant, and who gave it."""
    grant, user = held.grant, held.user
    return {
        "id": grant.id,
        "client_id": grant.client_id,
        "user_id": grant.user_id,
        "username": user.username if user else None,
        "scope": " ".join(grant.scope),
        "offline": grant.is_offline,
        "session_id": grant.session_id,
        "auth_time": time(grant.auth_time),
        "created_at": time(grant.created_at),
        "expires_at": time(grant.expires_at),
    }


def of_resource(resource: Resource) -> Data:
    """A resource."""
    return {"identifier": resource.identifier, "name": resource.name, "scopes": dict(resource.scopes)}


def of_key(key: SigningKey) -> Data:
    """A signing key, its public half only."""
    return {
        "kid": key.kid,
        "alg": key.alg,
        "status": key.status.value,
        "created_at": time(key.created_at),
        "activates_at": time(key.activates_at),
        "activated_at": time(key.activated_at),
        "retiring_at": time(key.retiring_at),
        "retired_at": time(key.retired_at),
        "public_jwk": json.loads(key.public_jwk),
    }


def of_role(role: Role | CustomRole) -> Data:
    """A role; only a tenant's own has a version."""
    own = role if isinstance(role, CustomRole) else None
    shown = role.role if isinstance(role, CustomRole) else role
    return {
        "name": shown.name,
        "scope": shown.scope.value,
        "description": shown.description,
        "permissions": sorted(permission.value for permission in shown.permissions),
        "version": None if own is None else own.version,
    }


def of_group(group: Group) -> Data:
    """A group."""
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "created_at": time(group.created_at),
        "updated_at": time(group.updated_at),
        "version": group.version,
    }


def of_member(member: Member) -> Data:
    """A member of a group."""
    return {
        "id": member.user.id,
        "username": member.user.username,
        "email": member.user.email,
        "status": member.user.status.value,
        "joined_at": time(member.joined_at),
    }


def of_access(named: NamedAccess) -> Data:
    """A declared access."""
    access = named.access
    return {
        "id": access.id,
        "tenant": named.tenant_name,
        "home": named.home_name,
        "kind": access.principal.kind.value,
        "principal_id": access.principal.id,
        "principal_name": named.principal_name,
        "reason": access.reason,
        "declared_at": time(access.declared_at),
        "expires_at": time(access.expires_at),
    }


def of_assignment(assignment: Assignment) -> Data:
    """Who holds a role."""
    return {
        "role": assignment.role,
        "tenant_id": assignment.tenant_id,
        "kind": assignment.principal.kind.value,
        "id": assignment.principal.id,
        "assigned_at": time(assignment.assigned_at),
    }


def of_consent(consent: Consent) -> Data:
    """What a user allowed a client."""
    return {
        "client_id": consent.client_id,
        "scope": " ".join(sorted(consent.scope)),
        "claims": sorted(consent.claims),
        "granted_at": time(consent.granted_at),
    }


def of_session(session: Session) -> Data:
    """A session."""
    return {
        "id": session.id,
        "user_id": session.user_id,
        "auth_time": time(session.auth_time),
        "amr": list(session.amr),
        "acr": session.acr,
        "ip": session.ip,
        "user_agent": session.user_agent,
        "created_at": time(session.created_at),
        "last_seen_at": time(session.last_seen_at),
        "expires_at": time(min(session.expires_at, session.idle_expires_at)),
        "ended_at": time(session.ended_at),
    }


def of_event(event: AuditEvent) -> Data:
    """An audit event."""
    return {
        "id": event.id,
        "at": time(event.at),
        "type": event.type.value,
        "outcome": event.outcome.value,
        "actor_kind": event.actor_kind.value,
        "actor_id": event.actor_id,
        "target": event.target,
        "client_id": event.client_id,
        "reason": event.reason,
        "ip": event.origin.ip,
        "user_agent": event.origin.user_agent,
        "request_id": event.origin.request_id,
        "details": dict(event.details),
    }


def of_health(health: SystemHealth) -> Data:
    """The health of a deployment; latency and clock offset in milliseconds."""
    run, keys = health.last_maintenance, health.keys
    return {
        "status": "ok" if health.is_fine else "warning",
        "version": health.version,
        "at": time(health.at),
        "checks": {check.name: check.finding for check in health.checks},
        "failing": [check.name for check in health.checks if not check.is_fine],
        "schema": health.schema,
        "latency": round(health.latency.total_seconds() * 1000, 3),
        "clock_offset": None if health.clock_offset is None else round(health.clock_offset.total_seconds() * 1000),
        "master_key_id": health.master_key_id,
        "keys": {
            "announced": keys.announced,
            "active": keys.active,
            "retiring": keys.retiring,
            "oldest_active_at": time(keys.oldest_active_at),
            "next_rotation_at": time(health.next_rotation_at),
        },
        "last_maintenance": None if run is None else time(run.ended_at),
        "audit_sealed_until": time(health.audit_sealed_until),
        "backlog": dict(health.backlog),
    }
