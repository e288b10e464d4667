--! breaking: no
-- Booked lines, their corrections and the days proven fetched. `line_key` makes a repeated page harmless, `seq` is
-- the position in the feed: every change gives the line a new one, so that no reader misses it.
CREATE TABLE statement_line (
  tenant_id uuid NOT NULL,
  account_id uuid NOT NULL,
  line_key text NOT NULL CHECK (length(line_key) BETWEEN 1 AND 300),
  seq bigint NOT NULL,
  -- the feed number under which the line first appeared: tells `added` from `changed` for each reader
  added_seq bigint NOT NULL,
  booked_on date NOT NULL,
  value_on date,
  amount numeric NOT NULL,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  text text NOT NULL,
  counterparty text,
  counterparty_account text,
  reference text,
  content_hash bytea NOT NULL,
  fingerprint bytea NOT NULL,
  fingerprint_version smallint NOT NULL,
  -- the provider used this key before for another line
  reused_key boolean NOT NULL DEFAULT false,
  removed_at timestamptz,
  connection_id uuid,
  sync_run_id uuid,
  raw text NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, account_id, line_key),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX statement_line_seq_idx ON statement_line (tenant_id, account_id, seq);
CREATE INDEX statement_line_booked_idx ON statement_line (tenant_id, account_id, booked_on);

-- what a line said before the bank corrected or removed it
CREATE TABLE line_change (
  tenant_id uuid NOT NULL,
  account_id uuid NOT NULL,
  seq bigint NOT NULL,
  line_key text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('changed', 'removed', 'restored')),
  before jsonb NOT NULL,
  sync_run_id uuid,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, account_id, seq),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
);

-- day intervals proven fetched, both ends included
CREATE TABLE coverage (
  tenant_id uuid NOT NULL,
  account_id uuid NOT NULL,
  from_on date NOT NULL,
  to_on date NOT NULL,
  PRIMARY KEY (tenant_id, account_id, from_on),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT coverage_order_check CHECK (from_on <= to_on)
);
