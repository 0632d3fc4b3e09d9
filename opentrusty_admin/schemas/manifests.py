"""Manifests, plans and what became of them, as JSON."""

from __future__ import annotations

from typing import Any

from opentrusty_admin.schemas.base import Model
from opentrusty_core.management.manifests import Action, Done, Plan, Step


class ManifestOut(Model):
    """What a tenant is, as data that makes it so."""

    manifest: dict[str, Any]
    """See docs/manifest.md."""


class ManifestIn(Model):
    """What a tenant is to be."""

    manifest: dict[str, Any]
    """See docs/manifest.md; `tenant` is that of the path."""
    delete: bool = True
    """Whether what a section does not list is removed."""


class ChangeOut(Model):
    """A field, and its value before and after."""

    field: str
    before: Any
    after: Any


class StepOut(Model):
    """What is to be done with one thing."""

    action: Action
    noun: str
    name: str
    changes: tuple[ChangeOut, ...]

    @classmethod
    def of(cls, step: Step) -> StepOut:
        """As JSON."""
        return cls(**_content(step))


class PlanOut(Model):
    """What has to be done; no steps where the tenant is what the manifest says."""

    steps: tuple[StepOut, ...]

    @classmethod
    def of(cls, plan: Plan) -> PlanOut:
        """As JSON."""
        return cls(steps=tuple(map(StepOut.of, plan.steps)))


class DoneOut(StepOut):
    """What was done."""

    client_secret: str | None
    """Of a client that was made, shown this once."""

    @classmethod
    def of_done(cls, done: Done) -> DoneOut:
        """As JSON."""
        return cls(**_content(done.step), client_secret=done.secret)


class Applied(Model):
    """The steps that were taken. Where one failed, those before it stay, and applying the manifest again goes on."""

    done: tuple[DoneOut, ...]
    failure: str | None
    """Why the step after the last one that was done failed; null where all were done."""


def _content(step: Step) -> dict[str, Any]:
    changes = tuple(ChangeOut(field=it.field, before=it.before, after=it.after) for it in step.changes)
    return {"action": step.action, "noun": step.noun, "name": step.name, "changes": changes}
