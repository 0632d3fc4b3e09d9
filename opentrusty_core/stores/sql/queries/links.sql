-- One-time links.

-- name: make_link
-- Keeps a link in place of the user's link before.
INSERT INTO one_time_links (tenant_id, {{link}}) VALUES (:tenant_id, {{:link}})
    ON CONFLICT (tenant_id, user_id) DO UPDATE
   SET hash = excluded.hash, id = excluded.id, kind = excluded.kind, created_at = excluded.created_at,
       expires_at = excluded.expires_at, document = excluded.document;
{{write_event}};

-- name: open_link
-- The live link of a hash with its active user.
SELECT {{link:l}}, {{user:u}}
  FROM one_time_links l JOIN users u ON u.tenant_id = {{tenant_of:l}} AND u.id = l.user_id
 WHERE l.tenant_id = :tenant_id AND l.hash = :link_hash AND l.expires_at > :now AND u.status = 'active';

-- name: spend_link
-- Uses a link once. No row: another was quicker, or it is over, or its user may not sign in, or there is none.
DELETE FROM one_time_links
 WHERE tenant_id = :tenant_id AND hash = :link_hash AND expires_at > :now
   AND (
       SELECT u.status FROM users u WHERE u.tenant_id = one_time_links.tenant_id AND u.id = one_time_links.user_id
   ) = 'active'
RETURNING id;
{{write_event}};

-- name: link_of_user
-- The live link of a user.
SELECT {{link:l}} FROM one_time_links l
 WHERE l.tenant_id = :tenant_id AND l.user_id = :user_id AND l.expires_at > :now;

-- name: withdraw_link
-- Forgets the link of a user. No row: none is live.
DELETE FROM one_time_links WHERE tenant_id = :tenant_id AND user_id = :user_id AND expires_at > :now RETURNING id;
{{write_event}};
