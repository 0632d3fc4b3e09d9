"""What the state machine does to browsers, and to grants with what hangs from them."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, initialize, multiple, rule

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.claims import ClaimRequest, ClaimsRequest
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.token import AccessToken, RefreshToken
from opentrusty_core.storage import CodeRedemption, TenantRepositories
from opentrusty_core.storage.contract.world import Issued
from tests.stores.machine import CLIENTS, JTIS, USERS, WAITS, Place, TwoStores, places
from tests.support import builders

BROWSERS = [b"b" * 32, b"c" * 32]
MISFITS: list[dict[str, str | None]] = [
    {"client_id": "client-3"},
    {"redirect_uri": None},
    {"redirect_uri": "https://evil.example/"},
    {"code_challenge": None},
]
SCOPES = [("openid",), ("openid", "offline_access")]
CLAIMS = ClaimsRequest(id_token={"name": ClaimRequest(values=("a", 1))})

user_ids, client_ids, browsers = st.sampled_from(USERS), st.sampled_from(CLIENTS), st.sampled_from(BROWSERS)
jtis, scopes, days = st.sampled_from(JTIS), st.sampled_from(SCOPES), st.sampled_from([1, 90])
misfits = st.sampled_from([{}, {}, {}, {}, *MISFITS])
uses = st.tuples(st.sampled_from([0, 0, 0, -1, -1, -2, 1]), st.sampled_from(WAITS[:4]))
impostors = st.sampled_from([None] * 5 + ["client-3"])
maybe_users, maybe_clients = st.none() | user_ids, st.none() | client_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a person and an application may come to hold in a tenant; some of it may never have been given out."""

    tenant: int
    session: Session
    issued: Issued
    refresh_token: RefreshToken
    access_tokens: list[AccessToken] = field(default_factory=list)

    def place(self, at: Place) -> Place:
        """Where a verb is called that `at` sends to the tenant at hand (0), or to the other (1)."""
        return (self.tenant + at[0]) % 2, at[1]


class GivingRules(TwoStores):
    """Sessions, interactions, codes, refresh tokens, access tokens."""

    held: Bundle[Held] = Bundle("held")
    interactions: Bundle[Interaction] = Bundle("interactions")
    tabs = st.none() | interactions

    @initialize(target=held, scope=scopes, browser=browsers)
    def begin(self, scope: tuple[str, ...], browser: bytes) -> MultipleResults[Held]:
        """Two users and three grants, one with its code unspent: something to take back from the first step on."""
        place = (0, "alone")
        user = builders.a_user(self.runtime, id="user-1")
        self.both(place, lambda r, it, e: r.users.add(it, e), user)
        sessions = [builders.a_session(self.runtime, user_id, browser_hash=browser) for user_id in USERS]
        for session in sessions:
            self.both(place, lambda r, it, e: r.sessions.start(it, e), session)
        first = self._authorize(place, 0, sessions[0], "client-1", scope)
        second = self._authorize(place, 0, sessions[1], "client-2", SCOPES[0])
        return multiple(first, second, self._authorize(place, 0, sessions[0], "client-2", SCOPES[0], spend=False))

    @rule(target=held, at=places, user_id=user_ids, client_id=client_ids, browser=browsers, scope=scopes)
    def sign_in(self, at: Place, user_id: str, client_id: str, browser: bytes, scope: tuple[str, ...]) -> Held:
        session = builders.a_session(self.runtime, user_id, browser_hash=browser)
        self.both(at, lambda r, it, e: r.sessions.start(it, e), session)
        return self._authorize(at, at[0], session, client_id, scope)

    @rule(target=held, at=places, held=held, user_id=user_ids, client_id=client_ids, scope=scopes)
    def sign_in_again(self, at: Place, held: Held, user_id: str, client_id: str, scope: tuple[str, ...]) -> Held:
        before = held.session
        session = builders.a_session(self.runtime, user_id, browser_hash=before.browser_hash)
        self.both(held.place(at), lambda r, it, e: r.sessions.start(it, e, replaces=before.id), session)
        return self._authorize(held.place(at), held.tenant, session, client_id, scope)

    @rule(
        target=held,
        at=places,
        held=held,
        tab=tabs,
        client_id=client_ids,
        scope=scopes,
        spend=st.booleans(),
    )
    def authorize(
        self, at: Place, held: Held, tab: Interaction | None, client_id: str, scope: tuple[str, ...], spend: bool
    ) -> Held:
        return self._authorize(held.place(at), held.tenant, held.session, client_id, scope, tab=tab, spend=spend)

    def _authorize(
        self,
        place: Place,
        tenant: int,
        session: Session,
        client_id: str,
        scope: tuple[str, ...],
        *,
        tab: Interaction | None = None,
        spend: bool = True,
    ) -> Held:
        grant = builders.a_grant(self.runtime, session, client_id, scope=scope, claims=CLAIMS)
        held = Held(
            tenant=tenant,
            session=session,
            issued=Issued(code=builders.a_code(self.runtime, grant), grant=grant),
            refresh_token=builders.a_refresh_token(self.runtime, client_id),
        )
        self.known.session_ids.add(session.id)
        self.known.browsers.add((session.handle_hash, session.browser_hash))
        self.known.grant_ids.add(grant.id)
        self.known.refresh_token_ids.add(held.refresh_token.id)
        touched = session.touched(self.runtime.now(), timedelta(hours=1)) if spend else None
        answered = tab.hash if tab else None

        def issue(repos: TenantRepositories, it: Issued, event: AuditEvent) -> Awaitable[bool]:
            return repos.codes.issue(it.code, it.grant, event, touch=touched, interaction_hash=answered)

        self.both(place, issue, held.issued)
        if spend:
            self._redeem(place, held, held.issued.redemption(), 90)
        return held

    @rule(at=places, held=held, misfits=st.lists(misfits, min_size=1, max_size=3), days=days)
    def redeem_code(self, at: Place, held: Held, misfits: list[dict[str, str | None]], days: int) -> None:
        for misfit in misfits:
            self._redeem(held.place(at), held, held.issued.redemption(**misfit), days)

    def _redeem(self, place: Place, held: Held, redemption: CodeRedemption, days: int) -> None:
        now, end = self.runtime.now(), self.runtime.now() + timedelta(days=days)

        def redeem(repos: TenantRepositories, it: CodeRedemption, event: AuditEvent) -> Awaitable[object]:
            return repos.codes.redeem(it, now, event, grant_expires_at=end, refresh_token=held.refresh_token)

        self.both(place, redeem, redemption)

    @rule(at=places, held=held, uses=st.lists(uses, min_size=1, max_size=4), rotate=st.booleans(), client_id=impostors)
    def refresh(
        self, at: Place, held: Held, uses: list[tuple[int, timedelta]], rotate: bool, client_id: str | None
    ) -> None:
        token, place = held.refresh_token, held.place(at)
        client_id = client_id or token.client_id

        def redeem(repos: TenantRepositories, generation: int, now: datetime, event: AuditEvent) -> Awaitable[object]:
            end, grace = now + timedelta(days=30), timedelta(minutes=1)
            return repos.refresh_tokens.redeem(
                token.id, generation, client_id, now, event, rotate=rotate, idle_expires_at=end, grace=grace
            )

        for offset, wait in uses:
            now = self.runtime.now()
            found = self.both(place, lambda r, e: r.refresh_tokens.look_up(token.id, None, now))  # noqa: B023 - called here
            generation = found.refresh_token.generation + offset if found else offset
            self.both(place, redeem, generation, now)
            self.runtime.advance(wait)

    @rule(at=places, held=held, own=st.booleans(), noted=st.booleans())
    def add_access_token(self, at: Place, held: Held, own: bool, noted: bool) -> None:
        grant = None if own else held.issued.grant
        token = builders.an_access_token(self.runtime, held.issued.code.client_id, grant)
        self.known.access_token_hashes.add(token.hash)
        self.both(held.place(at), lambda r, it, e: r.access_tokens.add(it, e if noted else None), token)
        if not own:
            held.access_tokens.append(token)

    @rule(target=interactions, at=places, client_id=client_ids, browser=browsers)
    def start_interaction(self, at: Place, client_id: str, browser: bytes) -> Interaction:
        interaction = builders.an_interaction(self.runtime, client_id, browser_hash=browser)
        self.known.interactions.add((interaction.hash, browser))
        self.both(at, lambda r, it, e: r.interactions.start(it), interaction)
        return interaction

    @rule(at=places, interaction=interactions, selected=st.booleans(), consent=st.booleans())
    def update_interaction(self, at: Place, interaction: Interaction, selected: bool, consent: bool) -> None:
        answered = replace(interaction, account_selected=selected, consent_given=consent)
        self.both(at, lambda r, it, e: r.interactions.update(it), answered)

    @rule(at=places, held=held)
    def touch_session(self, at: Place, held: Held) -> None:
        touched = held.session.touched(self.runtime.now(), timedelta(hours=1))
        self.both(held.place(at), lambda r, it, e: r.sessions.touch(it), touched)


class TakingRules(GivingRules):
    """The same, and their ends."""

    @rule(at=places, interaction=GivingRules.interactions)
    def finish_interaction(self, at: Place, interaction: Interaction) -> None:
        self.both(at, lambda r, it, e: r.interactions.finish(it.hash), interaction)

    @rule(at=places, held=GivingRules.held)
    def end_session(self, at: Place, held: Held) -> None:
        now = self.runtime.now()
        self.both(held.place(at), lambda r, it, e: r.sessions.end(it.id, now, e), held.session)

    @rule(at=places, user_id=user_ids)
    def end_sessions(self, at: Place, user_id: str) -> None:
        now = self.runtime.now()
        self.both(at, lambda r, it, e: r.sessions.end_all(it, now, e), user_id)

    @rule(at=places, held=GivingRules.held)
    def revoke_access_token(self, at: Place, held: Held) -> None:
        for token in held.access_tokens[-1:]:
            self.both(held.place(at), lambda r, it, e: r.access_tokens.revoke(it.hash, e), token)

    @rule(at=places, jti=jtis)
    def revoke_jwt(self, at: Place, jti: str) -> None:
        end = self.runtime.now() + timedelta(minutes=10)
        self.both(at, lambda r, it, e: r.access_tokens.revoke_jwt(it, end, e), jti)

    @rule(at=places, held=GivingRules.held)
    def revoke_grant(self, at: Place, held: Held) -> None:
        now = self.runtime.now()
        self.both(held.place(at), lambda r, it, e: r.grants.revoke(it.id, now, e), held.issued.grant)

    @rule(at=places, whose=st.tuples(maybe_users, maybe_clients).filter(any))
    def revoke_grants(self, at: Place, whose: tuple[str | None, str | None]) -> None:
        now, (user_id, client_id) = self.runtime.now(), whose
        self.both(at, lambda r, e: r.grants.revoke_all(now, e, user_id=user_id, client_id=client_id))
