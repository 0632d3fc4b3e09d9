-- Users in their orders, and those whom a search finds. `:status` is empty where any will do; who is not active has
-- indexes of their own, which a query has to ask for in these words.

-- name: page_users
-- Users by id.
SELECT {{user:u}} FROM users u
 WHERE u.tenant_id = :tenant_id AND u.id {{beyond}} :after AND (:status = '' OR u.status = :status)
 ORDER BY u.id {{order}} LIMIT :limit;

-- name: page_users_by_username
-- Users by username: it is unique.
SELECT {{user:u}} FROM users u
 WHERE u.tenant_id = :tenant_id AND u.username_normal {{beyond}} :after_value
   AND (:status = '' OR u.status = :status)
 ORDER BY u.username_normal {{order}} LIMIT :limit;

-- name: page_users_by_email
-- Users by email, which is unique, and behind them those without one by id; `:no_email` sorts behind every email.
WITH found AS MATERIALIZED (
    SELECT * FROM (
        SELECT tenant_id, email_normal AS value, id FROM users
         WHERE tenant_id = :tenant_id AND email_normal {{beyond}} :after_value AND (:status = '' OR status = :status)
         ORDER BY email_normal {{order}} LIMIT :limit
    ) AS mailed
     UNION ALL
    SELECT * FROM (
        SELECT tenant_id, coalesce(email_normal, :no_email) AS value, id FROM users
         WHERE tenant_id = :tenant_id AND email_normal IS NULL AND id {{beyond}} :after_unmailed
           AND (:status = '' OR status = :status)
         ORDER BY id {{order}} LIMIT :limit
    ) AS unmailed
)
SELECT {{user:u}} FROM found JOIN users u ON u.tenant_id = {{tenant_of:found}} AND u.id = found.id
 ORDER BY found.value {{order}}, found.id {{order}} LIMIT :limit;

-- name: page_inactive_users
-- Users who are not active, by id.
SELECT {{user:u}} FROM users u
 WHERE u.tenant_id = :tenant_id AND u.status <> 'active' AND u.status = :status AND u.id {{beyond}} :after
 ORDER BY u.id {{order}} LIMIT :limit;

-- name: page_inactive_users_by_username
-- Users who are not active, by username.
SELECT {{user:u}} FROM users u
 WHERE u.tenant_id = :tenant_id AND u.status <> 'active' AND u.status = :status
   AND u.username_normal {{beyond}} :after_value
 ORDER BY u.username_normal {{order}} LIMIT :limit;

-- name: page_inactive_users_by_email
-- Users who are not active, by email, and behind them those without one by id.
WITH found AS MATERIALIZED (
    SELECT * FROM (
        SELECT tenant_id, email_normal AS value, id FROM users
         WHERE tenant_id = :tenant_id AND status <> 'active' AND status = :status
           AND email_normal {{beyond}} :after_value
         ORDER BY email_normal {{order}} LIMIT :limit
    ) AS mailed
     UNION ALL
    SELECT * FROM (
        SELECT tenant_id, coalesce(email_normal, :no_email) AS value, id FROM users
         WHERE tenant_id = :tenant_id AND status <> 'active' AND status = :status
           AND email_normal IS NULL AND id {{beyond}} :after_unmailed
         ORDER BY id {{order}} LIMIT :limit
    ) AS unmailed
)
SELECT {{user:u}} FROM found JOIN users u ON u.tenant_id = {{tenant_of:found}} AND u.id = found.id
 ORDER BY found.value {{order}}, found.id {{order}} LIMIT :limit;

-- name: search_users
-- Users by the first that the longest term begins of what they are found by, exact matches first. Who has an earlier
-- one that it begins was listed there. Most of those whom another term does not find are left out by their bits alone.
SELECT t.term, {{user:u}}
  FROM user_terms t JOIN users u ON u.tenant_id = {{tenant_of:t}} AND u.id = t.user_id
 WHERE t.tenant_id = :tenant_id AND t.term >= :from AND t.term < :high
   AND (t.term > :after_value OR t.user_id > :after_id) AND (t.beginnings & :beginnings) = :beginnings AND (:status = '' OR u.status = :status)
   AND NOT EXISTS (SELECT 1 FROM {{items:u.terms}} WHERE item.value >= :low AND item.value < t.term)
   AND NOT EXISTS (SELECT 1 FROM {{each:terms}} WHERE {{lacks:u.terms}})
 ORDER BY t.term, t.user_id LIMIT :limit;

-- name: sort_found_users
-- Users whom a search finds, by a value of theirs. The first column says in every row how many entries the longest term
-- begins; where they are more than `:most` there are no users. Without users it is one row of NULLs.
WITH entries AS MATERIALIZED (
    SELECT tenant_id, user_id, beginnings FROM user_terms
     WHERE tenant_id = :tenant_id AND term >= :low AND term < :high LIMIT :most + 1
), found AS MATERIALIZED (
    SELECT u.tenant_id, u.id,
           CASE :sort WHEN 'username' THEN u.username_normal WHEN 'email' THEN coalesce(u.email_normal, :no_email)
                      ELSE u.id END AS value
      FROM (
          SELECT DISTINCT tenant_id, user_id FROM entries
           WHERE (SELECT count(*) FROM entries) <= :most AND (beginnings & :beginnings) = :beginnings
      ) AS entry
      JOIN users u ON u.tenant_id = {{tenant_of:entry}} AND u.id = entry.user_id
     WHERE (:status = '' OR u.status = :status) AND NOT EXISTS (SELECT 1 FROM {{each:terms}} WHERE {{lacks:u.terms}})
), page AS MATERIALIZED (
    SELECT tenant_id, value, id FROM found
     WHERE (value, id) {{beyond}} (:after_value, :after_id)
     ORDER BY value {{order}}, id {{order}} LIMIT :limit
)
SELECT total.entries, {{user:u}}
  FROM (SELECT count(*) AS entries FROM entries) AS total
  LEFT JOIN page ON true
  LEFT JOIN users u ON u.tenant_id = {{tenant_of:page}} AND u.id = page.id
 ORDER BY page.value {{order}}, page.id {{order}};

-- name: count_users
-- How many users there are, counted up to a bound.
SELECT count(*) AS users
  FROM (
      SELECT 1 FROM users WHERE tenant_id = :tenant_id AND id > '' AND (:status = '' OR status = :status) LIMIT :limit
  ) AS counted;

-- name: count_inactive_users
-- How many users are not active, counted up to a bound.
SELECT count(*) AS users
  FROM (
      SELECT 1 FROM users
       WHERE tenant_id = :tenant_id AND id > '' AND status <> 'active' AND status = :status LIMIT :limit
  ) AS counted;

-- name: count_found_users
-- How many entries the longest term begins, and if they are not more than `:most`, how many users a search finds.
WITH entries AS MATERIALIZED (
    SELECT tenant_id, user_id, beginnings FROM user_terms
     WHERE tenant_id = :tenant_id AND term >= :low AND term < :high LIMIT :most + 1
)
SELECT (SELECT count(*) FROM entries) AS entries, count(*) AS users
  FROM (
      SELECT DISTINCT tenant_id, user_id FROM entries
       WHERE (SELECT count(*) FROM entries) <= :most AND (beginnings & :beginnings) = :beginnings
  ) AS entry
  JOIN users u ON u.tenant_id = {{tenant_of:entry}} AND u.id = entry.user_id
 WHERE (:status = '' OR u.status = :status) AND NOT EXISTS (SELECT 1 FROM {{each:terms}} WHERE {{lacks:u.terms}});
