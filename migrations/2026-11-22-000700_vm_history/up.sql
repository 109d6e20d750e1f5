CREATE TABLE unit_versions (
    organization_id uuid NOT NULL,
    billing_mode text NOT NULL,
    vcenter_id uuid NOT NULL,
    month date NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    horizon timestamptz NOT NULL,
    first_evidence_at timestamptz NOT NULL,
    covered jsonb NOT NULL,
    row_count bigint NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, billing_mode, vcenter_id, month, version),
    FOREIGN KEY (organization_id, billing_mode, vcenter_id, month) REFERENCES units (organization_id, billing_mode, vcenter_id, month)
);
COMMENT ON TABLE unit_versions IS 'The results of metering a unit, each unlike the one before.';
COMMENT ON COLUMN unit_versions.horizon IS 'metering.md 1.7; open rows end at it or at the month''s end.';
COMMENT ON COLUMN unit_versions.covered IS '[[from, to], …] in milliseconds since 1970: the time covered within the month, disjoint and ascending (metering.md 4). Gaps follow from it and the clock.';

CREATE TABLE unit_totals (
    organization_id uuid NOT NULL,
    billing_mode text NOT NULL,
    vcenter_id uuid NOT NULL,
    month date NOT NULL,
    version integer NOT NULL,
    meter_id uuid NOT NULL,
    code text NOT NULL,
    amount numeric(38, 0) NOT NULL,
    PRIMARY KEY (organization_id, billing_mode, vcenter_id, month, version, meter_id, code),
    FOREIGN KEY (organization_id, billing_mode, vcenter_id, month, version)
        REFERENCES unit_versions (organization_id, billing_mode, vcenter_id, month, version)
);
COMMENT ON TABLE unit_totals IS 'Sums over a version''s reported rows and cluster spans by meter and line, from which every report line is composed.';
COMMENT ON COLUMN unit_totals.amount IS 'vRAM lines: millionths of an MB-hour, summed from printed rows; srm: milliseconds; vSAN: millionths of a GB x milliseconds.';

CREATE TABLE vm_history (
    organization_id uuid NOT NULL,
    month date NOT NULL,
    billing_mode text NOT NULL,
    vcenter_id uuid NOT NULL,
    vm_id uuid NOT NULL,
    begin_at timestamptz NOT NULL,
    since integer NOT NULL,
    until integer,
    end_at timestamptz,
    mb_hours numeric(20, 6),
    meter_id uuid NOT NULL,
    moid text NOT NULL,
    vm_name text NOT NULL,
    guest_os text NOT NULL,
    host_id text NOT NULL,
    host_name text,
    cluster_id text,
    org text,
    license text NOT NULL,
    license_key text,
    vcpus bigint NOT NULL,
    memory_mb bigint NOT NULL,
    reserved_mb bigint NOT NULL,
    billed_mb numeric(12, 1) NOT NULL,
    features text[] NOT NULL,
    reported boolean NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (organization_id, month, billing_mode, vcenter_id, vm_id, begin_at, since)
) PARTITION BY LIST (month);
COMMENT ON TABLE vm_history IS 'VM History rows (metering.md 2), one partition a month. A row is stored once with the versions of its unit in which it holds.';
COMMENT ON COLUMN vm_history.since IS 'The first unit version in which the row holds.';
COMMENT ON COLUMN vm_history.until IS 'The first in which it holds no more; null while it does.';
COMMENT ON COLUMN vm_history.end_at IS 'Null when the row reaches the horizon: it ends at the horizon, or month end, of the version it is read in.';
COMMENT ON COLUMN vm_history.mb_hours IS 'Null with end_at.';
COMMENT ON COLUMN vm_history.digest IS 'Of all that the row states, 16 bytes: two meterings are compared by it.';

CREATE FUNCTION ensure_vm_history_partition(wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text := 'vm_history_' || to_char(wanted, 'YYYY_MM');
BEGIN
    IF wanted <> date_trunc('month', wanted)::date OR wanted < '2000-01-01' OR wanted >= '2200-01-01' THEN
        RAISE EXCEPTION 'no partition for %', wanted;
    END IF;
    IF to_regclass('public.' || name) IS NULL THEN
        -- Two aggregators may both miss it: the second waits here and finds it made.
        PERFORM pg_advisory_xact_lock(hashtext('vm_history partitions'));
        EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF vm_history FOR VALUES IN (%L)', name, wanted);
    END IF;
END $$;
COMMENT ON FUNCTION ensure_vm_history_partition IS 'The one thing that the service role may have made for it: a month''s partition. Nobody is granted the partition itself.';
REVOKE ALL ON FUNCTION ensure_vm_history_partition FROM public;

GRANT EXECUTE ON FUNCTION ensure_vm_history_partition TO usage_service;
GRANT SELECT, INSERT ON unit_versions, unit_totals TO usage_service;
GRANT SELECT, INSERT, UPDATE ON vm_history TO usage_service;
