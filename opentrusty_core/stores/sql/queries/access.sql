-- Codes, refresh tokens, access tokens, grants. Nothing here is good unless its grant is: it is not revoked, and has not
-- expired. That is read with every use, so a revocation takes hold for all that hangs from the grant at once.

-- name: issue_code
-- Adds a grant and its code.
INSERT INTO grants (tenant_id, is_offline, {{grant}}) VALUES (:tenant_id, :is_offline, {{:grant}});
INSERT INTO codes (tenant_id, kept_until_at, {{code}}) VALUES (:tenant_id, :code_expires_at, {{:code}});
{{write_event}};

-- name: answer_interaction
-- The same as the answer to an interaction, which goes, with the visit of the session, if one is given. No row: the
-- interaction was gone already, and nothing is done.
DELETE FROM interactions WHERE tenant_id = :tenant_id AND hash = :interaction_hash RETURNING hash;
INSERT INTO grants (tenant_id, is_offline, {{grant}}) VALUES (:tenant_id, :is_offline, {{:grant}});
INSERT INTO codes (tenant_id, kept_until_at, {{code}}) VALUES (:tenant_id, :code_expires_at, {{:code}});
UPDATE sessions SET last_seen_at = :last_seen_at, idle_expires_at = :idle_expires_at
 WHERE tenant_id = :tenant_id AND id = :session_id;
{{write_event}};

-- name: redeem_code
-- Spends the code once. No row: already spent, expired, another client's, something does not fit, its grant is revoked or
-- its session over, or it never was; `explain_code` tells the first from the others.
UPDATE codes SET redeemed_at = :now
 WHERE tenant_id = :tenant_id AND hash = :code_hash AND client_id = :client_id
   AND redirect_uri IS NOT DISTINCT FROM :redirect_uri AND code_challenge IS NOT DISTINCT FROM :code_challenge
   AND redeemed_at IS NULL AND expires_at > :now
   AND EXISTS (
       SELECT 1 FROM grants g
        WHERE g.tenant_id = :tenant_id AND g.id = codes.grant_id AND g.revoked_at IS NULL AND g.expires_at > :now
          AND (g.is_offline OR EXISTS (
              SELECT 1 FROM sessions s
               WHERE s.tenant_id = :tenant_id AND s.id = g.session_id AND s.ended_at IS NULL AND s.expires_at > :now
          ))
   )
RETURNING grant_id;
UPDATE grants
   SET expires_at = coalesce((
           SELECT s.expires_at FROM sessions s
            WHERE s.tenant_id = grants.tenant_id AND s.id = grants.session_id
              AND NOT grants.is_offline AND s.expires_at < :grant_expires_at
       ), :grant_expires_at)
 WHERE tenant_id = :tenant_id
   AND id = (SELECT grant_id FROM codes WHERE tenant_id = :tenant_id AND hash = :code_hash);
UPDATE codes
   SET kept_until_at = (SELECT g.expires_at FROM grants g WHERE g.tenant_id = codes.tenant_id AND g.id = codes.grant_id)
 WHERE tenant_id = :tenant_id AND hash = :code_hash;
INSERT INTO refresh_tokens (tenant_id, {{refresh_token}})
SELECT tenant_id, :refresh_token_id, grant_id, :refresh_token_client_id, :refresh_token_generation,
       :refresh_token_rotated_at, :refresh_token_created_at,
       CASE WHEN kept_until_at < :refresh_token_idle_expires_at THEN kept_until_at ELSE :refresh_token_idle_expires_at END,
       CASE WHEN kept_until_at < :refresh_token_expires_at THEN kept_until_at ELSE :refresh_token_expires_at END
  FROM codes
 WHERE tenant_id = :tenant_id AND hash = :code_hash AND :refresh_token_id IS NOT NULL;
INSERT INTO audit_events (tenant_id, {{event}})
SELECT g.tenant_id, :event_id, :event_at, :event_type, :event_outcome, g.user_id, g.id, :event_client_id, :event_ip,
       :event_document
  FROM codes c JOIN grants g ON g.tenant_id = {{tenant_of:c}} AND g.id = c.grant_id
 WHERE c.tenant_id = :tenant_id AND c.hash = :code_hash;
SELECT {{code:c}}, {{grant:g}}, {{user:u}}
  FROM codes c
  JOIN grants g ON g.tenant_id = {{tenant_of:c}} AND g.id = c.grant_id
  LEFT JOIN users u ON u.tenant_id = {{tenant_of:g}} AND u.id = g.user_id
 WHERE c.tenant_id = :tenant_id AND c.hash = :code_hash;

-- name: explain_code
-- The grant of a code that this client has spent before.
SELECT grant_id FROM codes
 WHERE tenant_id = :tenant_id AND hash = :code_hash AND client_id = :client_id AND redeemed_at IS NOT NULL;

-- name: rotate_refresh_token
-- Uses the present generation and begins the next. No row: `look_up_refresh_token` tells why.
UPDATE refresh_tokens
   SET generation = generation + 1, rotated_at = :now,
       idle_expires_at = CASE WHEN expires_at < :idle_expires_at THEN expires_at ELSE :idle_expires_at END
 WHERE tenant_id = :tenant_id AND id = :token_id AND client_id = :client_id AND generation = :generation
   AND idle_expires_at > :now AND expires_at > :now
   AND EXISTS (
       SELECT 1 FROM grants g
        WHERE g.tenant_id = :tenant_id AND g.id = refresh_tokens.grant_id
          AND g.revoked_at IS NULL AND g.expires_at > :now
   )
RETURNING grant_id;
INSERT INTO audit_events (tenant_id, {{event}})
SELECT g.tenant_id, :event_id, :event_at, :event_type, :event_outcome, g.user_id, g.id, :event_client_id, :event_ip,
       :event_document
  FROM refresh_tokens r JOIN grants g ON g.tenant_id = {{tenant_of:r}} AND g.id = r.grant_id
 WHERE r.tenant_id = :tenant_id AND r.id = :token_id;
SELECT {{refresh_token:r}}, {{grant:g}}, {{user:u}}
  FROM refresh_tokens r
  JOIN grants g ON g.tenant_id = {{tenant_of:r}} AND g.id = r.grant_id
  LEFT JOIN users u ON u.tenant_id = {{tenant_of:g}} AND u.id = g.user_id
 WHERE r.tenant_id = :tenant_id AND r.id = :token_id;

-- name: use_refresh_token
-- Uses the present generation, which stays. The idle end is written only where that is worth it (`domain.token.idle_due`): a use is a
-- read.
SELECT {{refresh_token:r}}, {{grant:g}}, {{user:u}}
  FROM refresh_tokens r
  JOIN grants g ON g.tenant_id = {{tenant_of:r}} AND g.id = r.grant_id
  LEFT JOIN users u ON u.tenant_id = {{tenant_of:g}} AND u.id = g.user_id
 WHERE r.tenant_id = :tenant_id AND r.id = :token_id AND r.client_id = :client_id AND r.generation = :generation
   AND r.idle_expires_at > :now AND r.expires_at > :now AND g.revoked_at IS NULL AND g.expires_at > :now;
INSERT INTO audit_events (tenant_id, {{event}})
SELECT g.tenant_id, :event_id, :event_at, :event_type, :event_outcome, g.user_id, g.id, :event_client_id, :event_ip,
       :event_document
  FROM refresh_tokens r JOIN grants g ON g.tenant_id = {{tenant_of:r}} AND g.id = r.grant_id
 WHERE r.tenant_id = :tenant_id AND r.id = :token_id;
UPDATE refresh_tokens
   SET idle_expires_at = CASE WHEN expires_at < :idle_expires_at THEN expires_at ELSE :idle_expires_at END
 WHERE tenant_id = :tenant_id AND id = :token_id
   AND (idle_expires_at > :idle_expires_at OR (idle_expires_at <= :idle_due_at AND idle_expires_at < expires_at));

-- name: look_up_refresh_token
-- The token with its grant and person, whatever its generation, if it and its grant are live.
SELECT {{refresh_token:r}}, {{grant:g}}, {{user:u}}
  FROM refresh_tokens r
  JOIN grants g ON g.tenant_id = {{tenant_of:r}} AND g.id = r.grant_id
  LEFT JOIN users u ON u.tenant_id = {{tenant_of:g}} AND u.id = g.user_id
 WHERE r.tenant_id = :tenant_id AND r.id = :token_id
   AND r.idle_expires_at > :now AND r.expires_at > :now AND g.revoked_at IS NULL AND g.expires_at > :now;

-- name: add_access_token
-- Keeps an opaque token.
INSERT INTO access_tokens (tenant_id, {{access_token}}) VALUES (:tenant_id, {{:access_token}});

-- name: look_up_access_token
-- The opaque token with its grant and person.
SELECT {{access_token:a}}, {{grant:g}}, {{user:u}}
  FROM access_tokens a
  LEFT JOIN grants g ON g.tenant_id = {{tenant_of:a}} AND g.id = a.grant_id
  LEFT JOIN users u ON u.tenant_id = {{tenant_of:g}} AND u.id = g.user_id
 WHERE a.tenant_id = :tenant_id AND a.hash = :token_hash AND a.expires_at > :now
   AND (a.grant_id IS NULL OR (g.revoked_at IS NULL AND g.expires_at > :now));

-- name: look_up_jwt
-- The grant and person behind a JWT that was not revoked.
SELECT {{grant:g}}, {{user:u}}
  FROM grants g LEFT JOIN users u ON u.tenant_id = {{tenant_of:g}} AND u.id = g.user_id
 WHERE g.tenant_id = :tenant_id AND g.id = :grant_id AND g.revoked_at IS NULL AND g.expires_at > :now
   AND NOT EXISTS (SELECT 1 FROM revoked_jwts r WHERE r.tenant_id = :tenant_id AND r.jti = :jti);

-- name: look_up_client_jwt
-- A row, unless the JWT, a client's own, was revoked.
SELECT 1 AS good WHERE NOT EXISTS (SELECT 1 FROM revoked_jwts WHERE tenant_id = :tenant_id AND jti = :jti);

-- name: revoke_access_token
-- Ends an opaque token. No row: there is none.
DELETE FROM access_tokens WHERE tenant_id = :tenant_id AND hash = :token_hash RETURNING id;
{{write_event}};

-- name: revoke_jwt
-- Remembers until its own end that a JWT was revoked. No row: it was already.
INSERT INTO revoked_jwts (tenant_id, jti, expires_at) VALUES (:tenant_id, :jti, :expires_at)
    ON CONFLICT DO NOTHING RETURNING jti;
{{write_event}};

-- name: get_grant
-- One grant.
SELECT {{grant:g}} FROM grants g WHERE g.tenant_id = :tenant_id AND g.id = :grant_id;

-- name: revoke_grant
-- Ends a grant. No row: it had ended or never was.
UPDATE grants SET revoked_at = :now
 WHERE tenant_id = :tenant_id AND id = :grant_id AND revoked_at IS NULL AND expires_at > :now
RETURNING id;
{{write_event}};

-- name: revoke_grants_of_user
-- Ends every grant of a user.
UPDATE grants SET revoked_at = :now
 WHERE tenant_id = :tenant_id AND user_id = :user_id AND revoked_at IS NULL AND expires_at > :now
RETURNING id;
{{write_event}};

-- name: revoke_grants_of_client
-- Ends every grant to a client.
UPDATE grants SET revoked_at = :now
 WHERE tenant_id = :tenant_id AND client_id = :client_id AND revoked_at IS NULL AND expires_at > :now
RETURNING id;
{{write_event}};

-- name: revoke_grants_between
-- Ends every grant of a user to a client.
UPDATE grants SET revoked_at = :now
 WHERE tenant_id = :tenant_id AND user_id = :user_id AND client_id = :client_id AND revoked_at IS NULL AND expires_at > :now
RETURNING id;
{{write_event}};

-- name: page_grants_of_user
-- The live grants of a user, by id.
SELECT {{grant:g}} FROM grants g
 WHERE g.tenant_id = :tenant_id AND g.user_id = :user_id AND g.id > :after
   AND g.revoked_at IS NULL AND g.expires_at > :now
 ORDER BY g.id LIMIT :limit;

-- name: page_grants_of_client
-- The live grants to a client with their people, by id.
SELECT {{grant:g}}, {{user:u}}
  FROM grants g LEFT JOIN users u ON u.tenant_id = {{tenant_of:g}} AND u.id = g.user_id
 WHERE g.tenant_id = :tenant_id AND g.client_id = :client_id AND g.id > :after
   AND g.revoked_at IS NULL AND g.expires_at > :now
 ORDER BY g.id LIMIT :limit;
