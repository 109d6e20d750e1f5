ALTER TABLE report_lines
    ADD COLUMN site_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    DROP CONSTRAINT report_lines_pkey,
    ADD PRIMARY KEY (organization_id, billing_mode, month, revision, contract_number, site_id, code);
ALTER TABLE report_lines ALTER COLUMN site_id DROP DEFAULT;
COMMENT ON COLUMN report_lines.contract_number IS 'The part of one contract, rounded on its own. Empty for the whole month''s line and for the parts of sites.';
COMMENT ON COLUMN report_lines.site_id IS 'The part of one site, rounded on its own. Nil for the whole month''s line and for the parts of contracts.';

ALTER TABLE units ADD COLUMN listed boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN units.listed IS 'False when the last metering found no collection of the vCenter in force: it leaves the reports (metering.md 4), and version is its last result before.';

CREATE TABLE report_causes (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    billing_mode text NOT NULL CHECK (billing_mode IN ('production', 'test')),
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    id uuid NOT NULL,
    cause text NOT NULL,
    PRIMARY KEY (organization_id, billing_mode, month, id)
);
COMMENT ON TABLE report_causes IS 'Why a month is to be composed again, other than for an upload or by the schedule; deleted by the composing that takes it up.';
COMMENT ON COLUMN report_causes.id IS 'UUID v7: the last is the cause of the revision.';
COMMENT ON COLUMN report_causes.cause IS 'As report_revisions.cause has it, such as registration:<meter id>.';
SELECT protect_tenant_table('report_causes');
GRANT SELECT, INSERT, DELETE ON report_causes TO usage_service;
