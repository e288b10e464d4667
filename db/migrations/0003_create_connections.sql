--! breaking: no
-- Connections, how a person makes and renews them, and the accounts they reach. An account belongs to the tenant,
-- so that its lines survive a second connection, another provider or a new consent.
CREATE TABLE connection (
  tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  id uuid NOT NULL,
  provider text NOT NULL,
  provider_institution_id text NOT NULL,
  institution_name text NOT NULL,
  provider_connection_id text,
  label text NOT NULL DEFAULT '' CHECK (length(label) <= 200),
  -- counts link flows finished anew; provider ids are valid within one generation only
  generation integer NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'not_connected' CHECK (state IN ('not_connected', 'connected', 'error', 'disconnected')),
  awaiting text NOT NULL DEFAULT 'nothing'
    CHECK (awaiting IN ('nothing', 'mfa', 'account_choice', 'consent', 'credentials')),
  auto_sync boolean NOT NULL DEFAULT true,
  pauses text[] NOT NULL DEFAULT '{}' CHECK (pauses <@ ARRAY['block', 'failures']),
  failure_code text,
  failure_reference text,
  -- why a disconnected connection is so: consent · gone · user · support · legacy
  disconnect_reason text CHECK (disconnect_reason IN ('consent', 'gone', 'user', 'support', 'legacy')),
  sync_interval_s integer CHECK (sync_interval_s >= 1),
  consent_expires_at timestamptz,
  consent_notice_days integer,
  unattended_allowed boolean NOT NULL DEFAULT true,
  last_refresh_at timestamptz,
  last_pulled_at timestamptz,
  next_sync_at timestamptz,
  -- scheduled slots that failed one after the other, and tries since the last slot
  failing_slots integer NOT NULL DEFAULT 0,
  tries integer NOT NULL DEFAULT 0,
  failing_since timestamptz,
  counted_failures integer NOT NULL DEFAULT 0,
  counted_on date,
  last_message_seq bigint NOT NULL DEFAULT 0,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT connection_disconnected_check CHECK ((state = 'disconnected') = (disconnect_reason IS NOT NULL))
);
CREATE INDEX connection_created_idx ON connection (tenant_id, created_at, id);

CREATE TABLE connection_secret (
  tenant_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  ciphertext text NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  -- one refresher per connection: whoever holds the lease may rotate
  lease_until timestamptz,
  stored_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, connection_id),
  FOREIGN KEY (tenant_id, connection_id) REFERENCES connection (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE link_flow (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('link', 'renewal', 'reconnect')),
  state text NOT NULL DEFAULT 'requested'
    CHECK (state IN ('requested', 'waiting', 'completing', 'linked', 'exited', 'expired', 'failed')),
  -- SHA-256 of the opaque value that comes back with the person
  state_hash bytea NOT NULL,
  return_url text NOT NULL CHECK (length(return_url) <= 2000),
  locale text NOT NULL DEFAULT 'en' CHECK (locale IN ('en', 'fr', 'nl')),
  started_by text NOT NULL DEFAULT '' CHECK (length(started_by) <= 200),
  failure_code text,
  reference text,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, connection_id) REFERENCES connection (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX link_flow_connection_idx ON link_flow (tenant_id, connection_id, created_at);

-- the way from the browser's return to its tenant: read before a tenant is known, hence ids and a hash only
CREATE TABLE link_return (
  state_hash bytea PRIMARY KEY,
  tenant_id uuid NOT NULL,
  flow_id uuid NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX link_return_expiry_idx ON link_return (expires_at);

CREATE TABLE account (
  tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  id uuid NOT NULL,
  number text CHECK (length(number) <= 64),
  name text NOT NULL CHECK (length(name) <= 200),
  type text NOT NULL,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  journal_ref text CHECK (length(journal_ref) BETWEEN 1 AND 100),
  -- numbers of the feed are given under the lock of this row
  last_seq bigint NOT NULL DEFAULT 0,
  last_pulled_at timestamptz,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
-- a masked number may be shown for several accounts
CREATE UNIQUE INDEX account_number_idx ON account (tenant_id, number, currency) WHERE number !~* '[*•·.]|xx';

CREATE TABLE connection_account (
  tenant_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  generation integer NOT NULL,
  provider_account_id text NOT NULL,
  account_id uuid NOT NULL,
  chosen boolean NOT NULL DEFAULT false,
  -- null until the person was asked
  decided_at timestamptz,
  gone_at timestamptz,
  cursor text,
  consent_expires_at timestamptz,
  failure_code text,
  PRIMARY KEY (tenant_id, connection_id, generation, provider_account_id),
  FOREIGN KEY (tenant_id, connection_id) REFERENCES connection (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id)
);
CREATE INDEX connection_account_account_idx ON connection_account (tenant_id, account_id);

CREATE TABLE balance (
  tenant_id uuid NOT NULL,
  account_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('booked', 'interim', 'available')),
  amount numeric NOT NULL,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  as_of text NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, account_id, kind),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
);

-- one attempt to bring a connection up to date; the primary key makes a repeated start harmless
CREATE TABLE sync_run (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  cause text NOT NULL CHECK (cause IN ('first', 'scheduled', 'person', 'event', 'retry', 'renewal')),
  phase text NOT NULL DEFAULT 'accepted'
    CHECK (phase IN ('accepted', 'refreshing', 'reading', 'done')),
  outcome text CHECK (outcome IN ('ok', 'failed')),
  failure_code text,
  reference text NOT NULL,
  pages integer NOT NULL DEFAULT 0,
  lines_added integer NOT NULL DEFAULT 0,
  lines_changed integer NOT NULL DEFAULT 0,
  lines_removed integer NOT NULL DEFAULT 0,
  refresh text,
  refresh_until timestamptz,
  until timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, connection_id) REFERENCES connection (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT sync_run_done_check CHECK ((phase = 'done') = (outcome IS NOT NULL))
);
CREATE INDEX sync_run_connection_idx ON sync_run (tenant_id, connection_id, started_at);
CREATE INDEX sync_run_reference_idx ON sync_run (tenant_id, reference);

-- how far a run under way has read each account, so that another attempt or step goes on instead of starting over;
-- never the account's cursor, which moves with the last page only
CREATE TABLE run_position (
  tenant_id uuid NOT NULL,
  sync_run_id uuid NOT NULL,
  provider_account_id text NOT NULL,
  position text,
  done boolean NOT NULL DEFAULT false,
  -- lines of this account that the run added, changed or removed so far
  lines integer NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, sync_run_id, provider_account_id),
  FOREIGN KEY (tenant_id, sync_run_id) REFERENCES sync_run (tenant_id, id) ON DELETE CASCADE
);

-- redacted record of each call to a provider, read by support under the run's reference
CREATE TABLE exchange (
  tenant_id uuid NOT NULL,
  sync_run_id uuid NOT NULL,
  attempt integer NOT NULL,
  position integer NOT NULL,
  method text NOT NULL,
  path text NOT NULL,
  status integer,
  duration_ms integer NOT NULL,
  response_bytes integer NOT NULL,
  provider_request_id text,
  failure_code text,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, sync_run_id, attempt, position),
  FOREIGN KEY (tenant_id, sync_run_id) REFERENCES sync_run (tenant_id, id) ON DELETE CASCADE
);
