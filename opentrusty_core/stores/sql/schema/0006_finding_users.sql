-- Finding people among many.

-- What people are found by, folded: username, email, words of names (see domain.search). Who types the beginning of one
-- finds them by a range of the key. The same stands in `users.terms`: so it is known which rows to take away, and whom
-- several terms find together.
CREATE TABLE user_terms (
    tenant_id {{id}} NOT NULL,
    term {{id}} NOT NULL,
    user_id {{id}} NOT NULL,
    PRIMARY KEY (tenant_id, term, user_id)
) {{table}};

ALTER TABLE users ADD COLUMN terms {{json}} NOT NULL DEFAULT '[]';

-- Who has no email comes last in a list by email.
CREATE INDEX users_without_email ON users (tenant_id, id) WHERE email_normal IS NULL;

-- The few who are not active, in every order that there is: a search for them must not walk past all the others.
CREATE INDEX users_inactive ON users (tenant_id, id) WHERE status <> 'active';
CREATE INDEX users_inactive_by_username ON users (tenant_id, username_normal) WHERE status <> 'active';
CREATE INDEX users_inactive_by_email ON users (tenant_id, email_normal, id) WHERE status <> 'active';
