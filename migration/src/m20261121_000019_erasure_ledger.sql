-- Which subjects were erased, as keyed hashes of their ids. The same entries stand outside of the database, so that a
-- restored backup can be told whom it brings back.
CREATE TABLE erasure_ledger (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    subject_hash {bytes} NOT NULL,
    erased_at {time} NOT NULL,
    -- Since when the entry stands outside; empty until then.
    recorded_at {time},
    PRIMARY KEY (tenant_id, subject_hash)
);
CREATE INDEX erasure_ledger_unrecorded ON erasure_ledger (tenant_id) WHERE recorded_at IS NULL;
