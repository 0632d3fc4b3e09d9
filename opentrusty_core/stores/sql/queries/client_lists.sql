-- Clients in their orders, and those whom a search finds (see `domain.client_list`). `:kind` is empty where any will do.
-- Comparing rows does not imply that their columns are not null: a query says it, for the partial index that it means.

-- name: page_clients
-- Clients by id.
SELECT {{client:c}} FROM clients c
 WHERE c.tenant_id = :tenant_id AND c.client_id {{beyond}} :after AND (:kind = '' OR c.kind = :kind)
 ORDER BY c.client_id {{order}} LIMIT :limit;

-- name: page_clients_by_name
-- Clients by name.
SELECT {{client:c}} FROM clients c
 WHERE c.tenant_id = :tenant_id AND c.name_key IS NOT NULL
   AND (c.name_key, c.client_id) {{beyond}} (:after_value, :after_id) AND (:kind = '' OR c.kind = :kind)
 ORDER BY c.name_key {{order}}, c.client_id {{order}} LIMIT :limit;

-- name: page_clients_by_age
-- Clients by the moment when they were registered.
SELECT {{client:c}} FROM clients c
 WHERE c.tenant_id = :tenant_id AND c.created_at IS NOT NULL
   AND (c.created_at, c.client_id) {{beyond}} (:after_value, :after_id) AND (:kind = '' OR c.kind = :kind)
 ORDER BY c.created_at {{order}}, c.client_id {{order}} LIMIT :limit;

-- name: find_clients
-- Clients whom a search finds, by id: its longest term narrows them, the others pick among those.
WITH found AS MATERIALIZED (
    SELECT DISTINCT tenant_id, client_id FROM client_terms
     WHERE tenant_id = :tenant_id AND term >= :low AND term < :high
)
SELECT {{client:c}} FROM found JOIN clients c ON c.tenant_id = {{tenant_of:found}} AND c.client_id = found.client_id
 WHERE c.client_id {{beyond}} :after AND (:kind = '' OR c.kind = :kind)
   AND NOT EXISTS (SELECT 1 FROM {{each:terms}} WHERE {{lacks:c.terms}})
 ORDER BY c.client_id {{order}} LIMIT :limit;

-- name: find_clients_by_name
-- Clients whom a search finds, by name: its longest term narrows them, the others pick among those.
WITH found AS MATERIALIZED (
    SELECT DISTINCT tenant_id, client_id FROM client_terms
     WHERE tenant_id = :tenant_id AND term >= :low AND term < :high
)
SELECT {{client:c}} FROM found JOIN clients c ON c.tenant_id = {{tenant_of:found}} AND c.client_id = found.client_id
 WHERE (c.name_key, c.client_id) {{beyond}} (:after_value, :after_id) AND (:kind = '' OR c.kind = :kind)
   AND NOT EXISTS (SELECT 1 FROM {{each:terms}} WHERE {{lacks:c.terms}})
 ORDER BY c.name_key {{order}}, c.client_id {{order}} LIMIT :limit;

-- name: find_clients_by_age
-- Clients whom a search finds, by the moment when they were registered.
WITH found AS MATERIALIZED (
    SELECT DISTINCT tenant_id, client_id FROM client_terms
     WHERE tenant_id = :tenant_id AND term >= :low AND term < :high
)
SELECT {{client:c}} FROM found JOIN clients c ON c.tenant_id = {{tenant_of:found}} AND c.client_id = found.client_id
 WHERE (c.created_at, c.client_id) {{beyond}} (:after_value, :after_id) AND (:kind = '' OR c.kind = :kind)
   AND NOT EXISTS (SELECT 1 FROM {{each:terms}} WHERE {{lacks:c.terms}})
 ORDER BY c.created_at {{order}}, c.client_id {{order}} LIMIT :limit;
