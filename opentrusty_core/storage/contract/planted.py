"""A tenant with one of everything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from opentrusty_core.domain.attempt import Attempt
from opentrusty_core.domain.client import Client
from opentrusty_core.domain.custom_role import CustomRole
from opentrusty_core.domain.grant import Consent, Grant
from opentrusty_core.domain.group import Group
from opentrusty_core.domain.interaction import Interaction
from opentrusty_core.domain.one_time_link import OneTimeLink
from opentrusty_core.domain.principal import Principal
from opentrusty_core.domain.resource import Resource
from opentrusty_core.domain.role import Assignment
from opentrusty_core.domain.session import Session
from opentrusty_core.domain.signing_key import KeyStatus, SigningKey
from opentrusty_core.domain.statistics import Counted, CountKey, Measure, UseKey, Uses
from opentrusty_core.domain.throttle import Bucket
from opentrusty_core.domain.token import AccessToken, RefreshToken
from opentrusty_core.domain.user import PasswordCredential, User, normalised
from opentrusty_core.storage.contract.builders import (
    a_bucket,
    a_consent,
    a_custom_role,
    a_head,
    a_link,
    a_password,
    a_resource,
    a_segment,
    a_signing_key,
    an_access_token,
    an_assignment,
    an_attempt,
)
from opentrusty_core.storage.contract.visible import Known
from opentrusty_core.storage.contract.world import Issued, World

ORIGIN = "https://app.example"
JTI, REVOKED_JTI = "a-jti", "a-revoked-jti"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Records of the tenant `here` that belong together; `issued` waits to be redeemed, `bucket` is full."""

    user: User
    password: PasswordCredential
    link: OneTimeLink
    attempt: Attempt
    client: Client
    consent: Consent
    assignment: Assignment
    role: CustomRole
    group: Group
    resource: Resource
    key: SigningKey
    session: Session
    interaction: Interaction
    issued: Issued
    grant: Grant
    refresh_token: RefreshToken
    access_token: AccessToken
    bucket: Bucket

    @property
    def known(self) -> Known:
        """What to look for."""
        return Known(
            user_ids={self.user.id},
            names={normalised(self.user.username)},
            link_hashes={self.link.hash},
            client_ids={self.client.client_id},
            origins={ORIGIN},
            roles={self.assignment.role, self.role.name},
            group_ids={self.group.id},
            session_ids={self.session.id},
            browsers={(self.session.handle_hash, self.session.browser_hash)},
            interactions={(self.interaction.hash, self.interaction.browser_hash)},
            grant_ids={self.issued.grant.id, self.grant.id},
            refresh_token_ids={self.refresh_token.id},
            access_token_hashes={self.access_token.hash},
            jtis={JTI, REVOKED_JTI},
        )


async def plant(world: World) -> Planted:
    """One of everything, here."""
    user, client = await world.user(), await world.client(allowed_origins=(ORIGIN,))
    session = await world.session(user)
    # Offline, so that it is not the session that keeps it alive.
    grant, refresh_token = await world.granted(session, client, scope=("openid", "offline_access"))
    planted = Planted(
        user=user,
        password=a_password(world.runtime, user.id),
        link=a_link(world.runtime, user.id),
        attempt=an_attempt(world.runtime, sealed_answer=b"an answer"),
        client=client,
        consent=a_consent(world.runtime, user.id, client.client_id),
        assignment=an_assignment(world.runtime, world.here_tenant.id, Principal.user(user.id)),
        role=a_custom_role(world.runtime),
        group=await world.group(members=(user.id,)),
        resource=a_resource(world.runtime),
        key=a_signing_key(world.runtime, status=KeyStatus.ACTIVE, activated_at=world.now),
        session=session,
        interaction=await world.interaction(client_id=client.client_id, browser_hash=session.browser_hash),
        issued=await world.issued(session, client),
        grant=grant,
        refresh_token=refresh_token,
        access_token=an_access_token(world.runtime, client.client_id, grant),
        bucket=a_bucket(world.runtime, burst=1),
    )
    here, end = world.here, world.now + timedelta(minutes=10)
    await here.passwords.set(planted.password, world.event())
    await here.links.make(planted.link, world.event())
    await here.attempts.claim(planted.attempt, world.now, stale_since=world.now)
    await here.consents.save(planted.consent, world.event())
    await here.assignments.assign(planted.assignment, world.event())
    await here.roles.add(planted.role, world.event())
    for principal in (Principal.group(planted.group.id), Principal.client(client.client_id)):
        held = replace(planted.assignment, principal=principal, role=planted.role.name)
        await here.assignments.assign(held, world.event())
    await world.store.platform.assignments.assign(replace(planted.assignment, role="platform_admin"), world.event())
    await here.resources.save(planted.resource, world.event())
    await here.signing_keys.add(planted.key, world.event())
    await here.access_tokens.add(planted.access_token, world.event())
    await here.access_tokens.revoke_jwt(REVOKED_JTI, end, world.event())
    await here.throttles.take((planted.bucket,), world.now)
    segment, today = a_segment(world.runtime, [event.id for event in await world.events()]), world.now.date()
    counted = Counted(
        counts={CountKey(today, Measure.SIGN_INS): 1},
        uses={UseKey(today, client.client_id): Uses(1, 1)},
        last_active={user.id: today},
    )
    await here.seals.seal(segment, a_head(segment), counted, chain=None)
    await here.statistics.count_totals(world.now)
    return planted
