-- One customer of the operator. Global: the credential names it before anything is scoped.
CREATE TABLE tenants (
    id {uuid} NOT NULL,
    slug {text} NOT NULL,
    name {text} NOT NULL,
    locale {text} NOT NULL,
    time_zone {text} NOT NULL,
    status {text} NOT NULL,
    cleanup_schedule {text} NOT NULL,
    cleanup_time {text} NOT NULL,
    requests_per_minute {int} NOT NULL,
    max_subjects {int} NOT NULL,
    mails_per_hour {int} NOT NULL,
    created_at {time} NOT NULL,
    closes_at {time},
    PRIMARY KEY (id),
    UNIQUE (slug)
);

-- Who the controller is (Article 30(1)(a)): published contact details.
CREATE TABLE controllers (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    name {text} NOT NULL,
    contact {text} NOT NULL,
    contact_email {text} NOT NULL,
    representative {text},
    data_protection_officer {text},
    PRIMARY KEY (tenant_id)
);

-- A person who works for the tenant. Name and address are sealed under the tenant key.
CREATE TABLE members (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    contact {bytes} NOT NULL,
    email_index {bytes} NOT NULL,
    role {text} NOT NULL,
    created_at {time} NOT NULL,
    last_seen_at {time},
    removed_at {time},
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX members_one_per_email ON members (tenant_id, email_index) WHERE removed_at IS NULL;

-- A credential of the tenant's services. Only a hash of the secret is kept.
CREATE TABLE api_keys (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    name {text} NOT NULL,
    prefix {text} NOT NULL,
    secret_hash {bytes} NOT NULL,
    role {text} NOT NULL,
    created_by {text} NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time},
    last_used_at {time},
    revoked_at {time},
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, secret_hash)
);

-- The answer already given to a mutation that carried an idempotency key.
CREATE TABLE idempotency_keys (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    operation {text} NOT NULL,
    key_hash {bytes} NOT NULL,
    request_hash {bytes} NOT NULL,
    answer {json} NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, operation, key_hash)
);

-- A credential of the people who run the service.
CREATE TABLE operator_tokens (
    id {uuid} NOT NULL,
    name {text} NOT NULL,
    secret_hash {bytes} NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time},
    last_used_at {time},
    revoked_at {time},
    PRIMARY KEY (id),
    UNIQUE (secret_hash)
);

-- The operator's own log: what the people who run the service did.
CREATE TABLE operator_entries (
    id {uuid} NOT NULL,
    "at" {time} NOT NULL,
    action {text} NOT NULL,
    outcome {text} NOT NULL,
    actor {text} NOT NULL,
    resource_id {text},
    correlation_id {uuid} NOT NULL,
    details {json} NOT NULL,
    PRIMARY KEY (id)
);

-- Where the tenant's own services are told of changes. The secret is sealed under the tenant key.
CREATE TABLE webhook_endpoints (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    url {text} NOT NULL,
    events {json} NOT NULL,
    secret {bytes} NOT NULL,
    created_at {time} NOT NULL,
    failing_since {time},
    disabled_at {time},
    deleted_at {time},
    PRIMARY KEY (tenant_id, id)
);

-- A version of the tenant's data key, wrapped by the KMS. The clear key is never stored.
CREATE TABLE tenant_keys (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    version {int} NOT NULL,
    provider {text} NOT NULL,
    kms_key {text} NOT NULL,
    wrapped {bytes} NOT NULL,
    reason {bytes},
    created_at {time} NOT NULL,
    retired_at {time},
    PRIMARY KEY (tenant_id, version)
);

-- Keys that live under the tenant key: blind indexes, links, signatures.
CREATE TABLE tenant_secrets (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    kind {text} NOT NULL,
    version {int} NOT NULL,
    secret {bytes} NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, kind, version)
);

-- A purpose of processing and its lawful basis (Articles 5(1)(b) and 6).
CREATE TABLE purposes (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    "key" {text} NOT NULL,
    name {text} NOT NULL,
    description {text} NOT NULL,
    lawful_basis {text} NOT NULL,
    version {int} NOT NULL,
    status {text} NOT NULL,
    data_collected {json} NOT NULL,
    fields {json},
    retention {text} NOT NULL,
    storage_location {text} NOT NULL,
    legitimate_interest_assessment {text},
    special_category {bool} NOT NULL,
    special_category_condition {text},
    recipients {json} NOT NULL,
    transfers_outside_eu {bool} NOT NULL,
    transfer_safeguards {text},
    consent_valid_for {text},
    consent_since_version {int} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, "key")
);

-- Every version a purpose has had, whole, with who made it.
CREATE TABLE purpose_versions (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    purpose_id {uuid} NOT NULL,
    version {int} NOT NULL,
    status {text} NOT NULL,
    lawful_basis {text} NOT NULL,
    data_collected {json} NOT NULL,
    fields {json},
    retention {text} NOT NULL,
    special_category {bool} NOT NULL,
    consent_since_version {int} NOT NULL,
    definition {json} NOT NULL,
    effective_from {time} NOT NULL,
    changed_by {text} NOT NULL,
    PRIMARY KEY (tenant_id, purpose_id, version),
    FOREIGN KEY (tenant_id, purpose_id) REFERENCES purposes (tenant_id, id)
);

-- A data subject. Identifiers are sealed; look-ups go by keyed hash.
CREATE TABLE subjects (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    status {text} NOT NULL,
    locale {text} NOT NULL,
    external_id {bytes},
    external_id_index {bytes},
    email {bytes},
    email_index {bytes},
    index_version {int} NOT NULL,
    created_at {time} NOT NULL,
    last_verified_at {time} NOT NULL,
    verification_due_at {time},
    stale {bool} NOT NULL,
    erased_at {time},
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, external_id_index),
    UNIQUE (tenant_id, email_index)
);
CREATE INDEX subjects_by_verification_due_at_id ON subjects (tenant_id, verification_due_at, id);

-- A restriction of processing (Article 18), kept with its end so that a past decision can be told.
CREATE TABLE restrictions (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    subject_id {uuid} NOT NULL,
    restricted_at {time} NOT NULL,
    lifted_at {time},
    PRIMARY KEY (tenant_id, subject_id, restricted_at),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id)
);

-- The key that seals all of one subject's data, wrapped by the tenant key. Deleting it is the erasure.
CREATE TABLE subject_keys (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    subject_id {uuid} NOT NULL,
    tenant_key_version {int} NOT NULL,
    wrapped {bytes} NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, subject_id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id)
);
CREATE INDEX subject_keys_by_tenant_key_version ON subject_keys (tenant_id, tenant_key_version);

-- The subject's current attributes, sealed.
CREATE TABLE profiles (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    subject_id {uuid} NOT NULL,
    version {int} NOT NULL,
    attributes {bytes} NOT NULL,
    updated_at {time} NOT NULL,
    updated_by {text} NOT NULL,
    PRIMARY KEY (tenant_id, subject_id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id)
);

-- What changed in a profile, when and by whom: names of fields, never values.
CREATE TABLE profile_versions (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    subject_id {uuid} NOT NULL,
    version {int} NOT NULL,
    changed_fields {json} NOT NULL,
    updated_at {time} NOT NULL,
    updated_by {text} NOT NULL,
    PRIMARY KEY (tenant_id, subject_id, version),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id)
);

-- One piece of personal data, sealed, with the purpose it is kept for and the time it goes.
CREATE TABLE records (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    subject_id {uuid} NOT NULL,
    purpose_id {uuid} NOT NULL,
    data_type {text} NOT NULL,
    payload {bytes} NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id),
    FOREIGN KEY (tenant_id, purpose_id) REFERENCES purposes (tenant_id, id)
);
CREATE INDEX records_by_subject_id_id ON records (tenant_id, subject_id, id);
CREATE INDEX records_by_data_type_expires_at ON records (tenant_id, data_type, expires_at);

-- A random stand-in for a sealed value such as a card number.
CREATE TABLE tokens (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    token {text} NOT NULL,
    subject_id {uuid} NOT NULL,
    purpose_id {uuid} NOT NULL,
    value {bytes} NOT NULL,
    value_index {bytes} NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, token),
    UNIQUE (tenant_id, purpose_id, subject_id, value_index),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id),
    FOREIGN KEY (tenant_id, purpose_id) REFERENCES purposes (tenant_id, id)
);

-- Where a subject's consent for a purpose stands: derived from its events in the same transaction.
CREATE TABLE consents (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    subject_id {uuid} NOT NULL,
    purpose_id {uuid} NOT NULL,
    purpose_version {int} NOT NULL,
    state {text} NOT NULL,
    policy_version {text} NOT NULL,
    method {text} NOT NULL,
    special_category_consent {bool},
    given_at {time},
    withdrawn_at {time},
    expires_at {time},
    notice_hash {bytes},
    updated_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, subject_id, purpose_id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id),
    FOREIGN KEY (tenant_id, purpose_id) REFERENCES purposes (tenant_id, id)
);
CREATE INDEX consents_by_state_expires_at ON consents (tenant_id, state, expires_at);

-- What was decided, append-only: the database refuses to change or remove a row.
CREATE TABLE consent_events (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    consent_id {uuid} NOT NULL,
    subject_id {uuid} NOT NULL,
    purpose_id {uuid} NOT NULL,
    state {text} NOT NULL,
    purpose_version {int} NOT NULL,
    policy_version {text} NOT NULL,
    method {text} NOT NULL,
    special_category_consent {bool},
    expires_at {time},
    notice_hash {bytes},
    reason {bytes},
    recorded_at {time} NOT NULL,
    recorded_by {text} NOT NULL,
    appended_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id),
    FOREIGN KEY (tenant_id, purpose_id) REFERENCES purposes (tenant_id, id)
);
CREATE INDEX consent_events_by_subject_id_purpose_id_recorded_at_id ON consent_events (tenant_id, subject_id, purpose_id, recorded_at, id);

-- The text a person was shown, kept once by its hash.
CREATE TABLE notices (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    hash {bytes} NOT NULL,
    "text" {text} NOT NULL,
    first_shown_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, hash)
);

-- A subject's objection to a purpose (Article 21), kept with its end so that a past decision can be told.
CREATE TABLE objections (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    subject_id {uuid} NOT NULL,
    purpose_id {uuid} NOT NULL,
    objected_at {time} NOT NULL,
    lifted_at {time},
    PRIMARY KEY (tenant_id, subject_id, purpose_id, objected_at),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id),
    FOREIGN KEY (tenant_id, purpose_id) REFERENCES purposes (tenant_id, id)
);

-- How often a subject's data is verified, and what an unanswered mail leads to.
CREATE TABLE accuracy_policies (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    revalidate_after {text} NOT NULL,
    remind_after {json} NOT NULL,
    link_valid_for {text} NOT NULL,
    when_unanswered {text} NOT NULL,
    mails_per_hour {int} NOT NULL,
    updated_at {time} NOT NULL,
    PRIMARY KEY (tenant_id)
);

-- One question to one subject whether the data held is still right.
CREATE TABLE reverifications (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    subject_id {uuid} NOT NULL,
    state {text} NOT NULL,
    requested_at {time} NOT NULL,
    sent_at {time},
    reminders_sent {int} NOT NULL,
    next_reminder_at {time},
    answered_at {time},
    corrected_fields {json} NOT NULL,
    expires_at {time} NOT NULL,
    last_mailed_at {time},
    link_hash {bytes},
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, link_hash),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id)
);
CREATE INDEX reverifications_by_state_expires_at ON reverifications (tenant_id, state, expires_at);
CREATE INDEX reverifications_by_state_next_reminder_at ON reverifications (tenant_id, state, next_reminder_at);
CREATE INDEX reverifications_by_subject_id_id ON reverifications (tenant_id, subject_id, id);
CREATE INDEX reverifications_by_last_mailed_at ON reverifications (tenant_id, last_mailed_at);
CREATE UNIQUE INDEX reverifications_one_open_per_subject ON reverifications (tenant_id, subject_id) WHERE state IN ('QUEUED', 'SENT');

-- How long a data type is kept, and on which legal basis.
CREATE TABLE retention_policies (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    data_type {text} NOT NULL,
    retention {text} NOT NULL,
    deletion_method {text} NOT NULL,
    legal_basis {text} NOT NULL,
    updated_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, data_type)
);

-- One sweep over one tenant.
CREATE TABLE retention_runs (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    state {text} NOT NULL,
    data_type {text},
    cutoff_at {time} NOT NULL,
    started_at {time} NOT NULL,
    finished_at {time},
    started_by {text} NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- What a sweep did to one data type.
CREATE TABLE retention_results (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    run_id {uuid} NOT NULL,
    data_type {text} NOT NULL,
    retention {text} NOT NULL,
    cutoff {time} NOT NULL,
    deleted {int} NOT NULL,
    held {int} NOT NULL,
    legal_basis {text} NOT NULL,
    finished_at {time},
    PRIMARY KEY (tenant_id, run_id, data_type),
    FOREIGN KEY (tenant_id, run_id) REFERENCES retention_runs (tenant_id, id)
);

-- Keeps a subject's data, a data type, or both from being deleted. The reasons are sealed under the tenant key.
CREATE TABLE legal_holds (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    subject_id {uuid},
    data_type {text},
    reason {bytes} NOT NULL,
    placed_by {text} NOT NULL,
    placed_at {time} NOT NULL,
    released_at {time},
    released_by {text},
    release_reason {bytes},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id)
);
CREATE INDEX legal_holds_by_released_at_subject_id ON legal_holds (tenant_id, released_at, subject_id);

-- A subject's request to exercise a right (Articles 15 to 22; CCPA 1798.100 ff.).
CREATE TABLE subject_requests (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    "type" {text} NOT NULL,
    regime {text} NOT NULL,
    state {text} NOT NULL,
    subject_id {uuid},
    purpose_id {uuid},
    received_at {time} NOT NULL,
    due_on {date} NOT NULL,
    extended_to {date},
    extension_reason {bytes},
    corrections {bytes},
    note {bytes},
    identity_verified_at {time},
    identity_evidence {bytes},
    assignee_id {uuid},
    opened_by {text} NOT NULL,
    approved_by {text},
    rejection_reason {text},
    rejection_explanation {bytes},
    closed_at {time},
    link_hash {bytes},
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, link_hash),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id)
);
CREATE INDEX subject_requests_by_subject_id_id ON subject_requests (tenant_id, subject_id, id);
CREATE INDEX subject_requests_by_closed_at_due_on ON subject_requests (tenant_id, closed_at, due_on);

-- The timeline of a request.
CREATE TABLE request_events (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    request_id {uuid} NOT NULL,
    "at" {time} NOT NULL,
    "by" {text} NOT NULL,
    what {text} NOT NULL,
    note {bytes},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES subject_requests (tenant_id, id)
);
CREATE INDEX request_events_by_request_id_id ON request_events (tenant_id, request_id, id);

-- The package an access or portability request produced, sealed under the subject's key.
CREATE TABLE export_packages (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    request_id {uuid} NOT NULL,
    subject_id {uuid} NOT NULL,
    format {text} NOT NULL,
    size_bytes {int} NOT NULL,
    sha256 {bytes} NOT NULL,
    content {bytes} NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    link_hash {bytes} NOT NULL,
    downloads {int} NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, request_id),
    UNIQUE (tenant_id, link_hash),
    FOREIGN KEY (tenant_id, request_id) REFERENCES subject_requests (tenant_id, id)
);

-- The signed statement of what was erased, kept and why.
CREATE TABLE erasure_certificates (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    request_id {uuid} NOT NULL,
    erased_at {time} NOT NULL,
    erased {json} NOT NULL,
    retained {json} NOT NULL,
    key_destroyed {bool} NOT NULL,
    verified_absent_at {time},
    jws {text} NOT NULL,
    PRIMARY KEY (tenant_id, request_id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES subject_requests (tenant_id, id)
);

-- What was done, by whom, to what, with which outcome. Append-only; no personal data in clear.
CREATE TABLE audit_entries (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    "at" {time} NOT NULL,
    action {text} NOT NULL,
    outcome {text} NOT NULL,
    actor {text} NOT NULL,
    resource_type {text} NOT NULL,
    resource_id {text},
    correlation_id {uuid} NOT NULL,
    ip_address {text},
    user_agent {text},
    details {json} NOT NULL,
    leaf_hash {bytes} NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_entries_by_action_id ON audit_entries (tenant_id, action, id);
CREATE INDEX audit_entries_by_resource_id_id ON audit_entries (tenant_id, resource_id, id);

-- An entry's place in the tenant's Merkle log.
CREATE TABLE audit_leaves (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    log_index {int} NOT NULL,
    entry_id {uuid} NOT NULL,
    leaf_hash {bytes} NOT NULL,
    PRIMARY KEY (tenant_id, log_index),
    UNIQUE (tenant_id, entry_id)
);

-- An entry that the log has not taken in yet. Global, so that one statement finds the tenants that have some.
CREATE TABLE audit_pending (
    tenant_id {uuid} NOT NULL,
    entry_id {uuid} NOT NULL,
    PRIMARY KEY (tenant_id, entry_id)
);

-- A signed statement of the log's size and root (C2SP tlog-checkpoint).
CREATE TABLE audit_checkpoints (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    size {int} NOT NULL,
    root_hash {bytes} NOT NULL,
    frontier {bytes} NOT NULL,
    note {text} NOT NULL,
    "at" {time} NOT NULL,
    PRIMARY KEY (tenant_id, size)
);

-- A personal data breach and its 72-hour clock (Article 33). What happened is sealed under the tenant key.
CREATE TABLE incidents (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    title {bytes} NOT NULL,
    description {bytes} NOT NULL,
    severity {text} NOT NULL,
    detected_at {time} NOT NULL,
    notify_authority_by {time} NOT NULL,
    authority_notified_at {time},
    subjects_affected {int},
    reported_by {text} NOT NULL,
    closed_at {time},
    PRIMARY KEY (tenant_id, id)
);

-- An organisational fact that no program can measure, with who stated it and when.
CREATE TABLE attestations (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    "key" {text} NOT NULL,
    statement {bytes} NOT NULL,
    valid_until {date},
    reference {text},
    recorded_by {text} NOT NULL,
    recorded_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX attestations_by_key_recorded_at ON attestations (tenant_id, "key", recorded_at);

-- Something to be done after a commit: ids only, never personal data. Global, so that one statement claims for all tenants.
CREATE TABLE work_items (
    id {uuid} NOT NULL,
    tenant_id {uuid} NOT NULL,
    kind {text} NOT NULL,
    payload {json} NOT NULL,
    state {text} NOT NULL,
    attempts {int} NOT NULL,
    next_attempt_at {time},
    leased_until {time},
    lease {uuid},
    last_error {text},
    created_at {time} NOT NULL,
    finished_at {time},
    PRIMARY KEY (id)
);
CREATE INDEX work_items_by_state_next_attempt_at ON work_items (state, next_attempt_at);
CREATE INDEX work_items_by_kind_state ON work_items (tenant_id, kind, state);

-- One due run of one job: the row is what makes it happen once.
CREATE TABLE job_runs (
    id {uuid} NOT NULL,
    job {text} NOT NULL,
    scheduled_for {time} NOT NULL,
    started_at {time} NOT NULL,
    finished_at {time},
    worker {text} NOT NULL,
    lease {uuid} NOT NULL,
    leased_until {time} NOT NULL,
    attempts {int} NOT NULL,
    tenants {int} NOT NULL,
    changed {int} NOT NULL,
    failures {json} NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (job, scheduled_for)
);

-- A worker process that is alive.
CREATE TABLE workers (
    id {uuid} NOT NULL,
    name {text} NOT NULL,
    started_at {time} NOT NULL,
    seen_at {time} NOT NULL,
    PRIMARY KEY (id)
);

