"""Resources: the APIs of a tenant, each an audience with scopes of its own (RFC 8707 §2, RFC 9068 §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from opentrusty_core.domain.scope import STANDARD_SCOPES, Scope
from opentrusty_core.domain.tenant import TenantSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """An API; `identifier` is the `aud` of its access tokens, `scopes` maps each scope to a plain description.

    `version` grows with each save, and is no part of what it is.
    """

    identifier: str
    name: str
    scopes: Mapping[str, str] = field(default_factory=dict)
    version: int = field(default=1, compare=False)


def permitted(resources: Iterable[Resource], settings: TenantSettings) -> tuple[Resource, ...]:
    """The resources that the tenant's settings allow, each with the scopes that they allow."""
    identifiers, scopes = settings.allowed_resources, settings.allowed_scopes
    allowed = tuple(it for it in resources if identifiers is None or it.identifier in identifiers)
    if scopes is None:
        return allowed
    return tuple(
        replace(it, scopes={name: text for name, text in it.scopes.items() if name in scopes}) for it in allowed
    )


def known_scopes(resources: Iterable[Resource]) -> frozenset[str]:
    """Every scope that a tenant knows: the standard ones and those of its resources."""
    return frozenset(STANDARD_SCOPES).union(*(resource.scopes for resource in resources))


def permitted_scopes(resources: Iterable[Resource], settings: TenantSettings) -> frozenset[str]:
    """Those of the known scopes that the tenant's settings allow."""
    known = known_scopes(permitted(resources, settings))
    return known if settings.allowed_scopes is None else known.intersection(settings.allowed_scopes)


def audiences_of(scope: Scope, resources: Iterable[Resource]) -> tuple[str, ...]:
    """The identifiers of the resources that the scope touches."""
    wanted = set(scope)
    return tuple(resource.identifier for resource in resources if wanted & resource.scopes.keys())
