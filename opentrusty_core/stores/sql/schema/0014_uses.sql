-- How much each application was used by day, on the platform each tenant; and how many users and clients there are, counted
-- when their number may have changed.

CREATE TABLE daily_uses (
    tenant_id {{id}} NOT NULL,
    day {{id}} NOT NULL, -- 2026-01-31
    id {{id}} NOT NULL,
    authorizations {{integer}} NOT NULL,
    tokens {{integer}} NOT NULL,
    PRIMARY KEY (tenant_id, day, id)
) {{hot_table}};

CREATE TABLE tenant_totals (
    tenant_id {{id}} NOT NULL PRIMARY KEY,
    users {{integer}} NOT NULL,
    clients {{integer}} NOT NULL,
    counted_at {{timestamp}} NOT NULL
) {{table}};
