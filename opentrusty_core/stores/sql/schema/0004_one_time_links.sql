-- One-time links, one a user at most: the primary key sees to it that a new one takes the place of the one before.
-- And in interactions, who has shown a password that has to be changed before they are signed in.

CREATE TABLE one_time_links (
    tenant_id {{id}} NOT NULL,
    user_id {{id}} NOT NULL,
    hash {{bytes}} NOT NULL,
    id {{id}} NOT NULL,
    kind {{text}} NOT NULL,
    created_at {{timestamp}} NOT NULL,
    expires_at {{timestamp}} NOT NULL,
    document {{json}} NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) {{table}};

CREATE UNIQUE INDEX one_time_links_by_hash ON one_time_links (tenant_id, hash) WHERE hash IS NOT NULL;
CREATE INDEX one_time_links_by_expiry ON one_time_links (expires_at);

ALTER TABLE interactions ADD COLUMN proved_user_id {{id}};
ALTER TABLE interactions ADD COLUMN proved_at {{timestamp}};
