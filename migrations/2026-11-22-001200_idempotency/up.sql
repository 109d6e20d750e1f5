CREATE TABLE idempotency_keys (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    operation text NOT NULL,
    key text NOT NULL,
    body_sha256 bytea NOT NULL,
    status smallint NOT NULL,
    answer jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, operation, key)
);
COMMENT ON TABLE idempotency_keys IS 'First answers to creating POSTs that carried an Idempotency-Key, without any secret.';

GRANT SELECT, INSERT ON idempotency_keys TO usage_service;
