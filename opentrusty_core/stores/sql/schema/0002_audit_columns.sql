-- What an audit is searched by gets columns of its own. None has an index: a write to one costs the hot paths as much as
-- the event itself; see the segments of the audit, which are made afterwards, for how a search finds its way.

ALTER TABLE audit_events ADD COLUMN outcome {{text}} NOT NULL DEFAULT 'success';
ALTER TABLE audit_events ADD COLUMN client_id {{text}};
ALTER TABLE audit_events ADD COLUMN ip {{text}};

UPDATE audit_events
   SET outcome = coalesce(document ->> 'outcome', 'success'), client_id = document ->> 'client_id',
       ip = document -> 'origin' ->> 'ip';
