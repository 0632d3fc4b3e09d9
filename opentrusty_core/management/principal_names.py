"""What tenants and the principals in them are called, for those who look at what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from opentrusty_core.domain.principal import Principal, PrincipalKind
from opentrusty_core.errors import NotFound
from opentrusty_core.management.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalNames:
    """Names of tenants by id, and of principals by their home's id; what is gone by now has none."""

    tenants: Mapping[str, str] = field(default_factory=dict)
    principals: Mapping[tuple[str, Principal], str] = field(default_factory=dict)


async def names_of_principals(
    context: Context, who: Iterable[tuple[str, Principal]], tenant_ids: Iterable[str] = ()
) -> PrincipalNames:
    """The names of principals, of their homes and of these tenants besides: there are never many at a time."""
    tenants: dict[str, str] = {}
    principals: dict[tuple[str, Principal], str] = {}
    of_home: dict[str, set[Principal]] = {tenant_id: set() for tenant_id in tenant_ids}
    for home_id, principal in who:
        of_home.setdefault(home_id, set()).add(principal)
    for home_id, members in of_home.items():
        with suppress(NotFound):  # erased meanwhile
            tenants[home_id] = (await context.store.tenant(home_id).tenant.get()).name
            principals |= {(home_id, it): name for it, name in (await _names_in(context, home_id, members)).items()}
    return PrincipalNames(tenants=tenants, principals=principals)


async def _names_in(context: Context, home_id: str, members: set[Principal]) -> Mapping[Principal, str]:
    repos, found = context.store.tenant(home_id), dict[Principal, str]()
    if not members:
        return found
    known = await repos.audit.names([principal.id for principal in members])
    for principal in members:
        name: str | None = None
        match principal.kind:
            case PrincipalKind.USER if context.directory is not None:
                user = await context.directory.get(home_id, principal.id)
                name = user.username if user is not None else None
            case PrincipalKind.USER:
                name = known.users.get(principal.id)
            case PrincipalKind.CLIENT:
                name = known.clients.get(principal.id)
            case PrincipalKind.GROUP:
                group = await repos.groups.get(principal.id)
                name = group.name if group is not None else None
        if name is not None:
            found[principal] = name
    return found
