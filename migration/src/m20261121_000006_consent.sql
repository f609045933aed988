-- How long before its end a consent's giver is told, and whether the purpose sells or shares.
ALTER TABLE purposes ADD COLUMN consent_expiry_notice {text};
ALTER TABLE purposes ADD COLUMN sale_or_sharing {bool} NOT NULL DEFAULT false;

-- The end that the giver of a consent was told of.
ALTER TABLE consents ADD COLUMN expiry_warned_for {time};

-- What a work item serves, when that may end before it is done.
ALTER TABLE work_items ADD COLUMN about {text};
CREATE INDEX work_items_by_about ON work_items (tenant_id, about) WHERE about IS NOT NULL;

-- A mailed link that turns a consent given into one in force.
CREATE TABLE consent_confirmations (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    subject_id {uuid} NOT NULL,
    purpose_id {uuid} NOT NULL,
    event_id {uuid} NOT NULL,
    link_hash {bytes} NOT NULL,
    state {text} NOT NULL,
    requested_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    mails {int} NOT NULL,
    last_mail_at {time} NOT NULL,
    closed_at {time},
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, link_hash),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id),
    FOREIGN KEY (tenant_id, purpose_id) REFERENCES purposes (tenant_id, id)
);
CREATE INDEX consent_confirmations_by_subject_id_purpose_id ON consent_confirmations (tenant_id, subject_id, purpose_id);

-- A link with which a person sees and changes what they agreed to.
CREATE TABLE preference_links (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    subject_id {uuid} NOT NULL,
    link_hash {bytes} NOT NULL,
    created_at {time} NOT NULL,
    created_by {text} NOT NULL,
    expires_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, link_hash),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id)
);
CREATE INDEX preference_links_by_subject_id ON preference_links (tenant_id, subject_id);

-- How far the import of a file of consents is.
CREATE TABLE consent_imports (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    file_hash {bytes} NOT NULL,
    bytes bigint NOT NULL,
    line bigint NOT NULL,
    accepted bigint NOT NULL,
    rejected bigint NOT NULL,
    started_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    finished_at {time},
    PRIMARY KEY (tenant_id, file_hash)
);
