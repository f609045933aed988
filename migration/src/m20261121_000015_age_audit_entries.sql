-- Deletes bodies of audit entries whose period has ended, `most` at a time, from the log's beginning on and no further than
-- the first that is younger: nobody can pick one out. It works with its owner's rights, since the service has none to
-- delete an entry, and therefore believes nothing it is told: the tenant is the transaction's, the policy is read here,
-- the clock is the database's, and `cutoff` can only spare more. Whatever the policy says, a year stays.
CREATE FUNCTION age_audit_entries(cutoff timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    period interval := interval '7 years';
    stated record;
    start_at integer;
    stop_at integer;
BEGIN
    IF tenant IS NULL OR EXISTS (
        SELECT FROM public.legal_holds h WHERE h.tenant_id = tenant AND h.released_at IS NULL
            AND h.subject_id IS NULL AND h.data_type = 'audit_logs'
    ) THEN
        RETURN 0;
    END IF;
    SELECT p.deletion_method, p.retention INTO stated
        FROM public.retention_policies p WHERE p.tenant_id = tenant AND p.data_type = 'audit_logs';
    IF FOUND THEN
        IF stated.deletion_method <> 'AUTOMATIC' THEN
            RETURN 0;
        END IF;
        period := stated.retention::interval;
    END IF;
    cutoff := least(cutoff, now() - period, now() - interval '1 year');
    INSERT INTO public.audit_ages (tenant_id, aged_to) VALUES (tenant, 0) ON CONFLICT DO NOTHING;
    SELECT a.aged_to INTO start_at FROM public.audit_ages a WHERE a.tenant_id = tenant FOR UPDATE;
    SELECT coalesce(min(n.log_index) FILTER (WHERE n.at >= cutoff), max(n.log_index) + 1, start_at) INTO stop_at
        FROM (
            SELECT l.log_index, e.at FROM public.audit_leaves l
            JOIN public.audit_entries e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
            WHERE l.tenant_id = tenant AND l.log_index >= start_at
            ORDER BY l.log_index LIMIT least(most, 10000)
        ) n;
    DELETE FROM public.audit_entries e USING public.audit_leaves l
        WHERE l.tenant_id = tenant AND l.log_index >= start_at AND l.log_index < stop_at
            AND e.tenant_id = tenant AND e.id = l.entry_id AND e.at < cutoff;
    UPDATE public.audit_ages a SET aged_to = stop_at WHERE a.tenant_id = tenant;
    RETURN stop_at - start_at;
END $$;
