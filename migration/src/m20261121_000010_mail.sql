-- Whom the review asks next: who can be asked and is not being asked, by when they are due. The rest is not in its way.
ALTER TABLE subjects ADD COLUMN being_asked {bool} NOT NULL DEFAULT false;
CREATE INDEX subjects_to_ask ON subjects (tenant_id, verification_due_at, id)
    WHERE status = 'ACTIVE' AND email_index IS NOT NULL AND NOT being_asked;

-- When a mail came back, and what the mail system said: a status of RFC 5321 or RFC 3463, never its words.
ALTER TABLE reverifications ADD COLUMN bounced_at {time};
ALTER TABLE reverifications ADD COLUMN bounce_status {text};

-- How a tenant's mails look, and where answers to them go.
CREATE TABLE mail_settings (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    accent_colour {text},
    reply_to {text},
    updated_at {time} NOT NULL,
    PRIMARY KEY (tenant_id)
);

-- How many mails went in each minute, for the hourly limits.
CREATE TABLE mail_counts (
    tenant_id {uuid} NOT NULL REFERENCES tenants (id),
    room {text} NOT NULL,
    minute {time} NOT NULL,
    sent {int} NOT NULL,
    PRIMARY KEY (tenant_id, room, minute)
);
