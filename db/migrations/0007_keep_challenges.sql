--! breaking: no
-- What an institution asks of a person in the middle of a refresh, the refreshes that we started unattended, and the
-- sweep of what is over. The checks are widened, so every row that exists passes them.
CREATE TABLE mfa_challenge (
  tenant_id uuid NOT NULL,
  -- a challenge that is solved on the provider's page has a link flow of the same id
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  sync_run_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('fields', 'page')),
  -- sealed: the fields, a picture, and what the adapter needs to go on; forgotten with the end
  content text,
  state text NOT NULL DEFAULT 'open'
    CHECK (state IN ('open', 'answered', 'accepted', 'wrong', 'expired', 'unknown', 'closed')),
  -- the command whose answer was stored; repeating it is not a second answer
  answer_request_id uuid,
  answered_by text NOT NULL DEFAULT '' CHECK (length(answered_by) <= 200),
  opened_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, connection_id) REFERENCES connection (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, sync_run_id) REFERENCES sync_run (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX mfa_challenge_open_idx ON mfa_challenge (tenant_id, sync_run_id) WHERE state = 'open';
CREATE INDEX mfa_challenge_run_idx ON mfa_challenge (tenant_id, sync_run_id);
CREATE INDEX mfa_challenge_connection_idx ON mfa_challenge (tenant_id, connection_id, opened_at);

-- one row per account and unattended refresh at its bank; people and their banks allow a few in any rolling 24 hours
CREATE TABLE access (
  tenant_id uuid NOT NULL,
  account_id uuid NOT NULL,
  sync_run_id uuid NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, account_id, sync_run_id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, sync_run_id) REFERENCES sync_run (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX access_started_idx ON access (tenant_id, account_id, started_at);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['mfa_challenge', 'access']
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

GRANT SELECT, INSERT, UPDATE, DELETE ON mfa_challenge, access TO app;
GRANT SELECT ON access TO verify;
GRANT SELECT (tenant_id, id, connection_id, sync_run_id, kind, state, answered_by, opened_at, expires_at)
  ON mfa_challenge TO verify;

ALTER TABLE one_time_secret DROP CONSTRAINT one_time_secret_purpose_check;
ALTER TABLE one_time_secret ADD CONSTRAINT one_time_secret_purpose_check
  CHECK (purpose IN ('completion', 'link_url', 'link_state', 'person', 'mfa_answer'));

ALTER TABLE sync_run DROP CONSTRAINT sync_run_phase_check;
ALTER TABLE sync_run ADD CONSTRAINT sync_run_phase_check
  CHECK (phase IN ('accepted', 'refreshing', 'mfa', 'reading', 'done'));

-- Deletes what is over for all tenants, which nobody but the owner of the tables sees: it takes no name and answers
-- with a number only.
CREATE FUNCTION sweep_expired(rows_max integer) RETURNS bigint
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
  )
  SELECT (SELECT count(*) FROM secrets) + (SELECT count(*) FROM commands) + (SELECT count(*) FROM returns)
    + (SELECT count(*) FROM receipts) + (SELECT count(*) FROM accesses)
$$;
REVOKE EXECUTE ON FUNCTION sweep_expired(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep_expired(integer) TO app;
