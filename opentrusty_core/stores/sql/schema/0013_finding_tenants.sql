-- Finding tenants: by what their folded names begin with (see domain.search), in the orders of lists. They are few enough
-- that a search walks along an order and leaves out who is not found.

ALTER TABLE tenants ADD COLUMN terms {{json}} NOT NULL DEFAULT '[]';
UPDATE tenants SET terms = CAST('["' || name || '" ]' AS {{json}});
CREATE INDEX tenants_by_creation ON tenants (created_at, id);
