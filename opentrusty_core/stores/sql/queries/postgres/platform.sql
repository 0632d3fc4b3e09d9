-- name: clock
-- The server's time in seconds since 1970.
SELECT CAST(floor(extract(epoch FROM clock_timestamp())) AS bigint);
