"""Resources as JSON."""

from __future__ import annotations

from pydantic import Field

from opentrusty_admin.schemas.base import Model, PageQuery, Text, Versioned
from opentrusty_core import Resource


class ResourceFields(Model):
    """What is said of a resource."""

    name: Text
    scopes: dict[Text, Text] = Field(default_factory=dict)
    """Each scope with a plain description, which people read when they are asked."""

    def to_domain(self, identifier: str) -> Resource:
        """The resource, as the use cases take it."""
        return Resource(identifier=identifier, name=self.name, scopes=self.scopes)


class ResourceQuery(PageQuery):
    """Which resources to list."""

    search: str = ""
    """Words that have to be in the identifier, the name or the scopes."""


class ResourceOut(Versioned):
    """An API of the tenant; `identifier` is the audience of its access tokens."""

    identifier: str
    name: str
    scopes: dict[str, str]

    @classmethod
    def of(cls, resource: Resource) -> ResourceOut:
        """As JSON."""
        return cls(
            identifier=resource.identifier,
            name=resource.name,
            scopes=dict(resource.scopes),
            version=resource.version,
        )
