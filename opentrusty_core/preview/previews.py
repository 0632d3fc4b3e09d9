"""The preview itself: the steps of an authorization and of the token endpoint, with a session that nobody began and a
grant that nobody keeps. Nothing is written but the audit event of having looked at a person's data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from opentrusty_core.domain.audit import AuditEvent, AuditType
from opentrusty_core.domain.authorization_request import AuthorizationRequest
from opentrusty_core.domain.client import AccessTokenFormat, Client, GrantType
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.interaction import Interaction, Step, pending_step
from opentrusty_core.domain.pkce import challenge_of
from opentrusty_core.domain.role import Permission
from opentrusty_core.domain.scope import OPENID, Scope, format_scope
from opentrusty_core.domain.session import ACR_PASSWORD, Session
from opentrusty_core.domain.user import User
from opentrusty_core.errors import LoginRequired, NotFound, ProtocolError, UnauthorizedClient
from opentrusty_core.management import Actor
from opentrusty_core.preview.explaining import FRESH, explained, missing
from opentrusty_core.preview.outcomes import NothingIssued, Reason, TokenPreview
from opentrusty_core.protocol.access import Access
from opentrusty_core.protocol.authorize_answers import grant_of
from opentrusty_core.protocol.authorize_checks import Asked, checked
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.endpoints.introspection import described
from opentrusty_core.protocol.grants import client_credentials
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.protocol.messages import parse_form
from opentrusty_core.protocol.token_claims import (
    Issuance,
    Layers,
    Source,
    access_token_claims,
    access_token_lifetime,
    audience,
    id_token_claims,
    userinfo_claims,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whose:
    """For whom the tokens are, all of it read just now."""

    client: Client
    user: User | None
    consent: Consent | None


class Previews:
    """What clients would get."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def tokens(
        self,
        actor: Actor,
        tenant_id: str,
        client_id: str,
        *,
        user_id: str | None = None,
        scope: Scope | None = None,
        claims: Mapping[str, object] | None = None,
    ) -> TokenPreview | NothingIssued:
        """What the client would get for the user who has just signed in, or without a user for itself.

        `scope` is what it asks for, all that it is registered for where nothing is said; `claims` is the parameter of
        that name (OpenID Connect Core 1.0 §5.5).

        Raises:
            NotFound: no such tenant, client or user.
        """
        actor.require(Permission.CLIENT_READ, tenant_id)
        if user_id is not None:
            actor.require(Permission.USER_READ, tenant_id)
        repos = self._deps.store.tenant(tenant_id)
        tenant = await repos.tenant.get()
        whose = await self._whose(tenant_id, client_id, user_id)
        if user_id is not None:
            await repos.audit.append(self._event(actor, client_id, user_id))
        issuer = await self._deps.issuers.get(tenant.name, anew=True)
        if reasons := tuple(_obstacles(issuer, whose)):
            return NothingIssued(reasons=reasons)
        if issuer is None:
            raise NotFound("There is no such tenant.")  # it was deleted meanwhile
        try:
            return await self._issued(issuer, whose, scope, claims or {})
        except ProtocolError as error:
            why = f"{error.description} ({error.detail})" if error.detail else error.description
            return NothingIssued(reasons=(Reason(error=error.error, why=why),))

    async def _whose(self, tenant_id: str, client_id: str, user_id: str | None) -> _Whose:
        repos = self._deps.store.tenant(tenant_id)
        client = self._deps.builtin_clients.get(client_id) or await repos.clients.get(client_id)
        if client is None:
            raise NotFound("There is no such client.")
        if user_id is None:
            return _Whose(client=client, user=None, consent=None)
        directory = self._deps.directory
        user = await (repos.users.get(user_id) if directory is None else directory.get(tenant_id, user_id))
        if user is None:
            raise NotFound("There is no such user.")
        consents = {consent.client_id: consent for consent in await repos.consents.of_user(user_id)}
        return _Whose(client=client, user=user, consent=consents.get(client_id))

    def _event(self, actor: Actor, client_id: str, user_id: str) -> AuditEvent:
        return AuditEvent(
            id=self._deps.runtime.new_id(),
            at=self._deps.runtime.now(),
            type=AuditType.TOKEN_PREVIEWED,
            actor_kind=actor.kind,
            actor_id=actor.id,
            target=user_id,
            client_id=client_id,
            origin=actor.origin,
            details=actor.details,
        )

    async def _issued(
        self, issuer: Issuer, whose: _Whose, scope: Scope | None, claims: Mapping[str, object]
    ) -> TokenPreview:
        """Raises the `ProtocolError` that the client would get."""
        asked = whose.client.scope if scope is None else scope
        if whose.user is None:
            granted = client_credentials.granted_scope(whose.client, issuer, scope or None)
            issuance = Issuance(issuer=issuer, client=whose.client, scope=granted)
            return await self._preview(issuance, asked, asks_consent=None)
        now, request = self._deps.runtime.now(), _request(issuer, whose.client, asked, claims)
        session = _just_begun(whose.user, now)
        interaction = Interaction(hash=b"", browser_hash=b"", request=request, created_at=now, expires_at=now)
        step = pending_step(request, whose.client, session, whose.consent, now, interaction=interaction)
        if step is Step.SIGN_IN:
            raise LoginRequired("the claims parameter names another person")
        grant = grant_of(request, session, FRESH, now, now + whose.client.lifetimes(issuer.lifetimes).refresh_token)
        issuance = Issuance(issuer=issuer, client=whose.client, scope=request.scope, grant=grant, user=whose.user)
        return await self._preview(issuance, asked, asks_consent=step is Step.CONSENT)

    async def _preview(self, issuance: Issuance, asked: Scope, *, asks_consent: bool | None) -> TokenPreview:
        now, deps = self._deps.runtime.now(), self._deps
        lifetime = access_token_lifetime(issuance, now)
        scope, client, grant, user = issuance.scope, issuance.client, issuance.grant, issuance.user
        id_token = userinfo = None
        requested = {} if grant is None else {"userinfo": grant.claims.userinfo, "id_token": grant.claims.id_token}
        if client.access_token_format is AccessTokenFormat.OPAQUE:
            access_token = _introspected(issuance, now, now + lifetime)
        else:
            access_token = await access_token_claims(issuance, now, lifetime, FRESH, deps)
        if grant is not None and user is not None and OPENID in scope:
            layers = await id_token_claims(issuance, grant, user, now, FRESH, deps)
            id_token = explained(layers, (), grant.claims.id_token, user)
            layers = await userinfo_claims(issuance, grant, user, deps)
            userinfo = explained(layers, scope, grant.claims.userinfo, user)
        return TokenPreview(
            scope=scope,
            ignored_scope=tuple(token for token in asked if token not in scope),
            audience=audience(issuance),
            access_token_format=client.access_token_format,
            access_token_lifetime=lifetime,
            access_token=explained(access_token, (), {}, user),
            id_token=id_token,
            userinfo=userinfo,
            missing=missing(scope, requested, {"userinfo": userinfo, "id_token": id_token}),
            has_refresh_token=grant is not None and client.may(GrantType.REFRESH_TOKEN),
            asks_consent=asks_consent,
        )


def _obstacles(issuer: Issuer | None, whose: _Whose) -> Iterator[Reason]:
    if issuer is None:
        yield Reason(error="tenant_suspended", why="The tenant is suspended: nobody is served.")
    if not whose.client.is_active:
        yield Reason(error="client_disabled", why="The client is disabled.")
    if whose.user is not None and not whose.user.is_active:
        yield Reason(error="user_disabled", why="The user is disabled.")
    grant_type = GrantType.CLIENT_CREDENTIALS if whose.user is None else GrantType.AUTHORIZATION_CODE
    if not whose.client.may(grant_type):
        why = f"The client is not registered for the grant {grant_type.value}."
        yield Reason(error=UnauthorizedClient.error, why=why)


def _request(issuer: Issuer, client: Client, scope: Scope, claims: Mapping[str, object]) -> AuthorizationRequest:
    """The authorization request, when every check of the endpoint has passed. Raises the `ProtocolError` of one."""
    parameters = {
        "response_type": "code",
        "scope": format_scope(scope),
        "code_challenge": challenge_of("-" * 43) or "",
        "code_challenge_method": "S256",
        **({"claims": json.dumps(claims)} if claims else {}),
    }
    form = parse_form(urlencode(parameters).encode())
    return checked(Asked(form=form, issuer=issuer, client=client, redirect_uri="", redirect_uri_given=False))


def _just_begun(user: User, now: datetime) -> Session:
    return Session(
        id=FRESH,
        user_id=user.id,
        handle_hash=b"",
        browser_hash=b"",
        auth_time=now,
        amr=("pwd",),
        acr=ACR_PASSWORD,
        created_at=now,
        last_seen_at=now,
        idle_expires_at=now,
        expires_at=now,
    )


def _introspected(issuance: Issuance, now: datetime, expires_at: datetime) -> Layers:
    access = Access(
        id=FRESH,
        client_id=issuance.client.client_id,
        scope=issuance.scope,
        audience=audience(issuance),
        issued_at=now,
        expires_at=expires_at,
        grant=issuance.grant,
        user=issuance.user,
    )
    return ((Source.TOKEN, described(access, issuance.issuer)),)
