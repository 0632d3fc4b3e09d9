"""Run the place: the use cases of administrators.

Each takes the `Actor` who asks and names the `Permission` that it needs, returns records of the domain, and writes its
audit event in the transaction of the change. What is another tenant's looks absent.

The names below are its public interface. They are imported when first used: a plane that signs people in starts without
the use cases of administrators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentrusty_core.lazy import names_of

if TYPE_CHECKING:
    from opentrusty_core.management.accesses import Administrator as Administrator
    from opentrusty_core.management.accesses import NamedAccess as NamedAccess
    from opentrusty_core.management.actor import Actor as Actor
    from opentrusty_core.management.actor import actor_of_client as actor_of_client
    from opentrusty_core.management.actor import actor_of_user as actor_of_user
    from opentrusty_core.management.audit_export import ExportFormat as ExportFormat
    from opentrusty_core.management.bootstrap import Bootstrapped as Bootstrapped
    from opentrusty_core.management.client_fields import NOT_SUPPORTED as NOT_SUPPORTED
    from opentrusty_core.management.client_fields import ClientFields as ClientFields
    from opentrusty_core.management.clients import ClientWithSecret as ClientWithSecret
    from opentrusty_core.management.custom_roles import RoleFields as RoleFields
    from opentrusty_core.management.groups import GroupFields as GroupFields
    from opentrusty_core.management.idempotency import Begun as Begun
    from opentrusty_core.management.idempotency import Repeated as Repeated
    from opentrusty_core.management.import_lines import ImportFormat as ImportFormat
    from opentrusty_core.management.keys import KeySteps as KeySteps
    from opentrusty_core.management.links import MadeLink as MadeLink
    from opentrusty_core.management.maintenance import MaintenanceReport as MaintenanceReport
    from opentrusty_core.management.master_key import check_master_keys as check_master_keys
    from opentrusty_core.management.master_key import create_master_key_file as create_master_key_file
    from opentrusty_core.management.master_key import load_master_keys as load_master_keys
    from opentrusty_core.management.master_key import older_keys as older_keys
    from opentrusty_core.management.me import Myself as Myself
    from opentrusty_core.management.password_policy import generate_password as generate_password
    from opentrusty_core.management.principal_names import PrincipalNames as PrincipalNames
    from opentrusty_core.management.resealing import Resealed as Resealed
    from opentrusty_core.management.sealing import SealReport as SealReport
    from opentrusty_core.management.system import Check as Check
    from opentrusty_core.management.system import SystemHealth as SystemHealth
    from opentrusty_core.management.tenant_lives import GRACE as GRACE
    from opentrusty_core.management.tenant_lives import PLATFORM_TENANT as PLATFORM_TENANT
    from opentrusty_core.management.tenant_settings import Bounds as Bounds
    from opentrusty_core.management.tenant_settings import settings_bounds as settings_bounds
    from opentrusty_core.management.tenants import FirstOwner as FirstOwner
    from opentrusty_core.management.tenants import InvitedOwner as InvitedOwner
    from opentrusty_core.management.use_cases import Management as Management
    from opentrusty_core.management.user_fields import UserFields as UserFields
    from opentrusty_core.management.users import MOST_COUNTED as MOST_COUNTED

_HOMES = {
    "accesses": (
        "Administrator",
        "NamedAccess",
    ),
    "actor": (
        "Actor",
        "actor_of_client",
        "actor_of_user",
    ),
    "audit_export": ("ExportFormat",),
    "bootstrap": ("Bootstrapped",),
    "client_fields": (
        "ClientFields",
        "NOT_SUPPORTED",
    ),
    "clients": ("ClientWithSecret",),
    "custom_roles": ("RoleFields",),
    "groups": ("GroupFields",),
    "idempotency": (
        "Begun",
        "Repeated",
    ),
    "import_lines": ("ImportFormat",),
    "keys": ("KeySteps",),
    "links": ("MadeLink",),
    "maintenance": ("MaintenanceReport",),
    "master_key": (
        "check_master_keys",
        "create_master_key_file",
        "load_master_keys",
        "older_keys",
    ),
    "me": ("Myself",),
    "password_policy": ("generate_password",),
    "principal_names": ("PrincipalNames",),
    "resealing": ("Resealed",),
    "sealing": ("SealReport",),
    "system": (
        "Check",
        "SystemHealth",
    ),
    "tenant_lives": (
        "GRACE",
        "PLATFORM_TENANT",
    ),
    "tenant_settings": (
        "Bounds",
        "settings_bounds",
    ),
    "tenants": (
        "FirstOwner",
        "InvitedOwner",
    ),
    "use_cases": ("Management",),
    "user_fields": ("UserFields",),
    "users": ("MOST_COUNTED",),
}

__getattr__, __dir__, __all__ = names_of(__name__, _HOMES)
