-- The seal of an audit, and its numbers.

-- name: audit_head
-- Where the chain ends.
SELECT {{head:h}} FROM audit_heads h WHERE h.tenant_id = :tenant_id;

-- name: last_segment
-- The segment that was sealed last.
SELECT {{segment:s}} FROM audit_segments s
 WHERE s.tenant_id = :tenant_id AND s.first_id > '' ORDER BY s.first_id DESC LIMIT 1;

-- name: segment_covering
-- The segment in whose time an event lies.
SELECT {{segment:s}} FROM audit_segments s
 WHERE s.tenant_id = :tenant_id AND s.first_id <= :event_id ORDER BY s.first_id DESC LIMIT 1;

-- name: page_segments
-- Segments by the id of their first event.
SELECT {{segment:s}} FROM audit_segments s
 WHERE s.tenant_id = :tenant_id AND s.first_id > :after ORDER BY s.first_id LIMIT :limit;

-- name: written_events
-- Events as they lie, by id.
SELECT {{event:e}} FROM audit_events e
 WHERE e.tenant_id = :tenant_id AND e.id > :after AND e.id < :before ORDER BY e.id LIMIT :limit;

-- name: seal_events (all tenants)
-- Writes a head with its segment and what was counted. No row: another has sealed meanwhile, or let a segment go.
INSERT INTO audit_heads (tenant_id, {{head}}, master_key)
SELECT :tenant_id, {{:head}}, substr(CAST(:head_mac AS {{bytes}}), 1, 8)
 WHERE CAST(:chain AS {{bytes}}) IS NULL OR EXISTS (SELECT 1 FROM audit_heads WHERE tenant_id = :tenant_id)
    ON CONFLICT (tenant_id) DO UPDATE
   SET number = excluded.number, first_number = excluded.first_number, last_id = excluded.last_id,
       chain = excluded.chain, reached_at = excluded.reached_at, mac = excluded.mac, master_key = excluded.master_key
 WHERE audit_heads.chain = :chain AND audit_heads.first_number = excluded.first_number
RETURNING tenant_id;
INSERT INTO audit_segments (tenant_id, {{segment}}, master_key)
VALUES (:tenant_id, {{:segment}}, substr(CAST(:segment_mac AS {{bytes}}), 1, 8))
    ON CONFLICT (tenant_id, first_id) DO UPDATE
   SET last_id = excluded.last_id, number = excluded.number, first_at = excluded.first_at, last_at = excluded.last_at,
       sealed_at = excluded.sealed_at, chain_before = excluded.chain_before, chain_after = excluded.chain_after,
       mac = excluded.mac, terms = excluded.terms, event_ids = excluded.event_ids, digests = excluded.digests,
       late = excluded.late, master_key = excluded.master_key;
INSERT INTO daily_counts (tenant_id, day, measure, key, amount)
SELECT each.tenant_id, each.day, each.measure, each.key, each.amount FROM {{counts}} WHERE true
    ON CONFLICT (tenant_id, day, measure, key) DO UPDATE SET amount = daily_counts.amount + excluded.amount;
INSERT INTO daily_uses (tenant_id, day, id, authorizations, tokens)
SELECT each.tenant_id, each.day, each.id, each.authorizations, each.tokens FROM {{uses}} WHERE true
    ON CONFLICT (tenant_id, day, id) DO UPDATE
   SET authorizations = daily_uses.authorizations + excluded.authorizations, tokens = daily_uses.tokens + excluded.tokens;
INSERT INTO last_active (tenant_id, user_id, day)
SELECT each.tenant_id, each.user_id, each.day FROM {{people}} WHERE true
    ON CONFLICT (tenant_id, user_id) DO UPDATE SET day = excluded.day;
DELETE FROM daily_counts WHERE tenant_id = :tenant_id AND day < :forgotten_day;
DELETE FROM daily_counts WHERE tenant_id = :platform AND day < :forgotten_day;
DELETE FROM daily_uses WHERE tenant_id = :tenant_id AND day < :forgotten_day;
DELETE FROM daily_uses WHERE tenant_id = :platform AND day < :forgotten_day;
INSERT INTO audit_events (tenant_id, {{event}})
SELECT :event_tenant_id, {{:event}} WHERE CAST(:event_id AS text) IS NOT NULL;

-- name: renew_segment
-- Writes the MAC of a segment anew. No row: it is not the one that it was.
UPDATE audit_segments SET mac = :mac, master_key = substr(CAST(:mac AS {{bytes}}), 1, 8)
 WHERE tenant_id = :tenant_id AND first_id = :first_id AND mac = :mac_before RETURNING first_id;

-- name: renew_head
-- Writes the MAC of a head anew. No row: it is not the one that it was.
UPDATE audit_heads SET mac = :mac, master_key = substr(CAST(:mac AS {{bytes}}), 1, 8)
 WHERE tenant_id = :tenant_id AND mac = :mac_before RETURNING tenant_id;

-- name: expire_segment
-- Removes the first segment with its events. No row: somebody has sealed meanwhile.
UPDATE audit_heads
   SET first_number = :head_first_number, mac = :head_mac, master_key = substr(CAST(:head_mac AS {{bytes}}), 1, 8)
 WHERE tenant_id = :tenant_id AND chain = :head_chain AND first_number = :head_first_number - 1 RETURNING tenant_id;
DELETE FROM audit_segments WHERE tenant_id = :tenant_id AND first_id = :first_id;
DELETE FROM audit_events WHERE tenant_id = :tenant_id AND id <= :last_id;
INSERT INTO audit_events (tenant_id, {{event}}) SELECT :tenant_id, {{:event}} WHERE CAST(:event_id AS text) IS NOT NULL;

-- name: last_active_of
-- The last active day of people.
SELECT l.user_id, l.day
  FROM {{people}} JOIN last_active l ON l.tenant_id = each.tenant_id AND l.user_id = each.user_id;

-- name: daily_counts
-- The numbers of some days.
SELECT c.day, c.measure, c.key, c.amount FROM daily_counts c
 WHERE c.tenant_id = :tenant_id AND c.day >= :since_day AND c.day <= :until_day;

-- name: most_used
-- What was used most in some days.
SELECT u.id, CAST(sum(u.authorizations) AS {{integer}}), CAST(sum(u.tokens) AS {{integer}}) FROM daily_uses u
 WHERE u.tenant_id = :tenant_id AND u.day >= :since_day AND u.day <= :until_day
 GROUP BY u.id ORDER BY sum(u.tokens) DESC, sum(u.authorizations) DESC, u.id LIMIT :limit;

-- name: count_totals
-- Counts the users and clients of a tenant.
INSERT INTO tenant_totals (tenant_id, users, clients, counted_at)
SELECT :tenant_id, (SELECT count(*) FROM users WHERE tenant_id = :tenant_id),
       (SELECT count(*) FROM clients WHERE tenant_id = :tenant_id), :now
 WHERE true
    ON CONFLICT (tenant_id) DO UPDATE
   SET users = excluded.users, clients = excluded.clients, counted_at = excluded.counted_at;

-- name: totals
-- How many users and clients a tenant has.
SELECT 1 AS tenants, t.users, t.clients, t.counted_at FROM tenant_totals t WHERE t.tenant_id = :tenant_id;

-- name: totals_of_all (all tenants)
-- How many tenants, users and clients there are.
SELECT count(*), CAST(sum(t.users) AS {{integer}}), CAST(sum(t.clients) AS {{integer}}), min(t.counted_at) AS counted_at
  FROM tenant_totals t WHERE t.tenant_id > '';

-- name: purge_last_active (all tenants)
-- Who was not active for so long that no number asks for it.
DELETE FROM last_active WHERE (tenant_id, user_id) IN (
    SELECT tenant_id, user_id FROM last_active WHERE day < :forgotten_day ORDER BY day LIMIT :batch {{skip_locked}}
) RETURNING 1;
