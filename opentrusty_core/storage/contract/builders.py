"""Valid records with sensible defaults: a runtime gives time, ids and bytes, `changes` what should differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import shake_256
from typing import Any

from opentrusty_core.domain.attempt import Attempt
from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.authorization_request import AuthorizationRequest
from opentrusty_core.domain.client import Client, ClientSecret, GrantType
from opentrusty_core.domain.code import AuthorizationCode
from opentrusty_core.domain.custom_role import CustomRole
from opentrusty_core.domain.declared_access import DeclaredAccess
from opentrusty_core.domain.grant import Consent, Grant
from opentrusty_core.domain.group import Group
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.one_time_link import LinkKind, OneTimeLink
from opentrusty_core.domain.pkce import challenge_of
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.role import Assignment
from opentrusty_core.domain.seal import LINK_BYTES, ORIGIN, Head, Segment, linked, term
from opentrusty_core.domain.session import ACR_PASSWORD, Session
from opentrusty_core.domain.signing_key import KeyStatus, SigningKey
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.throttle import Bucket, Limit
from opentrusty_core.domain.token import AccessToken, RefreshToken
from opentrusty_core.domain.user import PasswordCredential, User
from opentrusty_core.runtime import Runtime, format_id

CODE_VERIFIER = "a-verifier-that-only-the-tests-of-this-suite-know"
CODE_CHALLENGE = challenge_of(CODE_VERIFIER)
REDIRECT_URI = "https://app.example/callback"


class StillRuntime:
    """A `Runtime` whose clock stands still until `advance`, and whose ids, in order, and bytes are counted out."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, 12, tzinfo=UTC), seed: str = "contract") -> None:
        self._now = start
        self._seed = seed
        self._count = 0

    def advance(self, delta: timedelta) -> None:
        """Move the clock."""
        self._now += delta

    def now(self) -> datetime:
        """See `Runtime.now`."""
        return self._now

    def monotonic(self) -> float:
        """See `Runtime.monotonic`."""
        return self._now.timestamp()

    def new_id(self) -> str:
        """See `Runtime.new_id`."""
        noise = self.token_bytes(6)
        return format_id(int(self._now.timestamp() * 1000), self._count.to_bytes(4) + noise)

    def token_bytes(self, size: int) -> bytes:
        """See `Runtime.token_bytes`."""
        self._count += 1
        return shake_256(f"{self._seed} {self._count}".encode()).digest(size)


def an_event(runtime: Runtime, **changes: Any) -> AuditEvent:
    """An audit event of now."""
    return replace(AuditEvent(id=runtime.new_id(), at=runtime.now(), type=AuditType.USER_UPDATED), **changes)


def a_tenant(runtime: Runtime, **changes: Any) -> Tenant:
    """An active tenant with a name of its own."""
    now, id_ = runtime.now(), runtime.new_id()
    return replace(
        Tenant(id=id_, name=f"tenant-{id_}", display_name="A tenant", created_at=now, updated_at=now), **changes
    )


def a_user(runtime: Runtime, **changes: Any) -> User:
    """An active user with a name and a verified email of their own."""
    now, id_ = runtime.now(), runtime.new_id()
    user = User(
        id=id_,
        username=f"user-{id_}",
        email=f"{id_}@example.org",
        email_verified=True,
        created_at=now,
        updated_at=now,
    )
    return replace(user, **changes)


def a_password(runtime: Runtime, user_id: str, **changes: Any) -> PasswordCredential:
    """A credential; its encoded form looks like argon2's and matches nothing."""
    encoded = f"$argon2id$v=19$m=19456,t=2,p=1${runtime.token_bytes(16).hex()}${runtime.token_bytes(32).hex()}"
    return replace(PasswordCredential(user_id=user_id, encoded=encoded, changed_at=runtime.now()), **changes)


def a_link(runtime: Runtime, user_id: str, **changes: Any) -> OneTimeLink:
    """An invitation of seven days."""
    now = runtime.now()
    link = OneTimeLink(
        hash=runtime.token_bytes(32),
        id=runtime.new_id(),
        kind=LinkKind.INVITATION,
        user_id=user_id,
        created_at=now,
        expires_at=now + timedelta(days=7),
    )
    return replace(link, **changes)


def an_attempt(runtime: Runtime, **changes: Any) -> Attempt:
    """An attempt that nobody has answered."""
    now = runtime.now()
    attempt = Attempt(
        key_hash=runtime.token_bytes(32),
        id=runtime.new_id(),
        request_hash=runtime.token_bytes(32),
        claimed_at=now,
        expires_at=now + timedelta(days=1),
    )
    return replace(attempt, **changes)


def a_client(runtime: Runtime, **changes: Any) -> Client:
    """A confidential web client for the code and refresh grants."""
    now, client_id = runtime.now(), runtime.new_id()
    client = Client(
        client_id=client_id,
        client_name="An application",
        secrets=(ClientSecret(hash=runtime.token_bytes(32), created_at=now),),
        grant_types=(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
        redirect_uris=(REDIRECT_URI,),
        created_at=now,
        updated_at=now,
    )
    return replace(client, **changes)


def a_resource(runtime: Runtime, **changes: Any) -> Resource:
    """An API with two scopes of its own."""
    id_ = runtime.new_id()
    scopes = {f"{id_}:read": "Read it", f"{id_}:write": "Change it"}
    return replace(Resource(identifier=f"https://api.example/{id_}", name="An API", scopes=scopes), **changes)


def a_signing_key(runtime: Runtime, **changes: Any) -> SigningKey:
    """An announced ES256 key; its halves are not real."""
    now = runtime.now()
    key = SigningKey(
        kid=runtime.new_id(),
        alg="ES256",
        status=KeyStatus.ANNOUNCED,
        public_jwk='{"kty":"EC"}',
        sealed_private=runtime.token_bytes(48),
        created_at=now,
        activates_at=now + timedelta(hours=1),
    )
    return replace(key, **changes)


def an_assignment(runtime: Runtime, tenant_id: str, principal: Principal, **changes: Any) -> Assignment:
    """A user of the tenant as its administrator."""
    assignment = Assignment(tenant_id=tenant_id, principal=principal, role="tenant_admin", assigned_at=runtime.now())
    return replace(assignment, **changes)


def a_custom_role(runtime: Runtime, **changes: Any) -> CustomRole:
    """A tenant's own role that reads users."""
    now = runtime.now()
    role = CustomRole(name=f"role-{runtime.new_id()}", permission_names=("user:read",), created_at=now, updated_at=now)
    return replace(role, **changes)


def a_group(runtime: Runtime, **changes: Any) -> Group:
    """A group with a name of its own."""
    id_, now = runtime.new_id(), runtime.now()
    return replace(Group(id=id_, name=f"Group {id_}", created_at=now, updated_at=now), **changes)


def a_declared_access(
    runtime: Runtime, tenant_id: str, home_id: str, principal: Principal, **changes: Any
) -> DeclaredAccess:
    """An access of an hour to a tenant."""
    access = DeclaredAccess(
        id=runtime.new_id(),
        tenant_id=tenant_id,
        home_id=home_id,
        principal=principal,
        reason="Ticket 4711 – the owner asks for help",
        declared_at=runtime.now(),
        expires_at=runtime.now() + timedelta(hours=1),
    )
    return replace(access, **changes)


def a_session(runtime: Runtime, user_id: str, **changes: Any) -> Session:
    """A session that began just now: an hour idle, a day at most."""
    now = runtime.now()
    session = Session(
        id=runtime.new_id(),
        user_id=user_id,
        handle_hash=runtime.token_bytes(32),
        browser_hash=runtime.token_bytes(32),
        auth_time=now,
        amr=("pwd",),
        acr=ACR_PASSWORD,
        created_at=now,
        last_seen_at=now,
        idle_expires_at=now + timedelta(hours=1),
        expires_at=now + timedelta(hours=24),
    )
    return replace(session, **changes)


def an_authorization_request(client_id: str, **changes: Any) -> AuthorizationRequest:
    """A request for a code with PKCE."""
    request = AuthorizationRequest(
        client_id=client_id,
        redirect_uri=REDIRECT_URI,
        scope=("openid",),
        state="a state",
        nonce="a nonce",
        code_challenge=CODE_CHALLENGE,
    )
    return replace(request, **changes)


def an_interaction(runtime: Runtime, client_id: str, **changes: Any) -> Interaction:
    """A request that waits for its person, half an hour at most."""
    now = runtime.now()
    interaction = Interaction(
        hash=runtime.token_bytes(32),
        browser_hash=runtime.token_bytes(32),
        request=an_authorization_request(client_id),
        created_at=now,
        expires_at=now + timedelta(minutes=30),
    )
    return replace(interaction, **changes)


def a_consent(runtime: Runtime, user_id: str, client_id: str, **changes: Any) -> Consent:
    """What the user allowed the client just now."""
    consent = Consent(
        user_id=user_id, client_id=client_id, scope=frozenset({"openid", "email"}), granted_at=runtime.now()
    )
    return replace(consent, **changes)


def a_grant(runtime: Runtime, session: Session, client_id: str, **changes: Any) -> Grant:
    """A grant of the session's user whose code was not redeemed yet."""
    now = runtime.now()
    grant = Grant(
        id=runtime.new_id(),
        user_id=session.user_id,
        client_id=client_id,
        session_id=session.id,
        scope=("openid", "email"),
        auth_time=session.auth_time,
        acr=session.acr,
        amr=session.amr,
        created_at=now,
        expires_at=now + timedelta(seconds=60),
    )
    return replace(grant, **changes)


def a_code(runtime: Runtime, grant: Grant, **changes: Any) -> AuthorizationCode:
    """The unspent code of a grant, bound to `REDIRECT_URI` and `CODE_CHALLENGE`."""
    code = AuthorizationCode(
        hash=runtime.token_bytes(32),
        grant_id=grant.id,
        client_id=grant.client_id,
        redirect_uri=REDIRECT_URI,
        code_challenge=CODE_CHALLENGE,
        nonce="a nonce",
        created_at=runtime.now(),
        expires_at=runtime.now() + timedelta(seconds=60),
    )
    return replace(code, **changes)


def a_refresh_token(runtime: Runtime, client_id: str, **changes: Any) -> RefreshToken:
    """A fresh refresh token, 30 days idle and 90 at most, whose grant the store fills in."""
    now = runtime.now()
    token = RefreshToken(
        id=runtime.new_id(),
        grant_id="",
        client_id=client_id,
        created_at=now,
        idle_expires_at=now + timedelta(days=30),
        expires_at=now + timedelta(days=90),
    )
    return replace(token, **changes)


def an_access_token(runtime: Runtime, client_id: str, grant: Grant | None = None, **changes: Any) -> AccessToken:
    """An opaque access token of ten minutes; without a grant it is the client's own."""
    now = runtime.now()
    token = AccessToken(
        hash=runtime.token_bytes(32),
        id=runtime.new_id(),
        client_id=client_id,
        grant_id=grant.id if grant else None,
        scope=("openid",),
        audience=("https://api.example",),
        created_at=now,
        expires_at=now + timedelta(minutes=10),
    )
    return replace(token, **changes)


def a_segment(runtime: Runtime, event_ids: Sequence[str], **changes: Any) -> Segment:
    """A segment, the first of a chain, that says of these events what nobody has computed."""
    now, ids = runtime.now(), tuple(sorted(event_ids))
    digests = runtime.token_bytes(LINK_BYTES * len(ids))
    segment = Segment(
        first_id=ids[0],
        last_id=ids[-1],
        number=1,
        first_at=now,
        last_at=now,
        sealed_at=now,
        chain_before=ORIGIN,
        chain_after=linked(ORIGIN, digests),
        mac=runtime.token_bytes(32),
        terms=term("outcome", "success"),
        event_ids=ids,
        digests=digests,
    )
    return replace(segment, **changes)


def a_head(segment: Segment, **changes: Any) -> Head:
    """The head of a chain that ends with the segment and began with the first."""
    head = Head(
        number=segment.number,
        first_number=1,
        last_id=segment.last_id,
        chain=segment.chain_after,
        reached_at=segment.sealed_at,
        mac=segment.mac,
    )
    return replace(head, **changes)


def a_bucket(runtime: Runtime, *, burst: int = 3, interval: timedelta = timedelta(seconds=10)) -> Bucket:
    """A bucket of its own."""
    return Bucket(key=runtime.token_bytes(32), limit=Limit(burst=burst, interval=interval))
