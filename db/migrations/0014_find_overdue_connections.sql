--! breaking: no
-- A connection whose workflow somebody ended by hand, or that went with Temporal's database, sleeps unnoticed. Whoever
-- looks for such ones looks across tenants, so a function gives away ids and nothing else. Old code does not call it.
CREATE FUNCTION overdue_connections(late_s integer, after_id uuid, rows_max integer)
  RETURNS TABLE (tenant_id uuid, connection_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT late.tenant_id, late.id FROM connection AS late
  WHERE late.state IN ('connected', 'error') AND late.id > after_id
    AND late.next_sync_at < now() - make_interval(secs => late_s)
  ORDER BY late.id LIMIT rows_max
$$;
REVOKE EXECUTE ON FUNCTION overdue_connections(integer, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION overdue_connections(integer, uuid, integer) TO app;
