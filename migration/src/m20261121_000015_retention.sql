-- Which hold kept how much of a data type from a run. What two holds keep counts under each.
CREATE TABLE retention_result_holds (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    run_id {uuid} NOT NULL,
    data_type {text} NOT NULL,
    hold_id {uuid} NOT NULL,
    kept {int} NOT NULL,
    PRIMARY KEY (tenant_id, run_id, data_type, hold_id),
    FOREIGN KEY (tenant_id, run_id, data_type) REFERENCES retention_results (tenant_id, run_id, data_type),
    FOREIGN KEY (tenant_id, hold_id) REFERENCES legal_holds (tenant_id, id)
);

-- What a restriction of processing kept, and how far the run has come: nothing that ends earlier is looked at again, so
-- that a million held rows are not read anew with every batch.
ALTER TABLE retention_results ADD COLUMN restricted {int} NOT NULL DEFAULT 0;
ALTER TABLE retention_results ADD COLUMN records_swept_to {time};
ALTER TABLE retention_results ADD COLUMN files_swept_to {time};

-- Why a FAILED run stopped.
ALTER TABLE retention_runs ADD COLUMN failure {text};

-- How far the stamping anew of a data type has come since its period last changed.
CREATE TABLE retention_restamps (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    data_type {text} NOT NULL,
    stage {text} NOT NULL,
    reached {uuid},
    stamped {int} NOT NULL,
    started_at {time} NOT NULL,
    finished_at {time},
    checked_at {time},
    PRIMARY KEY (tenant_id, data_type)
);

-- What a tenant keeps past its period, as last measured: counts alone. Global, so that one statement sums them up.
CREATE TABLE retention_standings (
    tenant_id {uuid} NOT NULL,
    measured_at {time} NOT NULL,
    overdue {int} NOT NULL,
    overdue_since {time},
    held {int} NOT NULL,
    PRIMARY KEY (tenant_id)
);

-- What lacks an end it should have is found without looking at what has one.
CREATE INDEX records_without_end ON records (tenant_id, data_type, purpose_id, id) WHERE expires_at IS NULL;
CREATE INDEX files_without_end ON files (tenant_id, data_type, purpose_id, id) WHERE expires_at IS NULL;
