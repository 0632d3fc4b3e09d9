"""How SQLite spells what differs: STRICT tables, a moment as microseconds since 1970, a document as TEXT."""

from __future__ import annotations

from opentrusty_core.stores.sql.queries import Dialect

SQLITE = Dialect(
    macros={
        "id": "TEXT",
        "text": "TEXT",
        "integer": "INTEGER",
        "boolean": "INTEGER",
        "timestamp": "INTEGER",
        "bytes": "BLOB",
        "no_bytes": "x''",
        "json": "TEXT",
        "table": "STRICT, WITHOUT ROWID",
        "hot_table": "STRICT, WITHOUT ROWID",
        "wide_table": "STRICT",
        "cover_beginnings": "SELECT 1",  # a table without row ids is the index of its key, with every column
        "for_update": "",
        "for_share": "",
        "for_deletion": "",
        "for_key_share": "",
        "skip_locked": "",
        "unwaited": "true",
        "mark": "(SELECT coalesce(max(mark), 0) + 1 FROM changes)",
        "cursor": "(SELECT coalesce(max(mark), 0) + 1 FROM changes)",
        "buckets": "(SELECT value ->> 'tenant_id' AS tenant_id, value ->> 'key' AS key, value ->> 'pace' AS pace, "
        "value ->> 'tolerance' AS tolerance FROM json_each(:buckets)) AS bucket",
        "counts": "(SELECT value ->> 'tenant_id' AS tenant_id, value ->> 'day' AS day, value ->> 'measure' AS measure, "
        "value ->> 'key' AS key, value ->> 'amount' AS amount FROM json_each(:counts)) AS each",
        "uses": "(SELECT value ->> 'tenant_id' AS tenant_id, value ->> 'day' AS day, value ->> 'id' AS id, "
        "value ->> 'authorizations' AS authorizations, value ->> 'tokens' AS tokens FROM json_each(:uses)) AS each",
        "ids": "(SELECT value ->> 'tenant_id' AS tenant_id, value ->> 'id' AS id FROM json_each(:ids)) AS each",
        "people": "(SELECT value ->> 'tenant_id' AS tenant_id, value ->> 'user_id' AS user_id, value ->> 'day' AS day "
        "FROM json_each(:people)) AS each",
    },
    tenant_of=lambda alias: f"{alias}.tenant_id",
    items=lambda column: f"json_each({column}) AS item",
    holds=lambda column, parameter: f"instr({column}, :{parameter}) > 0",
    lacks=lambda column: f"instr({column}, each.value) = 0",
    each=lambda parameter: f"json_each(:{parameter}) AS each",
)
