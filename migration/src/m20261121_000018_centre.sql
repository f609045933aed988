-- What a tenant's privacy centre offers.
CREATE TABLE centre_settings (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    enabled {bool} NOT NULL,
    sign_up {bool} NOT NULL,
    required_consents {json} NOT NULL,
    offered_purposes {json} NOT NULL,
    regimes {json} NOT NULL,
    messages {json} NOT NULL,
    updated_at {time} NOT NULL,
    PRIMARY KEY (tenant_id)
);
