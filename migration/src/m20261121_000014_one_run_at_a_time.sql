-- Of several unfinished runs of a job the newest goes on; the others' workers are gone, and it does their work.
UPDATE job_runs SET finished_at = leased_until, failures = '["all: UNAVAILABLE/WORKER_LOST"]'
WHERE finished_at IS NULL AND EXISTS (
    SELECT 1 FROM job_runs newer
    WHERE newer.job = job_runs.job AND newer.finished_at IS NULL AND newer.scheduled_for > job_runs.scheduled_for
);

CREATE UNIQUE INDEX job_runs_one_at_a_time ON job_runs (job) WHERE finished_at IS NULL;
