-- A file about a person. Its content stands in the file store, sealed under content_key, which the subject's key seals.
CREATE TABLE files (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    subject_id {uuid} NOT NULL,
    purpose_id {uuid} NOT NULL,
    data_type {text} NOT NULL,
    content_key {bytes} NOT NULL,
    name {bytes},
    media_type {bytes} NOT NULL,
    sha256 {bytes} NOT NULL,
    size_bytes bigint NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id),
    FOREIGN KEY (tenant_id, purpose_id) REFERENCES purposes (tenant_id, id)
);
CREATE INDEX files_by_subject_id_id ON files (tenant_id, subject_id, id);
CREATE INDEX files_by_data_type_expires_at ON files (tenant_id, data_type, expires_at);

-- An upload that has begun and is not a file yet: what the file store may hold of it is named by its id.
CREATE TABLE uploads (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    started_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX uploads_by_started_at ON uploads (tenant_id, started_at);
