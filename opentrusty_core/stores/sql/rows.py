"""The records of the tables. The names are those that queries use: `{{grant:g}}`."""

from __future__ import annotations

from opentrusty_core.domain.attempt import Attempt
from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.code import AuthorizationCode
from opentrusty_core.domain.custom_role import CustomRole
from opentrusty_core.domain.declared_access import DeclaredAccess
from opentrusty_core.domain.grant import Consent, Grant
from opentrusty_core.domain.group import Group, Membership
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.one_time_link import OneTimeLink
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.role import Assignment
from opentrusty_core.domain.seal import Head, Segment
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.signing_key import SigningKey
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.token import AccessToken, RefreshToken
from opentrusty_core.domain.user import PasswordCredential, User
from opentrusty_core.stores.sql.codec import Params, Record

TENANT = Record("tenant", Tenant, "id name status created_at updated_at version domain pending_domain delete_at")
USER = Record("user", User, "id username email email_verified status created_at updated_at version")
PASSWORD = Record("password", PasswordCredential, "user_id encoded changed_at must_change")
LINK = Record("link", OneTimeLink, "user_id hash id kind created_at expires_at")
ATTEMPT = Record("attempt", Attempt, "key_hash id request_hash claimed_at expires_at sealed_answer")
CONSENT = Record("consent", Consent, "user_id client_id granted_at")
CLIENT = Record("client", Client, "client_id status created_at updated_at version")
RESOURCE = Record("resource", Resource, "identifier name version")
SIGNING_KEY = Record(
    "signing_key",
    SigningKey,
    "kid alg status public_jwk sealed_private created_at activates_at activated_at retiring_at retired_at",
)
ASSIGNMENT = Record("assignment", Assignment, "tenant_id principal.kind principal.id role assigned_at")
ROLE = Record("role", CustomRole, "name description permission_names created_at updated_at version")
GROUP = Record("group", Group, "id name description created_at updated_at version")
MEMBERSHIP = Record("membership", Membership, "group_id user_id joined_at")
DECLARED_ACCESS = Record(
    "declared_access",
    DeclaredAccess,
    "tenant_id id home_id principal.kind principal.id reason declared_at expires_at ended_at",
)
SESSION = Record(
    "session",
    Session,
    "id user_id handle_hash browser_hash created_at last_seen_at idle_expires_at expires_at ended_at",
)
INTERACTION = Record(
    "interaction",
    Interaction,
    "hash browser_hash account_selected consent_given proved_user_id proved_at created_at expires_at",
)
GRANT = Record("grant", Grant, "id user_id client_id session_id scope created_at expires_at revoked_at")
CODE = Record(
    "code",
    AuthorizationCode,
    "hash grant_id client_id redirect_uri code_challenge nonce created_at expires_at redeemed_at",
)
REFRESH_TOKEN = Record(
    "refresh_token",
    RefreshToken,
    "id grant_id client_id generation rotated_at created_at idle_expires_at expires_at",
)
ACCESS_TOKEN = Record("access_token", AccessToken, "hash id client_id grant_id scope created_at expires_at")
EVENT = Record("event", AuditEvent, "id at type outcome actor_id target client_id", lifted={"ip": "origin"})
HEAD = Record("head", Head, "number first_number last_id chain reached_at mac")
SEGMENT = Record(
    "segment",
    Segment,
    "first_id last_id number first_at last_at sealed_at chain_before chain_after mac terms event_ids digests late",
)

RECORDS = {
    record.name: record
    for record in (
        TENANT,
        USER,
        PASSWORD,
        LINK,
        ATTEMPT,
        CONSENT,
        CLIENT,
        RESOURCE,
        SIGNING_KEY,
        ASSIGNMENT,
        ROLE,
        GROUP,
        MEMBERSHIP,
        DECLARED_ACCESS,
        SESSION,
        INTERACTION,
        GRANT,
        CODE,
        REFRESH_TOKEN,
        ACCESS_TOKEN,
        EVENT,
        HEAD,
        SEGMENT,
    )
}


def event_params(event: AuditEvent) -> Params:
    """The parameters of an event. It is always written down: what a text column cannot hold is replaced."""
    params = EVENT.params(event)
    for name in ("event_actor_id", "event_target", "event_client_id", "event_ip"):
        if params[name] is not None:
            params[name] = storable(params[name])
    return params


def storable(text: str) -> str:
    """The text without what PostgreSQL's text type cannot hold: NUL and lone surrogates become U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
