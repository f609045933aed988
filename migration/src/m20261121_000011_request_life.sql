-- How a tenant handles subject requests.
CREATE TABLE request_policies (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    erasure_approval {text} NOT NULL,
    identity_within_days {int} NOT NULL,
    updated_at {time} NOT NULL,
    PRIMARY KEY (tenant_id)
);

-- Where to write to a person once more about a request that erased them (Article 12(3)). Sealed under the tenant key,
-- since the person's own is gone; deleted with the mail.
CREATE TABLE last_addresses (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    request_id {uuid} NOT NULL,
    address {bytes} NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, request_id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES subject_requests (tenant_id, id)
);

-- Until when the person may prove who they are.
ALTER TABLE subject_requests ADD COLUMN identity_until {time};
-- The last reminder of the deadline: days left, -1 once it has passed.
ALTER TABLE subject_requests ADD COLUMN reminded {int};
CREATE INDEX subject_requests_by_state_identity_until ON subject_requests (tenant_id, state, identity_until);
