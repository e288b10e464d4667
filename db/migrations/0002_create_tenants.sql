--! breaking: no
-- Tenants, their keys, and the tables that are read before a tenant is known: those hold no tenant data but an id,
-- and therefore carry no row-level security (a key, a webhook or a paused provider must be found without a tenant).
CREATE TABLE tenant (
  tenant_id uuid PRIMARY KEY,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  client_id text NOT NULL UNIQUE,
  edition text NOT NULL DEFAULT 'standard',
  trial_until timestamptz,
  subscription_until timestamptz,
  blocked_at timestamptz,
  -- one counter row per tenant: events get their number under its lock, so that a reader never skips one committed late
  last_event_seq bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- data keys, wrapped by a key that is not in the database; deleting the row makes the tenant's secrets unreadable
CREATE TABLE tenant_key (
  tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  key_id text NOT NULL,
  wrapped text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, key_id)
);

CREATE TABLE api_key (
  id text PRIMARY KEY CHECK (id ~ '^[0-9A-Za-z]{8}$'),
  tenant_id uuid REFERENCES tenant ON DELETE CASCADE,
  key_hash bytea NOT NULL,
  scope text NOT NULL CHECK (scope IN ('erp', 'support', 'operator', 'readonly')),
  label text NOT NULL DEFAULT '' CHECK (length(label) <= 200),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  CONSTRAINT api_key_tenant_check CHECK (tenant_id IS NOT NULL OR scope = 'operator')
);
CREATE INDEX api_key_tenant_idx ON api_key (tenant_id);

CREATE TABLE institution (
  provider text NOT NULL,
  provider_institution_id text NOT NULL,
  name text NOT NULL,
  search_name text NOT NULL,
  countries text[] NOT NULL DEFAULT '{}',
  bic text,
  website text,
  logo_url text,
  beta boolean NOT NULL DEFAULT false,
  mfa text NOT NULL CHECK (mfa IN ('none', 'code', 'page')),
  unattended boolean NOT NULL,
  history_days integer,
  consent_days integer,
  status text NOT NULL CHECK (status IN ('available', 'maintenance', 'withdrawn')),
  refreshed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (provider, provider_institution_id)
);
CREATE INDEX institution_search_idx ON institution (search_name text_pattern_ops);

-- intervals are data: the default and the shortest allowed per provider; a connection may carry its own
CREATE TABLE provider_setting (
  provider text PRIMARY KEY,
  sync_interval_s integer NOT NULL DEFAULT 43200 CHECK (sync_interval_s >= 1),
  sync_interval_min_s integer NOT NULL DEFAULT 3600 CHECK (sync_interval_min_s >= 1)
);

CREATE TABLE provider_pause (
  provider text PRIMARY KEY,
  failure_code text NOT NULL,
  reference text NOT NULL,
  paused_at timestamptz NOT NULL DEFAULT now(),
  probe_at timestamptz NOT NULL
);

-- finds the connection a webhook speaks of; ids only
CREATE TABLE webhook_route (
  provider text NOT NULL,
  provider_ref text NOT NULL,
  tenant_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  PRIMARY KEY (provider, provider_ref, tenant_id, connection_id)
);
CREATE INDEX webhook_route_connection_idx ON webhook_route (tenant_id, connection_id);

-- every webhook taken, so that a repeated one is recognised; one for an unknown connection waits here for 24 hours
CREATE TABLE webhook_receipt (
  provider text NOT NULL,
  dedupe_key text NOT NULL,
  kind text NOT NULL,
  provider_ref text,
  received_at timestamptz NOT NULL DEFAULT now(),
  routed_at timestamptz,
  PRIMARY KEY (provider, dedupe_key)
);
CREATE INDEX webhook_receipt_parked_idx ON webhook_receipt (provider, provider_ref) WHERE routed_at IS NULL;

CREATE TABLE idempotency (
  tenant_id uuid NOT NULL,
  key text NOT NULL CHECK (length(key) <= 600),
  fingerprint bytea NOT NULL,
  status integer,
  body text,
  locked_until timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_expiry_idx ON idempotency (expires_at);

CREATE TABLE one_time_secret (
  tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  purpose text NOT NULL CHECK (purpose IN ('completion', 'link_url', 'link_state', 'person')),
  id uuid NOT NULL,
  ciphertext text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, purpose, id)
);
CREATE INDEX one_time_secret_expiry_idx ON one_time_secret (expires_at);
