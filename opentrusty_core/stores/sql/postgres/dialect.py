"""How PostgreSQL spells what differs.

Keys compare by bytes (`COLLATE "C"`), as they do in SQLite. A document is `json`, not `jsonb`: no query looks inside,
every text fits (jsonb refuses NUL and lone surrogates), and it is neither parsed apart nor put together again.
"""

from __future__ import annotations

from opentrusty_core.stores.sql.queries import Dialect

POSTGRES = Dialect(
    macros={
        "id": 'text COLLATE "C"',
        "text": "text",
        "integer": "bigint",
        "boolean": "boolean",
        "timestamp": "timestamptz",
        "bytes": "bytea",
        "no_bytes": "''::bytea",
        "json": "json",
        "table": "",
        "hot_table": "WITH (fillfactor = 90)",
        "wide_table": "",
        "cover_beginnings": "ALTER TABLE user_terms DROP CONSTRAINT user_terms_pkey, "
        "ADD PRIMARY KEY (tenant_id, term, user_id) INCLUDE (beginnings)",
        "for_update": "FOR NO KEY UPDATE",
        "for_share": "FOR SHARE",
        "for_deletion": "FOR UPDATE",
        "for_key_share": "FOR KEY SHARE",
        "skip_locked": "FOR UPDATE SKIP LOCKED",
        # True, and this transaction's commit does not wait for the disk.
        "unwaited": "set_config('synchronous_commit', 'off', true) = 'off'",
        "mark": "CAST(CAST(pg_current_xact_id() AS text) AS bigint)",
        # Whatever is still open has this number or a greater one: it is seen by whoever asks from here on.
        "cursor": "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)",
        "buckets": "json_to_recordset(CAST(:buckets AS json)) "
        "AS bucket(tenant_id text, key text, pace bigint, tolerance bigint)",
        "terms": "json_to_recordset(CAST(:terms AS json)) AS term(low text, high text, word_low text, word_high text)",
        "counts": "json_to_recordset(CAST(:counts AS json)) "
        "AS each(tenant_id text, day text, measure text, key text, amount bigint)",
        "uses": "json_to_recordset(CAST(:uses AS json)) "
        "AS each(tenant_id text, day text, id text, authorizations bigint, tokens bigint)",
        "ids": "json_to_recordset(CAST(:ids AS json)) AS each(tenant_id text, id text)",
        "people": "json_to_recordset(CAST(:people AS json)) AS each(tenant_id text, user_id text, day text)",
    },
    tenant_of=lambda alias: f"nullif({alias}.tenant_id, '*')",
    items=lambda column: f"json_array_elements_text({column}) AS item(value)",
    holds=lambda column, parameter: f"position(:{parameter} IN {column}) > 0",
    lacks=lambda column: f"strpos(CAST({column} AS text), each.value) = 0",
    each=lambda parameter: f"json_array_elements_text(CAST(:{parameter} AS json)) AS each(value)",
    positional=True,
    fold=True,
    variants="postgres",
)
