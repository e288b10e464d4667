--! breaking: no
-- Pages that the provider may still take back wait here until the last one of their run has come; then all of them are
-- stored in one transaction.
CREATE TABLE staged_page (
  tenant_id uuid NOT NULL,
  sync_run_id uuid NOT NULL,
  provider_account_id text NOT NULL,
  number integer NOT NULL,
  content text NOT NULL,
  PRIMARY KEY (tenant_id, sync_run_id, provider_account_id, number),
  FOREIGN KEY (tenant_id, sync_run_id) REFERENCES sync_run (tenant_id, id) ON DELETE CASCADE
);

ALTER TABLE staged_page ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON staged_page
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON staged_page TO app;
GRANT SELECT ON staged_page TO verify;
