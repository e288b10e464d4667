--! breaking: no
-- Some providers give no page but a widget that a page of ours opens; what it needs is kept like the other values that
-- are used soon. A flow that the provider has not finished yet is looked at again by itself.
ALTER TABLE one_time_secret DROP CONSTRAINT one_time_secret_purpose_check;
ALTER TABLE one_time_secret ADD CONSTRAINT one_time_secret_purpose_check
  CHECK (purpose IN ('completion', 'link_url', 'link_state', 'link_page', 'person', 'mfa_answer'));

ALTER TABLE link_flow
  ADD COLUMN look_at timestamptz,
  ADD COLUMN looks integer NOT NULL DEFAULT 0;
