CREATE TABLE unit_checkpoints (
    organization_id uuid NOT NULL,
    billing_mode text NOT NULL,
    vcenter_id uuid NOT NULL,
    month date NOT NULL,
    at timestamptz NOT NULL,
    evidence bytea NOT NULL CHECK (octet_length(evidence) = 32),
    state bytea COMPRESSION lz4 NOT NULL,
    PRIMARY KEY (organization_id, billing_mode, vcenter_id, month, at),
    FOREIGN KEY (organization_id, billing_mode, vcenter_id, month) REFERENCES units (organization_id, billing_mode, vcenter_id, month)
);
COMMENT ON TABLE unit_checkpoints IS 'Where the next metering of a unit may begin. All of a unit rest on the evidence of its newest version; without them it is metered from scratch to the same result.';
COMMENT ON COLUMN unit_checkpoints.at IS 'What was stated before it is in the state.';
COMMENT ON COLUMN unit_checkpoints.evidence IS 'Digest of the evidence before at and of the rules: the checkpoint holds while it is the same.';
COMMENT ON COLUMN unit_checkpoints.state IS 'As the metering core writes it.';
SELECT protect_tenant_table('unit_checkpoints');
GRANT SELECT, INSERT, DELETE ON unit_checkpoints TO usage_service;

-- A metering that begins at a checkpoint compares the rows that end behind it.
CREATE INDEX vm_history_holding ON vm_history (organization_id, billing_mode, vcenter_id, end_at) WHERE until IS NULL;
