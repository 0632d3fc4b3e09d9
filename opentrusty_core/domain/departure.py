"""Departures: the ways in which somebody may stop holding a role that somebody has to hold."""

from __future__ import annotations

from dataclasses import dataclass

from opentrusty_core.domain.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGone:
    """A user can no longer sign in: deleted or disabled."""

    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleTaken:
    """The role is taken from a principal; a group that is deleted loses it too."""

    principal: Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLeft:
    """A user is a member of a group no more."""

    group_id: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeGone:
    """The tenant itself stops serving, and so nobody of it can sign in."""


Departure = UserGone | RoleTaken | GroupLeft | HomeGone
