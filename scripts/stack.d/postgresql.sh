# Part of scripts/stack: the private PostgreSQL. Uses $home, $name, in_home and the ports and passwords.
# shellcheck shell=bash disable=SC2154

# Debian keeps the server's programs out of PATH, by version; the newest will do.
pg_bin=${PG_BIN:-$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)}

postgresql_running() { running "$home/pg/postmaster.pid" "$home/pg"; }

postgresql_start() {
    if ! postgresql_running; then
        choose_port PG_PORT "${USAGE_PG_PORT:-${PG_PORT:-$first_port}}"
        save_env
        postgresql_create
        postgresql_configure
        postgresql_clear_locks
        in_home "$pg_bin/pg_ctl" start --wait --timeout 60 --silent \
            -D "$home/pg" -l "$home/postgresql.log" >/dev/null 9>&- ||
            die_with_log "$home/postgresql.log" "PostgreSQL did not start"
    elif ! in_home grep --quiet '^ssl = on' "$home/pg/stack.conf"; then
        # It runs since before it could speak TLS, which it learns without a restart.
        postgresql_configure
        in_home "$pg_bin/pg_ctl" reload --silent -D "$home/pg"
    fi
    wait_until 60 postgresql_answers || die_with_log "$home/postgresql.log" "PostgreSQL does not answer"
    # Data that was restored answers before all of it is there.
    wait_until 60 postgresql_writes || die_with_log "$home/postgresql.log" "PostgreSQL does not end its recovery"
    postgresql_roles
}

# SIGINT is the fast shutdown: it rolls back, writes a checkpoint and ends. SIGQUIT leaves that to the next start.
postgresql_stop() { end_process "$home/pg/postmaster.pid" "$home/pg" INT QUIT; }

# Its children notice and end by themselves, which the next start awaits.
postgresql_kill() { end_process "$home/pg/postmaster.pid" "$home/pg" KILL; }

postgresql_create() {
    [ ! -d "$home/pg" ] || return 0
    # Made under another name, so that an interrupted initdb does not look like a database.
    rm -rf "$home/pg.new"
    in_home "$pg_bin/initdb" --pgdata pg.new --username postgres \
        --encoding UTF8 --locale C.UTF-8 --auth-local peer --auth-host scram-sha-256 \
        >"$home/initdb.log" 2>&1 || die_with_log "$home/initdb.log" "initdb failed"
    # initdb has written what this machine can do (its kinds of shared memory); what the stack wants comes on top.
    in_home sh -c "echo \"include 'stack.conf'\" >>pg.new/postgresql.conf"
    mv "$home/pg.new" "$home/pg"
}

# Lock files that a crash left behind, or that were copied with a clone, name somebody else's process by now.
# They may go only when nobody is at work on the data, backends that outlive their parent included.
postgresql_clear_locks() {
    wait_until 30 nobody_in "$home/pg" || die "there are still processes at work in $home/pg"
    rm -f "$home/pg/postmaster.pid" "$home"/.s.PGSQL.*
}

postgresql_configure() {
    {
        cat <<CONF
listen_addresses = '127.0.0.1'
port = $PG_PORT
unix_socket_directories = '$home'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
ssl = on
ssl_cert_file = '$home/tls/server.pem'
ssl_key_file = '$home/tls/server.key'
CONF
        if [ "$name" = test ]; then
            cat <<'CONF'
# Tests run side by side, each on a database of its own, so that no two can share a pool of connections.
max_connections = 300
# Nothing here outlives the run: what a power cut would lose is never missed.
fsync = off
synchronous_commit = off
full_page_writes = off
CONF
        fi
    } | server_file "$home/pg/stack.conf"

    # The superuser has no password: only the system user that runs the server becomes it, through the socket.
    server_file "$home/pg/pg_hba.conf" <<'CONF'
local all postgres             peer map=server
host  all all     127.0.0.1/32 scram-sha-256
host  replication usage_backup 127.0.0.1/32 scram-sha-256
CONF
    server_file "$home/pg/pg_ident.conf" <<CONF
server $server_user postgres
CONF
}

postgresql_answers() { "$pg_bin/pg_isready" --quiet -h 127.0.0.1 -p "$PG_PORT"; }

postgresql_writes() {
    local recovers
    recovers=$(in_home "$pg_bin/psql" --no-psqlrc --quiet --tuples-only --no-align \
        -h "$home" -p "$PG_PORT" -U postgres postgres -c 'SELECT pg_is_in_recovery()') && [ "$recovers" = f ]
}

# Run at every start, so that one that was interrupted is made whole. No role can pass by row-level security or make
# roles. In a stack of tests the owner may create databases, and a role with its rights writes past the policies.
postgresql_roles() {
    local createdb=CREATEDB testers="'usage_tester'"
    [ "$name" != dev ] || createdb=NOCREATEDB testers=
    in_home "$pg_bin/psql" --no-psqlrc --quiet -v ON_ERROR_STOP=1 \
        -h "$home" -p "$PG_PORT" -U postgres postgres <<SQL
SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['usage_owner', 'usage_service', 'usage_backup'${testers:+, $testers}]) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE usage_owner   LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE $createdb PASSWORD '$PG_OWNER_PASSWORD';
ALTER ROLE usage_service LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD '$PG_SERVICE_PASSWORD';
ALTER ROLE usage_backup  LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB REPLICATION PASSWORD '$PG_BACKUP_PASSWORD';
SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER BYPASSRLS PASSWORD %L', name, '$PG_OWNER_PASSWORD'),
       format('GRANT usage_owner TO %I', name)
  FROM unnest(ARRAY[$testers]::text[]) AS name \gexec
SELECT 'CREATE DATABASE usage OWNER usage_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'usage') \gexec
SQL
}
