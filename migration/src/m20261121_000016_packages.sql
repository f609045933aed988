-- A package's content stands in the file store, sealed under content_key, which the subject's key seals. A package that was
-- built before has no key: it counts as one that was let go of, and its link says to ask for a new copy.
ALTER TABLE export_packages DROP COLUMN content;
ALTER TABLE export_packages ADD COLUMN content_key {bytes};
-- When a download last counted.
ALTER TABLE export_packages ADD COLUMN downloaded_at {time};
CREATE INDEX export_packages_by_subject_id ON export_packages (tenant_id, subject_id);

-- One person's tokens, in turns.
CREATE INDEX tokens_by_subject_id_id ON tokens (tenant_id, subject_id, id);
