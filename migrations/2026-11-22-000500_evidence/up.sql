CREATE TABLE products (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    id uuid NOT NULL,
    kind text NOT NULL,
    PRIMARY KEY (organization_id, id)
);
COMMENT ON TABLE products IS 'The kind under which a product id was first seen; another kind later is refused (usage-data.md 4).';

CREATE TABLE product_vcenters (
    organization_id uuid NOT NULL,
    product_id uuid NOT NULL,
    vcenter_id uuid NOT NULL,
    PRIMARY KEY (organization_id, product_id, vcenter_id),
    FOREIGN KEY (organization_id, product_id) REFERENCES products (organization_id, id)
);
CREATE INDEX product_vcenters_vcenter ON product_vcenters (organization_id, vcenter_id);
COMMENT ON TABLE product_vcenters IS 'The vCenters on which a product other than a vCenter ever claimed a virtual machine: a census of it touches them all.';

CREATE TABLE collections (
    organization_id uuid NOT NULL,
    upload_id uuid NOT NULL,
    ordinal integer NOT NULL,
    meter_id uuid NOT NULL,
    product_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('events', 'inventory')),
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    records bigint NOT NULL,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    received_at timestamptz NOT NULL,
    verified boolean NOT NULL,
    path text NOT NULL,
    entry_offset bigint NOT NULL,
    stored_bytes bigint NOT NULL,
    inflated_bytes bigint NOT NULL,
    method smallint NOT NULL,
    crc32 bigint NOT NULL,
    PRIMARY KEY (organization_id, upload_id, ordinal),
    FOREIGN KEY (organization_id, upload_id) REFERENCES uploads (organization_id, id),
    FOREIGN KEY (organization_id, product_id) REFERENCES products (organization_id, id)
);
CREATE INDEX collections_identity ON collections (organization_id, meter_id, product_id, kind, from_at, to_at, received_at, upload_id);
CREATE INDEX collections_product ON collections (organization_id, product_id, from_at);
COMMENT ON TABLE collections IS 'Every collection of every accepted upload, duplicates and conflicts included. Which one is in force is never stored but follows from the facts: of one identity, the first by (received_at, upload_id). Its mode is that of its meter''s settings at from_at.';
COMMENT ON COLUMN collections.ordinal IS 'Its place in the manifest.';
COMMENT ON COLUMN collections.received_at IS 'Of its upload, repeated so that one index decides.';
COMMENT ON COLUMN collections.verified IS 'These bytes were inflated and their digest checked. A duplicate is skipped unread, so evidence is read from a verified copy of the same digest.';
COMMENT ON COLUMN collections.entry_offset IS 'With the columns after it: where in the stored file the entry lies, so that it is read without the rest of the archive.';

GRANT SELECT, INSERT ON products, product_vcenters, collections TO usage_service;
