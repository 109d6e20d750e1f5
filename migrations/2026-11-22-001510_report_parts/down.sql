DROP TABLE report_causes;

ALTER TABLE units DROP COLUMN listed;

-- The policies hold the owner as well: out of the way while rows are deleted.
ALTER TABLE report_lines NO FORCE ROW LEVEL SECURITY;
DELETE FROM report_lines WHERE site_id <> '00000000-0000-0000-0000-000000000000';
ALTER TABLE report_lines FORCE ROW LEVEL SECURITY;
ALTER TABLE report_lines
    DROP CONSTRAINT report_lines_pkey,
    DROP COLUMN site_id,
    ADD PRIMARY KEY (organization_id, billing_mode, month, revision, contract_number, code);
COMMENT ON COLUMN report_lines.contract_number IS 'Empty for the whole month''s line; else the part of one contract, rounded on its own.';
