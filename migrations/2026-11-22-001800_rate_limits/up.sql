CREATE UNLOGGED TABLE rate_limits (
    key text PRIMARY KEY,
    window_start timestamptz NOT NULL,
    taken bigint NOT NULL
);
COMMENT ON TABLE rate_limits IS 'Requests that the processes have taken out of each limit. Ids and addresses only, read across tenants before one is known: no row-level security. Its times are the machine''s. Unlogged: a crash of the server begins the minute again.';
COMMENT ON COLUMN rate_limits.key IS 'The limit and whose it is: organization:<id>, caller:<organization>:<id>, address:<address or /64>, sign-in:<the same>.';
COMMENT ON COLUMN rate_limits.window_start IS 'The minute that taken is about.';
COMMENT ON COLUMN rate_limits.taken IS 'What all processes asked for in that minute: at the limit and above it, nothing is left.';

GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limits TO usage_service;
