--! breaking: no
-- Wrong keys make a provider say of every connection that it does not know it. Whether that is so shows only across
-- tenants, so a function counts and gives away nothing but a number. Old code does not call it.
CREATE FUNCTION lost_in_a_row(of_provider text, with_code text, within_s integer) RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT CASE with_code
    WHEN 'connection_gone' THEN count(*)
    -- a person may well have ended every login of one company
    ELSE count(DISTINCT tenant_id) FILTER (
      WHERE tenant_id IS DISTINCT FROM nullif(current_setting('app.tenant_id', true), '')::uuid)
  END
  FROM connection
  WHERE provider = of_provider AND failure_code = with_code AND state IN ('error', 'disconnected')
    AND failing_since > now() - make_interval(secs => within_s)
    -- a connection that worked meanwhile shows that our keys are right
    AND failing_since > coalesce(
      (SELECT max(last_pulled_at) FROM connection WHERE provider = of_provider), '-infinity')
$$;
REVOKE EXECUTE ON FUNCTION lost_in_a_row(text, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lost_in_a_row(text, text, integer) TO app;
