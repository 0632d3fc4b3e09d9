-- Seals and sealed keys tell under which master key they were made (its id, 8 bytes): what an older one is still needed for
-- is found by an index. Events that came late and were accepted stand beside those of their segment.

ALTER TABLE audit_heads ADD COLUMN master_key {{bytes}} NOT NULL DEFAULT {{no_bytes}};
UPDATE audit_heads SET master_key = substr(mac, 1, 8);
CREATE INDEX audit_heads_by_master_key ON audit_heads (master_key, tenant_id);

ALTER TABLE audit_segments ADD COLUMN late {{text}} NOT NULL DEFAULT '';
ALTER TABLE audit_segments ADD COLUMN master_key {{bytes}} NOT NULL DEFAULT {{no_bytes}};
UPDATE audit_segments SET master_key = substr(mac, 1, 8);
CREATE INDEX audit_segments_by_master_key ON audit_segments (master_key, tenant_id);

ALTER TABLE signing_keys ADD COLUMN master_key {{bytes}} NOT NULL DEFAULT {{no_bytes}};
UPDATE signing_keys SET master_key = substr(sealed_private, 2, 8);
CREATE INDEX signing_keys_by_master_key ON signing_keys (master_key, tenant_id) WHERE status <> 'retired';
