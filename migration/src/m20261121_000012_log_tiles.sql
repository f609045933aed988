-- The roots of the log's complete subtrees of 256, 65,536 and 16,777,216 leaves: with the leaves, the log in tiles
-- (C2SP tlog-tiles). `level` 1 is the first above the leaves.
CREATE TABLE audit_subtrees (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    level {int} NOT NULL,
    position {int} NOT NULL,
    root_hash {bytes} NOT NULL,
    PRIMARY KEY (tenant_id, level, position)
);
