CREATE TABLE organizations (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('operator', 'aggregator', 'partner')),
    parent_id uuid REFERENCES organizations (id),
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    CHECK ((kind = 'operator') = (parent_id IS NULL))
);
CREATE INDEX organizations_parent ON organizations (parent_id);
COMMENT ON TABLE organizations IS 'The tenants, a tree: operator, its aggregators, their partners.';

CREATE TABLE users (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    id uuid NOT NULL,
    email text NOT NULL CHECK (email = lower(email)),
    role text NOT NULL CHECK (role IN ('operator-admin', 'service-desk', 'aggregator-admin',
                                       'aggregator-viewer', 'partner-admin', 'partner-viewer')),
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX users_email ON users (email);
COMMENT ON COLUMN users.password_hash IS 'argon2id in PHC string form.';

CREATE TABLE contracts (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    number text NOT NULL CHECK (number <> ''),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, number)
);
COMMENT ON TABLE contracts IS 'What a partner orders under: one monthly business order each.';

CREATE TABLE sites (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    id uuid NOT NULL,
    contract_number text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, contract_number, name),
    FOREIGN KEY (organization_id, contract_number) REFERENCES contracts (organization_id, number)
);

GRANT SELECT, INSERT, UPDATE ON organizations, users, contracts, sites TO usage_service;
