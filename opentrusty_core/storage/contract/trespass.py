"""Trespasses: what each verb of a tenant's repositories answers to what is foreign."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from opentrusty_core.storage.contract.planted import Planted
from opentrusty_core.storage.contract.world import World

Trespass = Callable[[World, Planted], Awaitable[None]]
"""Tries a verb in the tenant `there` on what was planted here."""

TRESPASSES: dict[str, Trespass] = {}


def trespass(verb: str) -> Callable[[Trespass], Trespass]:
    """Register the trespass by the verb."""

    def register(function: Trespass) -> Trespass:
        TRESPASSES[verb] = function
        return function

    return register
