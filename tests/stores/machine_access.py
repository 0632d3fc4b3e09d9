"""What the state machine does to browsers, and to grants with what hangs from them."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, rule

from opentrusty_core.domain.audit import AuditEvent
from opentrusty_core.domain.claims import ClaimRequest, ClaimsRequest
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.token import AccessToken, RefreshToken
from opentrusty_core.storage import CodeRedemption, TenantRepositories
from opentrusty_core.storage.contract.world import Issued
from tests.stores.machine import CLIENTS, JTIS, USERS, Place, TwoStores, places
from tests.support import builders

BROWSERS = [b"b" * 32, b"c" * 32]
MISFITS: list[dict[str, str | None]] = [
    {"client_id": "client-3"},
    {"redirect_uri": None},
    {"redirect_uri": "https://evil.example/"},
    {"code_challenge": None},
]
CLAIMS = ClaimsRequest(id_token={"name": ClaimRequest(values=("a", 1))})

user_ids, client_ids, browsers = st.sampled_from(USERS), st.sampled_from(CLIENTS), st.sampled_from(BROWSERS)
jtis, lives = st.sampled_from(JTIS), st.sampled_from([1, 90])
maybe_users, maybe_clients = st.none() | user_ids, st.none() | client_ids


class AccessRules(TwoStores):
    """Sessions and interactions; codes, refresh tokens, access tokens, grants."""

    sessions: Bundle[Session] = Bundle("sessions")
    interactions: Bundle[Interaction] = Bundle("interactions")
    codes: Bundle[Issued] = Bundle("codes")
    refresh_tokens: Bundle[RefreshToken] = Bundle("refresh_tokens")
    access_tokens: Bundle[AccessToken] = Bundle("access_tokens")

    # --- Signed in -------------------------------------------------------------------------------------------------

    @rule(target=sessions, at=places, user_id=user_ids, browser=browsers, replaces=st.none() | sessions)
    def start_session(self, at: Place, user_id: str, browser: bytes, replaces: Session | None) -> Session:
        session = builders.a_session(self.runtime, user_id, browser_hash=browser)
        self.known.session_ids.add(session.id)
        self.known.browsers.add((session.handle_hash, browser))
        before = replaces.id if replaces else None
        self.both(at, lambda r, it, e: r.sessions.start(it, e, replaces=before), session)
        return session

    @rule(at=places, session=sessions)
    def touch_session(self, at: Place, session: Session) -> None:
        touched = session.touched(self.runtime.now(), timedelta(hours=1))
        self.both(at, lambda r, it, e: r.sessions.touch(it), touched)

    @rule(at=places, session=sessions)
    def end_session(self, at: Place, session: Session) -> None:
        now = self.runtime.now()
        self.both(at, lambda r, it, e: r.sessions.end(it.id, now, e), session)

    @rule(at=places, user_id=user_ids)
    def end_sessions(self, at: Place, user_id: str) -> None:
        now = self.runtime.now()
        self.both(at, lambda r, it, e: r.sessions.end_all(it, now, e), user_id)

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

    @rule(at=places, interaction=interactions)
    def finish_interaction(self, at: Place, interaction: Interaction) -> None:
        self.both(at, lambda r, it, e: r.interactions.finish(it.hash), interaction)

    # --- Codes -----------------------------------------------------------------------------------------------------

    @rule(
        target=codes,
        at=places,
        session=sessions,
        client_id=client_ids,
        offline=st.booleans(),
        answers=st.none() | interactions,
        touch=st.booleans(),
    )
    def issue_code(
        self, at: Place, session: Session, client_id: str, offline: bool, answers: Interaction | None, touch: bool
    ) -> Issued:
        scope = ("openid", "offline_access") if offline else ("openid",)
        grant = builders.a_grant(self.runtime, session, client_id, scope=scope, claims=CLAIMS)
        issued = Issued(code=builders.a_code(self.runtime, grant), grant=grant)
        self.known.grant_ids.add(grant.id)
        touched = session.touched(self.runtime.now(), timedelta(hours=1)) if touch else None
        answered = answers.hash if answers else None

        def issue(repos: TenantRepositories, it: Issued, event: AuditEvent) -> Awaitable[bool]:
            return repos.codes.issue(it.code, it.grant, event, touch=touched, interaction_hash=answered)

        self.both(at, issue, issued)
        return issued

    @rule(target=refresh_tokens, at=places, issued=codes, misfit=st.sampled_from([{}, {}, {}, *MISFITS]), days=lives)
    def redeem_code(self, at: Place, issued: Issued, misfit: dict[str, str | None], days: int) -> RefreshToken:
        token = builders.a_refresh_token(self.runtime, issued.code.client_id)
        self.known.refresh_token_ids.add(token.id)
        now, end = self.runtime.now(), self.runtime.now() + timedelta(days=days)

        def redeem(repos: TenantRepositories, it: CodeRedemption, event: AuditEvent) -> Awaitable[object]:
            return repos.codes.redeem(it, now, event, grant_expires_at=end, refresh_token=token)

        self.both(at, redeem, issued.redemption(**misfit))
        return token

    # --- Tokens and grants -----------------------------------------------------------------------------------------

    @rule(
        at=places,
        token=refresh_tokens,
        generation=st.sampled_from([0, 0, 1, 1, 2, 3]),
        rotate=st.booleans(),
        stranger=st.sampled_from([False, False, False, True]),
    )
    def refresh(self, at: Place, token: RefreshToken, generation: int, rotate: bool, stranger: bool) -> None:
        client_id = "client-3" if stranger else token.client_id
        now = self.runtime.now()

        def redeem(repos: TenantRepositories, it: RefreshToken, event: AuditEvent) -> Awaitable[object]:
            return repos.refresh_tokens.redeem(
                it.id,
                generation,
                client_id,
                now,
                event,
                rotate=rotate,
                idle_expires_at=now + timedelta(days=30),
                grace=timedelta(minutes=1),
            )

        self.both(at, redeem, token)

    @rule(target=access_tokens, at=places, issued=st.none() | codes, client_id=client_ids, noted=st.booleans())
    def add_access_token(self, at: Place, issued: Issued | None, client_id: str, noted: bool) -> AccessToken:
        grant = issued.grant if issued else None
        token = builders.an_access_token(self.runtime, grant.client_id if grant else client_id, grant)
        self.known.access_token_hashes.add(token.hash)
        self.both(at, lambda r, it, e: r.access_tokens.add(it, e if noted else None), token)
        return token

    @rule(at=places, token=access_tokens)
    def revoke_access_token(self, at: Place, token: AccessToken) -> None:
        self.both(at, lambda r, it, e: r.access_tokens.revoke(it.hash, e), token)

    @rule(at=places, jti=jtis)
    def revoke_jwt(self, at: Place, jti: str) -> None:
        end = self.runtime.now() + timedelta(minutes=10)
        self.both(at, lambda r, it, e: r.access_tokens.revoke_jwt(it, end, e), jti)

    @rule(at=places, issued=codes)
    def revoke_grant(self, at: Place, issued: Issued) -> None:
        now = self.runtime.now()
        self.both(at, lambda r, it, e: r.grants.revoke(it.grant.id, now, e), issued)

    @rule(at=places, whose=st.tuples(maybe_users, maybe_clients).filter(any))
    def revoke_grants(self, at: Place, whose: tuple[str | None, str | None]) -> None:
        now, (user_id, client_id) = self.runtime.now(), whose
        self.both(at, lambda r, e: r.grants.revoke_all(now, e, user_id=user_id, client_id=client_id))
