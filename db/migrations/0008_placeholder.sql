--! breaking: no
-- Placeholder: the migration with this number takes its place; delete this file when you add it.
SELECT 1;
