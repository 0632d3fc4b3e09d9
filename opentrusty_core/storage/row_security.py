"""How far a database keeps tenants apart by itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Exemption(StrEnum):
    """Why a role is not held to row-level security, or need not stay so; the first that holds says it all."""

    SUPERUSER = "is a superuser"
    BYPASS = "may bypass it (BYPASSRLS)"
    OWNER = "owns the tables, and could lift it"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSecurity:
    """Row-level security as this deployment has it."""

    is_used: bool
    """Whether the store says with every statement whose rows it is about."""
    unsecured: tuple[str, ...]
    """The tables of tenants where it is not in force."""
    role: str
    """Whom the database takes us for."""
    exemption: Exemption | None

    @property
    def is_in_force(self) -> bool:
        """Whether it is on every table of tenants."""
        return not self.unsecured
