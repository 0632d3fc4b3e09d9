"""Who calls the Admin Plane: the bearer of an access token for it, or a person in the console, by their session.

A token names its issuer, so it may be any tenant's; it has to be for the Admin Plane (`aud`) and for administration
(scope `admin`). A session cookie is shared by every host of the parent domain, so the cookie alone opens nothing: the
request has to come from a page of the console, which repeats the session's `sid`.

What the caller may do is looked up at each request and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from opentrusty_core.config import Config
from opentrusty_core.crypto.handles import Handle, constant_time_equal, hash_handle, is_handle
from opentrusty_core.crypto.jws import claimed_issuer
from opentrusty_core.domain.audit import AuditType, Origin
from opentrusty_core.domain.builtin import ADMIN_SCOPE
from opentrusty_core.domain.session import Session
from opentrusty_core.errors import (
    InsufficientScope,
    InvalidRequest,
    InvalidToken,
    NotFound,
    ProtocolError,
    Unauthenticated,
)
from opentrusty_core.management.actor import Actor, actor_of_client, actor_of_person
from opentrusty_core.protocol.access import read_access_token
from opentrusty_core.protocol.deps import Deps
from opentrusty_core.protocol.issuer import Issuer
from opentrusty_core.storage import living

MAX_SESSIONS: Final = 10
"""Session cookies that one request may show: a browser is seldom signed in to more tenants at once."""
_NO_SESSION: Final = "The session is not signed in, or the request did not come from the console."
_OWN_SITE: Final = (None, "same-origin", "same-site")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a request says of its caller.

    `authorization` is that header; `sessions` are the values of the session cookies by the tenants that they name,
    `session_id` is the `sid` that the page repeats; `web_origin` and `fetch_site` are the headers `Origin` and
    `Sec-Fetch-Site`; `origin` is where the request came from.
    """

    authorization: str | None = field(default=None, repr=False)
    sessions: Mapping[str, str] = field(default_factory=dict, repr=False)
    session_id: str | None = None
    web_origin: str | None = None
    fetch_site: str | None = None
    origin: Origin = field(default_factory=Origin)


class Callers:
    """Recognises callers.

    Args:
        deps: the protocol's, whose issuers and clients are at most a second old.
        config: where the planes stand.
    """

    def __init__(self, deps: Deps, config: Config) -> None:
        self._deps = deps
        self._config = config

    async def identify(self, presented: Credentials) -> Actor:
        """The actor who sent the request; an Authorization header goes before a session.

        Raises:
            Unauthenticated: the request carries no credentials.
            InvalidRequest: the Authorization header is not a bearer token.
            InvalidToken: the token or the session is not good here.
            InsufficientScope: the token is not for administration.
        """
        if presented.authorization is not None:
            return await self._bearer(_bearer_token(presented.authorization), presented.origin)
        if presented.session_id is not None:
            return await self._person_in_console(presented, presented.session_id)
        raise Unauthenticated()

    async def _bearer(self, token: str, origin: Origin) -> Actor:
        issuer = await self._deps.issuers.of_identifier(claimed_issuer(token))
        if issuer is None:
            raise InvalidToken("issuer unknown")
        try:
            return await self._actor_of_token(token, issuer, origin)
        except ProtocolError as error:
            event = self._deps.event(AuditType.REQUEST_REFUSED, origin, failure=error.detail or error.error)
            await self._deps.store.tenant(issuer.tenant_id).audit.append(event)
            raise

    async def _actor_of_token(self, token: str, issuer: Issuer, origin: Origin) -> Actor:
        access = await read_access_token(token, issuer, self._deps)
        if self._config.admin_url not in access.audience:
            raise InvalidToken("token for another resource")
        if access.claims is not None and "cnf" in access.claims:
            raise InvalidToken("sender-constrained token as a bearer's")
        if ADMIN_SCOPE not in access.scope:
            raise InsufficientScope("no admin scope")
        if access.user is None:
            return await self._service(issuer, access.client_id, origin)
        details, now = {"client_id": access.client_id}, self._deps.runtime.now()
        return await actor_of_person(self._deps.store, issuer.tenant_id, access.user.id, origin, now, details)

    async def _service(self, issuer: Issuer, client_id: str, origin: Origin) -> Actor:
        """A client that holds a token for itself."""
        try:
            now = self._deps.runtime.now()
            return await actor_of_client(self._deps.store, issuer.tenant_id, client_id, origin, now)
        except NotFound:
            raise InvalidToken("client gone or disabled") from None

    async def _person_in_console(self, presented: Credentials, session_id: str) -> Actor:
        console = self._config.console_url
        if console is None or presented.web_origin != console or presented.fetch_site not in _OWN_SITE:
            raise InvalidToken("session from elsewhere than the console", description=_NO_SESSION)
        if len(presented.sessions) > MAX_SESSIONS:
            raise InvalidToken("too many session cookies", description=_NO_SESSION)
        for tenant_name, value in presented.sessions.items():
            issuer = await self._deps.issuers.get(tenant_name)
            if issuer is not None and (session := await self._session(issuer, session_id, value)) is not None:
                details, now = {"session_id": session.id}, self._deps.runtime.now()
                return await actor_of_person(
                    self._deps.store, issuer.tenant_id, session.user_id, presented.origin, now, details
                )
        raise InvalidToken("no live session of this id and cookie", description=_NO_SESSION)

    async def _session(self, issuer: Issuer, session_id: str, value: str) -> Session | None:
        """The live session of this id, if the cookie is its own and its person is still there; the visit counts."""
        now, repos = self._deps.runtime.now(), self._deps.store.tenant(issuer.tenant_id)
        if not is_handle(Handle.SESSION, value):
            return None
        session = await repos.sessions.get(session_id)
        if session is None or not session.is_live(now):
            return None
        if not constant_time_equal(session.handle_hash, hash_handle(Handle.SESSION, value)):
            return None
        known = None if self._deps.directory is not None else await repos.users.get(session.user_id)
        if await living(self._deps.directory, issuer.tenant_id, session.user_id, known) is None:
            return None
        if session.wants_touch(now):
            await repos.sessions.touch(session.touched(now, issuer.lifetimes.session_idle))
        return session


def _bearer_token(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        raise InvalidRequest(description="The authorization scheme has to be Bearer.")
    return value.strip()
