CREATE TABLE report_revisions (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    billing_mode text NOT NULL CHECK (billing_mode IN ('production', 'test')),
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    revision integer NOT NULL CHECK (revision > 0),
    status text NOT NULL CHECK (status IN ('provisional', 'final')),
    generated_at timestamptz NOT NULL,
    cause text NOT NULL,
    PRIMARY KEY (organization_id, billing_mode, month, revision)
);
COMMENT ON TABLE report_revisions IS 'The report of an organization''s month, a new revision for every change of a figure; never updated (metering.md 5).';

CREATE TABLE report_units (
    organization_id uuid NOT NULL,
    billing_mode text NOT NULL,
    month date NOT NULL,
    revision integer NOT NULL,
    vcenter_id uuid NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (organization_id, billing_mode, month, revision, vcenter_id),
    FOREIGN KEY (organization_id, billing_mode, month, revision)
        REFERENCES report_revisions (organization_id, billing_mode, month, revision),
    FOREIGN KEY (organization_id, billing_mode, vcenter_id, month, version)
        REFERENCES unit_versions (organization_id, billing_mode, vcenter_id, month, version)
);
COMMENT ON TABLE report_units IS 'The unit versions that a revision is composed of: the way from a figure to its rows.';

CREATE TABLE report_lines (
    organization_id uuid NOT NULL,
    billing_mode text NOT NULL,
    month date NOT NULL,
    revision integer NOT NULL,
    contract_number text NOT NULL,
    position integer NOT NULL,
    code text NOT NULL,
    amount numeric(38, 0) NOT NULL,
    quantity bigint NOT NULL,
    exact numeric(26, 6) NOT NULL,
    points_per_unit numeric(18, 6),
    points numeric(26, 6),
    PRIMARY KEY (organization_id, billing_mode, month, revision, contract_number, code),
    FOREIGN KEY (organization_id, billing_mode, month, revision)
        REFERENCES report_revisions (organization_id, billing_mode, month, revision)
);
COMMENT ON COLUMN report_lines.contract_number IS 'Empty for the whole month''s line; else the part of one contract, rounded on its own.';
COMMENT ON COLUMN report_lines.code IS 'As metering.md 3; a breakdown is named line/part, such as flex-core/vcd.';
COMMENT ON COLUMN report_lines.amount IS 'The sum before any division; its unit is that of unit_totals.amount.';

GRANT SELECT, INSERT ON report_revisions, report_units, report_lines TO usage_service;
