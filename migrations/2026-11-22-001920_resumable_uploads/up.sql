CREATE TABLE resumable_uploads (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    id uuid NOT NULL,
    created_by text NOT NULL,
    meter_id uuid,
    metadata text NOT NULL DEFAULT '',
    length_bytes bigint NOT NULL CHECK (length_bytes >= 0),
    offset_bytes bigint NOT NULL DEFAULT 0 CHECK (offset_bytes BETWEEN 0 AND length_bytes),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    received_at timestamptz,
    sha256 bytea CHECK (length(sha256) = 32),
    status smallint CHECK (status IN (200, 202, 422)),
    upload_id uuid,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, upload_id) REFERENCES uploads (organization_id, id),
    CHECK ((received_at IS NULL) = (offset_bytes < length_bytes)),
    CHECK (upload_id IS NULL OR received_at IS NOT NULL),
    CHECK ((status IS NULL) = (upload_id IS NULL))
);
CREATE INDEX resumable_uploads_expiry ON resumable_uploads (expires_at);
COMMENT ON TABLE resumable_uploads IS 'Files that come in parts (tus 1.0). Their bytes are in the store''s folder of partial files until the last one, and an upload like any other then. A row goes when it expires.';
COMMENT ON COLUMN resumable_uploads.created_by IS 'user:<id>, meter:<id> or api-key:<id>.';
COMMENT ON COLUMN resumable_uploads.meter_id IS 'The meter whose token made it, and who alone may send its bytes besides the organization''s people; null when it was made by another.';
COMMENT ON COLUMN resumable_uploads.metadata IS 'Upload-Metadata as it was sent; nothing is made of it.';
COMMENT ON COLUMN resumable_uploads.offset_bytes IS 'How many bytes are on the disk: written after they were synced, so that it holds whatever crashes.';
COMMENT ON COLUMN resumable_uploads.created_at IS 'By the machine''s clock, as expires_at.';
COMMENT ON COLUMN resumable_uploads.expires_at IS 'Moves with the bytes.';
COMMENT ON COLUMN resumable_uploads.received_at IS 'The instant of the last byte by the service''s clock, kept with it: completing again after a crash does not make a file late.';
COMMENT ON COLUMN resumable_uploads.sha256 IS 'Noted before the file gets its name in the store, by which it is found when a crash came between that and the record.';
COMMENT ON COLUMN resumable_uploads.status IS 'What the last byte was answered, as POST /v1/uploads has it: 202 accepted, 200 known before, 422 refused.';
COMMENT ON COLUMN resumable_uploads.upload_id IS 'What became of it.';

GRANT SELECT, INSERT, DELETE ON resumable_uploads TO usage_service;
GRANT UPDATE (offset_bytes, expires_at, received_at, sha256, status, upload_id) ON resumable_uploads TO usage_service;
SELECT protect_tenant_table('resumable_uploads');

CREATE POLICY machinery ON resumable_uploads FOR SELECT TO CURRENT_USER USING (true);
CREATE FUNCTION organizations_with_expired_uploads(instant timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT organization_id FROM resumable_uploads WHERE expires_at <= instant ORDER BY organization_id
$$;
COMMENT ON FUNCTION organizations_with_expired_uploads IS 'Those whose resumable uploads expired by an instant: the sweep sets each as its tenant in turn.';
REVOKE ALL ON FUNCTION organizations_with_expired_uploads FROM public;
GRANT EXECUTE ON FUNCTION organizations_with_expired_uploads TO usage_service;
