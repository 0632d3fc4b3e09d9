-- What is erased of a tenant that is gone for good: a small batch of one table at a time, the next by its key.

-- name: erase_access_tokens
-- Access tokens.
DELETE FROM access_tokens WHERE (tenant_id, hash) IN (
    SELECT tenant_id, hash FROM access_tokens WHERE tenant_id = :home ORDER BY hash LIMIT :batch
) RETURNING 1;

-- name: erase_refresh_tokens
-- Refresh tokens.
DELETE FROM refresh_tokens WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM refresh_tokens WHERE tenant_id = :home ORDER BY id LIMIT :batch
) RETURNING 1;

-- name: erase_codes
-- Authorization codes.
DELETE FROM codes WHERE (tenant_id, hash) IN (
    SELECT tenant_id, hash FROM codes WHERE tenant_id = :home ORDER BY hash LIMIT :batch
) RETURNING 1;

-- name: erase_grants
-- Grants.
DELETE FROM grants WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM grants WHERE tenant_id = :home ORDER BY id LIMIT :batch
) RETURNING 1;

-- name: erase_interactions
-- Interactions.
DELETE FROM interactions WHERE (tenant_id, hash) IN (
    SELECT tenant_id, hash FROM interactions WHERE tenant_id = :home ORDER BY hash LIMIT :batch
) RETURNING 1;

-- name: erase_sessions
-- Sessions.
DELETE FROM sessions WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM sessions WHERE tenant_id = :home ORDER BY id LIMIT :batch
) RETURNING 1;

-- name: erase_revoked_jwts
-- Revoked JWTs.
DELETE FROM revoked_jwts WHERE (tenant_id, jti) IN (
    SELECT tenant_id, jti FROM revoked_jwts WHERE tenant_id = :home ORDER BY jti LIMIT :batch
) RETURNING 1;

-- name: erase_throttles
-- Buckets.
DELETE FROM throttles WHERE (tenant_id, key) IN (
    SELECT tenant_id, key FROM throttles WHERE tenant_id = :home ORDER BY key LIMIT :batch
) RETURNING 1;

-- name: erase_consents
-- Consents.
DELETE FROM consents WHERE (tenant_id, user_id, client_id) IN (
    SELECT tenant_id, user_id, client_id FROM consents WHERE tenant_id = :home ORDER BY user_id, client_id LIMIT :batch
) RETURNING 1;

-- name: erase_attempts
-- Attempts.
DELETE FROM attempts WHERE (tenant_id, key_hash) IN (
    SELECT tenant_id, key_hash FROM attempts WHERE tenant_id = :home ORDER BY key_hash LIMIT :batch
) RETURNING 1;

-- name: erase_one_time_links
-- One-time links.
DELETE FROM one_time_links WHERE (tenant_id, user_id) IN (
    SELECT tenant_id, user_id FROM one_time_links WHERE tenant_id = :home ORDER BY user_id LIMIT :batch
) RETURNING 1;

-- name: erase_passwords
-- Passwords.
DELETE FROM passwords WHERE (tenant_id, user_id) IN (
    SELECT tenant_id, user_id FROM passwords WHERE tenant_id = :home ORDER BY user_id LIMIT :batch
) RETURNING 1;

-- name: erase_assignments
-- Roles in the tenant.
DELETE FROM assignments WHERE (tenant_id, principal_kind, principal_id, role) IN (
    SELECT tenant_id, principal_kind, principal_id, role FROM assignments
     WHERE tenant_id = :home ORDER BY principal_kind, principal_id, role LIMIT :batch
) RETURNING 1;

-- name: erase_platform_assignments
-- Platform roles of its principals.
DELETE FROM platform_assignments WHERE (tenant_id, principal_kind, principal_id, role) IN (
    SELECT tenant_id, principal_kind, principal_id, role FROM platform_assignments
     WHERE tenant_id = :home ORDER BY principal_kind, principal_id, role LIMIT :batch
) RETURNING 1;

-- name: erase_roles
-- Roles of its own.
DELETE FROM roles WHERE (tenant_id, name) IN (
    SELECT tenant_id, name FROM roles WHERE tenant_id = :home ORDER BY name LIMIT :batch
) RETURNING 1;

-- name: erase_group_members
-- Memberships.
DELETE FROM group_members WHERE (tenant_id, group_id, user_id) IN (
    SELECT tenant_id, group_id, user_id FROM group_members
     WHERE tenant_id = :home ORDER BY group_id, user_id LIMIT :batch
) RETURNING 1;

-- name: erase_groups
-- Groups.
DELETE FROM groups WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM groups WHERE tenant_id = :home ORDER BY id LIMIT :batch
) RETURNING 1;

-- name: erase_declared_accesses
-- Accesses to it.
DELETE FROM declared_accesses WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM declared_accesses WHERE tenant_id = :home ORDER BY id LIMIT :batch
) RETURNING 1;

-- name: erase_user_terms
-- What users are found by.
DELETE FROM user_terms WHERE (tenant_id, term, user_id) IN (
    SELECT tenant_id, term, user_id FROM user_terms WHERE tenant_id = :home ORDER BY term, user_id LIMIT :batch
) RETURNING 1;

-- name: erase_users
-- Users.
DELETE FROM users WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM users WHERE tenant_id = :home ORDER BY id LIMIT :batch
) RETURNING 1;

-- name: erase_clients
-- Clients, with their origins.
DELETE FROM clients WHERE (tenant_id, client_id) IN (
    SELECT tenant_id, client_id FROM clients WHERE tenant_id = :home ORDER BY client_id LIMIT :batch
) RETURNING 1;

-- name: erase_resources
-- Resources, with their scopes.
DELETE FROM resources WHERE (tenant_id, identifier) IN (
    SELECT tenant_id, identifier FROM resources WHERE tenant_id = :home ORDER BY identifier LIMIT :batch
) RETURNING 1;

-- name: erase_signing_keys
-- Keys.
DELETE FROM signing_keys WHERE (tenant_id, kid) IN (
    SELECT tenant_id, kid FROM signing_keys WHERE tenant_id = :home ORDER BY kid LIMIT :batch
) RETURNING 1;

-- name: erase_audit_events
-- The audit.
DELETE FROM audit_events WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM audit_events WHERE tenant_id = :home ORDER BY id LIMIT :batch
) RETURNING 1;

-- name: erase_audit_heads
-- Where the seal of the audit ends.
DELETE FROM audit_heads WHERE tenant_id IN (
    SELECT tenant_id FROM audit_heads WHERE tenant_id = :home LIMIT :batch
) RETURNING 1;

-- name: erase_audit_segments
-- The seal of the audit.
DELETE FROM audit_segments WHERE (tenant_id, first_id) IN (
    SELECT tenant_id, first_id FROM audit_segments WHERE tenant_id = :home ORDER BY first_id LIMIT :batch
) RETURNING 1;

-- name: erase_daily_counts
-- What was counted.
DELETE FROM daily_counts WHERE (tenant_id, day, measure, key) IN (
    SELECT tenant_id, day, measure, key FROM daily_counts WHERE tenant_id = :home ORDER BY day, measure, key LIMIT :batch
) RETURNING 1;

-- name: erase_daily_uses
-- How much its applications were used.
DELETE FROM daily_uses WHERE (tenant_id, day, id) IN (
    SELECT tenant_id, day, id FROM daily_uses WHERE tenant_id = :home ORDER BY day, id LIMIT :batch
) RETURNING 1;

-- name: erase_tenant_totals
-- How much it had.
DELETE FROM tenant_totals WHERE tenant_id IN (
    SELECT tenant_id FROM tenant_totals WHERE tenant_id = :home LIMIT :batch
) RETURNING 1;

-- name: erase_last_active
-- Who was active when.
DELETE FROM last_active WHERE (tenant_id, user_id) IN (
    SELECT tenant_id, user_id FROM last_active WHERE tenant_id = :home ORDER BY user_id LIMIT :batch
) RETURNING 1;
