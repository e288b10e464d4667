--! breaking: no
-- A line that another source shows as well stays as it is: what that source says is kept beside its alias, and only where
-- it contradicts itself later did the bank change anything. Old code leaves the new columns empty.
ALTER TABLE line_alias
  -- what the source said of the line, and the payload it came in; null where it was noted before
  ADD COLUMN shown jsonb,
  ADD COLUMN raw text,
  -- the fingerprint of that, by which its next generation is known again
  ADD COLUMN fingerprint bytea;

-- what was last said under the line's own key, where other sources have added to it; null where that is what stands here
ALTER TABLE statement_line ADD COLUMN said jsonb;

-- filled: another source knows what nobody had said
ALTER TABLE line_change DROP CONSTRAINT line_change_kind_check;
ALTER TABLE line_change ADD CONSTRAINT line_change_kind_check
  CHECK (kind IN ('changed', 'removed', 'restored', 'filled'));
