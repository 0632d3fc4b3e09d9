"""Interactions: one authorization request being answered in one browser tab.

The machine. An interaction is never asked how far it says it is; what is pending follows from facts alone, in this
order:

1. new password     somebody has shown a password that they must change, within `PROOF_HOLDS`, and nobody has signed in
                    since. They get no session before they have changed it.
2. sign-in          no live session of an active person; or `prompt=login`, or `max_age` exceeded, and the person has
                    not signed in since the interaction began; or the session is not the hinted person's.
3. select account   `prompt=select_account`, and the person has neither chosen an account nor signed in since it began.
4. consent          `prompt=consent` and no answer yet; or the client is not the tenant's own and asks for something
                    not yet allowed.
5. nothing          a code can be issued.

So a skipped step, an empty form or a "done" sent by the browser leads back to the pending step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from opentrusty_core.domain.authorization_request import AuthorizationRequest, Prompt
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.session import Session

PROOF_HOLDS = timedelta(minutes=10)
"""How long somebody who has shown the old password may take to choose a new one."""


class Step(Enum):
    """What an interaction still needs."""

    NEW_PASSWORD = "new-password"  # noqa: S105 - a step's name
    SIGN_IN = "sign-in"
    SELECT_ACCOUNT = "select-account"
    CONSENT = "consent"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """An authorization request being answered, bound to its browser by the SHA-256 of the browser's own cookie.

    `account_selected` and `consent_given` record the answers of this very interaction; `proved_user_id` is who has
    shown a right password that must be changed, and `proved_at` when.
    """

    hash: bytes = field(repr=False)
    browser_hash: bytes = field(repr=False)
    request: AuthorizationRequest
    account_selected: bool = False
    consent_given: bool = False
    proved_user_id: str | None = None
    proved_at: datetime | None = None
    created_at: datetime
    expires_at: datetime


def pending_step(
    request: AuthorizationRequest,
    client: Client,
    session: Session | None,
    consent: Consent | None,
    now: datetime,
    *,
    interaction: Interaction | None = None,
) -> Step:
    """What is pending, given a live session of an active person (or None) and the person's consent to the client (or
    None).

    Without `interaction` the request has just arrived, and nothing has been answered yet.
    """
    if interaction is not None and _must_change_password(interaction, session, now):
        return Step.NEW_PASSWORD
    signed_in_here = session is not None and interaction is not None and session.auth_time >= interaction.created_at
    if session is None or _is_not_hinted(request, session):
        return Step.SIGN_IN
    if not signed_in_here and _must_sign_in_again(request, client, session, now):
        return Step.SIGN_IN
    selected = signed_in_here or (interaction is not None and interaction.account_selected)
    if Prompt.SELECT_ACCOUNT in request.prompt and not selected:
        return Step.SELECT_ACCOUNT
    return Step.CONSENT if _must_consent(request, client, consent, interaction) else Step.NOTHING


def _must_change_password(interaction: Interaction, session: Session | None, now: datetime) -> bool:
    if interaction.proved_at is None or now - interaction.proved_at >= PROOF_HOLDS:
        return False
    return session is None or session.auth_time <= interaction.proved_at


def _is_not_hinted(request: AuthorizationRequest, session: Session) -> bool:
    return request.hinted_user_id is not None and session.user_id != request.hinted_user_id


def _must_sign_in_again(request: AuthorizationRequest, client: Client, session: Session, now: datetime) -> bool:
    max_age = request.max_age if request.max_age is not None else client.default_max_age
    if Prompt.LOGIN in request.prompt or max_age == 0:
        return True
    return max_age is not None and now - session.auth_time > timedelta(seconds=max_age)


def _must_consent(
    request: AuthorizationRequest, client: Client, consent: Consent | None, interaction: Interaction | None
) -> bool:
    """The answer of this interaction counts for who gave it: somebody who signs in later has to answer anew."""
    answered = (
        interaction is not None
        and interaction.consent_given
        and consent is not None
        and consent.granted_at >= interaction.created_at
    )
    if Prompt.CONSENT in request.prompt and not answered:
        return True
    return not client.skip_consent and (consent is None or not consent.covers(request.scope, request.claims.names))
