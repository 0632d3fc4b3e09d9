-- Users with what they are found by, in one statement each.

-- name: add_user
-- Adds a user. No row: the id, username or email is taken.
WITH changed AS (
    INSERT INTO users (tenant_id, username_normal, email_normal, terms, {{user}})
    VALUES (:tenant_id, :username_normal, :email_normal, :terms, {{:user}}) ON CONFLICT DO NOTHING RETURNING id
), found_by AS (
    INSERT INTO user_terms (tenant_id, term, user_id, beginnings)
    SELECT :tenant_id, each.value, changed.id, :beginnings FROM changed CROSS JOIN {{each:terms}}
), event AS (
    {{write_event}} WHERE EXISTS (SELECT FROM changed)
)
TABLE changed;

-- name: import_user
-- Adds a user with their password, if there is one. No row: the id, username or email is taken.
WITH changed AS (
    INSERT INTO users (tenant_id, username_normal, email_normal, terms, {{user}})
    VALUES (:tenant_id, :username_normal, :email_normal, :terms, {{:user}}) ON CONFLICT DO NOTHING RETURNING id
), found_by AS (
    INSERT INTO user_terms (tenant_id, term, user_id, beginnings)
    SELECT :tenant_id, each.value, changed.id, :beginnings FROM changed CROSS JOIN {{each:terms}}
), known_by AS (
    INSERT INTO passwords (tenant_id, {{password}})
    SELECT :tenant_id, {{:password}} FROM changed WHERE CAST(:password_encoded AS text) IS NOT NULL
), event AS (
    {{write_event}} WHERE EXISTS (SELECT FROM changed)
)
TABLE changed;

-- name: update_user
-- Replaces the version before. No row: another version stands there, or a name is taken, or there is no such user.
WITH known AS MATERIALIZED (
    SELECT terms FROM users WHERE tenant_id = :tenant_id AND id = :user_id
), changed AS (
    UPDATE users
       SET username = :user_username, username_normal = :username_normal, email = :user_email,
           email_normal = :email_normal, email_verified = :user_email_verified, status = :user_status,
           created_at = :user_created_at, updated_at = :user_updated_at, version = :user_version,
           document = :user_document, terms = :terms
     WHERE tenant_id = :tenant_id AND id = :user_id AND version = :user_version - 1
       AND NOT EXISTS (
           SELECT 1 FROM users o
            WHERE o.tenant_id = :tenant_id AND o.username_normal = :username_normal AND o.id <> :user_id
       )
       AND NOT EXISTS (
           SELECT 1 FROM users o WHERE o.tenant_id = :tenant_id AND o.email_normal = :email_normal AND o.id <> :user_id
       )
    RETURNING id
), forgotten AS (
    DELETE FROM user_terms
     WHERE tenant_id = :tenant_id AND user_id = :user_id AND term IN (
           SELECT item.value FROM changed CROSS JOIN known CROSS JOIN {{items:known.terms}}
            EXCEPT SELECT each.value FROM {{each:terms}}
       )
), found_by AS (
    INSERT INTO user_terms (tenant_id, term, user_id, beginnings)
    SELECT :tenant_id, each.value, changed.id, :beginnings FROM changed CROSS JOIN {{each:terms}}
        ON CONFLICT (tenant_id, term, user_id) DO UPDATE SET beginnings = EXCLUDED.beginnings
     WHERE user_terms.beginnings <> EXCLUDED.beginnings
), event AS (
    {{write_event}} WHERE EXISTS (SELECT FROM changed)
)
TABLE changed;
