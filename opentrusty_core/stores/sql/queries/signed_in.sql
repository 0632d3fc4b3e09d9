-- Sessions and interactions.

-- name: start_session
-- Begins a session.
INSERT INTO sessions (tenant_id, {{session}}) VALUES (:tenant_id, {{:session}});
{{write_event}};

-- name: start_session_by_password
-- Begins a session while the password that was shown is the user's. No row: it was changed. The password is held until the
-- session is there for everybody, so who changes it finds the session and can end it.
INSERT INTO sessions (tenant_id, {{session}})
SELECT :tenant_id, {{:session}} FROM passwords p
 WHERE p.tenant_id = :tenant_id AND p.user_id = :session_user_id AND p.changed_at = :password_changed_at {{for_share}}
RETURNING id;
{{write_event}};

-- name: replace_session
-- Ends the browser's session before, where the new one has begun. Its grants pass to that where the user is the same, else
-- those that are not offline end. It comes after the new one: who waits for a password must hold nothing.
UPDATE sessions SET ended_at = :now
 WHERE tenant_id = :tenant_id AND id = :replaces AND ended_at IS NULL
   AND EXISTS (SELECT 1 FROM sessions n WHERE n.tenant_id = :tenant_id AND n.id = :session_id);
UPDATE grants SET session_id = :session_id
 WHERE tenant_id = :tenant_id AND session_id = :replaces AND user_id = :user_id
   AND EXISTS (SELECT 1 FROM sessions n WHERE n.tenant_id = :tenant_id AND n.id = :session_id);
UPDATE grants SET revoked_at = :now
 WHERE tenant_id = :tenant_id AND session_id = :replaces AND user_id <> :user_id
   AND NOT is_offline AND revoked_at IS NULL AND expires_at > :now
   AND EXISTS (SELECT 1 FROM sessions n WHERE n.tenant_id = :tenant_id AND n.id = :session_id);

-- name: recognise
-- The live session that both hashes belong to, with its user and their consent to the client.
SELECT {{session:s}}, {{user:u}}, {{consent:c}}
  FROM sessions s
  LEFT JOIN users u ON u.tenant_id = {{tenant_of:s}} AND u.id = s.user_id
  LEFT JOIN consents c ON c.tenant_id = {{tenant_of:s}} AND c.user_id = s.user_id AND c.client_id = :client_id
 WHERE s.tenant_id = :tenant_id AND s.handle_hash = :handle_hash AND s.browser_hash = :browser_hash
   AND s.ended_at IS NULL AND s.idle_expires_at > :now AND s.expires_at > :now;

-- name: get_session
-- One session.
SELECT {{session:s}} FROM sessions s WHERE s.tenant_id = :tenant_id AND s.id = :session_id;

-- name: touch_session
-- Writes a visit down.
UPDATE sessions SET last_seen_at = :last_seen_at, idle_expires_at = :idle_expires_at
 WHERE tenant_id = :tenant_id AND id = :session_id;

-- name: end_session
-- Ends a session with its grants that are not offline and its browser's interactions. No row: it had ended or never was.
-- The first statement locks the session; the next see every grant whose code was redeemed under it before (redeem_code
-- locks it too).
UPDATE sessions SET ended_at = :now
 WHERE tenant_id = :tenant_id AND id = :session_id AND ended_at IS NULL RETURNING id;
UPDATE grants SET revoked_at = :now
 WHERE tenant_id = :tenant_id AND session_id = :session_id
   AND NOT is_offline AND revoked_at IS NULL AND expires_at > :now;
DELETE FROM interactions
 WHERE tenant_id = :tenant_id
   AND browser_hash = (SELECT browser_hash FROM sessions WHERE tenant_id = :tenant_id AND id = :session_id);
{{write_event}};

-- name: end_sessions_of_user
-- Ends every session of a user with their interactions. Those that had ended leave no interactions: their browser may be
-- another's now.
SELECT id FROM sessions WHERE tenant_id = :tenant_id AND user_id = :user_id AND ended_at IS NULL {{for_update}};
DELETE FROM interactions
 WHERE tenant_id = :tenant_id AND browser_hash IN (
     SELECT browser_hash FROM sessions WHERE tenant_id = :tenant_id AND user_id = :user_id AND ended_at IS NULL
 );
UPDATE sessions SET ended_at = :now WHERE tenant_id = :tenant_id AND user_id = :user_id AND ended_at IS NULL;

-- name: end_online_grants_of_user
-- Ends the grants of a user that are not offline, those of purged sessions too.
UPDATE grants SET revoked_at = :now
 WHERE tenant_id = :tenant_id AND user_id = :user_id AND NOT is_offline AND revoked_at IS NULL AND expires_at > :now
RETURNING id;

-- name: page_sessions_of_user
-- The live sessions of a user, by id.
SELECT {{session:s}} FROM sessions s
 WHERE s.tenant_id = :tenant_id AND s.user_id = :user_id AND s.id > :after
   AND s.ended_at IS NULL AND s.idle_expires_at > :now AND s.expires_at > :now
 ORDER BY s.id LIMIT :limit;

-- name: start_interaction
-- Begins an interaction.
INSERT INTO interactions (tenant_id, client_id, {{interaction}}) VALUES (:tenant_id, :client_id, {{:interaction}});

-- name: open_interaction
-- The unexpired interaction of this browser, with the live session that the handle shows, its user and their consent.
-- IS NOT DISTINCT FROM keeps the index of browsers out of it: one browser may have many interactions.
SELECT {{interaction:i}}, {{session:s}}, {{user:u}}, {{consent:c}}
  FROM interactions i
  LEFT JOIN sessions s ON s.tenant_id = {{tenant_of:i}} AND s.handle_hash = :handle_hash
       AND s.browser_hash = i.browser_hash AND s.ended_at IS NULL AND s.idle_expires_at > :now AND s.expires_at > :now
  LEFT JOIN users u ON u.tenant_id = {{tenant_of:s}} AND u.id = s.user_id
  LEFT JOIN consents c ON c.tenant_id = {{tenant_of:s}} AND c.user_id = s.user_id AND c.client_id = i.client_id
 WHERE i.tenant_id = :tenant_id AND i.hash = :interaction_hash AND i.browser_hash IS NOT DISTINCT FROM :browser_hash
   AND i.expires_at > :now;

-- name: update_interaction
-- Writes the answers down. No row: it is gone.
UPDATE interactions
   SET account_selected = :interaction_account_selected, consent_given = :interaction_consent_given,
       proved_user_id = :interaction_proved_user_id, proved_at = :interaction_proved_at
 WHERE tenant_id = :tenant_id AND hash = :interaction_hash RETURNING hash;

-- name: move_interaction
-- Binds the interaction of a browser to another one. No row: it is gone, or not that browser's.
UPDATE interactions SET browser_hash = :to_browser_hash
 WHERE tenant_id = :tenant_id AND hash = :interaction_hash AND browser_hash IS NOT DISTINCT FROM :browser_hash
RETURNING hash;

-- name: finish_interaction
-- Removes an interaction. No row: it was gone.
DELETE FROM interactions WHERE tenant_id = :tenant_id AND hash = :interaction_hash RETURNING hash;
