-- The second wall: what the service role may see follows from the tenant that its transaction set, whatever a
-- query forgets. FORCE holds the owner to policies as well; what the owner's functions below need is granted one by one.

CREATE FUNCTION app_organization() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.organization', true), '')::uuid;
COMMENT ON FUNCTION app_organization IS 'The one organization that this transaction reads and writes for; null when none is set.';

CREATE FUNCTION organizations_below(root uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    -- The tree is three levels deep; UNION (not UNION ALL) ends the walk even if someone makes a circle of it.
    WITH RECURSIVE below AS (
        SELECT id FROM organizations WHERE id = root
        UNION
        SELECT child.id FROM organizations child JOIN below ON child.parent_id = below.id
    )
    SELECT id FROM below ORDER BY id
$$;
COMMENT ON FUNCTION organizations_below IS 'An organization and all below it: ids only, since a scope is made of them before it can be set.';

CREATE FUNCTION app_organizations() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    own uuid := app_organization();
    root uuid := nullif(current_setting('app.subtree', true), '')::uuid;
BEGIN
    IF own IS NOT NULL THEN RETURN ARRAY[own]; END IF;
    IF root IS NOT NULL THEN RETURN ARRAY(SELECT organizations_below(root)); END IF;
    RETURN '{}';
END $$;
COMMENT ON FUNCTION app_organizations IS 'The organizations whose rows this transaction may read: its own, or those of its subtree; none when neither is set.';

CREATE FUNCTION protect_tenant_table(target regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    -- Sub-selects, so that the setting is read once a statement and not once a row.
    EXECUTE format('CREATE POLICY seen ON %s FOR SELECT TO usage_service
                    USING (organization_id = ANY ((SELECT app_organizations())::uuid[]))', target);
    EXECUTE format('CREATE POLICY added ON %s FOR INSERT TO usage_service
                    WITH CHECK (organization_id = (SELECT app_organization()))', target);
    EXECUTE format('CREATE POLICY changed ON %s FOR UPDATE TO usage_service
                    USING (organization_id = (SELECT app_organization()))', target);
    EXECUTE format('CREATE POLICY removed ON %s FOR DELETE TO usage_service
                    USING (organization_id = (SELECT app_organization()))', target);
END $$;
COMMENT ON FUNCTION protect_tenant_table IS 'The policies of every table with tenant data: read within the scope, write for its one organization. Called by the migration that makes the table, and for each partition.';
REVOKE ALL ON FUNCTION protect_tenant_table FROM public;

DO $$
DECLARE
    target regclass;
BEGIN
    FOR target IN
        SELECT c.oid::regclass
          FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           -- Ids of work only, which the relay reads over all tenants.
           AND c.relname <> 'outbox'
         ORDER BY c.relname
    LOOP
        PERFORM protect_tenant_table(target);
    END LOOP;
END $$;

-- The tree itself: one sees what is in scope, and adds below what is in scope. Who may is the first wall's to say.
ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;
ALTER TABLE organizations FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON organizations FOR SELECT TO usage_service USING (id = ANY ((SELECT app_organizations())::uuid[]));
CREATE POLICY added ON organizations FOR INSERT TO usage_service
    WITH CHECK (parent_id = ANY ((SELECT app_organizations())::uuid[]));
CREATE POLICY changed ON organizations FOR UPDATE TO usage_service USING (id = (SELECT app_organization()));

-- Policies tell rows apart and not columns: what may change of a row is granted by name. A row's tenant never does.
REVOKE UPDATE ON organizations, users, contracts, sites FROM usage_service;
GRANT UPDATE (name) ON organizations TO usage_service;
GRANT UPDATE (role, password_hash) ON users TO usage_service;

CREATE OR REPLACE FUNCTION ensure_vm_history_partition(wanted date) RETURNS void
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
        -- From the table itself: the cache behind to_regclass does not know yet what the first has made.
        IF NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = name) THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF vm_history FOR VALUES IN (%L)', name, wanted);
            -- A partition read directly knows no policy but its own.
            PERFORM protect_tenant_table(format('public.%I', name)::regclass);
        END IF;
    END IF;
END $$;

-- The exceptions: what has to be known before a tenant is, or over all of them. Each is a function of the owner's
-- that gives the least; only for them may the owner read the tables behind them.

CREATE POLICY machinery ON organizations FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY machinery ON users FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY machinery ON refresh_tokens FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY machinery ON meters FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY machinery ON products FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY machinery ON upload_states FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY machinery ON units FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY machinery ON aggregation_run_months FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY machinery_forgets ON aggregation_run_months FOR DELETE TO CURRENT_USER USING (true);
CREATE POLICY machinery_founds ON organizations FOR INSERT TO CURRENT_USER WITH CHECK (kind = 'operator');

CREATE FUNCTION found_operator(operator_id uuid, operator_name text, founded_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- Two that found at once: the second waits here and is refused.
    PERFORM pg_advisory_xact_lock(hashtext('found operator'));
    IF EXISTS (SELECT FROM organizations) THEN
        RAISE EXCEPTION 'there is an operator already' USING ERRCODE = 'unique_violation';
    END IF;
    INSERT INTO organizations (id, kind, parent_id, name, created_at)
    VALUES (operator_id, 'operator', NULL, operator_name, founded_at);
END $$;
COMMENT ON FUNCTION found_operator IS 'Makes the root of the tree, once: it has no parent in whose scope it could be added.';

CREATE FUNCTION log_in_of(wanted_email text)
RETURNS TABLE (organization_id uuid, id uuid, role text, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.organization_id, u.id, u.role, u.password_hash FROM users u WHERE u.email = wanted_email
$$;
COMMENT ON FUNCTION log_in_of IS 'What log-in compares: the tenant is known only by it.';

CREATE FUNCTION organization_of_refresh_token(wanted bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.organization_id FROM refresh_tokens t WHERE t.token_sha256 = wanted
$$;

CREATE FUNCTION meter_of_token(wanted bytea) RETURNS TABLE (organization_id uuid, meter_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.organization_id, m.id FROM meters m WHERE m.token_sha256 = wanted
$$;

CREATE FUNCTION organizations_with_work() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT organization_id FROM products
     UNION SELECT organization_id FROM upload_states WHERE status = 'received'
     ORDER BY organization_id
$$;
COMMENT ON FUNCTION organizations_with_work IS 'Those that have evidence, or uploads that wait to be registered: the 24-hour run sets each as its tenant in turn.';

CREATE FUNCTION pending_run_months(slot timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM aggregation_run_months WHERE scheduled_for = slot AND finished_at IS NULL
$$;

CREATE FUNCTION forget_run_months_after(instant timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM aggregation_run_months WHERE scheduled_for > instant
$$;
COMMENT ON FUNCTION forget_run_months_after IS 'A rehearsal''s clock was moved back: the runs after it are yet to come, for all tenants.';

CREATE FUNCTION failed_units() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM units WHERE failed
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['organizations_below', 'app_organizations', 'found_operator', 'log_in_of',
                                'organization_of_refresh_token', 'meter_of_token', 'organizations_with_work',
                                'pending_run_months', 'forget_run_months_after', 'failed_units']
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %I FROM public', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %I TO usage_service', name);
    END LOOP;
END $$;
