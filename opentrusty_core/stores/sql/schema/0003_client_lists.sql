-- The grants to a client are listed by id.

DROP INDEX grants_by_client;
CREATE INDEX grants_by_client ON grants (tenant_id, client_id, id) WHERE client_id IS NOT NULL;
