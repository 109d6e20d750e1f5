# Part of scripts/stack: the private RabbitMQ. Uses $home, $name, $as_server and the ports and passwords.
# shellcheck shell=bash disable=SC2154

# Not the programs in PATH: Debian's wrappers are tied to the system's broker and its user.
rabbitmq_bin=${RABBITMQ_BIN:-/usr/lib/rabbitmq/bin}

rabbitmq_running() { running "$home/rabbitmq.pid" "$home/rabbitmq"; }

# Erlang's name server of this broker, apart from the one on the standard port that all others share.
epmd_running() { running "$home/epmd.pid" "$home/rabbitmq"; }

rabbitmq_start() {
    # One that runs since before it could speak TLS has no port for it: it is started anew.
    [ -n "${AMQPS_PORT:-}" ] || rabbitmq_stop
    if ! rabbitmq_running; then
        choose_port AMQP_PORT "${USAGE_AMQP_PORT:-${AMQP_PORT:-$((first_port + 100))}}"
        choose_port AMQPS_PORT "${USAGE_AMQPS_PORT:-${AMQPS_PORT:-$((first_port + 400))}}"
        choose_port DIST_PORT "${DIST_PORT:-$((first_port + 300))}"
        epmd_running || choose_port EPMD_PORT "${EPMD_PORT:-$((first_port + 200))}"
        save_env
        rabbitmq_configure
        rabbitmq_environment
        rabbitmq_spawn
    fi
    wait_until 90 rabbitmq_decided || true
    rabbitmq_answers || die_with_log "$home/rabbitmq.log" "RabbitMQ did not start"
}

rabbitmq_decided() { rabbitmq_answers || ! rabbitmq_running; }

rabbitmq_answers() { amqp_answers && port_taken "$AMQPS_PORT"; }

# Erlang ends on SIGTERM as on `rabbitmqctl stop`: queues are closed and flushed.
rabbitmq_stop() {
    end_process "$home/rabbitmq.pid" "$home/rabbitmq" TERM KILL
    end_process "$home/epmd.pid" "$home/rabbitmq" TERM KILL
}

# The name server stays: it is the machine's, and knows of the loss by the closed connection.
rabbitmq_kill() { end_process "$home/rabbitmq.pid" "$home/rabbitmq" KILL; }

rabbitmq_configure() {
    install -d -m 700 -o "$server_user" "$home/rabbitmq"
    # The user is made with an empty broker: its password never is an argument of a command.
    server_file "$home/rabbitmq/rabbitmq.conf" <<CONF
listeners.tcp.private = 127.0.0.1:$AMQP_PORT
listeners.ssl.private = 127.0.0.1:$AMQPS_PORT
ssl_options.certfile = $home/tls/server.pem
ssl_options.keyfile = $home/tls/server.key
default_user = usage
default_pass = $AMQP_PASSWORD

# A small neighbour on a developer's machine: little memory, little log before it is written
# anew, and publishers are not blocked because the disk is small.
vm_memory_high_watermark.absolute = 512MB
raft.wal_max_size_bytes = 33554432
disk_free_limit.absolute = 1MB
CONF
    server_file "$home/rabbitmq/enabled_plugins" <<<'[].'
    # Whoever knows the cookie commands the broker, so it is neither the system's nor on a command line.
    if [ ! -f "$home/rabbitmq/.erlang.cookie" ]; then
        openssl rand -hex 32 | server_file "$home/rabbitmq/.erlang.cookie"
        chmod 400 "$home/rabbitmq/.erlang.cookie"
    fi
}

# The environment of the broker and of rabbitmqctl. RABBITMQ_CONF_ENV_FILE keeps /etc/rabbitmq out.
rabbitmq_environment() {
    local on_loopback='-kernel inet_dist_use_interface {127,0,0,1}'
    rabbitmq_env=(
        HOME="$home/rabbitmq"
        ERL_EPMD_ADDRESS=127.0.0.1
        ERL_EPMD_PORT="$EPMD_PORT"
        RABBITMQ_NODENAME="usage-$name@localhost"
        RABBITMQ_CONF_ENV_FILE=/dev/null
        RABBITMQ_CONFIG_FILE="$home/rabbitmq/rabbitmq.conf"
        RABBITMQ_ADVANCED_CONFIG_FILE="$home/rabbitmq/advanced.config"
        RABBITMQ_GENERATED_CONFIG_DIR="$home/rabbitmq/generated"
        RABBITMQ_ENABLED_PLUGINS_FILE="$home/rabbitmq/enabled_plugins"
        RABBITMQ_MNESIA_BASE="$home/rabbitmq/mnesia"
        RABBITMQ_LOG_BASE="$home"
        RABBITMQ_LOGS=- # standard output, which `rabbitmq_spawn` sends to rabbitmq.log
        RABBITMQ_PID_FILE="$home/rabbitmq/node.pid" # which it removes long before it has ended: not ours
        RABBITMQ_DIST_PORT="$DIST_PORT"
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="$on_loopback +S 2:2"
        RABBITMQ_CTL_ERL_ARGS="$on_loopback"
    )
}

rabbitmq_spawn() {
    # The broker would start a name server itself, but as a daemon whose pid nobody knows.
    if ! epmd_running; then
        spawn "$home/rabbitmq" "$home/epmd.log" "${as_server[@]}" "${rabbitmq_env[@]}" epmd
        server_file "$home/epmd.pid" <<<"$!"
        wait_until 10 port_taken "$EPMD_PORT" || die_with_log "$home/epmd.log" "epmd did not start"
    fi
    # As under systemd the start script becomes the server, so that its pid is the server's own.
    spawn "$home/rabbitmq" "$home/rabbitmq.log" "${as_server[@]}" "${rabbitmq_env[@]}" \
        RUNNING_UNDER_SYSTEMD=true "$rabbitmq_bin/rabbitmq-server"
    server_file "$home/rabbitmq.pid" <<<"$!"
}

# Offers AMQP 0-9-1; a broker that is ready answers with a method frame (type 1), Connection.Start.
amqp_answers() {
    (
        exec 3<>"/dev/tcp/127.0.0.1/$AMQP_PORT" && printf 'AMQP\0\0\011\001' >&3 &&
            [ "$(timeout 5 head -c 1 <&3 | od -An -tu1)" -eq 1 ]
    ) 2>/dev/null
}

rabbitmq_ctl() {
    # Without its broker's name server it would leave a daemon of its own behind.
    rabbitmq_running || die "the broker of stack $name does not run: scripts/stack start $name"
    rabbitmq_environment
    in_home env "${rabbitmq_env[@]}" "$rabbitmq_bin/rabbitmqctl" "$@"
}
