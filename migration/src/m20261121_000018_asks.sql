-- What somebody without an account asked for by naming an address, until it has been looked up.
CREATE TABLE centre_asks (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    id {uuid} NOT NULL,
    address_hash {bytes} NOT NULL,
    address {bytes},
    note {bytes},
    type {text} NOT NULL,
    regime {text} NOT NULL,
    purpose {text},
    locale {text} NOT NULL,
    asked_at {time} NOT NULL,
    nothing_held {bool} NOT NULL,
    answered_at {time},
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX centre_asks_by_address ON centre_asks (tenant_id, address_hash, asked_at);
CREATE INDEX centre_asks_by_time ON centre_asks (tenant_id, asked_at);
