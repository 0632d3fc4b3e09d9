-- Who may do what: assignments, roles of the tenant's own, groups, declared accesses.
--
-- A client, a group and a tenant's own role can be deleted, and a client's id or a role's name used again. So who gives a
-- role locks them against deletion, and who deletes one looks for its assignments afterwards: none is left over for a
-- namesake.

-- name: add_role
-- Adds a role of the tenant's own. No row: its name is taken.
INSERT INTO roles (tenant_id, {{role}}) VALUES (:tenant_id, {{:role}}) ON CONFLICT DO NOTHING RETURNING name;
{{write_event}};

-- name: get_role
-- One role of the tenant's own.
SELECT {{role:r}} FROM roles r WHERE r.tenant_id = :tenant_id AND r.name = :name;

-- name: own_roles
-- Every role of the tenant's own, by name.
SELECT {{role:r}} FROM roles r WHERE r.tenant_id = :tenant_id ORDER BY r.name;

-- name: update_role
-- Replaces the version before. No row: another version stands there, or there is no such role.
UPDATE roles
   SET description = :role_description, permission_names = :role_permission_names, created_at = :role_created_at,
       updated_at = :role_updated_at, version = :role_version
 WHERE tenant_id = :tenant_id AND name = :role_name AND version = :role_version - 1 RETURNING name;
{{write_event}};

-- name: lock_role
-- Locks a role of the tenant's own against being given, as a part of more. No row: there is none.
SELECT name FROM roles WHERE tenant_id = :tenant_id AND name = :name {{for_deletion}};

-- name: take_from_all
-- Takes a role from all who hold it, as a part of more.
DELETE FROM assignments WHERE tenant_id = :tenant_id AND role = :name RETURNING principal_id;

-- name: delete_role
-- Removes a role of the tenant's own, as a part of more.
DELETE FROM roles WHERE tenant_id = :tenant_id AND name = :name RETURNING name;

-- name: assign_role
-- Gives a role. No row: the principal holds it already, or something that it takes is not there.
INSERT INTO assignments (tenant_id, principal_kind, principal_id, role, assigned_at)
SELECT :tenant_id, :assignment_principal_kind, :assignment_principal_id, :assignment_role, :assignment_assigned_at
 WHERE (CAST(:client_id AS text) IS NULL OR EXISTS (
           SELECT 1 FROM clients WHERE tenant_id = :tenant_id AND client_id = :client_id {{for_key_share}}))
   AND (CAST(:group_id AS text) IS NULL OR EXISTS (
           SELECT 1 FROM groups WHERE tenant_id = :tenant_id AND id = :group_id {{for_key_share}}))
   AND (CAST(:own_role AS text) IS NULL OR EXISTS (
           SELECT 1 FROM roles WHERE tenant_id = :tenant_id AND name = :own_role {{for_key_share}}))
    ON CONFLICT DO NOTHING RETURNING role;
{{write_event}};

-- name: revoke_role
-- Takes a role. No row: the principal does not hold it.
DELETE FROM assignments
 WHERE tenant_id = :tenant_id AND principal_kind = :principal_kind AND principal_id = :principal_id AND role = :role
RETURNING role;
{{write_event}};

-- name: roles_of_principal
-- The roles of a principal itself, by name.
SELECT {{assignment:a}} FROM assignments a
 WHERE a.tenant_id = :tenant_id AND a.principal_kind = :principal_kind AND a.principal_id = :principal_id
 ORDER BY a.role;

-- name: holders_of_role
-- Who holds a role themselves, by principal.
SELECT {{assignment:a}} FROM assignments a
 WHERE a.tenant_id = :tenant_id AND a.role = :role
   AND (a.principal_kind, a.principal_id) > (:after_kind, :after_id)
 ORDER BY a.principal_kind, a.principal_id LIMIT :limit;

-- name: held_by
-- What a principal holds, itself and by its groups: whether it is active, roles in the tenant with what those of the
-- tenant's own allow, roles on the platform, and tenants to which it has declared access.
WITH mine AS (
    SELECT CAST(:tenant_id AS text) AS tenant_id, CAST(:principal_kind AS text) AS kind,
           CAST(:principal_id AS text) AS id
     UNION ALL
    SELECT m.tenant_id, 'group', m.group_id FROM group_members m
     WHERE m.tenant_id = :tenant_id AND m.user_id = :user_id
)
SELECT 'is' AS what, u.status AS name, NULL AS permission_names, CAST(NULL AS {{timestamp}}) AS ends_at FROM users u
 WHERE u.tenant_id = :tenant_id AND u.id = :user_id
 UNION ALL
SELECT 'is', c.status, NULL, NULL FROM clients c WHERE c.tenant_id = :tenant_id AND c.client_id = :client_id
 UNION ALL
SELECT 'is', 'active', NULL, NULL FROM groups g WHERE g.tenant_id = :tenant_id AND g.id = :group_id
 UNION ALL
SELECT 'role', a.role, r.permission_names, NULL
  FROM mine
  JOIN assignments a ON a.tenant_id = {{tenant_of:mine}} AND a.principal_kind = mine.kind AND a.principal_id = mine.id
  LEFT JOIN roles r ON r.tenant_id = {{tenant_of:a}} AND r.name = a.role
 UNION ALL
SELECT 'platform', p.role, NULL, NULL
  FROM mine
  JOIN platform_assignments p
    ON p.tenant_id = {{tenant_of:mine}} AND p.principal_kind = mine.kind AND p.principal_id = mine.id
 UNION ALL
SELECT 'access', d.tenant_id, NULL, max(d.expires_at) FROM declared_accesses d
 WHERE d.home_id = :tenant_id AND d.principal_kind = :principal_kind AND d.principal_id = :principal_id
   AND d.ended_at IS NULL
 GROUP BY d.tenant_id;

-- name: role_remains
-- A row, if without those who leave an active user holds the role, themselves or by a group.
SELECT 1 AS remains
  FROM assignments a JOIN users u ON u.tenant_id = {{tenant_of:a}} AND u.id = a.principal_id
 WHERE a.tenant_id = :tenant_id AND a.role = :role AND a.principal_kind = 'user'
   AND a.tenant_id <> :without_home AND a.principal_id <> :without_user AND u.status = 'active'
 UNION ALL
SELECT 1
  FROM assignments a
  JOIN group_members m ON m.tenant_id = {{tenant_of:a}} AND m.group_id = a.principal_id
  JOIN users u ON u.tenant_id = {{tenant_of:m}} AND u.id = m.user_id
 WHERE a.tenant_id = :tenant_id AND a.role = :role AND a.principal_kind = 'group'
   AND a.tenant_id <> :without_home AND a.principal_id <> :without_group AND m.user_id <> :without_member
   AND NOT (m.group_id = :left_group AND m.user_id = :left_user) AND u.status = 'active'
 LIMIT 1;

-- name: assign_platform_role (all tenants)
-- Gives a platform role. No row: the principal holds it already, or does not exist.
INSERT INTO platform_assignments ({{assignment}})
SELECT {{:assignment}}
 WHERE (CAST(:client_id AS text) IS NULL OR EXISTS (
           SELECT 1 FROM clients WHERE tenant_id = :assignment_tenant_id AND client_id = :client_id {{for_key_share}}))
   AND (CAST(:group_id AS text) IS NULL OR EXISTS (
           SELECT 1 FROM groups WHERE tenant_id = :assignment_tenant_id AND id = :group_id {{for_key_share}}))
    ON CONFLICT DO NOTHING RETURNING role;
{{write_event}};

-- name: assign_first (all tenants)
-- Gives a platform role if nobody holds it. The row in meta is a lock: racers take it one after the other, and each then
-- reads what the one before has committed. No row: somebody holds the role, or the principal does not exist.
INSERT INTO meta (name, value) VALUES (:lock_name, '')
    ON CONFLICT (name) DO UPDATE SET value = meta.value RETURNING name;
INSERT INTO platform_assignments ({{assignment}})
SELECT {{:assignment}}
 WHERE NOT EXISTS (SELECT 1 FROM platform_assignments WHERE role = :assignment_role)
   AND (CAST(:client_id AS text) IS NULL OR EXISTS (
           SELECT 1 FROM clients WHERE tenant_id = :assignment_tenant_id AND client_id = :client_id {{for_key_share}}))
   AND (CAST(:group_id AS text) IS NULL OR EXISTS (
           SELECT 1 FROM groups WHERE tenant_id = :assignment_tenant_id AND id = :group_id {{for_key_share}}))
RETURNING role;

-- name: revoke_platform_role (all tenants)
-- Takes a platform role. No row: the principal does not hold it.
DELETE FROM platform_assignments
 WHERE tenant_id = :home AND principal_kind = :principal_kind AND principal_id = :principal_id AND role = :role
RETURNING role;
{{write_event}};

-- name: platform_roles_of_principal (all tenants)
-- The platform roles of a principal itself, by name.
SELECT {{assignment:a}} FROM platform_assignments a
 WHERE a.tenant_id = :home AND a.principal_kind = :principal_kind AND a.principal_id = :principal_id
 ORDER BY a.role;

-- name: holders_of_platform_role (all tenants)
-- Who holds a platform role themselves, by home and principal.
SELECT {{assignment:a}} FROM platform_assignments a
 WHERE a.role = :role
   AND (a.tenant_id, a.principal_kind, a.principal_id) > (:after_home, :after_kind, :after_id)
 ORDER BY a.tenant_id, a.principal_kind, a.principal_id LIMIT :limit;

-- name: platform_role_remains (all tenants)
-- A row, if without those of a home who leave an active user holds the platform role, themselves or by a group.
SELECT 1 AS remains
  FROM platform_assignments a JOIN users u ON u.tenant_id = {{tenant_of:a}} AND u.id = a.principal_id
 WHERE a.role = :role AND a.principal_kind = 'user' AND a.tenant_id <> :without_home
   AND NOT (a.tenant_id = :home AND a.principal_id = :without_user) AND u.status = 'active'
 UNION ALL
SELECT 1
  FROM platform_assignments a
  JOIN group_members m ON m.tenant_id = {{tenant_of:a}} AND m.group_id = a.principal_id
  JOIN users u ON u.tenant_id = {{tenant_of:m}} AND u.id = m.user_id
 WHERE a.role = :role AND a.principal_kind = 'group' AND a.tenant_id <> :without_home
   AND NOT (a.tenant_id = :home AND a.principal_id = :without_group)
   AND NOT (m.tenant_id = :home AND m.user_id = :without_member)
   AND NOT (m.tenant_id = :home AND m.group_id = :left_group AND m.user_id = :left_user) AND u.status = 'active'
 LIMIT 1;

-- name: declare_access (all tenants)
-- Opens a tenant for a while, as a part of more.
INSERT INTO declared_accesses ({{declared_access}}) VALUES ({{:declared_access}}) RETURNING id;

-- name: get_access (all tenants)
-- One declared access.
SELECT {{declared_access:d}} FROM declared_accesses d WHERE d.id = :access_id;

-- name: end_access (all tenants)
-- Ends a declared access, as a part of more. No row: it has ended or expired, or never was.
UPDATE declared_accesses SET ended_at = :now
 WHERE id = :access_id AND ended_at IS NULL AND expires_at > :now RETURNING tenant_id;

-- name: live_accesses (all tenants)
-- The declared accesses that open a tenant now, by id.
SELECT {{declared_access:d}} FROM declared_accesses d
 WHERE d.id > :after AND d.ended_at IS NULL AND d.expires_at > :now ORDER BY d.id LIMIT :limit;

-- name: live_accesses_in (all tenants)
-- The declared accesses that open a tenant now, by id.
SELECT {{declared_access:d}} FROM declared_accesses d
 WHERE d.tenant_id = :opened AND d.id > :after AND d.ended_at IS NULL AND d.expires_at > :now
 ORDER BY d.id LIMIT :limit;
