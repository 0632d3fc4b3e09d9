"""Issuers as JSON."""

from __future__ import annotations

from pydantic import Field

from opentrusty_admin.schemas.base import Model, Query


class IssuerQuery(Query):
    """Which issuer."""

    iss: str = Field(max_length=2048)
    """Its identifier, such as `https://login.example.org`."""


class IssuerOut(Model):
    """An issuer, and whose it is."""

    issuer: str
    tenant: str
    """The tenant's name."""
