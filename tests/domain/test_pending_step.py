"""The machine of an interaction: what is pending follows from facts, whatever the browser claims.

The first test walks through every combination of facts and holds each answer against a table of reasons.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from opentrusty_core.domain.authorization_request import AuthorizationRequest, Prompt
from opentrusty_core.domain.claims import ClaimRequest, ClaimsRequest
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.interaction import PROOF_HOLDS, Interaction, Step, pending_step
from opentrusty_core.domain.session import ACR_PASSWORD, Session
from tests.support.runtime import START

BEGAN = START
NOW = START + timedelta(minutes=5)
LONG_AGO = START - timedelta(hours=1)
SINCE = START + timedelta(minutes=2)
MAX_AGE = 600  # a sign-in of LONG_AGO is too old for it, one of SINCE is not

REQUEST = AuthorizationRequest(
    client_id="web",
    redirect_uri="https://app.example/cb",
    scope=("openid", "email"),
    claims=ClaimsRequest(userinfo={"nickname": ClaimRequest()}),
)
CLIENT = Client(client_id="web", client_name="Web", created_at=START, updated_at=START)
PROMPTS = [
    frozenset(chosen)
    for size in range(4)
    for chosen in itertools.combinations((Prompt.LOGIN, Prompt.CONSENT, Prompt.SELECT_ACCOUNT), size)
] + [frozenset({Prompt.NONE})]


def session(auth_time: datetime, user_id: str = "alice") -> Session:
    return Session(
        id="s",
        user_id=user_id,
        handle_hash=b"h" * 32,
        browser_hash=b"b" * 32,
        auth_time=auth_time,
        amr=("pwd",),
        acr=ACR_PASSWORD,
        created_at=auth_time,
        last_seen_at=auth_time,
        idle_expires_at=auth_time + timedelta(days=1),
        expires_at=auth_time + timedelta(days=1),
    )


def consent(
    granted_at: datetime = LONG_AGO, scope: tuple[str, ...] = REQUEST.scope, claims: tuple[str, ...] = ("nickname",)
) -> Consent:
    return Consent(
        user_id="alice", client_id="web", scope=frozenset(scope), claims=frozenset(claims), granted_at=granted_at
    )


def interaction(*, selected: bool = False, consented: bool = False) -> Interaction:
    return Interaction(
        hash=b"i" * 32,
        browser_hash=b"b" * 32,
        request=REQUEST,
        account_selected=selected,
        consent_given=consented,
        created_at=BEGAN,
        expires_at=BEGAN + timedelta(minutes=30),
    )


@dataclass(frozen=True)
class Facts:
    """One row: every fact that the machine reads."""

    prompt: frozenset[Prompt]
    max_age: int | None
    default_max_age: int | None
    hinted: str | None
    signed_in: datetime | None
    consent: Consent | None
    own_app: bool
    interaction: Interaction | None

    def step(self) -> Step:
        return pending_step(
            replace(REQUEST, prompt=self.prompt, max_age=self.max_age, hinted_user_id=self.hinted),
            replace(CLIENT, default_max_age=self.default_max_age, skip_consent=self.own_app),
            session(self.signed_in) if self.signed_in else None,
            self.consent,
            NOW,
            interaction=self.interaction,
        )

    def reasons(self) -> Iterator[tuple[Step, bool]]:
        """The table of OpenID Connect Core 1.0 §3.1.2.1–3.1.2.4, in the order in which steps come."""
        here = self.interaction is not None and self.signed_in == SINCE
        limit = self.default_max_age if self.max_age is None else self.max_age
        yield Step.SIGN_IN, self.signed_in is None
        yield Step.SIGN_IN, self.hinted == "bob"
        yield Step.SIGN_IN, Prompt.LOGIN in self.prompt and not here
        yield Step.SIGN_IN, limit == 0 and not here
        yield Step.SIGN_IN, limit == MAX_AGE and self.signed_in == LONG_AGO
        chosen = here or (self.interaction is not None and self.interaction.account_selected)
        yield Step.SELECT_ACCOUNT, Prompt.SELECT_ACCOUNT in self.prompt and not chosen
        fresh = self.consent is not None and self.consent.granted_at == SINCE
        answered = self.interaction is not None and self.interaction.consent_given and fresh
        yield Step.CONSENT, Prompt.CONSENT in self.prompt and not answered
        allowed = self.consent is not None and "email" in self.consent.scope and "nickname" in self.consent.claims
        yield Step.CONSENT, not self.own_app and not allowed


def every_combination() -> Iterator[Facts]:
    consents = (None, consent(), consent(SINCE), consent(scope=("openid",)), consent(SINCE, claims=()))
    interactions = (
        None,
        interaction(),
        interaction(selected=True),
        interaction(consented=True),
        interaction(selected=True, consented=True),
    )
    for row in itertools.product(
        PROMPTS,
        (None, 0, MAX_AGE),
        (None, 0, MAX_AGE),
        (None, "alice", "bob"),
        (None, LONG_AGO, SINCE),
        consents,
        (False, True),
        interactions,
    ):
        yield Facts(*row)


@pytest.mark.case("A13", "A20")
def test_the_pending_step_is_the_first_that_has_a_reason() -> None:
    """Every combination of prompt, max_age, hint, session, consent, client and answers (36,450 rows)."""
    rows = 0
    for facts in every_combination():
        expected = next((step for step, holds in facts.reasons() if holds), Step.NOTHING)
        assert facts.step() is expected, facts
        rows += 1
    assert rows == 36450


@pytest.mark.case("A13")
def test_a_password_that_must_be_changed_comes_before_everything() -> None:
    """Whatever else holds, also for whoever was signed in in this browser before (29,160 rows)."""
    rows = 0
    for facts in every_combination():
        if facts.interaction is not None:
            proved = replace(facts.interaction, proved_user_id="carol", proved_at=NOW - timedelta(minutes=1))
            assert replace(facts, interaction=proved).step() is Step.NEW_PASSWORD, facts
            rows += 1
    assert rows == 29160


@pytest.mark.case("A13")
@pytest.mark.parametrize(
    ("proved_ago", "signed_in", "step"),
    [
        (PROOF_HOLDS - timedelta(microseconds=1), None, Step.NEW_PASSWORD),
        (PROOF_HOLDS, None, Step.SIGN_IN),
        (NOW - SINCE, SINCE, Step.NEW_PASSWORD),
        (NOW - SINCE + timedelta(microseconds=1), SINCE, Step.NOTHING),
    ],
)
def test_an_old_password_opens_the_change_for_a_while_and_no_session(
    proved_ago: timedelta, signed_in: datetime | None, step: Step
) -> None:
    """Ten minutes, to the microsecond; a sign-in of somebody since then goes on instead."""
    proved = replace(interaction(), proved_user_id="carol", proved_at=NOW - proved_ago)
    who = session(signed_in) if signed_in else None
    assert pending_step(REQUEST, CLIENT, who, consent(), NOW, interaction=proved) is step


@pytest.mark.case("A13")
def test_no_answer_stands_in_for_a_session() -> None:
    """An interaction that says that all is done still needs somebody signed in."""
    done = interaction(selected=True, consented=True)
    assert pending_step(REQUEST, CLIENT, None, consent(SINCE), NOW, interaction=done) is Step.SIGN_IN


@pytest.mark.case("K18")
def test_a_second_person_does_not_inherit_the_first_ones_consent() -> None:
    """The first allowed it in this interaction; the second, signed in since, is asked anew."""
    answered = interaction(selected=True, consented=True)
    second = session(SINCE, user_id="bob")
    for prompt in (frozenset[Prompt](), frozenset({Prompt.CONSENT})):
        request = replace(REQUEST, prompt=prompt)
        assert pending_step(request, CLIENT, second, None, NOW, interaction=answered) is Step.CONSENT


@pytest.mark.case("A20")
@pytest.mark.parametrize(
    ("age", "step"),
    [(timedelta(seconds=600), Step.NOTHING), (timedelta(seconds=600, microseconds=1), Step.SIGN_IN)],
)
def test_max_age_is_exact(age: timedelta, step: Step) -> None:
    """The session may be as old as max_age, and not an instant older."""
    request = replace(REQUEST, max_age=MAX_AGE)
    assert pending_step(request, CLIENT, session(NOW - age), consent(), NOW) is step


@pytest.mark.case("A20")
def test_a_slow_consent_does_not_send_the_person_back_to_sign_in() -> None:
    """Who signed in for this very request has met its max_age, however long the next page takes."""
    request = replace(REQUEST, max_age=1, prompt=frozenset({Prompt.LOGIN}))
    signed_in = session(SINCE)
    later = NOW + timedelta(minutes=20)
    assert pending_step(request, CLIENT, signed_in, consent(), later, interaction=interaction()) is Step.NOTHING
    assert pending_step(request, CLIENT, signed_in, consent(), later) is Step.SIGN_IN


@pytest.mark.case("A20")
def test_the_request_goes_before_the_clients_default() -> None:
    """`max_age` of the request replaces `default_max_age`, up or down."""
    strict = replace(CLIENT, default_max_age=0)
    request = replace(REQUEST, max_age=10_000)
    assert pending_step(request, strict, session(LONG_AGO), consent(), NOW) is Step.NOTHING
    assert pending_step(REQUEST, strict, session(LONG_AGO), consent(), NOW) is Step.SIGN_IN


@pytest.mark.parametrize(
    ("scope", "claims", "covered"),
    [
        ((), frozenset(), True),
        (("openid",), frozenset({"nickname"}), True),
        (("openid", "email"), frozenset(), True),
        (("openid", "phone"), frozenset(), False),
        (("openid",), frozenset({"birthdate"}), False),
        (("offline_access",), frozenset(), False),
    ],
)
def test_a_consent_covers_what_it_names(scope: tuple[str, ...], claims: frozenset[str], covered: bool) -> None:
    """Scopes and claims each; nothing new goes in silence."""
    assert consent().covers(scope, claims) is covered
