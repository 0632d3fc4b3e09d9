"""Sign-in as adapters call it: ask what is pending, answer it, ask again.

What is pending follows from stored facts (see `domain.interaction`): nothing that a browser says moves an interaction
on, so an answer to a step that is not pending changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.handles import Handle, hash_handle, is_handle
from opentrusty_core.domain.audit import AuditType, Origin
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.grant import Consent
from opentrusty_core.domain.interaction import Interaction, Step, pending_step
from opentrusty_core.domain.one_time_link import LinkKind
from opentrusty_core.domain.session import Browser, Session
from opentrusty_core.domain.tenant import Tenant
from opentrusty_core.domain.user import User
from opentrusty_core.errors import Conflict
from opentrusty_core.signin import links, new_password
from opentrusty_core.signin import password as password_step
from opentrusty_core.signin.csrf import CsrfTokens, Purpose
from opentrusty_core.signin.deps import Deps
from opentrusty_core.signin.outcomes import (
    DeadLink,
    Gone,
    NeedsAccountChoice,
    NeedsConsent,
    NeedsNewPassword,
    NeedsSignIn,
    OpenLink,
    PasswordChosen,
    PasswordMustChange,
    PasswordRejected,
    Pending,
    Ready,
    SignedIn,
    WrongCredentials,
    WrongPerson,
)
from opentrusty_core.storage import living


class SignIn:
    """The steps of a sign-in. `csrf` makes and checks the tokens of the forms that post them."""

    def __init__(self, deps: Deps, master: MasterKeys) -> None:
        self._deps = deps
        self.csrf = CsrfTokens(master)

    async def pending(self, handle: str, browser: Browser, tenant: Tenant) -> Pending:
        """What the interaction with this handle still needs of the person."""
        pending, _ = await self._look(handle, browser, tenant)
        return pending

    async def adopt(self, handle: str, browser: Browser, tenant: Tenant, *, earlier: Browser) -> bool:
        """Moves an interaction to the browser, which shows by `earlier` that it was its own when it began.

        Two tabs that are opened at once in a browser without our cookie are each given one, and the browser keeps the
        later. False, and nothing is changed, where the interaction was not begun so.
        """
        if browser.hash is None or earlier.hash in {None, browser.hash} or not is_handle(Handle.INTERACTION, handle):
            return False
        return await self._deps.store.tenant(tenant.id).interactions.move(
            hash_handle(Handle.INTERACTION, handle), earlier.hash, browser.hash
        )

    async def password(
        self,
        tenant: Tenant,
        browser: Browser,
        origin: Origin,
        *,
        identifier: str,
        password: str,
        interaction: str = "",
        client_id: str | None = None,
    ) -> SignedIn | PasswordMustChange | WrongCredentials:
        """See `signin.password.sign_in`."""
        return await password_step.sign_in(
            tenant, browser, origin, identifier, password, self._deps, interaction=interaction, client_id=client_id
        )

    async def new_password(
        self, handle: str, browser: Browser, tenant: Tenant, origin: Origin, *, password: str
    ) -> SignedIn | PasswordRejected | None:
        """Sets the new password of the person who has shown the old one in this interaction, and signs them in.

        Every session and grant from before ends. None, and nothing is changed, where that is not pending.

        Raises:
            Throttled: see `signin.new_password.choose`.
        """
        pending, _ = await self._look(handle, browser, tenant)
        if not isinstance(pending, NeedsNewPassword) or browser.hash is None:
            return None
        chosen = await new_password.choose(pending.interaction, password, tenant, origin, self._deps)
        if not isinstance(chosen, tuple):
            return chosen
        user, credential = chosen
        client_id = pending.client.client_id
        try:
            return await password_step.start_session(
                tenant, browser, browser.hash, origin, user, (), client_id, self._deps, password=credential
            )
        except Conflict:  # an administrator has set another one since
            return None

    async def open_link(self, kind: LinkKind, handle: str, tenant: Tenant, origin: Origin) -> OpenLink | DeadLink:
        """See `signin.links.look`."""
        return await links.look(kind, handle, tenant, origin, self._deps)

    async def spend_link(
        self, kind: LinkKind, handle: str, tenant: Tenant, origin: Origin, *, password: str
    ) -> PasswordChosen | PasswordRejected | DeadLink:
        """See `signin.links.spend`."""
        return await links.spend(kind, handle, password, tenant, origin, self._deps)

    async def current_user(self, browser: Browser, tenant: Tenant) -> User | None:
        """The active person who is signed in in this browser."""
        if browser.hash is None or browser.session_hash is None:
            return None
        recognised = await self._deps.store.tenant(tenant.id).sessions.recognise(
            browser.session_hash, browser.hash, self._deps.runtime.now()
        )
        if recognised is None:
            return None
        return await living(self._deps.directory, tenant.id, recognised.session.user_id, recognised.user)

    async def select_account(self, handle: str, browser: Browser, tenant: Tenant) -> bool:
        """Notes that the person goes on as who they are; False, and nothing is changed, where that is not pending."""
        pending, _ = await self._look(handle, browser, tenant)
        if not isinstance(pending, NeedsAccountChoice):
            return False
        answered = replace(pending.interaction, account_selected=True)
        return await self._deps.store.tenant(tenant.id).interactions.update(answered)

    async def consent(self, handle: str, browser: Browser, tenant: Tenant, origin: Origin) -> bool:
        """Notes that the person allows what the client asks, beside what they allowed before.

        False, and nothing is changed, where that is not pending.
        """
        pending, earlier = await self._look(handle, browser, tenant)
        if not isinstance(pending, NeedsConsent):
            return False
        request, user, client_id = pending.interaction.request, pending.user, pending.client.client_id
        consent = Consent(
            user_id=user.id,
            client_id=client_id,
            scope=frozenset(request.scope) | (earlier.scope if earlier else frozenset()),
            claims=request.claims.names | (earlier.claims if earlier else frozenset()),
            granted_at=self._deps.runtime.now(),
        )
        event = self._deps.event(
            AuditType.CONSENT_GIVEN, origin, user_id=user.id, target=client_id, client_id=client_id
        )
        async with self._deps.store.transaction(tenant.id) as repos:
            await repos.consents.save(consent, event)
            return await repos.interactions.update(replace(pending.interaction, consent_given=True))

    async def client(self, client_id: str, tenant: Tenant) -> Client | None:
        """The active client with this id, for those who go on to it."""
        return await self._deps.client(tenant.id, client_id)

    async def note_forged_form(self, purpose: Purpose, tenant: Tenant, origin: Origin) -> None:
        """Writes down that somebody posted a form which no page of ours had sent."""
        event = self._deps.event(AuditType.REQUEST_REFUSED, origin, target=purpose, failure="forged form")
        await self._deps.store.tenant(tenant.id).audit.append(event)

    async def _look(self, handle: str, browser: Browser, tenant: Tenant) -> tuple[Pending, Consent | None]:
        deps = self._deps
        if browser.hash is None or not is_handle(Handle.INTERACTION, handle):
            return Gone(), None
        now = deps.runtime.now()
        opened = await deps.store.tenant(tenant.id).interactions.open(
            hash_handle(Handle.INTERACTION, handle), browser.hash, now, session_handle_hash=browser.session_hash
        )
        client = await deps.client(tenant.id, opened.interaction.request.client_id) if opened else None
        if opened is None or client is None:
            return Gone(), None
        interaction, recognised = opened.interaction, opened.recognised
        session = consent = user = None
        if recognised is not None:
            user = await living(deps.directory, tenant.id, recognised.session.user_id, recognised.user)
            session, consent = (recognised.session, recognised.consent) if user is not None else (None, None)
        step = pending_step(interaction.request, client, session, consent, now, interaction=interaction)
        if step is Step.NEW_PASSWORD:
            return await self._new_password_pending(interaction, client, tenant), None
        return _described(step, interaction, client, session, user, consent), consent

    async def _new_password_pending(self, interaction: Interaction, client: Client, tenant: Tenant) -> Pending:
        found = await new_password.who_must(interaction, tenant, self._deps)
        if found is None:
            return NeedsSignIn(interaction=interaction, client=client, user=None)
        return NeedsNewPassword(interaction=interaction, client=client, user=found[0])


def _described(
    step: Step,
    interaction: Interaction,
    client: Client,
    session: Session | None,
    user: User | None,
    consent: Consent | None,
) -> Pending:
    match step:
        case Step.SIGN_IN if session is not None and _signed_in_as_another(interaction, session):
            return WrongPerson(interaction=interaction, client=client)
        case Step.SELECT_ACCOUNT if user is not None:
            return NeedsAccountChoice(interaction=interaction, client=client, user=user)
        case Step.CONSENT if user is not None:
            request = interaction.request
            granted = consent.scope if consent else frozenset[str]()
            return NeedsConsent(
                interaction=interaction,
                client=client,
                user=user,
                new_scope=tuple(token for token in request.scope if token not in granted),
                granted_scope=tuple(token for token in request.scope if token in granted),
                new_claims=tuple(sorted(request.claims.names - (consent.claims if consent else frozenset()))),
            )
        case Step.NOTHING:
            return Ready(interaction=interaction, client=client)
        case _:
            return NeedsSignIn(interaction=interaction, client=client, user=user)


def _signed_in_as_another(interaction: Interaction, session: Session) -> bool:
    """Whether somebody signed in for this interaction whom the client does not expect: asking again would never end."""
    expected = interaction.request.hinted_user_id
    return expected is not None and session.user_id != expected and session.auth_time >= interaction.created_at
