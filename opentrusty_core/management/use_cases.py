"""Every use case of administrators, composed."""

from __future__ import annotations

from opentrusty_core.config import Config, Settings
from opentrusty_core.crypto.envelope import MasterKeys
from opentrusty_core.crypto.passwords import Passwords
from opentrusty_core.domain.signing_key import KeyPolicy
from opentrusty_core.management.accesses import Accesses
from opentrusty_core.management.audit import Audit
from opentrusty_core.management.audit_expiry import AuditExpiry
from opentrusty_core.management.bootstrap import Bootstrap
from opentrusty_core.management.bulk_users import BulkUsers
from opentrusty_core.management.client_grants import ClientGrants
from opentrusty_core.management.clients import Clients
from opentrusty_core.management.consents import Consents
from opentrusty_core.management.context import Context
from opentrusty_core.management.custom_roles import CustomRoles
from opentrusty_core.management.domains import Domains
from opentrusty_core.management.erasure import Erasure
from opentrusty_core.management.groups import Groups
from opentrusty_core.management.idempotency import Idempotency
from opentrusty_core.management.keys import Keys
from opentrusty_core.management.links import Links
from opentrusty_core.management.maintenance import Maintenance
from opentrusty_core.management.manifests import Manifests, UseCases
from opentrusty_core.management.master_key import check_master_keys, load_master_keys
from opentrusty_core.management.me import Me
from opentrusty_core.management.resealing import Resealing
from opentrusty_core.management.resources import Resources
from opentrusty_core.management.roles import Roles
from opentrusty_core.management.sealing import Sealing
from opentrusty_core.management.sessions import Sessions
from opentrusty_core.management.statistics import Statistics
from opentrusty_core.management.system import System
from opentrusty_core.management.tenants import Tenants
from opentrusty_core.management.user_exports import UserExports
from opentrusty_core.management.user_imports import UserImports
from opentrusty_core.management.users import Users
from opentrusty_core.runtime import Runtime
from opentrusty_core.storage import Directory, Store


class Management:
    """Every use case, by its noun.

    Args:
        store: a store whose master key has been checked (`check_master_keys`), or use `opened`.
        passwords: hashes users' passwords; made from `runtime` where none is given.
        key_policy: the pace of the signing keys' life.
        directory: where people come from, if not from the store.
    """

    def __init__(
        self,
        store: Store,
        runtime: Runtime,
        config: Config,
        master_keys: MasterKeys,
        *,
        passwords: Passwords | None = None,
        key_policy: KeyPolicy | None = None,
        directory: Directory | None = None,
    ) -> None:
        context = Context(
            store=store,
            runtime=runtime,
            config=config,
            passwords=passwords or Passwords(runtime.token_bytes),
            master_keys=master_keys,
            key_policy=key_policy or KeyPolicy(),
            directory=directory,
        )
        self.keys = Keys(context)
        self.users = Users(context)
        self.links = Links(context, self.users)
        self.tenants = Tenants(context, self.keys, self.users, self.links)
        self.domains = Domains(context)
        self.clients = Clients(context)
        self.client_grants = ClientGrants(context)
        self.resources = Resources(context)
        self.roles = Roles(context)
        self.custom_roles = CustomRoles(context)
        self.groups = Groups(context)
        self.manifests = Manifests(
            context,
            UseCases(
                tenants=self.tenants,
                resources=self.resources,
                clients=self.clients,
                custom_roles=self.custom_roles,
                roles=self.roles,
                groups=self.groups,
            ),
        )
        self.accesses = Accesses(context)
        self.user_imports = UserImports(context, self.users, self.roles)
        self.user_exports = UserExports(context)
        self.sessions = Sessions(context)
        self.consents = Consents(context)
        self.bulk_users = BulkUsers(context, self.users, self.sessions)
        self.audit = Audit(context)
        self.me = Me(context, self.accesses)
        self.idempotency = Idempotency(context)
        self.bootstrap = Bootstrap(context, self.tenants, self.users)
        self.statistics = Statistics(context)
        self.sealing = Sealing(context)
        self.system = System(context)
        self.resealing = Resealing(context)
        self.maintenance = Maintenance(context, self.keys, self.sealing, AuditExpiry(context), Erasure(context))

    @classmethod
    async def opened(cls, store: Store, runtime: Runtime, settings: Settings) -> Management:
        """The use cases over a deployment's store and settings.

        Raises:
            ConfigurationError: there is no master key, or it is not this database's.
        """
        master_keys = load_master_keys(settings, runtime)
        await check_master_keys(store, master_keys)
        return cls(store, runtime, settings.config, master_keys)
