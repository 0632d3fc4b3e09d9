-- What processes that serve have to hear of: a tenant's record, clients, resources or keys were changed (see
-- storage.Platform.changes). Rows are only ever added, so that two administrators do not wait for each other here.

CREATE TABLE changes (
    tenant_id {{id}} NOT NULL,
    mark {{integer}} NOT NULL, -- the transaction's number on PostgreSQL; counted on SQLite, which has one writer at a time
    noted_at {{timestamp}} NOT NULL,
    PRIMARY KEY (tenant_id, mark)
) {{table}};
CREATE INDEX changes_by_mark ON changes (mark);
CREATE INDEX changes_by_noted_at ON changes (noted_at);
