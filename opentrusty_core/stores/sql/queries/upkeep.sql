-- The deployment as a whole.

-- name: key_census (all tenants)
-- The keys of all tenants that are not retired, by status: how many, since when the first signs or may begin to.
SELECT k.status, count(*) AS keys, min(k.activated_at) AS activated_at, min(k.activates_at) AS activates_at
  FROM signing_keys k WHERE k.status <> 'retired' GROUP BY k.status;

-- name: backlog (all tenants)
-- How many records of each kind are due to go, each counted up to a bound.
SELECT 'access_tokens' AS kind, count(*) AS due
  FROM (SELECT 1 FROM access_tokens WHERE expires_at <= :now LIMIT :limit) AS found
 UNION ALL
SELECT 'attempts', count(*) FROM (SELECT 1 FROM attempts WHERE expires_at <= :now LIMIT :limit) AS found
 UNION ALL
SELECT 'codes', count(*) FROM (SELECT 1 FROM codes WHERE kept_until_at <= :now LIMIT :limit) AS found
 UNION ALL
SELECT 'declared_accesses', count(*)
  FROM (SELECT 1 FROM declared_accesses WHERE expires_at <= :now LIMIT :limit) AS found
 UNION ALL
SELECT 'interactions', count(*) FROM (SELECT 1 FROM interactions WHERE expires_at <= :now LIMIT :limit) AS found
 UNION ALL
SELECT 'one_time_links', count(*) FROM (SELECT 1 FROM one_time_links WHERE expires_at <= :now LIMIT :limit) AS found
 UNION ALL
SELECT 'revoked_jwts', count(*) FROM (SELECT 1 FROM revoked_jwts WHERE expires_at <= :now LIMIT :limit) AS found
 UNION ALL
SELECT 'sessions', count(*) FROM (SELECT 1 FROM sessions WHERE expires_at <= :day_ago LIMIT :limit) AS found
 UNION ALL
SELECT 'sessions', count(*)
  FROM (SELECT 1 FROM sessions WHERE ended_at <= :day_ago AND expires_at > :day_ago LIMIT :limit) AS found
 UNION ALL
SELECT 'tenants', count(*) FROM (SELECT 1 FROM tenants WHERE delete_at <= :now LIMIT :limit) AS found;

-- name: under_other_master_keys (all tenants)
-- Whose signing keys or audit are sealed under another master key than this one. The platform's own have no tenant.
SELECT DISTINCT found.tenant_id
  FROM (
      SELECT k.tenant_id FROM signing_keys k
       WHERE k.status <> 'retired' AND k.master_key < :key_id
       UNION ALL
      SELECT k.tenant_id FROM signing_keys k
       WHERE k.status <> 'retired' AND k.master_key > :key_id
       UNION ALL
      SELECT h.tenant_id FROM audit_heads h WHERE h.master_key < :key_id
       UNION ALL
      SELECT h.tenant_id FROM audit_heads h WHERE h.master_key > :key_id
       UNION ALL
      SELECT s.tenant_id FROM audit_segments s WHERE s.master_key < :key_id
       UNION ALL
      SELECT s.tenant_id FROM audit_segments s WHERE s.master_key > :key_id
  ) AS found
 WHERE CAST(:after AS text) IS NULL OR found.tenant_id > :after
 ORDER BY found.tenant_id LIMIT :limit;
