"""Resources: the APIs of a tenant, each an audience with scopes of its own (RFC 8707 §2, RFC 9068 §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from opentrusty_core.domain.scope import STANDARD_SCOPES, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """An API; `identifier` is the `aud` of its access tokens, `scopes` maps each scope to a plain description."""

    identifier: str
    name: str
    scopes: Mapping[str, str] = field(default_factory=dict)


def known_scopes(resources: Iterable[Resource]) -> frozenset[str]:
    """Every scope that a tenant knows: the standard ones and those of its resources."""
    return frozenset(STANDARD_SCOPES).union(*(resource.scopes for resource in resources))


def audiences_of(scope: Scope, resources: Iterable[Resource]) -> tuple[str, ...]:
    """The identifiers of the resources that the scope touches."""
    wanted = set(scope)
    return tuple(resource.identifier for resource in resources if wanted & resource.scopes.keys())
