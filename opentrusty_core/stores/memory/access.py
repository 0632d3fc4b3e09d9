"""Grants, codes, refresh tokens and access tokens in memory (see `storage.access`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from opentrusty_core.domain.audit import ActorKind, AuditEvent
from opentrusty_core.domain.code import AuthorizationCode
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.token import AccessToken, RefreshToken
from opentrusty_core.storage import (
    AccessLookup,
    CodeRedeemed,
    CodeRedemption,
    CodeReplayed,
    HeldGrant,
    RefreshRedeemed,
    RefreshRetried,
    RefreshReused,
    Unknown,
)
from opentrusty_core.stores.memory.signed_in import touch_session
from opentrusty_core.stores.memory.tables import Tables, View, page, revoke_grants


class MemoryCodes:
    """See `storage.Codes`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def issue(
        self,
        code: AuthorizationCode,
        grant: Grant,
        event: AuditEvent,
        *,
        touch: Session | None = None,
        interaction_hash: bytes | None = None,
    ) -> bool:
        """See `storage.Codes.issue`."""
        async with self._view.write() as t:
            if interaction_hash is not None and t.interactions.pop(interaction_hash, None) is None:
                return False
            t.grants[grant.id] = grant
            t.codes[code.hash] = code
            t.audit[event.id] = event
            if touch is not None:
                touch_session(t, touch)
            return True

    async def redeem(
        self,
        redemption: CodeRedemption,
        now: datetime,
        event: AuditEvent,
        *,
        grant_expires_at: datetime,
        refresh_token: RefreshToken | None,
    ) -> CodeRedeemed | CodeReplayed | Unknown:
        """See `storage.Codes.redeem`."""
        async with self._view.write() as t:
            code = t.codes.get(redemption.code_hash)
            if code is None or code.client_id != redemption.client_id:
                return Unknown()
            if code.redeemed_at is not None:
                return CodeReplayed(grant_id=code.grant_id)
            grant = t.grants.get(code.grant_id)
            if grant is None or not (_fits(code, redemption) and now < code.expires_at and _stands(t, grant, now)):
                return Unknown()
            code = t.codes[code.hash] = replace(code, redeemed_at=now)
            end = (
                grant_expires_at if grant.is_offline else min(grant_expires_at, t.sessions[grant.session_id].expires_at)
            )
            grant = t.grants[grant.id] = replace(grant, expires_at=end)
            if refresh_token is not None:
                t.refresh_tokens[refresh_token.id] = replace(
                    refresh_token,
                    grant_id=grant.id,
                    idle_expires_at=min(refresh_token.idle_expires_at, end),
                    expires_at=min(refresh_token.expires_at, end),
                )
            t.audit[event.id] = _by_user(event, grant)
            return CodeRedeemed(code=code, grant=grant, user=t.users.get(grant.user_id))


class MemoryRefreshTokens:
    """See `storage.RefreshTokens`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def redeem(
        self,
        token_id: str,
        generation: int,
        client_id: str,
        now: datetime,
        event: AuditEvent,
        *,
        rotate: bool,
        idle_expires_at: datetime,
        grace: timedelta,
    ) -> RefreshRedeemed | RefreshRetried | RefreshReused | Unknown:
        """See `storage.RefreshTokens.redeem`."""
        async with self._view.write() as t:
            token = t.refresh_tokens.get(token_id)
            grant = t.grants.get(token.grant_id) if token is not None else None
            if token is None or grant is None or token.client_id != client_id or not _is_live(token, grant, now):
                return Unknown()
            user = t.users.get(grant.user_id)
            if generation == token.generation - 1 and token.rotated_at is not None and now < token.rotated_at + grace:
                return RefreshRetried(token=token, grant=grant, user=user)
            if generation != token.generation:
                return RefreshReused(grant_id=grant.id)
            token = t.refresh_tokens[token.id] = _used(token, now, rotate=rotate, idle_expires_at=idle_expires_at)
            t.audit[event.id] = _by_user(event, grant)
            return RefreshRedeemed(token=token, grant=grant, user=user)

    async def look_up(self, token_id: str, generation: int | None, now: datetime) -> AccessLookup | None:
        """See `storage.RefreshTokens.look_up`."""
        t = self._view.read()
        token = t.refresh_tokens.get(token_id)
        grant = t.grants.get(token.grant_id) if token is not None else None
        if token is None or grant is None or not _is_live(token, grant, now):
            return None
        if generation is not None and generation not in {token.generation, token.generation - 1}:
            return None
        return AccessLookup(refresh_token=token, grant=grant, user=t.users.get(grant.user_id))


class MemoryAccessTokens:
    """See `storage.AccessTokens`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def add(self, token: AccessToken, event: AuditEvent | None) -> None:
        """See `storage.AccessTokens.add`."""
        async with self._view.write() as t:
            t.access_tokens[token.hash] = token
            if event is not None:
                t.audit[event.id] = event

    async def look_up(self, token_hash: bytes, now: datetime) -> AccessLookup | None:
        """See `storage.AccessTokens.look_up`."""
        t = self._view.read()
        token = t.access_tokens.get(token_hash)
        if token is None or now >= token.expires_at:
            return None
        found = _behind(t, token.grant_id, now)
        return None if found is None else replace(found, token=token)

    async def look_up_jwt(self, jti: str, grant_id: str | None, now: datetime) -> AccessLookup | None:
        """See `storage.AccessTokens.look_up_jwt`."""
        t = self._view.read()
        return None if jti in t.revoked_jwts else _behind(t, grant_id, now)

    async def revoke(self, token_hash: bytes, event: AuditEvent) -> bool:
        """See `storage.AccessTokens.revoke`."""
        async with self._view.write() as t:
            if t.access_tokens.pop(token_hash, None) is None:
                return False
            t.audit[event.id] = event
            return True

    async def revoke_jwt(self, jti: str, expires_at: datetime, event: AuditEvent) -> bool:
        """See `storage.AccessTokens.revoke_jwt`."""
        async with self._view.write() as t:
            if jti in t.revoked_jwts:
                return False
            t.revoked_jwts[jti] = expires_at
            t.audit[event.id] = event
            return True


class MemoryGrants:
    """See `storage.Grants`."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def get(self, grant_id: str) -> Grant | None:
        """See `storage.Grants.get`."""
        return self._view.read().grants.get(grant_id)

    async def revoke(self, grant_id: str, now: datetime, event: AuditEvent) -> bool:
        """See `storage.Grants.revoke`."""
        async with self._view.write() as t:
            if not revoke_grants(t, now, lambda grant: grant.id == grant_id):
                return False
            t.audit[event.id] = event
            return True

    async def revoke_all(
        self, now: datetime, event: AuditEvent, *, user_id: str | None = None, client_id: str | None = None
    ) -> int:
        """See `storage.Grants.revoke_all`."""
        if user_id is None and client_id is None:
            raise ValueError("name a user, a client, or both")
        async with self._view.write() as t:
            ended = revoke_grants(
                t, now, lambda grant: user_id in {None, grant.user_id} and client_id in {None, grant.client_id}
            )
            if ended:
                t.audit[event.id] = event
            return ended

    async def of_user(self, user_id: str, now: datetime, request: PageRequest) -> Page[Grant]:
        """See `storage.Grants.of_user`."""
        grants = self._view.read().grants.values()
        live = [grant for grant in grants if grant.user_id == user_id and grant.is_live(now)]
        return page(live, lambda grant: grant.id, request)

    async def of_client(self, client_id: str, now: datetime, request: PageRequest) -> Page[HeldGrant]:
        """See `storage.Grants.of_client`."""
        t = self._view.read()
        live = [grant for grant in t.grants.values() if grant.client_id == client_id and grant.is_live(now)]
        held = [HeldGrant(grant=grant, user=t.users.get(grant.user_id)) for grant in live]
        return page(held, lambda held: held.grant.id, request)


def _fits(code: AuthorizationCode, redemption: CodeRedemption) -> bool:
    presented = (redemption.redirect_uri, redemption.code_challenge)
    return presented == (code.redirect_uri, code.code_challenge)


def _stands(t: Tables, grant: Grant, now: datetime) -> bool:
    """Whether the grant is live, and so is its session, however idle, unless the grant may outlive it."""
    session = t.sessions.get(grant.session_id)
    stands = session is not None and session.ended_at is None and now < session.expires_at
    return grant.is_live(now) and (grant.is_offline or stands)


def _is_live(token: RefreshToken, grant: Grant, now: datetime) -> bool:
    return grant.is_live(now) and now < token.idle_expires_at and now < token.expires_at


def _used(token: RefreshToken, now: datetime, *, rotate: bool, idle_expires_at: datetime) -> RefreshToken:
    if not rotate:
        return token.used(now, idle_expires_at)
    idle_expires_at = min(idle_expires_at, token.expires_at)
    return replace(token, generation=token.generation + 1, rotated_at=now, idle_expires_at=idle_expires_at)


def _behind(t: Tables, grant_id: str | None, now: datetime) -> AccessLookup | None:
    """The live grant with its user; nothing at all to find where the token is a client's own."""
    if grant_id is None:
        return AccessLookup()
    grant = t.grants.get(grant_id)
    if grant is None or not grant.is_live(now):
        return None
    return AccessLookup(grant=grant, user=t.users.get(grant.user_id))


def _by_user(event: AuditEvent, grant: Grant) -> AuditEvent:
    return replace(event, target=grant.id, actor_kind=ActorKind.USER, actor_id=grant.user_id)
