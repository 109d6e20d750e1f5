CREATE TABLE aggregation_runs (
    scheduled_for timestamptz PRIMARY KEY,
    started_at timestamptz NOT NULL,
    finished_at timestamptz
);
COMMENT ON TABLE aggregation_runs IS 'The 24-hour aggregation: one run a slot of the schedule. Machinery, no tenant data.';

CREATE TABLE aggregation_run_months (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    scheduled_for timestamptz NOT NULL REFERENCES aggregation_runs (scheduled_for),
    billing_mode text NOT NULL CHECK (billing_mode IN ('production', 'test')),
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    finished_at timestamptz,
    changed boolean,
    revision integer,
    PRIMARY KEY (organization_id, scheduled_for, billing_mode, month)
);
CREATE INDEX aggregation_run_months_pending ON aggregation_run_months (scheduled_for) WHERE finished_at IS NULL;
COMMENT ON TABLE aggregation_run_months IS 'What a run did for an organization''s open month: changed or not, and the revision in force after it.';

-- Deleted only when a rehearsal's clock is moved back before them.
GRANT SELECT, INSERT, UPDATE, DELETE ON aggregation_runs, aggregation_run_months TO usage_service;
