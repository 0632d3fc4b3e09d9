-- The hot paths in one statement each.
--
-- What a data-modifying CTE may rely on here (READ COMMITTED): all its parts read one snapshot, taken when the statement
-- starts. Only the row that an UPDATE, DELETE or FOR SHARE itself waits for is read anew, and its own conditions are
-- checked again on that newest version; rows that are merely joined stay as the snapshot shows them.

-- name: redeem_code
-- Spends the code once. No row: already spent, expired, another client's, something does not fit, its grant is revoked or
-- its session over, or it never was; `explain_code` tells the first from the others.
--
-- Races. Two redeemers: the second waits at the grant's row, and then finds `redeemed_at` set in the newest version of the
-- code: no row. A revocation: it waits for this statement at the grant's row, or this one for it and then finds
-- `revoked_at` set. A sign-out: `end_session` updates the session first and looks for grants with a later snapshot; the
-- share lock on the session makes it wait until this grant can be seen, or makes this statement wait and find `ended_at`
-- set. Locks are taken in the order session, grant, code; `end_session` and `revoke_grant` keep to it.
WITH presented AS MATERIALIZED (
    SELECT c.tenant_id, c.grant_id, g.session_id, g.is_offline
      FROM codes c JOIN grants g ON g.tenant_id = {{tenant_of:c}} AND g.id = c.grant_id
     WHERE c.tenant_id = :tenant_id AND c.hash = :code_hash AND c.client_id = :client_id
       AND c.redirect_uri IS NOT DISTINCT FROM :redirect_uri
       AND c.code_challenge IS NOT DISTINCT FROM :code_challenge
       AND c.redeemed_at IS NULL AND c.expires_at > :now AND g.revoked_at IS NULL AND g.expires_at > :now
), standing AS MATERIALIZED (
    SELECT tenant_id, grant_id, :grant_expires_at AS ends_at FROM presented WHERE is_offline
     UNION ALL
    SELECT tenant_id, grant_id, LEAST(expires_at, :grant_expires_at) FROM (
        SELECT p.tenant_id, p.grant_id, s.expires_at
          FROM presented p JOIN sessions s ON s.tenant_id = p.tenant_id AND s.id = p.session_id
         WHERE NOT p.is_offline AND s.ended_at IS NULL AND s.expires_at > :now FOR SHARE OF s
    ) AS online
), granted AS (
    UPDATE grants g SET expires_at = s.ends_at FROM standing s
     WHERE g.tenant_id = s.tenant_id AND g.id = s.grant_id AND g.revoked_at IS NULL
    RETURNING g.tenant_id, {{grant:g}}
), spent AS (
    UPDATE codes c SET redeemed_at = :now, kept_until_at = g.expires_at FROM granted g
     WHERE c.tenant_id = :tenant_id AND c.hash = :code_hash AND c.redeemed_at IS NULL
    RETURNING {{code:c}}
), token AS (
    INSERT INTO refresh_tokens (tenant_id, {{refresh_token}})
    SELECT :tenant_id, CAST(:refresh_token_id AS text), s.grant_id, :refresh_token_client_id, :refresh_token_generation,
           :refresh_token_rotated_at, :refresh_token_created_at, LEAST(:refresh_token_idle_expires_at, g.expires_at),
           LEAST(:refresh_token_expires_at, g.expires_at)
      FROM spent s, granted g WHERE CAST(:refresh_token_id AS text) IS NOT NULL
), event AS (
    INSERT INTO audit_events (tenant_id, {{event}})
    SELECT :tenant_id, :event_id, :event_at, :event_type, :event_outcome, g.user_id, g.id, :event_client_id, :event_ip,
       :event_document FROM granted g, spent
)
SELECT {{code:c}}, {{grant:g}}, {{user:u}}
  FROM spent c CROSS JOIN granted g LEFT JOIN users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id;

-- name: answer_interaction
-- Adds a grant and its code as the answer to an interaction, which goes, with the visit of the session, if one is given.
-- No row: the interaction was gone already, and nothing is done.
WITH answered AS (
    DELETE FROM interactions WHERE tenant_id = :tenant_id AND hash = :interaction_hash RETURNING hash
), granted AS (
    INSERT INTO grants (tenant_id, is_offline, {{grant}}) SELECT :tenant_id, :is_offline, {{:grant}} FROM answered
), issued AS (
    INSERT INTO codes (tenant_id, kept_until_at, {{code}})
    SELECT :tenant_id, :code_expires_at, {{:code}} FROM answered
), visit AS (
    UPDATE sessions SET last_seen_at = :last_seen_at, idle_expires_at = :idle_expires_at
      FROM answered WHERE tenant_id = :tenant_id AND id = :session_id
), event AS (
    {{write_event}} FROM answered
)
SELECT hash FROM answered;

-- name: rotate_refresh_token
-- Uses the present generation and begins the next. No row: `look_up_refresh_token` tells why.
--
-- Races. Two users of a generation: the second waits at the token's row and then finds another generation: no row. A
-- revocation needs no lock: the new generation hangs from the revoked grant, and so opens nothing.
WITH used AS (
    UPDATE refresh_tokens r
       SET generation = r.generation + 1, rotated_at = :now, idle_expires_at = LEAST(r.expires_at, :idle_expires_at)
      FROM grants g
     WHERE r.tenant_id = :tenant_id AND r.id = :token_id AND r.client_id = :client_id AND r.generation = :generation
       AND r.idle_expires_at > :now AND r.expires_at > :now
       AND g.tenant_id = {{tenant_of:r}} AND g.id = r.grant_id AND g.revoked_at IS NULL AND g.expires_at > :now
    RETURNING r.tenant_id, {{refresh_token:r}}, g.user_id
), event AS (
    INSERT INTO audit_events (tenant_id, {{event}})
    SELECT :tenant_id, :event_id, :event_at, :event_type, :event_outcome, user_id, grant_id, :event_client_id, :event_ip,
       :event_document FROM used
)
SELECT {{refresh_token:r}}, {{grant:g}}, {{user:u}}
  FROM used r
  JOIN grants g ON g.tenant_id = r.tenant_id AND g.id = r.grant_id
  LEFT JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.user_id;

-- name: use_refresh_token
-- Uses the present generation, which stays. The idle end is written only where that is worth it (`domain.token.idle_due`): a use is a
-- read.
WITH used AS MATERIALIZED (
    SELECT r.tenant_id, {{refresh_token:r}}, g.user_id
      FROM refresh_tokens r JOIN grants g ON g.tenant_id = {{tenant_of:r}} AND g.id = r.grant_id
     WHERE r.tenant_id = :tenant_id AND r.id = :token_id AND r.client_id = :client_id AND r.generation = :generation
       AND r.idle_expires_at > :now AND r.expires_at > :now AND g.revoked_at IS NULL AND g.expires_at > :now
), event AS (
    INSERT INTO audit_events (tenant_id, {{event}})
    SELECT :tenant_id, :event_id, :event_at, :event_type, :event_outcome, user_id, grant_id, :event_client_id, :event_ip,
       :event_document FROM used
), moved AS (
    UPDATE refresh_tokens r SET idle_expires_at = LEAST(r.expires_at, :idle_expires_at)
      FROM used u WHERE r.tenant_id = u.tenant_id AND r.id = u.id
       AND (r.idle_expires_at > :idle_expires_at
            OR (r.idle_expires_at <= :idle_due_at AND r.idle_expires_at < r.expires_at))
)
SELECT {{refresh_token:r}}, {{grant:g}}, {{user:u}}
  FROM used r
  JOIN grants g ON g.tenant_id = r.tenant_id AND g.id = r.grant_id
  LEFT JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.user_id;
