-- How many entries at the beginning of a tenant's audit log are there as hashes alone: their own period has ended.
CREATE TABLE audit_ages (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    aged_to {int} NOT NULL,
    PRIMARY KEY (tenant_id)
);
CREATE INDEX subject_requests_by_closed_at ON subject_requests (tenant_id, closed_at) WHERE closed_at IS NOT NULL;

-- The sweep goes along the index, row by row: what was made at the same instant too.
ALTER TABLE retention_results ADD COLUMN records_swept_id {uuid};
ALTER TABLE retention_results ADD COLUMN files_swept_id {uuid};
CREATE INDEX records_by_data_type_expires_at_id ON records (tenant_id, data_type, expires_at, id);
CREATE INDEX files_by_data_type_expires_at_id ON files (tenant_id, data_type, expires_at, id);
DROP INDEX records_by_data_type_expires_at;
DROP INDEX files_by_data_type_expires_at;

-- Whose data is left alone is known without looking at anybody else.
CREATE INDEX subjects_restricted ON subjects (tenant_id, id) WHERE status = 'RESTRICTED';
