-- What belongs to no tenant, and the care of the tables.

-- name: find_tenant (all tenants)
-- The tenant of a name.
SELECT {{tenant:t}} FROM tenants t WHERE t.name = :name;

-- name: published_keys_of (all tenants)
-- The keys in the JWKS of the tenant of a name.
SELECT {{signing_key:k}} FROM signing_keys k
 WHERE k.tenant_id = (SELECT id FROM tenants WHERE name = :name) AND k.status <> 'retired' ORDER BY k.kid;

-- name: resources_of (all tenants)
-- The resources of the tenant of a name.
SELECT {{resource:r}} FROM resources r
 WHERE r.tenant_id = (SELECT id FROM tenants WHERE name = :name) ORDER BY r.identifier;

-- name: page_tenants (all tenants)
-- Tenants by name; `:status` is empty where any will do, `:terms` are how the words of a search begin.
SELECT {{tenant:t}} FROM tenants t
 WHERE t.name {{beyond}} :after AND (:status = '' OR t.status = :status)
   AND NOT EXISTS (SELECT 1 FROM {{each:terms}} WHERE {{lacks:t.terms}})
 ORDER BY t.name {{order}} LIMIT :limit;

-- name: page_tenants_by_creation (all tenants)
-- Tenants by the moment of their creation.
SELECT {{tenant:t}} FROM tenants t
 WHERE (t.created_at, t.id) {{beyond}} (:after_value, :after_id) AND (:status = '' OR t.status = :status)
   AND NOT EXISTS (SELECT 1 FROM {{each:terms}} WHERE {{lacks:t.terms}})
 ORDER BY t.created_at {{order}}, t.id {{order}} LIMIT :limit;

-- name: tenant_at_domain (all tenants)
-- The name of the tenant of a domain.
SELECT t.name FROM tenants t WHERE t.domain = :domain;

-- name: page_tenants_waiting_for_domain (all tenants)
-- Tenants that asked for a domain, by name.
SELECT {{tenant:t}} FROM tenants t
 WHERE t.pending_domain IS NOT NULL AND t.name > :after ORDER BY t.name LIMIT :limit;

-- name: due_tenants (all tenants)
-- Tenants whose end has come, the earliest first.
SELECT {{tenant:t}} FROM tenants t WHERE t.delete_at <= :now ORDER BY t.delete_at, t.id LIMIT :limit;

-- name: tenant_to_erase
-- A tenant that is being erased, for this transaction to change.
SELECT {{tenant:t}} FROM tenants t WHERE t.id = :home AND t.status = 'erasing' {{for_update}};

-- name: count_erased
-- Remembers how much of a tenant has been erased.
UPDATE tenants SET document = :tenant_document WHERE id = :home RETURNING id;

-- name: forget_tenant (all tenants)
-- Removes the record of a tenant that is being erased. No row: there is none.
DELETE FROM tenants WHERE id = :home AND status = 'erasing' RETURNING id;
{{write_event}};

-- name: changes (all tenants)
-- The tenants that something was noted of by transactions that had not committed when `:since` was the cursor, each with the
-- cursor of now; one row with no tenant where there is none.
SELECT now.cursor, c.tenant_id FROM (SELECT {{cursor}} AS cursor) now LEFT JOIN changes c ON c.mark >= :since;

-- name: note_change
-- Notes that something of a tenant has changed that serving processes remember.
{{note_change}};

-- name: claim_meta (no tenant)
-- Remembers a value unless one is remembered; the one that is.
INSERT INTO meta (name, value) VALUES (:name, :value)
    ON CONFLICT (name) DO UPDATE SET value = meta.value RETURNING value;

-- name: replace_meta (no tenant)
-- Remembers a value in place of an old one. No row: the old one is not what is remembered.
UPDATE meta SET value = :value WHERE name = :name AND value = :old RETURNING value;

-- name: set_meta (no tenant)
-- Remembers a value.
INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: get_meta (no tenant)
-- A value that is remembered.
SELECT value FROM meta WHERE name = :name;

-- name: unsealed_audits (all tenants)
-- The next tenants by id, and whether they have events that are due to be sealed.
SELECT t.id, EXISTS (
           SELECT 1 FROM audit_events e
            WHERE e.tenant_id = t.id AND e.id > CASE WHEN h.last_id IS NULL THEN '' ELSE h.last_id END AND e.id < :before
       ) AS is_waiting
  FROM tenants t LEFT JOIN audit_heads h ON h.tenant_id = t.id
 WHERE t.id > :after AND t.status <> 'erasing' ORDER BY t.id LIMIT :limit;

-- name: clock (no tenant)
-- The database's time in seconds since 1970.
SELECT unixepoch();

-- name: applied_migrations (no tenant)
-- What has shaped this database.
SELECT name, checksum FROM schema_migrations ORDER BY name;

-- Purges: small batches, past rows that somebody is using.

-- name: lock_due_codes (all tenants)
-- The codes that expired unspent, or were spent and whose grant has expired: nobody touches them until they are gone with
-- their grants and refresh tokens, so the three purges that follow find the same.
SELECT hash FROM codes WHERE kept_until_at <= :now ORDER BY kept_until_at, hash LIMIT :batch {{for_update}};

-- name: purge_refresh_tokens (all tenants)
-- Refresh tokens of the codes that are due.
DELETE FROM refresh_tokens WHERE (tenant_id, grant_id) IN (
    SELECT tenant_id, grant_id FROM codes WHERE kept_until_at <= :now ORDER BY kept_until_at, hash LIMIT :batch
) RETURNING 1;

-- name: purge_grants (all tenants)
-- Grants of the codes that are due.
DELETE FROM grants WHERE (tenant_id, id) IN (
    SELECT tenant_id, grant_id FROM codes WHERE kept_until_at <= :now ORDER BY kept_until_at, hash LIMIT :batch
) RETURNING 1;

-- name: purge_codes (all tenants)
-- The codes that are due.
DELETE FROM codes WHERE (tenant_id, hash) IN (
    SELECT tenant_id, hash FROM codes WHERE kept_until_at <= :now ORDER BY kept_until_at, hash LIMIT :batch
) RETURNING 1;

-- name: purge_attempts (all tenants)
-- Expired attempts.
DELETE FROM attempts WHERE (tenant_id, key_hash) IN (
    SELECT tenant_id, key_hash FROM attempts WHERE expires_at <= :now ORDER BY expires_at LIMIT :batch {{skip_locked}}
) RETURNING 1;

-- name: purge_one_time_links (all tenants)
-- Expired links.
DELETE FROM one_time_links WHERE (tenant_id, user_id) IN (
    SELECT tenant_id, user_id FROM one_time_links WHERE expires_at <= :now
     ORDER BY expires_at LIMIT :batch {{skip_locked}}
) RETURNING 1;

-- name: purge_interactions (all tenants)
-- Expired interactions.
DELETE FROM interactions WHERE (tenant_id, hash) IN (
    SELECT tenant_id, hash FROM interactions WHERE expires_at <= :now ORDER BY expires_at LIMIT :batch {{skip_locked}}
) RETURNING 1;

-- name: purge_sessions (all tenants)
-- Sessions that expired a day ago.
DELETE FROM sessions WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM sessions WHERE expires_at <= :day_ago ORDER BY expires_at LIMIT :batch {{skip_locked}}
) RETURNING 1;

-- name: purge_ended_sessions (all tenants)
-- Sessions that were ended a day ago.
DELETE FROM sessions WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM sessions WHERE ended_at <= :day_ago ORDER BY ended_at LIMIT :batch {{skip_locked}}
) RETURNING 1;

-- name: purge_access_tokens (all tenants)
-- Expired access tokens.
DELETE FROM access_tokens WHERE (tenant_id, hash) IN (
    SELECT tenant_id, hash FROM access_tokens WHERE expires_at <= :now ORDER BY expires_at LIMIT :batch {{skip_locked}}
) RETURNING 1;

-- name: purge_revoked_jwts (all tenants)
-- Revoked JWTs that have expired by themselves.
DELETE FROM revoked_jwts WHERE (tenant_id, jti) IN (
    SELECT tenant_id, jti FROM revoked_jwts WHERE expires_at <= :now ORDER BY expires_at LIMIT :batch {{skip_locked}}
) RETURNING 1;

-- name: purge_changes (all tenants)
-- Changes that every process has heard of. The last one stays: SQLite counts on from it.
DELETE FROM changes WHERE (tenant_id, mark) IN (
    SELECT tenant_id, mark FROM changes
     WHERE noted_at <= :hour_ago AND mark < (SELECT max(mark) FROM changes)
     ORDER BY noted_at LIMIT :batch {{skip_locked}}
) RETURNING 1;

-- name: purge_throttles (all tenants)
-- Buckets that are full again.
DELETE FROM throttles WHERE (tenant_id, key) IN (
    SELECT tenant_id, key FROM throttles WHERE arrival <= :moment LIMIT :batch {{skip_locked}}
) RETURNING 1;

-- name: purge_declared_accesses (all tenants)
-- Declared accesses that have expired.
DELETE FROM declared_accesses WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM declared_accesses WHERE expires_at <= :now
     ORDER BY expires_at LIMIT :batch {{skip_locked}}
) RETURNING 1;
