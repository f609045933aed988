-- The public half of a key that signs what outsiders check: receipts, certificates. In clear and kept for good, since a
-- receipt outlives the key that signed it, and the tenant.
CREATE TABLE signing_keys (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    kid {text} NOT NULL,
    public_key {bytes} NOT NULL,
    created_at {time} NOT NULL,
    PRIMARY KEY (tenant_id, kid)
);

-- While a secret is being exchanged both sign.
ALTER TABLE webhook_endpoints ADD COLUMN previous_secret {bytes};
ALTER TABLE webhook_endpoints ADD COLUMN previous_secret_until {time};
ALTER TABLE webhook_endpoints ADD COLUMN disabled_reason {text};

-- One try at telling an endpoint of an event. What it was told is not kept.
CREATE TABLE webhook_deliveries (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    endpoint_id {uuid} NOT NULL,
    message_id {uuid} NOT NULL,
    event {text} NOT NULL,
    attempt {int} NOT NULL,
    sent_at {time} NOT NULL,
    duration_ms {int} NOT NULL,
    status {int},
    failure {text},
    next_attempt_at {time},
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id)
);
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (tenant_id, endpoint_id, id);
CREATE INDEX webhook_deliveries_by_sent_at ON webhook_deliveries (tenant_id, sent_at);
