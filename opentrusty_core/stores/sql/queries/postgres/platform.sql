-- name: clock (no tenant)
-- The server's time in seconds since 1970.
SELECT CAST(floor(extract(epoch FROM clock_timestamp())) AS bigint);

-- name: row_security_active (no tenant)
-- Whether row-level security holds for us.
SELECT row_security_active('tenants');

-- name: row_security (no tenant)
-- Tables with whether row-level security is in force there, whom the database takes us for, and what that exempts us from.
SELECT CAST(c.relname AS text), c.relrowsecurity AND c.relforcerowsecurity AS secured, CAST(r.rolname AS text), r.rolsuper,
       r.rolbypassrls, pg_has_role(c.relowner, 'USAGE') AS owns
  FROM {{each:tables}} JOIN pg_class c ON c.oid = to_regclass(each.value) JOIN pg_roles r ON r.rolname = current_user;
