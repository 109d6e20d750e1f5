-- Attempts that ended without any verdict, and those that the database did not let through, count as well: with limits
-- of their own, since neither need be the message's doing.
ALTER TABLE work_attempts
    ADD COLUMN begun integer NOT NULL DEFAULT 0,
    ADD COLUMN hindered integer NOT NULL DEFAULT 0,
    ADD COLUMN first_at timestamptz,
    ALTER COLUMN last_error DROP NOT NULL;
-- The policies hold the owner as well: out of the way while the first times are set.
ALTER TABLE work_attempts NO FORCE ROW LEVEL SECURITY;
UPDATE work_attempts SET first_at = last_at;
ALTER TABLE work_attempts FORCE ROW LEVEL SECURITY;
ALTER TABLE work_attempts ALTER COLUMN first_at SET NOT NULL;
COMMENT ON TABLE work_attempts IS 'How a message fared that has not succeeded yet; a broker''s or a database''s absence does not count. Its times are the machine''s.';
COMMENT ON COLUMN work_attempts.attempts IS 'Attempts that failed by the message''s own doing.';
COMMENT ON COLUMN work_attempts.begun IS 'Attempts in a row that began on a message handed out before, and ended without a verdict: the process died.';
COMMENT ON COLUMN work_attempts.hindered IS 'Attempts that the database broke off: time-outs, locks, deadlocks.';
COMMENT ON COLUMN work_attempts.last_error IS 'Null while no attempt ended with one.';

CREATE TABLE dead_letters (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    id uuid NOT NULL,
    queue text NOT NULL,
    key text NOT NULL,
    message jsonb,
    raw bytea,
    reason text NOT NULL,
    attempts integer NOT NULL,
    first_failed_at timestamptz NOT NULL,
    last_failed_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'replayed', 'resolved', 'dropped')),
    ended_at timestamptz,
    ended_by text,
    ended_reason text,
    PRIMARY KEY (organization_id, id),
    CHECK ((message IS NULL) <> (raw IS NULL)),
    CHECK ((state = 'open') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX dead_letters_open ON dead_letters (organization_id, queue, key) WHERE state = 'open';
-- For those who see many organizations at once.
CREATE INDEX dead_letters_everywhere ON dead_letters (id);
COMMENT ON TABLE dead_letters IS 'Messages that were given up, with the reason; kept as history when they have ended. Their times are the machine''s.';
COMMENT ON COLUMN dead_letters.organization_id IS 'Whose work it is; the operator''s when nobody can read it.';
COMMENT ON COLUMN dead_letters.id IS 'UUID v7, in whose order they are listed.';
COMMENT ON COLUMN dead_letters.key IS 'What it is about, as work_attempts has it; of one that nobody can read, the SHA-256 of its body.';
COMMENT ON COLUMN dead_letters.message IS 'As the outbox had it; null of one that nobody can read.';
COMMENT ON COLUMN dead_letters.raw IS 'The first bytes of a message that nobody can read.';
COMMENT ON COLUMN dead_letters.attempts IS 'All that were made, before it was given up and since.';
COMMENT ON COLUMN dead_letters.state IS 'open; replayed or dropped by a person; resolved when a later attempt succeeded.';
COMMENT ON COLUMN dead_letters.ended_by IS 'As the audit names the actor; null of a resolved one.';
COMMENT ON COLUMN dead_letters.ended_reason IS 'Why it was dropped.';

SELECT protect_tenant_table('dead_letters');
GRANT SELECT, INSERT, UPDATE (reason, attempts, last_failed_at, state, ended_at, ended_by, ended_reason)
   ON dead_letters TO usage_service;

CREATE POLICY machinery ON dead_letters FOR SELECT TO CURRENT_USER USING (true);
CREATE FUNCTION open_dead_letters() RETURNS TABLE (queue text, letters bigint, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.queue, count(*), min(d.last_failed_at) FROM dead_letters d WHERE d.state = 'open' GROUP BY d.queue
$$;
COMMENT ON FUNCTION open_dead_letters IS 'How many messages of each queue are given up, and since when, over all tenants. Counts only.';

CREATE FUNCTION operator_organization() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM organizations WHERE kind = 'operator'
$$;
COMMENT ON FUNCTION operator_organization IS 'The root of the tree: whose the messages are that nobody can read, and whose view the operator''s commands have.';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['open_dead_letters', 'operator_organization'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %I FROM public', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %I TO usage_service', name);
    END LOOP;
END $$;
