"""Grants, codes, refresh tokens and access tokens in SQL (see `storage.access`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from opentrusty_core.domain.audit import ActorKind, AuditEvent
from opentrusty_core.domain.code import AuthorizationCode
from opentrusty_core.domain.grant import Grant
from opentrusty_core.domain.page import Page, PageRequest
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.token import AccessToken, RefreshToken, idle_due
from opentrusty_core.domain.user import User
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
from opentrusty_core.stores.sql.codec import Params, Row
from opentrusty_core.stores.sql.repositories.base import Repository, first
from opentrusty_core.stores.sql.repositories.signed_in import touch_params
from opentrusty_core.stores.sql.rows import ACCESS_TOKEN, CODE, GRANT, REFRESH_TOKEN, USER

_NO_VISIT: Params = {"session_id": None, "last_seen_at": None, "idle_expires_at": None}
_NO_TOKEN: Params = {f"refresh_token_{column}": None for column in REFRESH_TOKEN.columns}


class SqlCodes(Repository):
    """See `storage.Codes`."""

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
        records = CODE.params(code) | GRANT.params(grant)
        params = self._params(event, is_offline=grant.is_offline, **records)
        if interaction_hash is not None:
            params |= {"interaction_hash": interaction_hash} | (touch_params(touch) if touch else _NO_VISIT)
            return bool(await self._database.run("answer_interaction", params))
        calls = [("issue_code", params)]
        if touch is not None:
            calls.append(("touch_session", self._params(**touch_params(touch))))
        await self._database.together(*calls)
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
        rows = await self._find(
            "redeem_code",
            _by_user(event),
            code_hash=redemption.code_hash,
            client_id=redemption.client_id,
            redirect_uri=redemption.redirect_uri,
            code_challenge=redemption.code_challenge,
            now=now,
            grant_expires_at=grant_expires_at,
            **(_NO_TOKEN if refresh_token is None else REFRESH_TOKEN.params(refresh_token)),
        )
        if rows:
            (row,) = rows
            return CodeRedeemed(
                code=CODE.read(row),
                grant=GRANT.read(row, CODE.width),
                user=USER.find(row, CODE.width + GRANT.width),
            )
        spent = await self._find("explain_code", code_hash=redemption.code_hash, client_id=redemption.client_id)
        return CodeReplayed(grant_id=spent[0][0]) if spent else Unknown()


class SqlRefreshTokens(Repository):
    """See `storage.RefreshTokens`."""

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
        rows = await self._find(
            "rotate_refresh_token" if rotate else "use_refresh_token",
            _by_user(event),
            token_id=token_id,
            generation=generation,
            client_id=client_id,
            now=now,
            idle_expires_at=idle_expires_at,
            idle_due_at=idle_due(now, idle_expires_at),
        )
        if rows:
            found = _hanging(rows[0])
            token = found.token
            if not rotate:  # the row shows the token as it was
                token = token.used(now, idle_expires_at)
            return RefreshRedeemed(token=token, grant=found.grant, user=found.user)
        return await self._explain(token_id, generation, client_id, now, grace)

    async def look_up(self, token_id: str, generation: int | None, now: datetime) -> AccessLookup | None:
        """See `storage.RefreshTokens.look_up`."""
        rows = await self._find("look_up_refresh_token", token_id=token_id, now=now)
        if not rows:
            return None
        found = _hanging(rows[0])
        if generation is not None and generation not in {found.token.generation, found.token.generation - 1}:
            return None
        return AccessLookup(refresh_token=found.token, grant=found.grant, user=found.user)

    async def _explain(
        self, token_id: str, generation: int, client_id: str, now: datetime, grace: timedelta
    ) -> RefreshRetried | RefreshReused | Unknown:
        """Why the token was not redeemed; its present generation is another, or it is not there for this client."""
        rows = await self._find("look_up_refresh_token", token_id=token_id, now=now)
        if not rows or (found := _hanging(rows[0])).token.client_id != client_id:
            return Unknown()
        token = found.token
        if generation == token.generation - 1 and token.rotated_at is not None and now < token.rotated_at + grace:
            return RefreshRetried(token=token, grant=found.grant, user=found.user)
        return RefreshReused(grant_id=found.grant.id)


class SqlAccessTokens(Repository):
    """See `storage.AccessTokens`."""

    async def add(self, token: AccessToken, event: AuditEvent | None) -> None:
        """See `storage.AccessTokens.add`."""
        calls = [("add_access_token", self._params(**ACCESS_TOKEN.params(token)))]
        if event is not None:
            calls.append(("append_event", self._params(event)))
        await self._database.together(*calls)

    async def look_up(self, token_hash: bytes, now: datetime) -> AccessLookup | None:
        """See `storage.AccessTokens.look_up`."""
        rows = await self._find("look_up_access_token", token_hash=token_hash, now=now)
        if not rows:
            return None
        (row,) = rows
        start = ACCESS_TOKEN.width
        return AccessLookup(
            token=ACCESS_TOKEN.read(row), grant=GRANT.find(row, start), user=USER.find(row, start + GRANT.width)
        )

    async def look_up_jwt(self, jti: str, grant_id: str | None, now: datetime) -> AccessLookup | None:
        """See `storage.AccessTokens.look_up_jwt`."""
        if grant_id is None:
            return AccessLookup() if await self._find("look_up_client_jwt", jti=jti) else None
        rows = await self._find("look_up_jwt", jti=jti, grant_id=grant_id, now=now)
        if not rows:
            return None
        (row,) = rows
        return AccessLookup(grant=GRANT.read(row), user=USER.find(row, GRANT.width))

    async def revoke(self, token_hash: bytes, event: AuditEvent) -> bool:
        """See `storage.AccessTokens.revoke`."""
        return bool(await self._find("revoke_access_token", event, token_hash=token_hash))

    async def revoke_jwt(self, jti: str, expires_at: datetime, event: AuditEvent) -> bool:
        """See `storage.AccessTokens.revoke_jwt`."""
        return bool(await self._add("revoke_jwt", event, jti=jti, expires_at=expires_at))


class SqlGrants(Repository):
    """See `storage.Grants`."""

    async def get(self, grant_id: str) -> Grant | None:
        """See `storage.Grants.get`."""
        return first(GRANT, await self._find("get_grant", grant_id=grant_id))

    async def revoke(self, grant_id: str, now: datetime, event: AuditEvent) -> bool:
        """See `storage.Grants.revoke`."""
        return bool(await self._find("revoke_grant", event, grant_id=grant_id, now=now))

    async def revoke_all(
        self, now: datetime, event: AuditEvent, *, user_id: str | None = None, client_id: str | None = None
    ) -> int:
        """See `storage.Grants.revoke_all`."""
        match user_id, client_id:
            case None, None:
                raise ValueError("name a user, a client, or both")
            case _, None:
                name = "revoke_grants_of_user"
            case None, _:
                name = "revoke_grants_of_client"
            case _:
                name = "revoke_grants_between"
        return len(await self._find(name, event, now=now, user_id=user_id, client_id=client_id))

    async def of_user(self, user_id: str, now: datetime, request: PageRequest) -> Page[Grant]:
        """See `storage.Grants.of_user`."""
        return await self._page("page_grants_of_user", GRANT, lambda grant: grant.id, request, user_id=user_id, now=now)

    async def of_client(self, client_id: str, now: datetime, request: PageRequest) -> Page[HeldGrant]:
        """See `storage.Grants.of_client`."""
        rows = await self._find(
            "page_grants_of_client", client_id=client_id, now=now, after=request.after or "", limit=request.limit + 1
        )
        items = tuple(
            HeldGrant(grant=GRANT.read(row), user=USER.find(row, GRANT.width)) for row in rows[: request.limit]
        )
        return Page(items=items, next_after=items[-1].grant.id if len(rows) > request.limit else None)


@dataclass(frozen=True, slots=True)
class _Hanging:
    token: RefreshToken
    grant: Grant
    user: User | None


def _hanging(row: Row) -> _Hanging:
    start = REFRESH_TOKEN.width
    return _Hanging(REFRESH_TOKEN.read(row), GRANT.read(row, start), USER.find(row, start + GRANT.width))


def _by_user(event: AuditEvent) -> AuditEvent:
    """The event of a person; who it is, the query knows."""
    return event if event.actor_kind is ActorKind.USER else replace(event, actor_kind=ActorKind.USER)
