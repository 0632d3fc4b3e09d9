-- The keys of all tenants can be counted without looking at any.

CREATE INDEX signing_keys_by_status ON signing_keys (status, activated_at, activates_at) WHERE status <> 'retired';
