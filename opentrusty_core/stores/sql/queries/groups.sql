-- Groups of users.

-- name: add_group
-- Adds a group. No row: its id or name is taken.
INSERT INTO groups (tenant_id, name_normal, {{group}}) VALUES (:tenant_id, :name_normal, {{:group}})
    ON CONFLICT DO NOTHING RETURNING id;
{{write_event}};

-- name: get_group
-- One group.
SELECT {{group:g}} FROM groups g WHERE g.tenant_id = :tenant_id AND g.id = :group_id;

-- name: find_group
-- The group of a name in normal form.
SELECT {{group:g}} FROM groups g WHERE g.tenant_id = :tenant_id AND g.name_normal = :name_normal;

-- name: update_group
-- Replaces the version before. No row: another version stands there, or the name is taken, or there is no such group.
UPDATE groups
   SET name = :group_name, name_normal = :name_normal, description = :group_description,
       created_at = :group_created_at, updated_at = :group_updated_at, version = :group_version
 WHERE tenant_id = :tenant_id AND id = :group_id AND version = :group_version - 1
   AND NOT EXISTS (
       SELECT 1 FROM groups o WHERE o.tenant_id = :tenant_id AND o.name_normal = :name_normal AND o.id <> :group_id
   )
RETURNING id;
{{write_event}};

-- name: delete_group
-- Removes a group with its memberships, which go by themselves, and roles. No row: there is no such group.
DELETE FROM groups WHERE tenant_id = :tenant_id AND id = :group_id RETURNING id;
DELETE FROM assignments WHERE tenant_id = :tenant_id AND principal_kind = 'group' AND principal_id = :group_id;
DELETE FROM platform_assignments
 WHERE tenant_id = :tenant_id AND principal_kind = 'group' AND principal_id = :group_id;
{{write_event}};

-- name: page_groups
-- Groups by name in normal form, between two bounds.
SELECT {{group:g}} FROM groups g
 WHERE g.tenant_id = :tenant_id AND g.name_normal > :after
   AND g.name_normal >= :prefix AND g.name_normal < :prefix_end
 ORDER BY g.name_normal LIMIT :limit;

-- name: lock_group
-- Locks a group against deletion, as a part of more. No row: there is none.
SELECT id FROM groups WHERE tenant_id = :tenant_id AND id = :group_id {{for_key_share}};

-- name: users_among
-- Which of these ids are users.
WITH found AS MATERIALIZED (
    SELECT CAST(:tenant_id AS text) AS tenant_id, each.value AS id FROM {{each:user_ids}}
)
SELECT u.id FROM found JOIN users u ON u.tenant_id = {{tenant_of:found}} AND u.id = found.id;

-- name: join_group
-- Makes users members of a group, as a part of more: a row for each who was none.
INSERT INTO group_members (tenant_id, group_id, user_id, joined_at)
SELECT :tenant_id, :group_id, each.value, :now FROM {{each:user_ids}} WHERE true
    ON CONFLICT DO NOTHING RETURNING user_id;

-- name: leave_group
-- Ends a membership. No row: the user is no member.
DELETE FROM group_members WHERE tenant_id = :tenant_id AND group_id = :group_id AND user_id = :user_id
RETURNING user_id;
{{write_event}};

-- name: page_members
-- The members of a group with their users, by user id.
SELECT {{user:u}}, m.joined_at
  FROM group_members m JOIN users u ON u.tenant_id = {{tenant_of:m}} AND u.id = m.user_id
 WHERE m.tenant_id = :tenant_id AND m.group_id = :group_id AND m.user_id > :after
 ORDER BY m.user_id LIMIT :limit;

-- name: groups_of_user
-- The groups of which a user is a member, by id.
SELECT {{group:g}}
  FROM group_members m JOIN groups g ON g.tenant_id = {{tenant_of:m}} AND g.id = m.group_id
 WHERE m.tenant_id = :tenant_id AND m.user_id = :user_id AND m.group_id > :after
 ORDER BY m.group_id LIMIT :limit;
