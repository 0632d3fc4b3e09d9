-- Roles are held by principals: users, groups of users, and clients that act for themselves. A tenant may have roles of its
-- own. A platform administrator looks into a tenant only by an access that they declared.
--
-- Who held a role so far was a user. A primary key cannot be changed where it stands in both engines, so the tables are
-- written anew.

CREATE TABLE new_assignments (
    tenant_id {{id}} NOT NULL,
    principal_kind {{id}} NOT NULL,
    principal_id {{id}} NOT NULL,
    role {{id}} NOT NULL,
    assigned_at {{timestamp}} NOT NULL,
    CONSTRAINT assignments_by_principal PRIMARY KEY (tenant_id, principal_kind, principal_id, role)
) {{table}};

INSERT INTO new_assignments (tenant_id, principal_kind, principal_id, role, assigned_at)
SELECT tenant_id, 'user', user_id, role, assigned_at FROM assignments;
DROP TABLE assignments;
ALTER TABLE new_assignments RENAME TO assignments;

CREATE INDEX assignments_by_role ON assignments (tenant_id, role, principal_kind, principal_id) WHERE role IS NOT NULL;

CREATE TABLE new_platform_assignments (
    tenant_id {{id}} NOT NULL,
    principal_kind {{id}} NOT NULL,
    principal_id {{id}} NOT NULL,
    role {{id}} NOT NULL,
    assigned_at {{timestamp}} NOT NULL,
    CONSTRAINT platform_assignments_by_principal PRIMARY KEY (tenant_id, principal_kind, principal_id, role)
) {{table}};

INSERT INTO new_platform_assignments (tenant_id, principal_kind, principal_id, role, assigned_at)
SELECT tenant_id, 'user', user_id, role, assigned_at FROM platform_assignments;
DROP TABLE platform_assignments;
ALTER TABLE new_platform_assignments RENAME TO platform_assignments;

CREATE INDEX platform_assignments_by_role ON platform_assignments (role, tenant_id, principal_kind, principal_id);

-- What a tenant's own roles allow is read at every request: nothing is copied into assignments.
CREATE TABLE roles (
    tenant_id {{id}} NOT NULL,
    name {{id}} NOT NULL,
    description {{text}} NOT NULL,
    permission_names {{text}} NOT NULL,
    created_at {{timestamp}} NOT NULL,
    updated_at {{timestamp}} NOT NULL,
    version {{integer}} NOT NULL,
    PRIMARY KEY (tenant_id, name)
) {{table}};

CREATE TABLE groups (
    tenant_id {{id}} NOT NULL,
    id {{id}} NOT NULL,
    name {{text}} NOT NULL,
    name_normal {{id}} NOT NULL,
    description {{text}} NOT NULL,
    created_at {{timestamp}} NOT NULL,
    updated_at {{timestamp}} NOT NULL,
    version {{integer}} NOT NULL,
    PRIMARY KEY (tenant_id, id)
) {{table}};

CREATE UNIQUE INDEX groups_by_name ON groups (tenant_id, name_normal) WHERE name_normal IS NOT NULL;

CREATE TABLE group_members (
    tenant_id {{id}} NOT NULL,
    group_id {{id}} NOT NULL,
    user_id {{id}} NOT NULL,
    joined_at {{timestamp}} NOT NULL,
    PRIMARY KEY (tenant_id, group_id, user_id),
    FOREIGN KEY (tenant_id, group_id) REFERENCES groups ON DELETE CASCADE
) {{table}};

CREATE INDEX group_members_by_user ON group_members (tenant_id, user_id, group_id) WHERE user_id IS NOT NULL;

-- tenant_id is the tenant that is looked into, home_id that of who looks.
CREATE TABLE declared_accesses (
    tenant_id {{id}} NOT NULL,
    id {{id}} NOT NULL,
    home_id {{id}} NOT NULL,
    principal_kind {{id}} NOT NULL,
    principal_id {{id}} NOT NULL,
    reason {{text}} NOT NULL,
    declared_at {{timestamp}} NOT NULL,
    expires_at {{timestamp}} NOT NULL,
    ended_at {{timestamp}},
    PRIMARY KEY (tenant_id, id)
) {{table}};

CREATE UNIQUE INDEX declared_accesses_by_id ON declared_accesses (id);
CREATE INDEX declared_accesses_by_principal ON declared_accesses (home_id, principal_kind, principal_id);
CREATE INDEX declared_accesses_by_expiry ON declared_accesses (expires_at);
