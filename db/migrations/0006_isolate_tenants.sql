--! breaking: no
-- Row-level security on every table that holds tenant data, and the grants. ENABLE and not FORCE: the owner cannot
-- log in, and its backfills and dumps must see every row.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    'tenant', 'tenant_key', 'idempotency', 'one_time_secret', 'connection', 'connection_secret', 'link_flow',
    'account', 'connection_account', 'balance', 'sync_run', 'run_position', 'exchange', 'statement_line', 'line_change', 'coverage',
    'message', 'event'
  ]
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

GRANT SELECT, INSERT, UPDATE, DELETE ON
  tenant_key, api_key, institution, provider_setting, provider_pause, webhook_route, webhook_receipt, idempotency,
  one_time_secret, connection, connection_secret, link_flow, link_return, account, connection_account, balance,
  sync_run, run_position, exchange, statement_line, coverage, message, event
TO app;
GRANT SELECT, INSERT, UPDATE ON tenant TO app;
GRANT SELECT, INSERT ON line_change TO app;

GRANT SELECT (tenant_id, id, provider, state, awaiting, auto_sync, pauses, failure_code, last_pulled_at, next_sync_at)
  ON connection TO fleet;
GRANT SELECT ON provider_pause, institution, provider_setting TO fleet;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO verify;
REVOKE SELECT ON connection_secret, one_time_secret, tenant_key FROM verify;
