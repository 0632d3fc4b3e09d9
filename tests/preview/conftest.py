"""The world of the protocol's tests, and who looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from opentrusty_core.domain.scope import Scope
from opentrusty_core.management import Actor
from opentrusty_core.preview import NothingIssued, Previews, TokenPreview
from tests.support.cast import ALICE
from tests.support.world import World, new_world

SYSTEM = Actor.system(via="test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """A world and its previews; people are Alice unless somebody else is named."""

    world: World

    async def at(
        self,
        client_id: str = "web",
        *scope: str,
        user_id: str | None = ALICE,
        claims: Mapping[str, object] | None = None,
        actor: Actor = SYSTEM,
        tenant_id: str = "acme-id",
    ) -> TokenPreview | NothingIssued:
        previews = Previews(self.world.deps)
        wanted: Scope | None = scope or None
        return await previews.tokens(actor, tenant_id, client_id, user_id=user_id, scope=wanted, claims=claims)

    async def issued(self, client_id: str = "web", *scope: str, **options: object) -> TokenPreview:
        shown = await self.at(client_id, *scope, **options)  # type: ignore[arg-type]
        assert isinstance(shown, TokenPreview), shown
        return shown

    async def refused(self, client_id: str = "web", *scope: str, **options: object) -> list[str]:
        """The reasons for which nothing would be issued; each is a sentence."""
        shown = await self.at(client_id, *scope, **options)  # type: ignore[arg-type]
        assert isinstance(shown, NothingIssued), shown
        assert all(reason.why.endswith((".", ")")) for reason in shown.reasons)
        return [reason.error for reason in shown.reasons]


@pytest.fixture
async def looking() -> Looking:
    return Looking(world=await new_world())
