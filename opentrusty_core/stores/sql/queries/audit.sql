-- The audit. Ids sort by time, so a time asked for is a range of ids: `low` and `high` lie just outside of it.

-- name: append_event
-- Writes an event down.
{{write_event}};

-- name: get_event
-- One event.
SELECT {{event:e}} FROM audit_events e WHERE e.tenant_id = :tenant_id AND e.id = :id;

-- name: page_events
-- The events of a time by id.
SELECT {{event:e}} FROM audit_events e
 WHERE e.tenant_id = :tenant_id AND e.id {{beyond}} :after AND e.id > :low AND e.id < :high
   AND e.at >= :since AND e.at < :until
 ORDER BY e.id {{order}} LIMIT :limit;

-- name: scan_events
-- The events that fit among the next `scan` by id. The last of so many is told of though it does not fit: there the scan
-- goes on.
SELECT {{event:found}}, found.fits, found.place
  FROM (
      SELECT a.tenant_id, {{event:a}}, {{fits:a}} AS fits, row_number() OVER (ORDER BY a.id {{order}}) AS place
        FROM audit_events a
       WHERE a.tenant_id = :tenant_id AND a.id {{beyond}} :after AND a.id > :low AND a.id < :high
       ORDER BY a.id {{order}} LIMIT :scan
  ) AS found
 WHERE found.fits OR found.place = :scan
 ORDER BY found.id {{order}} LIMIT :limit;

-- name: find_segments
-- The next segments that may hold an event that fits.
SELECT s.first_id, s.last_id, s.late FROM audit_segments s
 WHERE s.tenant_id = :tenant_id AND s.first_id {{beyond}} :segment AND s.first_id < :to
   AND s.first_id >= (
       SELECT coalesce(max(f.first_id), '') FROM audit_segments f WHERE f.tenant_id = :tenant_id AND f.first_id <= :from
   )
   AND {{may_hold:s}}
 ORDER BY s.first_id {{order}} LIMIT :count;

-- name: find_events_between
-- The events that fit among those of a segment.
SELECT {{event:e}} FROM audit_events e
 WHERE e.tenant_id = :tenant_id AND e.id >= :first_id AND e.id <= :last_id AND e.id {{beyond}} :after
   AND e.id > :low AND e.id < :high AND {{fits:e}}
 ORDER BY e.id {{order}} LIMIT :limit;

-- name: names_of_users
-- The usernames of users by id.
SELECT u.id, u.username FROM {{ids}} JOIN users u ON u.tenant_id = each.tenant_id AND u.id = each.id;

-- name: names_of_clients
-- The names of clients by id.
SELECT {{client:c}} FROM {{ids}} JOIN clients c ON c.tenant_id = each.tenant_id AND c.client_id = each.id;

-- name: names_of_tenants (all tenants)
-- The names of tenants by id.
SELECT t.id, t.name FROM {{ids}} JOIN tenants t ON t.id = each.id;
