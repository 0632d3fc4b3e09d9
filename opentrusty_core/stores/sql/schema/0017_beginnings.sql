-- Finding people by several words among a million.

-- With which letters everything begins that the user is found by, as bits (see domain.search), in each entry and in the
-- index of its key: so a search by two words reads the users whom both find, and not all whom one of them does. What was
-- there before has every bit, and so may be anything, until its user is changed.
ALTER TABLE user_terms ADD COLUMN beginnings {{integer}} NOT NULL DEFAULT 9223372036854775807;
{{cover_beginnings}};
