"""The use cases over HTTP: what `Management` is on a database, `Remote` is through the Admin Plane.

Commands talk to either in the same words. Each noun here has the methods that commands call, with the signatures and
the records of its twin in `opentrusty_core.management`; a test compares them. The Admin Plane knows the caller by their
token, so the `actor` that a method is given says nothing here.
"""

from __future__ import annotations

from opentrusty_cli.remote.api import Api
from opentrusty_cli.remote.audit import RemoteAudit, RemoteStatistics
from opentrusty_cli.remote.clients import RemoteClientGrants, RemoteClients
from opentrusty_cli.remote.links import RemoteLinks
from opentrusty_cli.remote.manifests import RemoteManifests
from opentrusty_cli.remote.registry import RemoteKeys, RemoteResources, RemoteSessions, RemoteSystem
from opentrusty_cli.remote.roles import RemoteAccesses, RemoteCustomRoles, RemoteGroups, RemoteRoles
from opentrusty_cli.remote.tenants import RemoteDomains, RemoteTenants
from opentrusty_cli.remote.users import (
    RemoteBulkUsers,
    RemoteConsents,
    RemoteUserExports,
    RemoteUserImports,
    RemoteUsers,
)


class Remote:
    """Twin of `management.Management`, as far as it can be had over HTTP."""

    def __init__(self, api: Api) -> None:
        self.tenants = RemoteTenants(api)
        self.domains = RemoteDomains(api, self.tenants)
        self.users = RemoteUsers(api)
        self.links = RemoteLinks(api)
        self.consents = RemoteConsents(api)
        self.user_imports = RemoteUserImports(api)
        self.user_exports = RemoteUserExports(api)
        self.bulk_users = RemoteBulkUsers(api)
        self.clients = RemoteClients(api)
        self.client_grants = RemoteClientGrants(api)
        self.resources = RemoteResources(api)
        self.keys = RemoteKeys(api)
        self.custom_roles = RemoteCustomRoles(api)
        self.roles = RemoteRoles(api)
        self.groups = RemoteGroups(api)
        self.accesses = RemoteAccesses(api)
        self.sessions = RemoteSessions(api)
        self.manifests = RemoteManifests(api)
        self.audit = RemoteAudit(api)
        self.statistics = RemoteStatistics(api)
        self.system = RemoteSystem(api)
