"""All that can be seen of a tenant: equal before and after means that nothing happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from opentrusty_core.domain.page import MAX_PAGE, PageRequest
from opentrusty_core.domain.principal import Principal
from opentrusty_core.errors import NotFound
from opentrusty_core.storage.store import TenantRepositories

_ALL = PageRequest(limit=MAX_PAGE)


@dataclass(slots=True)
class Known:
    """What to look for: ids and hashes that were ever used, wherever."""

    user_ids: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)  # in normal form
    link_hashes: set[bytes] = field(default_factory=set)
    client_ids: set[str] = field(default_factory=set)
    origins: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    group_ids: set[str] = field(default_factory=set)
    session_ids: set[str] = field(default_factory=set)
    browsers: set[tuple[bytes, bytes]] = field(default_factory=set)  # handle and browser, as hashes
    interactions: set[tuple[bytes, bytes]] = field(default_factory=set)  # interaction and browser, as hashes
    grant_ids: set[str] = field(default_factory=set)
    refresh_token_ids: set[str] = field(default_factory=set)
    access_token_hashes: set[bytes] = field(default_factory=set)
    jtis: set[str] = field(default_factory=set)


async def visible(repos: TenantRepositories, known: Known, now: datetime) -> dict[str, object]:
    """Everything that the reading verbs answer now; of the throttles nothing can be read."""
    seen: dict[str, object] = {}
    try:
        seen["tenant"] = await repos.tenant.get()
    except NotFound:
        seen["tenant"] = None
    seen["users"] = await repos.users.page(_ALL)
    seen["clients"] = await repos.clients.page(_ALL)
    seen["resources"] = await repos.resources.all()
    seen["signing keys"] = await repos.signing_keys.all()
    seen["audit"] = await repos.audit.page(_ALL)
    seen["roles"] = await repos.roles.all()
    seen["groups"] = await repos.groups.page(_ALL)
    seen["seal"] = (await repos.seals.head(), await repos.seals.page(_ALL))
    seen["numbers"] = await repos.statistics.counts(date.min, date.max)
    seen["uses"] = await repos.statistics.most_used(date.min, date.max, 100)
    seen["totals"] = await repos.statistics.totals()
    seen["last active"] = await repos.statistics.last_active(known.user_ids)
    for name in sorted(known.names):
        seen[f"named {name}"] = await repos.users.find(name)
    for user_id in sorted(known.user_ids):
        seen[f"user {user_id}"] = await repos.users.get(user_id)
        seen[f"password of {user_id}"] = await repos.passwords.get(user_id)
        seen[f"link of {user_id}"] = await repos.links.of_user(user_id, now)
        seen[f"consents of {user_id}"] = await repos.consents.of_user(user_id)
        seen[f"roles of {user_id}"] = await repos.assignments.of_principal(Principal.user(user_id))
        seen[f"held by {user_id}"] = await repos.assignments.held_by(Principal.user(user_id))
        seen[f"groups of {user_id}"] = await repos.groups.of_user(user_id, _ALL)
        seen[f"sessions of {user_id}"] = await repos.sessions.of_user(user_id, now, _ALL)
        seen[f"grants of {user_id}"] = await repos.grants.of_user(user_id, now, _ALL)
    for link_hash in sorted(known.link_hashes):
        seen[f"link {link_hash.hex()}"] = await repos.links.open(link_hash, now)
    for role in sorted(known.roles):
        seen[f"holders of {role}"] = await repos.assignments.of_role(role, _ALL)
    for group_id in sorted(known.group_ids):
        seen[f"members of {group_id}"] = await repos.groups.members(group_id, _ALL)
        seen[f"held by {group_id}"] = await repos.assignments.held_by(Principal.group(group_id))
    for client_id in sorted(known.client_ids):
        seen[f"client {client_id}"] = await repos.clients.get(client_id)
        seen[f"grants to {client_id}"] = await repos.grants.of_client(client_id, now, _ALL)
        seen[f"consents to {client_id}"] = await repos.consents.count_of_client(client_id)
        seen[f"held by {client_id}"] = await repos.assignments.held_by(Principal.client(client_id))
    for origin in sorted(known.origins):
        seen[f"origin {origin}"] = await repos.clients.allows_origin(origin)
    await _see_signed_in(seen, repos, known, now)
    await _see_tokens(seen, repos, known, now)
    return seen


async def _see_signed_in(seen: dict[str, object], repos: TenantRepositories, known: Known, now: datetime) -> None:
    for session_id in sorted(known.session_ids):
        seen[f"session {session_id}"] = await repos.sessions.get(session_id)
    client_ids = [None, *sorted(known.client_ids)]
    for handle_hash, browser_hash in sorted(known.browsers):
        for client_id in client_ids:
            seen[f"browser {handle_hash.hex()} at {client_id}"] = await repos.sessions.recognise(
                handle_hash, browser_hash, now, client_id=client_id
            )
    handles = {browser_hash: handle_hash for handle_hash, browser_hash in known.browsers}
    for interaction_hash, browser_hash in sorted(known.interactions):
        seen[f"interaction {interaction_hash.hex()}"] = await repos.interactions.open(
            interaction_hash, browser_hash, now, session_handle_hash=handles.get(browser_hash)
        )


async def _see_tokens(seen: dict[str, object], repos: TenantRepositories, known: Known, now: datetime) -> None:
    for grant_id in sorted(known.grant_ids):
        seen[f"grant {grant_id}"] = await repos.grants.get(grant_id)
        for jti in sorted(known.jtis):
            seen[f"jwt {jti} of {grant_id}"] = await repos.access_tokens.look_up_jwt(jti, grant_id, now)
    for jti in sorted(known.jtis):
        seen[f"jwt {jti}"] = await repos.access_tokens.look_up_jwt(jti, None, now)
    for token_id in sorted(known.refresh_token_ids):
        for generation in (None, 0, 1, 2):
            seen[f"refresh token {token_id} at {generation}"] = await repos.refresh_tokens.look_up(
                token_id, generation, now
            )
    for token_hash in sorted(known.access_token_hashes):
        seen[f"access token {token_hash.hex()}"] = await repos.access_tokens.look_up(token_hash, now)
