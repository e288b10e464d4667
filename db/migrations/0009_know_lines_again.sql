--! breaking: no
-- A line is shown by a source: one generation of one connection. Another source has keys of its own for the same line;
-- an alias ties such a key to the line that is stored, so that nothing is stored twice and twins stay two.
ALTER TABLE statement_line ADD COLUMN generation integer NOT NULL DEFAULT 1;

CREATE TABLE line_alias (
  tenant_id uuid NOT NULL,
  account_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  generation integer NOT NULL,
  -- the key by which the source names the line
  line_key text NOT NULL CHECK (length(line_key) BETWEEN 1 AND 300),
  stored_key text NOT NULL,
  PRIMARY KEY (tenant_id, account_id, connection_id, generation, line_key),
  FOREIGN KEY (tenant_id, account_id, stored_key) REFERENCES statement_line (tenant_id, account_id, line_key)
    ON DELETE CASCADE
);
-- a source shows a line once
CREATE UNIQUE INDEX line_alias_stored_idx ON line_alias (tenant_id, account_id, stored_key, connection_id, generation);

ALTER TABLE line_alias ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON line_alias
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON line_alias TO app;
GRANT SELECT ON line_alias TO verify;
