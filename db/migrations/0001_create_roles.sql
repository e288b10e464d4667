--! breaking: no
-- Who may do what: `owner` owns the tables and cannot log in; `app` serves requests under row-level security;
-- `fleet` (housekeeping) and `verify` (invariant checks) read across tenants and write nothing.
-- Roles belong to the whole server, so two databases migrated at once must both succeed.
DO $$
DECLARE
  wanted record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('banksync roles'));
  FOR wanted IN
    SELECT * FROM (VALUES
      ('owner',  'NOLOGIN NOBYPASSRLS'),
      ('app',    'LOGIN NOBYPASSRLS'),
      ('fleet',  'LOGIN BYPASSRLS'),
      ('verify', 'LOGIN BYPASSRLS')
    ) AS roles (name, options)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) THEN
      EXECUTE format('CREATE ROLE %I %s', wanted.name, wanted.options);
    END IF;
  END LOOP;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'app' AND (rolsuper OR rolbypassrls)) THEN
    RAISE EXCEPTION 'role "app" bypasses row-level security. Run: ALTER ROLE app NOSUPERUSER NOBYPASSRLS';
  END IF;
END $$;

GRANT owner TO CURRENT_USER;
GRANT USAGE, CREATE ON SCHEMA public TO owner;
GRANT USAGE ON SCHEMA public TO app, fleet, verify;
