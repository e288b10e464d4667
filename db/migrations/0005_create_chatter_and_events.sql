--! breaking: no
-- What people and programs are told, written in the same SQL transaction as what it tells. Both tables have a
-- natural key, because an activity may run again after its commit was acknowledged to nobody.
CREATE TABLE message (
  tenant_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  seq bigint NOT NULL,
  dedupe_key text NOT NULL CHECK (length(dedupe_key) <= 200),
  kind text NOT NULL CHECK (kind IN ('message', 'note', 'tracking')),
  code text,
  params jsonb NOT NULL DEFAULT '{}',
  body text CHECK (length(body) <= 10000),
  author_kind text NOT NULL CHECK (author_kind IN ('robot', 'user', 'system', 'support')),
  author text NOT NULL DEFAULT '' CHECK (length(author) <= 200),
  reference text,
  sync_run_id uuid,
  -- one open notice per cause: repeated instead of posted again, closed on recovery
  cause text,
  times integer NOT NULL DEFAULT 1,
  posted_at timestamptz NOT NULL DEFAULT now(),
  repeated_at timestamptz,
  closed_at timestamptz,
  PRIMARY KEY (tenant_id, connection_id, seq),
  UNIQUE (tenant_id, connection_id, dedupe_key),
  FOREIGN KEY (tenant_id, connection_id) REFERENCES connection (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT message_content_check CHECK ((code IS NULL) <> (body IS NULL))
);
CREATE UNIQUE INDEX message_open_cause_idx ON message (tenant_id, connection_id, cause)
  WHERE cause IS NOT NULL AND closed_at IS NULL;

CREATE TABLE event (
  tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
  seq bigint NOT NULL,
  dedupe_key text NOT NULL CHECK (length(dedupe_key) <= 200),
  type text NOT NULL,
  connection_id uuid,
  account_id uuid,
  sync_run_id uuid,
  content jsonb NOT NULL DEFAULT '{}',
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, seq),
  UNIQUE (tenant_id, dedupe_key)
);
CREATE INDEX event_at_idx ON event (at);
