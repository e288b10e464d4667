--! breaking: no
-- A run that ended because a person closed the connection did not fail. Old code reads the outcome as text and writes
-- only the two it knows.
ALTER TABLE sync_run DROP CONSTRAINT sync_run_outcome_check;
ALTER TABLE sync_run ADD CONSTRAINT sync_run_outcome_check
  CHECK (outcome IN ('ok', 'failed', 'stopped'));
