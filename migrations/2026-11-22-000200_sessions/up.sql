CREATE TABLE refresh_tokens (
    organization_id uuid NOT NULL,
    token_sha256 bytea NOT NULL,
    user_id uuid NOT NULL,
    family_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (organization_id, token_sha256),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
);
CREATE UNIQUE INDEX refresh_tokens_token ON refresh_tokens (token_sha256);
CREATE INDEX refresh_tokens_family ON refresh_tokens (organization_id, family_id);
COMMENT ON TABLE refresh_tokens IS 'Each works once; the use of a used one revokes its family (spec/api.md, Identity).';
COMMENT ON COLUMN refresh_tokens.token_sha256 IS 'Only the digest is kept: the token itself was shown once.';
COMMENT ON COLUMN refresh_tokens.expires_at IS 'By the machine''s clock, as every token life.';

GRANT SELECT, INSERT, UPDATE, DELETE ON refresh_tokens TO usage_service;
