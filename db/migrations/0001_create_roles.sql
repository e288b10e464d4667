--! breaking: no
-- Who may do what: `owner` owns the tables and cannot log in; `app` serves requests under row-level security;
-- `fleet` (housekeeping) and `verify` (invariant checks) read across tenants and write nothing.
-- Roles belong to the whole server, so two databases migrated at once must both succeed.
DO $$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN
    SELECT * FROM (VALUES
      ('owner',  'NOLOGIN NOBYPASSRLS'),
      ('app',    'LOGIN NOBYPASSRLS'),
      ('fleet',  'LOGIN BYPASSRLS'),
      ('verify', 'LOGIN BYPASSRLS')
    ) AS roles (name, options)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I %s', wanted.name, wanted.options);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- another database's migration was first; an advisory lock would hold within one database only
      END;
    END IF;
  END LOOP;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'app' AND (rolsuper OR rolbypassrls)) THEN
    RAISE EXCEPTION 'role "app" bypasses row-level security. Run: ALTER ROLE app NOSUPERUSER NOBYPASSRLS';
  END IF;
  IF NOT pg_has_role(CURRENT_USER, 'owner', 'MEMBER') THEN
    GRANT owner TO CURRENT_USER;
  END IF;
END $$;

GRANT USAGE, CREATE ON SCHEMA public TO owner;
GRANT USAGE ON SCHEMA public TO app, fleet, verify;
