-- A domain of a tenant's own: of one tenant at a time. Many may ask for the same; one is given it.

ALTER TABLE tenants ADD COLUMN domain {{id}};
ALTER TABLE tenants ADD COLUMN pending_domain {{id}};
CREATE UNIQUE INDEX tenants_by_domain ON tenants (domain) WHERE domain IS NOT NULL;
CREATE INDEX tenants_waiting_for_domain ON tenants (name) WHERE pending_domain IS NOT NULL;
