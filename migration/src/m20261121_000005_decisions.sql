-- What a decision reads of a person stands in the index itself. These two replace the constraints of the same columns.
CREATE INDEX subjects_by_id_with_status ON subjects (tenant_id, id) INCLUDE (status);
CREATE UNIQUE INDEX subjects_one_per_external_id_index ON subjects (tenant_id, external_id_index) INCLUDE (id, status);
CREATE UNIQUE INDEX subjects_one_per_email_index ON subjects (tenant_id, email_index) INCLUDE (id, status);
ALTER TABLE subjects DROP CONSTRAINT subjects_tenant_id_external_id_index_key;
ALTER TABLE subjects DROP CONSTRAINT subjects_tenant_id_email_index_key;

-- The same for where consent stands.
CREATE UNIQUE INDEX consents_one_per_subject_and_purpose ON consents (tenant_id, subject_id, purpose_id)
    INCLUDE (id, state, purpose_version, expires_at, special_category_consent);
ALTER TABLE consents DROP CONSTRAINT consents_tenant_id_subject_id_purpose_id_key;

-- What the rule of the processing decision needs to know, check by check, in their order. Each check names a subject in
-- one of three ways, and a purpose by its key. Whoever calls it alone, outside a transaction, pays one round trip: the
-- function names the tenant for that statement's own transaction, and row-level security holds for the caller's role.
-- The joins are lateral with a limit so that each stays a step in an index, however many checks there are.
CREATE FUNCTION decision_facts(of_tenant uuid, ids uuid[], external_ids bytea[], emails bytea[], keys text[])
RETURNS TABLE (
    subject_status text,
    purpose_version integer, purpose_status text, lawful_basis text, special_category boolean,
    consent_since_version integer, fields jsonb,
    objected boolean,
    consent_id uuid, consent_state text, consent_version integer, consent_expires_at timestamptz,
    special_category_consent boolean
)
LANGUAGE plpgsql SECURITY INVOKER ROWS 10 AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.tenant_id', of_tenant::text, true);
    RETURN QUERY
    SELECT subject.status,
        purpose.version, purpose.status, purpose.lawful_basis, purpose.special_category,
        purpose.consent_since_version, purpose.fields,
        objection.subject_id IS NOT NULL,
        consent.id, consent.state, consent.purpose_version, consent.expires_at, consent.special_category_consent
    FROM unnest(ids, external_ids, emails, keys) WITH ORDINALITY AS asked (id, external_id, email, key, place)
    LEFT JOIN LATERAL (
        SELECT s.id, s.status FROM subjects s WHERE s.tenant_id = of_tenant AND s.id = asked.id
        UNION ALL
        SELECT s.id, s.status FROM subjects s WHERE s.tenant_id = of_tenant AND s.external_id_index = asked.external_id
        UNION ALL
        SELECT s.id, s.status FROM subjects s WHERE s.tenant_id = of_tenant AND s.email_index = asked.email
        LIMIT 1
    ) subject ON true
    LEFT JOIN LATERAL (
        SELECT p.* FROM purposes p WHERE p.tenant_id = of_tenant AND p.key = asked.key LIMIT 1
    ) purpose ON true
    LEFT JOIN LATERAL (
        SELECT c.id, c.state, c.purpose_version, c.expires_at, c.special_category_consent FROM consents c
        WHERE c.tenant_id = of_tenant AND c.subject_id = subject.id AND c.purpose_id = purpose.id
            AND purpose.lawful_basis = 'CONSENT'
        LIMIT 1
    ) consent ON true
    LEFT JOIN LATERAL (
        SELECT o.subject_id FROM objections o
        WHERE o.tenant_id = of_tenant AND o.subject_id = subject.id AND o.purpose_id = purpose.id
            AND o.lifted_at IS NULL
        LIMIT 1
    ) objection ON true
    ORDER BY asked.place;
END $$;
