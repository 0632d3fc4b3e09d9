-- Attempts: requests that are answered once.

-- name: claim_attempt
-- Begins an attempt. No row: another of its key is under way, or has been answered.
INSERT INTO attempts (tenant_id, {{attempt}}) VALUES (:tenant_id, {{:attempt}})
    ON CONFLICT (tenant_id, key_hash) DO UPDATE
   SET id = excluded.id, request_hash = excluded.request_hash, claimed_at = excluded.claimed_at,
       expires_at = excluded.expires_at, sealed_answer = NULL
 WHERE attempts.expires_at <= :now OR (attempts.sealed_answer IS NULL AND attempts.claimed_at <= :stale_since)
RETURNING id;

-- name: get_attempt
-- The attempt of a key.
SELECT {{attempt:a}} FROM attempts a WHERE a.tenant_id = :tenant_id AND a.key_hash = :key_hash;

-- name: answer_attempt
-- Writes down the answer. No row: another attempt has taken its place.
UPDATE attempts SET sealed_answer = :attempt_sealed_answer
 WHERE tenant_id = :tenant_id AND key_hash = :attempt_key_hash AND id = :attempt_id RETURNING id;

-- name: release_attempt
-- Forgets an attempt that came to nothing. No row: another has taken its place, or it was answered.
DELETE FROM attempts
 WHERE tenant_id = :tenant_id AND key_hash = :key_hash AND id = :id AND sealed_answer IS NULL RETURNING id;
