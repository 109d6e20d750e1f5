CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id uuid NOT NULL,
    queue text NOT NULL,
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    leased_until timestamptz
);
COMMENT ON TABLE outbox IS 'Messages to publish, written with what they are about and deleted once the broker confirmed them. Ids only; its times are the machine''s.';
COMMENT ON COLUMN outbox.leased_until IS 'A relay is publishing it; after this instant another may.';

CREATE TABLE units (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    billing_mode text NOT NULL CHECK (billing_mode IN ('production', 'test')),
    vcenter_id uuid NOT NULL,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    wanted bigint NOT NULL DEFAULT 0,
    done bigint NOT NULL DEFAULT 0,
    composed bigint NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 0,
    failed boolean NOT NULL DEFAULT false,
    PRIMARY KEY (organization_id, billing_mode, vcenter_id, month),
    CHECK (composed <= done AND done <= wanted)
);
CREATE INDEX units_month ON units (organization_id, billing_mode, month);
COMMENT ON TABLE units IS 'The units of metering (metering.md 1.2) and how far their work has come.';
COMMENT ON COLUMN units.wanted IS 'Counts the reasons to meter it: a mark adds one.';
COMMENT ON COLUMN units.done IS 'The value of wanted that the last metering answered.';
COMMENT ON COLUMN units.composed IS 'The value of done that the month''s report was last composed from.';
COMMENT ON COLUMN units.version IS 'The newest of its unit_versions; 0 before the first.';
COMMENT ON COLUMN units.failed IS 'Its last metering went to the dead letters; the month is composed without waiting for it.';

CREATE TABLE upload_units (
    organization_id uuid NOT NULL,
    upload_id uuid NOT NULL,
    billing_mode text NOT NULL,
    vcenter_id uuid NOT NULL,
    month date NOT NULL,
    wanted bigint NOT NULL,
    PRIMARY KEY (organization_id, upload_id, billing_mode, vcenter_id, month),
    FOREIGN KEY (organization_id, upload_id) REFERENCES uploads (organization_id, id),
    FOREIGN KEY (organization_id, billing_mode, vcenter_id, month) REFERENCES units (organization_id, billing_mode, vcenter_id, month)
);
COMMENT ON TABLE upload_units IS 'The units that an upload touched: it is processed when each is composed up to wanted.';

CREATE TABLE work_attempts (
    organization_id uuid NOT NULL,
    queue text NOT NULL,
    key text NOT NULL,
    attempts integer NOT NULL,
    last_error text NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, queue, key)
);
COMMENT ON TABLE work_attempts IS 'Attempts that failed by the message''s own doing; a broker''s or a database''s absence does not count.';

GRANT SELECT, INSERT, UPDATE, DELETE ON outbox, work_attempts TO usage_service;
GRANT SELECT, INSERT, UPDATE ON units TO usage_service;
GRANT SELECT, INSERT ON upload_units TO usage_service;
