-- name: append_events (all tenants)
-- Writes events of any tenants down, all in one commit.
INSERT INTO audit_events (tenant_id, {{event}})
SELECT * FROM unnest(
    CAST(:tenant_id AS text[]), CAST(:event_id AS text[]), CAST(:event_at AS timestamptz[]), CAST(:event_type AS text[]),
    CAST(:event_outcome AS text[]), CAST(:event_actor_id AS text[]), CAST(:event_target AS text[]),
    CAST(:event_client_id AS text[]), CAST(:event_ip AS text[]), CAST(:event_document AS json[])
);
