-- How the accuracy review finds whom to ask, among ten million subjects of one tenant. In a database that `recital migrate`
-- made and that nothing else is in:
--
--     psql "$OWNER_URL" -v subjects=10000000 -f bench/due_scan.sql
--
-- One subject in a hundred is due; of those one in ten is being asked already. Prints the plans of the first batch, of one
-- deep in the list, and of a night on which nobody is due, as the service's role runs them, with row-level security.
\set ON_ERROR_STOP on
\timing on
SET synchronous_commit = off;

INSERT INTO tenants (id, slug, name, locale, time_zone, status, cleanup_schedule, cleanup_time, requests_per_minute,
        max_subjects, mails_per_hour, created_at)
    VALUES ('00000000-0000-7000-8000-000000000001', 'bench', 'Bench', 'en', 'UTC', 'ACTIVE', 'daily', '02:00_UTC', 1, 1, 1, now());
SELECT set_config('app.tenant_id', '00000000-0000-7000-8000-000000000001', false);

-- Ids sort by time, as the service's do; due dates are spread over a year and have nothing to do with them.
INSERT INTO subjects (tenant_id, id, status, locale, email, email_index, index_version, created_at, last_verified_at,
        verification_due_at, stale, being_asked)
    SELECT '00000000-0000-7000-8000-000000000001', ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'ACTIVE', 'en',
        sha256(int8send(n)) || sha256(int8send(-n)), sha256(int8send(n)), 1, now(), now(),
        CASE WHEN n % 100 = 0 THEN now() - random() * interval '30 days' ELSE now() + random() * interval '365 days' END,
        false, n % 1000 = 0
    FROM generate_series(1, :subjects) n;
INSERT INTO reverifications (tenant_id, id, subject_id, state, requested_at, reminders_sent, corrected_fields, expires_at)
    SELECT tenant_id, id, id, 'SENT', now(), 0, '[]', now() + interval '14 days' FROM subjects WHERE being_asked;
VACUUM (ANALYZE) subjects;
VACUUM (ANALYZE) reverifications;
SELECT pg_size_pretty(pg_table_size('subjects')) AS subjects, pg_size_pretty(pg_relation_size('subjects_to_ask')) AS subjects_to_ask;

SET ROLE recital_app;
PREPARE next_due (timestamptz, timestamptz, uuid) AS
    SELECT * FROM subjects
    WHERE verification_due_at <= $1
        AND (subjects.status = 'ACTIVE' AND subjects.email_index IS NOT NULL AND NOT subjects.being_asked)
        AND NOT EXISTS (SELECT 1 FROM reverifications WHERE reverifications.tenant_id = subjects.tenant_id
            AND reverifications.subject_id = subjects.id AND reverifications.state IN ('QUEUED', 'SENT'))
        AND verification_due_at >= $2
        AND (verification_due_at > $2 OR (verification_due_at = $2 AND id > $3))
        AND tenant_id = '00000000-0000-7000-8000-000000000001'
    ORDER BY verification_due_at, id LIMIT 200;
\echo 'The first batch:'
EXPLAIN (ANALYZE, BUFFERS) EXECUTE next_due (now(), '-infinity', '00000000-0000-0000-0000-000000000000');
\echo 'One deep in the list:'
EXPLAIN (ANALYZE, BUFFERS) EXECUTE next_due (now(), now() - interval '3 days', '00000000-0000-7000-8000-000000ffffff');
\echo 'Nobody is due:'
EXPLAIN (ANALYZE, BUFFERS) EXECUTE next_due (now() - interval '60 days', '-infinity', '00000000-0000-0000-0000-000000000000');
