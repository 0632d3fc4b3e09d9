"""Which tenants have changed in memory (see `storage.Platform.changes`): what is against what was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from opentrusty_core.storage.outcomes import Changes
from opentrusty_core.stores.memory.tables import Tables


@dataclass(slots=True)
class ChangeLog:
    """What the tenants were when somebody last asked; a change is as young as the question that found it."""

    _seen: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    _marks: dict[str, int] = field(default_factory=dict)
    _cursor: int = 1

    def since(self, tenants: Mapping[str, Tables], since: int | None) -> Changes:
        """See `storage.Platform.changes`."""
        now = {
            id_: (t.tenant, t.clients.copy(), t.resources.copy(), t.signing_keys.copy()) for id_, t in tenants.items()
        }
        for id_ in now.keys() | self._seen.keys():
            if now.get(id_) != self._seen.get(id_):
                self._marks[id_] = self._cursor
        self._seen = now
        self._cursor += 1
        changed = (id_ for id_, mark in self._marks.items() if since is not None and mark >= since)
        return Changes(cursor=self._cursor, tenants=frozenset(changed))
