--! breaking: no
-- Statement files and their imports. A file is kept as it came, encrypted in parts; its lines are staged, compared with
-- what is stored, and added in one SQL transaction per statement. Lines know which import added them, so that it can be
-- taken back.
CREATE TABLE statement_file (
  tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) <= 255),
  -- both null until the last part is here
  size_bytes bigint CHECK (size_bytes BETWEEN 0 AND 52428800),
  sha256 bytea CHECK (length(sha256) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  -- its parts are gone, its hash stays
  emptied_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT statement_file_finished_check CHECK ((size_bytes IS NULL) = (sha256 IS NULL))
);
CREATE INDEX statement_file_hash_idx ON statement_file (tenant_id, sha256);
CREATE INDEX statement_file_age_idx ON statement_file (created_at) WHERE emptied_at IS NULL;

CREATE TABLE statement_file_part (
  tenant_id uuid NOT NULL,
  file_id uuid NOT NULL,
  number integer NOT NULL CHECK (number BETWEEN 1 AND 1000),
  -- sealed: at most 1 MB of the file
  content text NOT NULL,
  PRIMARY KEY (tenant_id, file_id, number),
  FOREIGN KEY (tenant_id, file_id) REFERENCES statement_file (tenant_id, id) ON DELETE CASCADE
);
-- what is encrypted does not get smaller
ALTER TABLE statement_file_part ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE statement_import (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  file_id uuid NOT NULL,
  state text NOT NULL DEFAULT 'uploaded' CHECK (state IN ('uploaded', 'previewing', 'preview', 'importing', 'imported',
    'reverting', 'reverted', 'discarded', 'failed')),
  requested_by text NOT NULL DEFAULT '' CHECK (length(requested_by) <= 200),
  -- answers and corrections of a person, counted
  options jsonb NOT NULL DEFAULT '{}',
  revision integer NOT NULL DEFAULT 1,
  -- what was understood of the file as a whole, and of which revision
  preview jsonb,
  previewed_revision integer,
  format text,
  -- files of one source word the same fact in the same way: the format, of CSV also the header
  source text,
  -- the attempt that stages lines now; an older one that still lives stages no more
  attempt uuid,
  lines_done integer NOT NULL DEFAULT 0,
  lines_total integer NOT NULL DEFAULT 0,
  lines_added integer NOT NULL DEFAULT 0,
  lines_removed integer NOT NULL DEFAULT 0,
  -- lines that stay after it was taken back: a connection shows them too, or another import
  kept_by_connection integer NOT NULL DEFAULT 0,
  kept_by_import integer NOT NULL DEFAULT 0,
  failure_reference text,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  begun_at timestamptz,
  imported_at timestamptz,
  reverted_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, file_id) REFERENCES statement_file (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX statement_import_created_idx ON statement_import (tenant_id, created_at, id);
CREATE INDEX statement_import_file_idx ON statement_import (tenant_id, file_id);

CREATE TABLE import_statement (
  tenant_id uuid NOT NULL,
  import_id uuid NOT NULL,
  -- place in the file, from 1
  number integer NOT NULL,
  account_id uuid,
  verdict text NOT NULL CHECK (verdict IN ('importable', 'waiting', 'refused', 'left_out', 'repeated')),
  summary jsonb NOT NULL,
  already_present integer NOT NULL DEFAULT 0,
  possible_duplicates integer NOT NULL DEFAULT 0,
  -- null until it was imported
  added integer,
  PRIMARY KEY (tenant_id, import_id, number),
  FOREIGN KEY (tenant_id, import_id) REFERENCES statement_import (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE SET NULL (account_id)
);

-- lines of a file between its preview and the end of its import
CREATE TABLE statement_import_line (
  tenant_id uuid NOT NULL,
  import_id uuid NOT NULL,
  -- place in the file, from 1
  number integer NOT NULL,
  statement integer NOT NULL,
  account_id uuid NOT NULL,
  booked_on date NOT NULL,
  value_on date,
  amount numeric NOT NULL,
  currency text NOT NULL,
  text text NOT NULL,
  counterparty text,
  counterparty_account text,
  reference text,
  -- an id that the bank gave the line, where its format lets it count
  bank_reference text,
  end_to_end_id text,
  content_hash bytea NOT NULL,
  fingerprint bytea NOT NULL,
  -- among equal lines of the account in the file, from 1
  occurrence integer NOT NULL DEFAULT 1,
  raw text NOT NULL,
  -- the stored line that it is; null while there is none
  stored_key text,
  -- a stored line that it may be
  near_key text,
  PRIMARY KEY (tenant_id, import_id, number),
  FOREIGN KEY (tenant_id, import_id) REFERENCES statement_import (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX statement_import_line_account_idx ON statement_import_line (tenant_id, import_id, account_id);
CREATE INDEX statement_import_line_statement_idx ON statement_import_line (tenant_id, import_id, statement, number);

ALTER TABLE statement_line
  ADD COLUMN import_id uuid,
  ADD COLUMN bank_reference text,
  ADD COLUMN end_to_end_id text,
  -- removed because its import was taken back, so that another one may bring it again
  ADD COLUMN is_reverted boolean NOT NULL DEFAULT false;
CREATE INDEX statement_line_import_idx ON statement_line (tenant_id, account_id, import_id) WHERE import_id IS NOT NULL;

-- Which stored lines the file of an import holds, whether it added them or found them. Lines go only with their account:
-- a foreign key to each would be checked line by line, by a plan made while the table was empty.
CREATE TABLE imported_line (
  tenant_id uuid NOT NULL,
  import_id uuid NOT NULL,
  account_id uuid NOT NULL,
  line_key text NOT NULL,
  was_added boolean NOT NULL,
  PRIMARY KEY (tenant_id, import_id, account_id, line_key),
  FOREIGN KEY (tenant_id, import_id) REFERENCES statement_import (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX imported_line_line_idx ON imported_line (tenant_id, account_id, line_key);

-- two lines that may be one: the same amount, nearly the same day; a person decides
CREATE TABLE possible_duplicate (
  tenant_id uuid NOT NULL,
  account_id uuid NOT NULL,
  line_key text NOT NULL,
  other_key text NOT NULL,
  import_id uuid NOT NULL,
  found_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, account_id, line_key, other_key),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
);

-- what a person answered about CSV files with one header, for one account
CREATE TABLE csv_profile (
  tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  account_id uuid NOT NULL,
  header_fingerprint text NOT NULL CHECK (length(header_fingerprint) <= 300),
  answers jsonb NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, account_id, header_fingerprint),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['statement_file', 'statement_file_part', 'statement_import', 'import_statement',
    'statement_import_line', 'imported_line', 'possible_duplicate', 'csv_profile']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_isolation ON %I
         USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
         WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)',
      name
    );
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON statement_file, statement_file_part, statement_import, import_statement,
  statement_import_line, imported_line, possible_duplicate, csv_profile TO app;
GRANT SELECT ON statement_file, statement_import, import_statement, imported_line, possible_duplicate TO verify;
GRANT SELECT (tenant_id, file_id, number) ON statement_file_part TO verify;

-- The sweep of what is over, with files that nobody imports: of discarded imports, and of uploads that stayed half.
CREATE OR REPLACE FUNCTION sweep_expired(rows_max integer) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH secrets AS (
    DELETE FROM one_time_secret WHERE ctid IN (
      SELECT ctid FROM one_time_secret WHERE expires_at <= now() LIMIT rows_max FOR UPDATE SKIP LOCKED
    ) RETURNING 1
  ), commands AS (
    DELETE FROM idempotency WHERE ctid IN (
      SELECT ctid FROM idempotency WHERE expires_at <= now() LIMIT rows_max FOR UPDATE SKIP LOCKED
    ) RETURNING 1
  ), returns AS (
    DELETE FROM link_return WHERE ctid IN (
      SELECT ctid FROM link_return WHERE expires_at <= now() LIMIT rows_max FOR UPDATE SKIP LOCKED
    ) RETURNING 1
  ), receipts AS (
    DELETE FROM webhook_receipt WHERE ctid IN (
      -- after this time no provider repeats a webhook
      SELECT ctid FROM webhook_receipt WHERE received_at < now() - interval '30 days' LIMIT rows_max
      FOR UPDATE SKIP LOCKED
    ) RETURNING 1
  ), accesses AS (
    DELETE FROM access WHERE ctid IN (
      SELECT ctid FROM access WHERE started_at < now() - interval '7 days' LIMIT rows_max FOR UPDATE SKIP LOCKED
    ) RETURNING 1
  ), useless AS (
    SELECT tenant_id, id FROM statement_file AS file
    WHERE emptied_at IS NULL
      AND NOT EXISTS (
        SELECT FROM statement_import AS wanted
        WHERE wanted.tenant_id = file.tenant_id AND wanted.file_id = file.id AND wanted.state <> 'discarded')
      -- an upload that is being sent, or whose import is about to be made
      AND (created_at < now() - interval '1 day' OR EXISTS (
        SELECT FROM statement_import AS discarded
        WHERE discarded.tenant_id = file.tenant_id AND discarded.file_id = file.id))
    LIMIT rows_max FOR UPDATE SKIP LOCKED
  ), parts AS (
    DELETE FROM statement_file_part AS part USING useless
    WHERE part.tenant_id = useless.tenant_id AND part.file_id = useless.id
  ), files AS (
    UPDATE statement_file AS file SET emptied_at = now() FROM useless
    WHERE file.tenant_id = useless.tenant_id AND file.id = useless.id
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM secrets) + (SELECT count(*) FROM commands) + (SELECT count(*) FROM returns)
    + (SELECT count(*) FROM receipts) + (SELECT count(*) FROM accesses) + (SELECT count(*) FROM files)
$$;
