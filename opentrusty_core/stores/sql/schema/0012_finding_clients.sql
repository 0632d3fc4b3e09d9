-- Clients in other orders than that of their ids, of a kind, and found by the beginning of a word.

ALTER TABLE clients ADD COLUMN kind {{text}} NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN name_key {{id}} NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN terms {{json}} NOT NULL DEFAULT '[]';

-- Roughly: exactly, once a client is changed.
UPDATE clients
   SET name_key = lower(document ->> 'client_name'),
       kind = CASE WHEN document ->> 'grant_types' NOT LIKE '%"authorization_code"%' THEN 'machine'
                   WHEN document ->> 'application_type' = 'native' THEN 'native'
                   WHEN document ->> 'token_endpoint_auth_method' = 'none' THEN 'single_page'
                   ELSE 'web' END;

CREATE INDEX clients_by_name ON clients (tenant_id, name_key, client_id) WHERE name_key IS NOT NULL;
CREATE INDEX clients_by_age ON clients (tenant_id, created_at, client_id) WHERE created_at IS NOT NULL;

-- What clients are found by, folded: ids, words of names, tags. The same stands in `clients.terms`.
CREATE TABLE client_terms (
    tenant_id {{id}} NOT NULL,
    term {{id}} NOT NULL,
    client_id {{id}} NOT NULL,
    PRIMARY KEY (tenant_id, term, client_id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES clients ON DELETE CASCADE
) {{table}};

CREATE INDEX client_terms_by_client ON client_terms (tenant_id, client_id) WHERE client_id IS NOT NULL;

INSERT INTO client_terms (tenant_id, term, client_id) SELECT tenant_id, lower(client_id), client_id FROM clients;
