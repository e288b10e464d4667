--! breaking: no
-- A file of half a million lines is compared, added and taken back in slices, each a short SQL transaction. How far each
-- slice came is kept beside it, so that whoever goes on after a dead worker does not begin anew.

-- staged lines by day and amount: lines that may be one have both in common, so a slice cuts between them
CREATE INDEX statement_import_line_day_idx ON statement_import_line
  (tenant_id, import_id, account_id, booked_on, amount);
DROP INDEX statement_import_line_account_idx;

-- known by its key alone: the stored line has another amount, or is days away
ALTER TABLE statement_import_line ADD COLUMN is_far boolean NOT NULL DEFAULT false;
CREATE INDEX statement_import_line_far_idx ON statement_import_line (tenant_id, import_id, account_id) WHERE is_far;

-- While a statement is being added: the number of its last line that is settled, and the counts up to there. Code of the
-- version before reads `added` only, and that stays null until all lines are settled.
ALTER TABLE import_statement
  ADD COLUMN settled_to integer NOT NULL DEFAULT 0,
  ADD COLUMN settled_added integer NOT NULL DEFAULT 0,
  ADD COLUMN settled_present integer NOT NULL DEFAULT 0,
  ADD COLUMN settled_near integer NOT NULL DEFAULT 0;

CREATE TABLE import_account (
  tenant_id uuid NOT NULL,
  import_id uuid NOT NULL,
  account_id uuid NOT NULL,
  -- the feed's last entry when the comparison that is under way, or the last one, began
  seq bigint NOT NULL DEFAULT 0,
  -- the next step of that comparison and the next slice of the step; both null when it is finished
  step integer,
  slice integer,
  -- how many lines were removed when the import was taken back
  removed integer NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, import_id, account_id),
  CONSTRAINT import_account_position_check CHECK ((step IS NULL) = (slice IS NULL)),
  FOREIGN KEY (tenant_id, import_id) REFERENCES statement_import (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE import_account ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON import_account
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON import_account TO app;
GRANT SELECT ON import_account TO verify;
