-- Everything of the first version. Every table of a tenant has tenant_id first in its primary key: ready for row-level
-- security, for partitions, and for databases that distribute by tenant. Columns named *_at are moments.
--
-- Sessions, grants, consents and assignments name users without a foreign key: an embedder's directory may own the users.
-- What hangs from a grant has none either: nothing is good unless its grant is read live beside it, so an orphan opens
-- nothing and leaves at its expiry, and no insert pays for a check.
--
-- A secondary index that begins with tenant_id is partial on a condition that always holds and that a search by its next
-- column implies. So no plan, made before there are statistics, can take it for its tenant_id alone and walk a whole tenant.
--
-- What the hot paths change (a grant's expires_at, generation, rotated_at, idle_expires_at, last_seen_at, arrival) is in no
-- index, and {{hot_table}} leaves room beside each row, so that PostgreSQL updates it in place.

CREATE TABLE meta (
    name {{id}} NOT NULL PRIMARY KEY,
    value {{text}} NOT NULL
) {{table}};

CREATE TABLE tenants (
    id {{id}} NOT NULL PRIMARY KEY,
    name {{id}} NOT NULL UNIQUE,
    status {{text}} NOT NULL,
    created_at {{timestamp}} NOT NULL,
    updated_at {{timestamp}} NOT NULL,
    version {{integer}} NOT NULL,
    document {{json}} NOT NULL
) {{table}};

CREATE TABLE users (
    tenant_id {{id}} NOT NULL,
    id {{id}} NOT NULL,
    username {{text}} NOT NULL,
    username_normal {{id}} NOT NULL,
    email {{text}},
    email_normal {{id}},
    email_verified {{boolean}} NOT NULL,
    status {{text}} NOT NULL,
    created_at {{timestamp}} NOT NULL,
    updated_at {{timestamp}} NOT NULL,
    version {{integer}} NOT NULL,
    document {{json}} NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {{table}};

CREATE UNIQUE INDEX users_by_username ON users (tenant_id, username_normal) WHERE username_normal IS NOT NULL;
CREATE UNIQUE INDEX users_by_email ON users (tenant_id, email_normal) WHERE email_normal IS NOT NULL;

CREATE TABLE passwords (
    tenant_id {{id}} NOT NULL,
    user_id {{id}} NOT NULL,
    encoded {{text}} NOT NULL,
    changed_at {{timestamp}} NOT NULL,
    must_change {{boolean}} NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) {{table}};

CREATE TABLE consents (
    tenant_id {{id}} NOT NULL,
    user_id {{id}} NOT NULL,
    client_id {{id}} NOT NULL,
    granted_at {{timestamp}} NOT NULL,
    document {{json}} NOT NULL,
    PRIMARY KEY (tenant_id, user_id, client_id)
) {{table}};

-- For the one query that says so: who looks for a user's consent must not find this index.
CREATE INDEX consents_by_client ON consents (tenant_id, client_id) WHERE granted_at IS NOT NULL;

CREATE TABLE throttles (
    tenant_id {{id}} NOT NULL,
    key {{id}} NOT NULL,
    arrival {{integer}} NOT NULL, -- microseconds since 1970: both engines compute with it
    PRIMARY KEY (tenant_id, key)
) {{hot_table}};

CREATE TABLE clients (
    tenant_id {{id}} NOT NULL,
    client_id {{id}} NOT NULL,
    status {{text}} NOT NULL,
    created_at {{timestamp}} NOT NULL,
    updated_at {{timestamp}} NOT NULL,
    version {{integer}} NOT NULL,
    document {{json}} NOT NULL,
    PRIMARY KEY (tenant_id, client_id)
) {{table}};

CREATE TABLE client_origins (
    tenant_id {{id}} NOT NULL,
    origin {{id}} NOT NULL,
    client_id {{id}} NOT NULL,
    PRIMARY KEY (tenant_id, origin, client_id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES clients ON DELETE CASCADE
) {{table}};

CREATE INDEX client_origins_by_client ON client_origins (tenant_id, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE resources (
    tenant_id {{id}} NOT NULL,
    identifier {{id}} NOT NULL,
    name {{text}} NOT NULL,
    document {{json}} NOT NULL,
    PRIMARY KEY (tenant_id, identifier)
) {{table}};

-- One owner a scope: the primary key sees to it.
CREATE TABLE resource_scopes (
    tenant_id {{id}} NOT NULL,
    scope {{id}} NOT NULL,
    identifier {{id}} NOT NULL,
    PRIMARY KEY (tenant_id, scope),
    FOREIGN KEY (tenant_id, identifier) REFERENCES resources ON DELETE CASCADE
) {{table}};

CREATE INDEX resource_scopes_by_resource ON resource_scopes (tenant_id, identifier) WHERE identifier IS NOT NULL;

CREATE TABLE signing_keys (
    tenant_id {{id}} NOT NULL,
    kid {{id}} NOT NULL,
    alg {{text}} NOT NULL,
    status {{text}} NOT NULL,
    public_jwk {{text}} NOT NULL,
    sealed_private {{bytes}} NOT NULL,
    created_at {{timestamp}} NOT NULL,
    activates_at {{timestamp}} NOT NULL,
    activated_at {{timestamp}},
    retiring_at {{timestamp}},
    retired_at {{timestamp}},
    PRIMARY KEY (tenant_id, kid)
) {{table}};

-- One active key of an algorithm, and one that waits for its turn, whatever the processes do.
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (tenant_id, alg) WHERE status = 'active';
CREATE UNIQUE INDEX signing_keys_announced ON signing_keys (tenant_id, alg) WHERE status = 'announced';

CREATE TABLE assignments (
    tenant_id {{id}} NOT NULL,
    user_id {{id}} NOT NULL,
    role {{id}} NOT NULL,
    assigned_at {{timestamp}} NOT NULL,
    PRIMARY KEY (tenant_id, user_id, role)
) {{table}};

CREATE INDEX assignments_by_role ON assignments (tenant_id, role, user_id) WHERE role IS NOT NULL;

CREATE TABLE platform_assignments (
    tenant_id {{id}} NOT NULL,
    user_id {{id}} NOT NULL,
    role {{id}} NOT NULL,
    assigned_at {{timestamp}} NOT NULL,
    PRIMARY KEY (tenant_id, user_id, role)
) {{table}};

CREATE INDEX platform_assignments_by_role ON platform_assignments (role);

CREATE TABLE sessions (
    tenant_id {{id}} NOT NULL,
    id {{id}} NOT NULL,
    user_id {{id}} NOT NULL,
    handle_hash {{bytes}} NOT NULL,
    browser_hash {{bytes}} NOT NULL,
    created_at {{timestamp}} NOT NULL,
    last_seen_at {{timestamp}} NOT NULL,
    idle_expires_at {{timestamp}} NOT NULL,
    expires_at {{timestamp}} NOT NULL,
    ended_at {{timestamp}},
    document {{json}} NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {{hot_table}};

CREATE UNIQUE INDEX sessions_by_handle ON sessions (tenant_id, handle_hash) WHERE handle_hash IS NOT NULL;
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_end ON sessions (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE interactions (
    tenant_id {{id}} NOT NULL,
    hash {{bytes}} NOT NULL,
    client_id {{id}} NOT NULL,
    browser_hash {{bytes}} NOT NULL,
    account_selected {{boolean}} NOT NULL,
    consent_given {{boolean}} NOT NULL,
    created_at {{timestamp}} NOT NULL,
    expires_at {{timestamp}} NOT NULL,
    document {{json}} NOT NULL,
    PRIMARY KEY (tenant_id, hash)
) {{table}};

CREATE INDEX interactions_by_browser ON interactions (tenant_id, browser_hash) WHERE browser_hash IS NOT NULL;
CREATE INDEX interactions_by_expiry ON interactions (expires_at);

CREATE TABLE grants (
    tenant_id {{id}} NOT NULL,
    id {{id}} NOT NULL,
    user_id {{id}} NOT NULL,
    client_id {{id}} NOT NULL,
    session_id {{id}} NOT NULL,
    is_offline {{boolean}} NOT NULL,
    scope {{text}} NOT NULL,
    created_at {{timestamp}} NOT NULL,
    expires_at {{timestamp}} NOT NULL,
    revoked_at {{timestamp}},
    document {{json}} NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {{hot_table}};

CREATE INDEX grants_by_user ON grants (tenant_id, user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX grants_by_client ON grants (tenant_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX grants_by_session ON grants (tenant_id, session_id) WHERE session_id IS NOT NULL;

CREATE TABLE codes (
    tenant_id {{id}} NOT NULL,
    hash {{bytes}} NOT NULL,
    grant_id {{id}} NOT NULL,
    client_id {{id}} NOT NULL,
    redirect_uri {{text}},
    code_challenge {{text}},
    nonce {{text}},
    created_at {{timestamp}} NOT NULL,
    expires_at {{timestamp}} NOT NULL,
    redeemed_at {{timestamp}},
    kept_until_at {{timestamp}} NOT NULL, -- its own end, and once it is spent that of its grant
    PRIMARY KEY (tenant_id, hash)
) {{table}};

-- Every grant began with a code, which is kept as long as the grant may live: it knows a replay for one, and when it goes,
-- the grant and its refresh token go with it. So those need no index of their ends.
CREATE INDEX codes_by_end ON codes (kept_until_at);

CREATE TABLE refresh_tokens (
    tenant_id {{id}} NOT NULL,
    id {{id}} NOT NULL,
    grant_id {{id}} NOT NULL,
    client_id {{id}} NOT NULL,
    generation {{integer}} NOT NULL,
    rotated_at {{timestamp}},
    created_at {{timestamp}} NOT NULL,
    idle_expires_at {{timestamp}} NOT NULL,
    expires_at {{timestamp}} NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {{hot_table}};

CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (tenant_id, grant_id) WHERE grant_id IS NOT NULL;

CREATE TABLE access_tokens (
    tenant_id {{id}} NOT NULL,
    hash {{bytes}} NOT NULL,
    id {{id}} NOT NULL,
    client_id {{id}} NOT NULL,
    grant_id {{id}},
    scope {{text}} NOT NULL,
    created_at {{timestamp}} NOT NULL,
    expires_at {{timestamp}} NOT NULL,
    document {{json}} NOT NULL,
    PRIMARY KEY (tenant_id, hash)
) {{table}};

CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);

CREATE TABLE revoked_jwts (
    tenant_id {{id}} NOT NULL,
    jti {{id}} NOT NULL,
    expires_at {{timestamp}} NOT NULL,
    PRIMARY KEY (tenant_id, jti)
) {{table}};

CREATE INDEX revoked_jwts_by_expiry ON revoked_jwts (expires_at);

-- The audit of each tenant; that of the platform has the empty tenant_id.
CREATE TABLE audit_events (
    tenant_id {{id}} NOT NULL,
    id {{id}} NOT NULL,
    at {{timestamp}} NOT NULL,
    type {{text}} NOT NULL,
    actor_id {{text}},
    target {{text}},
    document {{json}} NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {{table}};
