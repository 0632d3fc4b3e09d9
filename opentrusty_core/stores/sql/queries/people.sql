-- Users, passwords, consents, throttles.

-- name: add_user
-- Adds a user. No row: the id, username or email is taken.
INSERT INTO users (tenant_id, username_normal, email_normal, terms, {{user}})
VALUES (:tenant_id, :username_normal, :email_normal, :terms, {{:user}}) ON CONFLICT DO NOTHING RETURNING id;
INSERT INTO user_terms (tenant_id, term, user_id, beginnings)
SELECT :tenant_id, each.value, :user_id, :beginnings FROM {{each:terms}};
{{write_event}};

-- name: import_user
-- Adds a user with their password, if there is one. No row: the id, username or email is taken.
INSERT INTO users (tenant_id, username_normal, email_normal, terms, {{user}})
VALUES (:tenant_id, :username_normal, :email_normal, :terms, {{:user}}) ON CONFLICT DO NOTHING RETURNING id;
INSERT INTO user_terms (tenant_id, term, user_id, beginnings)
SELECT :tenant_id, each.value, :user_id, :beginnings FROM {{each:terms}};
INSERT INTO passwords (tenant_id, {{password}}) SELECT :tenant_id, {{:password}} WHERE :password_encoded IS NOT NULL;
{{write_event}};

-- name: users_named
-- Users by any of many names: whose email it is, and behind them whose username it is, which counts more.
WITH named AS (SELECT :tenant_id AS tenant_id, each.value FROM {{each:names}})
SELECT named.value, 1 AS rank, {{user:u}}
  FROM named JOIN users u ON u.tenant_id = {{tenant_of:named}} AND u.email_normal = named.value
 UNION ALL
SELECT named.value, 2 AS rank, {{user:u}}
  FROM named JOIN users u ON u.tenant_id = {{tenant_of:named}} AND u.username_normal = named.value
 ORDER BY rank;

-- name: get_user
-- One user.
SELECT {{user:u}} FROM users u WHERE u.tenant_id = :tenant_id AND u.id = :user_id;

-- name: find_user
-- The user of a username, else of an email, with their password.
SELECT {{user:u}}, {{password:p}}
  FROM (
      SELECT 1 AS rank, tenant_id, id FROM users WHERE tenant_id = :tenant_id AND username_normal = :normal
       UNION ALL
      SELECT 2 AS rank, tenant_id, id FROM users WHERE tenant_id = :tenant_id AND email_normal = :normal
       ORDER BY rank LIMIT 1
  ) AS found
  JOIN users u ON u.tenant_id = {{tenant_of:found}} AND u.id = found.id
  LEFT JOIN passwords p ON p.tenant_id = {{tenant_of:u}} AND p.user_id = u.id;

-- name: update_user
-- Replaces the version before. No row: another version stands there, or a name is taken, or there is no such user.
SELECT id FROM users
 WHERE tenant_id = :tenant_id AND id = :user_id AND version = :user_version - 1
   AND NOT EXISTS (
       SELECT 1 FROM users o WHERE o.tenant_id = :tenant_id AND o.username_normal = :username_normal AND o.id <> :user_id
   )
   AND NOT EXISTS (
       SELECT 1 FROM users o WHERE o.tenant_id = :tenant_id AND o.email_normal = :email_normal AND o.id <> :user_id
   )
{{for_update}};
DELETE FROM user_terms
 WHERE tenant_id = :tenant_id AND user_id = :user_id AND term IN (
       SELECT item.value FROM users u CROSS JOIN {{items:u.terms}} WHERE u.tenant_id = :tenant_id AND u.id = :user_id
   );
INSERT INTO user_terms (tenant_id, term, user_id, beginnings)
SELECT :tenant_id, each.value, :user_id, :beginnings FROM {{each:terms}};
UPDATE users
   SET username = :user_username, username_normal = :username_normal, email = :user_email, email_normal = :email_normal,
       email_verified = :user_email_verified, status = :user_status, created_at = :user_created_at,
       updated_at = :user_updated_at, version = :user_version, document = :user_document, terms = :terms
 WHERE tenant_id = :tenant_id AND id = :user_id
RETURNING id;
{{write_event}};

-- name: delete_user
-- Removes a user with all that is theirs. No row: there is no such user.
SELECT id FROM users WHERE tenant_id = :tenant_id AND id = :user_id {{for_update}};
DELETE FROM user_terms
 WHERE tenant_id = :tenant_id AND user_id = :user_id AND term IN (
       SELECT item.value FROM users u CROSS JOIN {{items:u.terms}} WHERE u.tenant_id = :tenant_id AND u.id = :user_id
   );
DELETE FROM users WHERE tenant_id = :tenant_id AND id = :user_id RETURNING id;
DELETE FROM passwords WHERE tenant_id = :tenant_id AND user_id = :user_id;
DELETE FROM one_time_links WHERE tenant_id = :tenant_id AND user_id = :user_id;
DELETE FROM consents WHERE tenant_id = :tenant_id AND user_id = :user_id;
DELETE FROM assignments WHERE tenant_id = :tenant_id AND principal_kind = 'user' AND principal_id = :user_id;
DELETE FROM platform_assignments WHERE tenant_id = :tenant_id AND principal_kind = 'user' AND principal_id = :user_id;
DELETE FROM group_members WHERE tenant_id = :tenant_id AND user_id = :user_id;
DELETE FROM interactions
 WHERE tenant_id = :tenant_id
   AND browser_hash IN (
       SELECT browser_hash FROM sessions WHERE tenant_id = :tenant_id AND user_id = :user_id AND ended_at IS NULL
   );
DELETE FROM sessions WHERE tenant_id = :tenant_id AND user_id = :user_id;
DELETE FROM codes
 WHERE tenant_id = :tenant_id
   AND grant_id IN (SELECT id FROM grants WHERE tenant_id = :tenant_id AND user_id = :user_id);
DELETE FROM access_tokens
 WHERE tenant_id = :tenant_id
   AND grant_id IN (SELECT id FROM grants WHERE tenant_id = :tenant_id AND user_id = :user_id);
DELETE FROM refresh_tokens
 WHERE tenant_id = :tenant_id
   AND grant_id IN (SELECT id FROM grants WHERE tenant_id = :tenant_id AND user_id = :user_id);
DELETE FROM grants WHERE tenant_id = :tenant_id AND user_id = :user_id;
{{write_event}};

-- name: get_password
-- The password of a user.
SELECT {{password:p}} FROM passwords p WHERE p.tenant_id = :tenant_id AND p.user_id = :user_id;

-- name: set_password
-- Sets or replaces a password. A link that would set one is gone with it.
INSERT INTO passwords (tenant_id, {{password}}) VALUES (:tenant_id, {{:password}})
    ON CONFLICT (tenant_id, user_id) DO UPDATE
   SET encoded = excluded.encoded, changed_at = excluded.changed_at, must_change = excluded.must_change;
DELETE FROM one_time_links WHERE tenant_id = :tenant_id AND user_id = :password_user_id;
{{write_event}};

-- name: change_password
-- Replaces a password. No row: it was changed meanwhile. A link that would set one is gone with it.
UPDATE passwords SET encoded = :password_encoded, changed_at = :password_changed_at, must_change = :password_must_change
 WHERE tenant_id = :tenant_id AND user_id = :password_user_id AND encoded = :old_encoded
RETURNING user_id;
DELETE FROM one_time_links WHERE tenant_id = :tenant_id AND user_id = :password_user_id;
{{write_event}};

-- name: rehash_password
-- The same password hashed anew. No row: it was changed meanwhile.
UPDATE passwords SET encoded = :password_encoded, changed_at = :password_changed_at, must_change = :password_must_change
 WHERE tenant_id = :tenant_id AND user_id = :password_user_id AND encoded = :old_encoded
RETURNING user_id;
{{write_event}};

-- name: save_consent
-- Remembers an answer in place of an earlier one.
INSERT INTO consents (tenant_id, {{consent}}) VALUES (:tenant_id, {{:consent}})
    ON CONFLICT (tenant_id, user_id, client_id) DO UPDATE
   SET granted_at = excluded.granted_at, document = excluded.document;
{{write_event}};

-- name: delete_consent
-- Forgets a consent. No row: there was none.
DELETE FROM consents WHERE tenant_id = :tenant_id AND user_id = :user_id AND client_id = :client_id RETURNING client_id;

-- name: end_grants_between
-- Ends the grants of a user to a client, as a part of more.
UPDATE grants SET revoked_at = :now
 WHERE tenant_id = :tenant_id AND user_id = :user_id AND client_id = :client_id
   AND revoked_at IS NULL AND expires_at > :now
RETURNING id;

-- name: count_consents_of_client
-- How many users have allowed a client something.
SELECT count(*) FROM consents c
 WHERE c.tenant_id = :tenant_id AND c.client_id = :client_id AND c.granted_at IS NOT NULL;

-- name: consents_of_user
-- What a user allowed, by client.
SELECT {{consent:c}} FROM consents c
 WHERE c.tenant_id = :tenant_id AND c.user_id = :user_id ORDER BY c.client_id;

-- name: take_slots
-- Takes a slot in every bucket or in none (GCRA). The first statement makes the buckets that are missing and locks them
-- all, in the order of their keys; the second so reads what nobody else can change. No row: some bucket is full.
-- A tenant's bucket is everybody's: its lock must not last as long as a disk takes, and a crash may forget a guess.
INSERT INTO throttles (tenant_id, key, arrival)
SELECT bucket.tenant_id, bucket.key, :moment FROM {{buckets}} WHERE {{unwaited}} ORDER BY bucket.key
    ON CONFLICT (tenant_id, key) DO UPDATE SET arrival = throttles.arrival;
UPDATE throttles
   SET arrival = CASE WHEN throttles.arrival > :moment THEN throttles.arrival ELSE :moment END + bucket.pace
  FROM {{buckets}}
 WHERE throttles.tenant_id = bucket.tenant_id AND throttles.key = bucket.key
   AND NOT EXISTS (
       SELECT 1 FROM {{buckets}} JOIN throttles o ON o.tenant_id = bucket.tenant_id AND o.key = bucket.key
        WHERE o.arrival + bucket.pace > :moment + bucket.tolerance
   )
RETURNING throttles.key;

-- name: wait_for_slots
-- How many microseconds until every bucket has a slot.
SELECT max(throttles.arrival + bucket.pace - bucket.tolerance - :moment) AS wait
  FROM {{buckets}} JOIN throttles ON throttles.tenant_id = bucket.tenant_id AND throttles.key = bucket.key;

-- name: clear_bucket
-- Gives every slot of a bucket back. No row: none is taken.
DELETE FROM throttles WHERE tenant_id = :tenant_id AND key = :key AND arrival > :moment RETURNING key;
{{write_event}};

-- name: refund_slots
-- Gives slots back as a part of more. A bucket that runs behind the clock is full again: no need to hold it there.
UPDATE throttles SET arrival = throttles.arrival - bucket.pace
  FROM {{buckets}} WHERE throttles.tenant_id = bucket.tenant_id AND throttles.key = bucket.key;

-- name: refund_slots_unwaited
-- Gives slots back by itself: a crash may forget that, so nobody waits for the disk.
UPDATE throttles SET arrival = throttles.arrival - bucket.pace
  FROM {{buckets}} WHERE {{unwaited}} AND throttles.tenant_id = bucket.tenant_id AND throttles.key = bucket.key;
