CREATE TABLE audit_entries (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    actor_organization_id uuid,
    address text,
    address_salt uuid,
    request_id uuid,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    before jsonb,
    after jsonb,
    PRIMARY KEY (organization_id, id),
    CHECK ((address IS NULL) = (address_salt IS NULL))
);
CREATE INDEX audit_entries_at ON audit_entries (organization_id, at, id);
CREATE INDEX audit_entries_object ON audit_entries (organization_id, object_kind, object_id, at, id);
-- For those who see many organizations at once.
CREATE INDEX audit_entries_everywhere ON audit_entries (at, id);
COMMENT ON TABLE audit_entries IS 'Who did what, when, to what, from where: every change and every download, in the transaction of what it tells of. The service role adds and reads, nothing else.';
COMMENT ON COLUMN audit_entries.organization_id IS 'Whose thing it was done to.';
COMMENT ON COLUMN audit_entries.id IS 'UUID v7: its time is the machine''s, whatever the business time.';
COMMENT ON COLUMN audit_entries.at IS 'Business time.';
COMMENT ON COLUMN audit_entries.actor IS 'user:<id>, meter:<id>, api-key:<id>, or system:<part> for the service itself.';
COMMENT ON COLUMN audit_entries.actor_organization_id IS 'Whose user it was: an aggregator or the operator may act on a partner''s things. Null for the service itself.';
COMMENT ON COLUMN audit_entries.address IS 'Where the request came from; shown to those alone who see the actor''s organization.';
COMMENT ON COLUMN audit_entries.address_salt IS 'Random: the seal holds the SHA-256 of it and the address, so that those who may not see the address can still check the chain, and cannot guess it.';
COMMENT ON COLUMN audit_entries.action IS 'object.verb, such as meter.register.';
COMMENT ON COLUMN audit_entries.before IS 'What the change replaced, without secrets.';
COMMENT ON COLUMN audit_entries.after IS 'What held after it, or what was downloaded, without secrets.';

CREATE TABLE audit_pending (
    organization_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    PRIMARY KEY (organization_id, entry_id)
);
COMMENT ON TABLE audit_pending IS 'Entries that are yet to be sealed: ids of work only, deleted when the head that covers their seal is published. Read over all tenants.';

CREATE TABLE audit_seals (
    organization_id uuid NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    entry_id uuid NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (organization_id, sequence),
    UNIQUE (organization_id, entry_id),
    FOREIGN KEY (organization_id, entry_id) REFERENCES audit_entries (organization_id, id)
);
COMMENT ON TABLE audit_seals IS 'The chain of an organization''s entries in the order in which they were sealed.';
COMMENT ON COLUMN audit_seals.hash IS 'SHA-256 of the hash before (32 zero bytes for the first) and the entry in its canonical form.';

SELECT protect_tenant_table('audit_entries'), protect_tenant_table('audit_seals');
GRANT SELECT, INSERT ON audit_entries, audit_seals TO usage_service;
GRANT SELECT, INSERT, DELETE ON audit_pending TO usage_service;

CREATE FUNCTION organizations_audited() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM organizations ORDER BY id
$$;
COMMENT ON FUNCTION organizations_audited IS 'Every organization, since each has a chain: verification sets each as its tenant in turn.';
REVOKE ALL ON FUNCTION organizations_audited FROM public;
GRANT EXECUTE ON FUNCTION organizations_audited TO usage_service;
