-- The tenant's own record, clients, resources, keys.

-- name: create_tenant
-- Adds a tenant. No row: its name or id is taken.
INSERT INTO tenants (terms, {{tenant}}) VALUES (:terms, {{:tenant}}) ON CONFLICT DO NOTHING RETURNING id;
{{write_event}};

-- name: get_tenant
-- The tenant itself.
SELECT {{tenant:t}} FROM tenants t WHERE t.id = :tenant_id;

-- name: update_tenant
-- Replaces the version before. No row: another version stands there, or there is no such tenant.
UPDATE tenants
   SET status = :tenant_status, created_at = :tenant_created_at, updated_at = :tenant_updated_at,
       version = :tenant_version, domain = :tenant_domain, pending_domain = :tenant_pending_domain,
       delete_at = :tenant_delete_at, document = :tenant_document, terms = :terms
 WHERE id = :tenant_id AND version = :tenant_version - 1 RETURNING id;
{{note_change}};
{{write_event}};

-- name: add_client
-- Registers a client. No row: its id is taken.
INSERT INTO clients (tenant_id, {{client}}, kind, name_key, terms)
VALUES (:tenant_id, {{:client}}, :kind, :name_key, :terms) ON CONFLICT DO NOTHING RETURNING client_id;
INSERT INTO client_origins (tenant_id, origin, client_id)
SELECT DISTINCT :tenant_id, each.value, :client_client_id FROM {{each:origins}};
INSERT INTO client_terms (tenant_id, term, client_id)
SELECT :tenant_id, each.value, :client_client_id FROM {{each:terms}};
{{note_change}};
{{write_event}};

-- name: get_client
-- One client.
SELECT {{client:c}} FROM clients c WHERE c.tenant_id = :tenant_id AND c.client_id = :client_id;

-- name: update_client
-- Replaces the version before. No row: another version stands there, or there is no such client.
UPDATE clients
   SET status = :client_status, created_at = :client_created_at, updated_at = :client_updated_at,
       version = :client_version, document = :client_document, kind = :kind, name_key = :name_key, terms = :terms
 WHERE tenant_id = :tenant_id AND client_id = :client_client_id AND version = :client_version - 1 RETURNING client_id;
DELETE FROM client_origins WHERE tenant_id = :tenant_id AND client_id = :client_client_id;
INSERT INTO client_origins (tenant_id, origin, client_id)
SELECT DISTINCT :tenant_id, each.value, :client_client_id FROM {{each:origins}};
DELETE FROM client_terms WHERE tenant_id = :tenant_id AND client_id = :client_client_id;
INSERT INTO client_terms (tenant_id, term, client_id)
SELECT :tenant_id, each.value, :client_client_id FROM {{each:terms}};
{{note_change}};
{{write_event}};

-- name: delete_client
-- Removes a client with all that it was allowed. No row: there is no such client.
DELETE FROM clients WHERE tenant_id = :tenant_id AND client_id = :client_id RETURNING client_id;
DELETE FROM consents WHERE tenant_id = :tenant_id AND client_id = :client_id AND granted_at IS NOT NULL;
DELETE FROM codes WHERE tenant_id = :tenant_id AND client_id = :client_id;
DELETE FROM access_tokens WHERE tenant_id = :tenant_id AND client_id = :client_id;
DELETE FROM refresh_tokens
 WHERE tenant_id = :tenant_id
   AND grant_id IN (SELECT id FROM grants WHERE tenant_id = :tenant_id AND client_id = :client_id);
DELETE FROM grants WHERE tenant_id = :tenant_id AND client_id = :client_id;
DELETE FROM assignments
 WHERE tenant_id = :tenant_id AND principal_kind = 'client' AND principal_id = :client_id;
DELETE FROM platform_assignments
 WHERE tenant_id = :tenant_id AND principal_kind = 'client' AND principal_id = :client_id;
{{note_change}};
{{write_event}};

-- name: client_of_origin
-- A row, if any active client has registered the origin.
SELECT 1 AS allowed
  FROM client_origins o JOIN clients c ON c.tenant_id = {{tenant_of:o}} AND c.client_id = o.client_id
 WHERE o.tenant_id = :tenant_id AND o.origin = :origin AND c.status = 'active' LIMIT 1;

-- name: save_resource
-- Adds a resource, or replaces the version that is to be there; the version that is there now. No row: another one was.
INSERT INTO resources (tenant_id, {{resource}}) VALUES (:tenant_id, {{:resource}})
    ON CONFLICT (tenant_id, identifier) DO UPDATE
   SET name = excluded.name, document = excluded.document, version = resources.version + 1
 WHERE resources.version = coalesce(CAST(:replaces AS {{integer}}), resources.version)
RETURNING version;
DELETE FROM resource_scopes WHERE tenant_id = :tenant_id AND identifier = :resource_identifier;
{{note_change}};

-- name: claim_scopes
-- Gives scopes to a resource: fewer rows than scopes where another resource has some of them.
INSERT INTO resource_scopes (tenant_id, scope, identifier)
SELECT :tenant_id, each.value, :resource_identifier FROM {{each:scopes}} WHERE true
    ON CONFLICT DO NOTHING RETURNING scope;

-- name: delete_resource
-- Removes a resource. No row: there is none.
DELETE FROM resources WHERE tenant_id = :tenant_id AND identifier = :identifier RETURNING identifier;
{{note_change}};
{{write_event}};

-- name: resources
-- Every resource.
SELECT {{resource:r}} FROM resources r WHERE r.tenant_id = :tenant_id ORDER BY r.identifier;

-- name: signing_keys
-- Every key.
SELECT {{signing_key:k}} FROM signing_keys k WHERE k.tenant_id = :tenant_id ORDER BY k.kid;

-- name: add_signing_key
-- Adds a key. No row: another of its algorithm holds its status.
INSERT INTO signing_keys (tenant_id, {{signing_key}}, master_key)
VALUES (:tenant_id, {{:signing_key}}, substr(CAST(:signing_key_sealed_private AS {{bytes}}), 2, 8))
    ON CONFLICT DO NOTHING RETURNING kid;
{{note_change}};
{{write_event}};

-- name: reseal_signing_key
-- Writes the sealed half of a key anew. No row: it is not the one that it was.
UPDATE signing_keys
   SET sealed_private = :sealed_private, master_key = substr(CAST(:sealed_private AS {{bytes}}), 2, 8)
 WHERE tenant_id = :tenant_id AND kid = :kid AND sealed_private = :before RETURNING kid;

-- name: step_signing_key
-- Writes a key's next state. No row: its stored status is not the one before.
UPDATE signing_keys
   SET status = :signing_key_status, activates_at = :signing_key_activates_at,
       activated_at = :signing_key_activated_at, retiring_at = :signing_key_retiring_at,
       retired_at = :signing_key_retired_at
 WHERE tenant_id = :tenant_id AND kid = :signing_key_kid AND status = :status_before RETURNING kid;

