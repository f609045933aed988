-- A subject's account at the privacy centre.
CREATE TABLE accounts (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    subject_id {uuid} NOT NULL,
    password_hash {bytes} NOT NULL,
    created_at {time} NOT NULL,
    password_changed_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, subject_id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id)
);

-- A mailed link that makes an account, signs in, or sets a new password.
CREATE TABLE account_links (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    kind {text} NOT NULL,
    subject_id {uuid},
    asked {bytes},
    link_hash {bytes} NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, link_hash),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id)
);
CREATE INDEX account_links_by_subject_id ON account_links (tenant_id, subject_id);
CREATE INDEX account_links_by_expires_at ON account_links (tenant_id, expires_at);

-- A browser that is signed in.
CREATE TABLE account_sessions (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    subject_id {uuid} NOT NULL,
    token_hash {bytes} NOT NULL,
    method {text} NOT NULL,
    agent {text},
    created_at {time} NOT NULL,
    seen_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id)
);
CREATE INDEX account_sessions_by_subject_id ON account_sessions (tenant_id, subject_id);
CREATE INDEX account_sessions_by_seen_at ON account_sessions (tenant_id, seen_at);

-- How often something was tried in each minute, for the limits.
CREATE TABLE account_counts (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    key_hash {bytes} NOT NULL,
    minute {time} NOT NULL,
    tries {int} NOT NULL,
    PRIMARY KEY (tenant_id, key_hash, minute)
);
CREATE INDEX account_counts_by_minute ON account_counts (tenant_id, minute);
