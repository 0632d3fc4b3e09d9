-- The seal of each audit and what was counted of it, made after its events are written. The platform's own has the empty
-- tenant_id; its numbers are the sums of all tenants'.

CREATE TABLE audit_heads (
    tenant_id {{id}} NOT NULL PRIMARY KEY,
    number {{integer}} NOT NULL,
    first_number {{integer}} NOT NULL,
    last_id {{id}} NOT NULL,
    chain {{bytes}} NOT NULL,
    reached_at {{timestamp}} NOT NULL,
    mac {{bytes}} NOT NULL
) {{table}};

-- A search reads `terms` of many segments and never the two columns behind it, which are larger.
CREATE TABLE audit_segments (
    tenant_id {{id}} NOT NULL,
    first_id {{id}} NOT NULL,
    last_id {{id}} NOT NULL,
    number {{integer}} NOT NULL,
    first_at {{timestamp}} NOT NULL,
    last_at {{timestamp}} NOT NULL,
    sealed_at {{timestamp}} NOT NULL,
    chain_before {{bytes}} NOT NULL,
    chain_after {{bytes}} NOT NULL,
    mac {{bytes}} NOT NULL,
    terms {{bytes}} NOT NULL,
    event_ids {{text}} NOT NULL,
    digests {{bytes}} NOT NULL,
    PRIMARY KEY (tenant_id, first_id)
) {{wide_table}};

CREATE TABLE daily_counts (
    tenant_id {{id}} NOT NULL,
    day {{id}} NOT NULL, -- 2026-01-31
    measure {{id}} NOT NULL,
    key {{id}} NOT NULL,
    amount {{integer}} NOT NULL,
    PRIMARY KEY (tenant_id, day, measure, key)
) {{hot_table}};

CREATE TABLE last_active (
    tenant_id {{id}} NOT NULL,
    user_id {{id}} NOT NULL,
    day {{id}} NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) {{table}};

CREATE INDEX last_active_by_day ON last_active (day);
