"""Audit events as JSON, what is looked for among them, and what verifying says of their seal."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from opentrusty_admin.schemas.base import Instant, Model, Moment, PageQuery, Query
from opentrusty_core.domain.audit import ActorKind, AuditEvent, AuditType, Outcome
from opentrusty_core.domain.audit_names import Names
from opentrusty_core.domain.audit_query import AuditQuery
from opentrusty_core.domain.verdict import Anchor, Damage, Finding, Part, Verdict
from opentrusty_core.errors import Invalid
from opentrusty_core.management import ExportFormat

_MAX_TYPES = 4000


class AuditFilter(Query):
    """Which events: those that fit all that is given."""

    since: Instant | None = None
    """From this moment on."""
    until: Instant | None = None
    """Before this moment."""
    type: str | None = Field(default=None, min_length=1, max_length=_MAX_TYPES)
    """Of any of these types, with commas between: `user.created,user.deleted`."""
    outcome: Outcome | None = None
    actor_id: str | None = Field(default=None, min_length=1, max_length=255)
    """Who did it: the id of a user, or a client id."""
    target: str | None = Field(default=None, min_length=1, max_length=2048)
    """What it was done to: the id of a user, client, session, key …"""
    client_id: str | None = Field(default=None, min_length=1, max_length=2048)
    """Through which client."""
    ip: str | None = Field(default=None, min_length=1, max_length=255)
    """From which address."""

    def to_domain(self) -> AuditQuery:
        """As the use cases take it. Raises `Invalid` for a type that there is not."""
        return AuditQuery(
            since=self.since,
            until=self.until,
            types=frozenset(map(_type, self.type.split(","))) if self.type is not None else frozenset(),
            outcome=self.outcome,
            actor_id=self.actor_id,
            target=self.target,
            client_id=self.client_id,
            ip=self.ip,
        )


class AuditListing(AuditFilter, PageQuery):
    """Which events, and which page of them."""

    sort: Literal["at", "-at"] = "at"
    """The order: the oldest first, or with `-` the newest."""


class AuditExport(AuditFilter):
    """Which events, and how they are written."""

    format: ExportFormat = ExportFormat.JSON_LINES


class AuditEventOut(Model):
    """Who did what to what, from where, when, and how it ended."""

    id: str
    at: Moment
    type: AuditType
    outcome: Outcome
    actor_kind: ActorKind
    actor_id: str | None
    actor_name: str | None
    """Of a user the username, of a client its name, while they are there and the caller may read them."""
    target: str | None
    """An id, whose kind `type` tells."""
    target_name: str | None
    """Where it is a user's, a client's or a tenant's, as `actor_name`."""
    client_id: str | None
    """Through which client."""
    client_name: str | None
    reason: str | None
    """Why it failed."""
    ip: str | None
    user_agent: str | None
    request_id: str | None
    details: dict[str, Any]

    @classmethod
    def of(cls, event: AuditEvent, names: Names) -> AuditEventOut:
        """As JSON."""
        return cls(
            id=event.id,
            at=event.at,
            type=event.type,
            outcome=event.outcome,
            actor_kind=event.actor_kind,
            actor_id=event.actor_id,
            actor_name=names.of_actor(event),
            target=event.target,
            target_name=names.of_target(event),
            client_id=event.client_id,
            client_name=names.of_client(event),
            reason=event.reason,
            ip=event.origin.ip,
            user_agent=event.origin.user_agent,
            request_id=event.origin.request_id,
            details=dict(event.details),
        )


class VerifyRequest(Model):
    """What is to be verified."""

    anchor: str | None = Field(default=None, max_length=400)
    """As an earlier answer gave it: the audit has to go on from there."""

    def to_domain(self) -> Anchor | None:
        """The anchor. Raises `Invalid` for what is none."""
        try:
            return None if self.anchor is None else Anchor.parse(self.anchor)
        except ValueError:
            raise Invalid({"anchor": "It is not as an answer gave one."}) from None


class VerifiedSoFar(Model):
    """How many events were verified so far."""

    type: Literal["progress"] = "progress"
    events: int


class FindingOut(Model):
    """The first thing that is not as it was sealed."""

    damage: Damage
    part: Part
    id: str
    """Of an event its id, of a segment its number, of the head nothing."""
    at: Moment | None
    sentence: str
    """What it means, for people."""

    @classmethod
    def of(cls, finding: Finding) -> FindingOut:
        """As JSON."""
        return cls(damage=finding.damage, part=finding.part, id=finding.id, at=finding.at, sentence=finding.sentence)


class VerdictOut(Model):
    """What was found, in the last line."""

    type: Literal["done"] = "done"
    intact: bool
    events: int
    """How many sealed events were verified."""
    segments: int
    expired_segments: int
    """How many have had their time, and went."""
    begins_at: Moment | None
    """When the first event that is kept was made."""
    unsealed_since: Moment | None
    """Since when events wait to be sealed; minutes are as it should be."""
    anchor: str | None
    """Where the audit ended, to be kept where nobody reaches who can write to the database."""
    finding: FindingOut | None

    @classmethod
    def of(cls, verdict: Verdict) -> VerdictOut:
        """As JSON."""
        return cls(
            intact=verdict.is_intact,
            events=verdict.events,
            segments=verdict.segments,
            expired_segments=verdict.expired_segments,
            begins_at=verdict.begins_at,
            unsealed_since=verdict.unsealed_since,
            anchor=None if verdict.anchor is None else str(verdict.anchor),
            finding=None if verdict.finding is None else FindingOut.of(verdict.finding),
        )


def _type(value: str) -> AuditType:
    try:
        return AuditType(value)
    except ValueError:
        raise Invalid({"type": "There are no events of this type; separate types with commas."}) from None
