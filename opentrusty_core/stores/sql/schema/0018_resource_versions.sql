-- Resources have a version, as everything else has that two administrators may change at once.

ALTER TABLE resources ADD COLUMN version {{integer}} NOT NULL DEFAULT 1;
