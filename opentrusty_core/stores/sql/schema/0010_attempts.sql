-- Requests that name themselves by an Idempotency-Key. What hangs from one is its sealed answer, for a day.

CREATE TABLE attempts (
    tenant_id {{id}} NOT NULL,
    key_hash {{bytes}} NOT NULL,
    id {{id}} NOT NULL,
    request_hash {{bytes}} NOT NULL,
    claimed_at {{timestamp}} NOT NULL,
    expires_at {{timestamp}} NOT NULL,
    sealed_answer {{bytes}},
    PRIMARY KEY (tenant_id, key_hash)
) {{table}};

CREATE INDEX attempts_by_expiry ON attempts (expires_at);
