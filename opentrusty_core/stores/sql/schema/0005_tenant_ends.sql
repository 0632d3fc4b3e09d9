-- A tenant that was deleted, and the moment from which there is no way back.

ALTER TABLE tenants ADD COLUMN delete_at {{timestamp}};
CREATE INDEX tenants_by_end ON tenants (delete_at, id) WHERE delete_at IS NOT NULL;
