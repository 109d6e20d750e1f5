# Sourced by the scripts: where things are, how to speak, how to start, await and end a process.
# shellcheck shell=bash disable=SC2034
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
BINARIES=${CARGO_TARGET_DIR:-$ROOT/target}/debug
DEMO_PASSWORD=demo-password # of the demo organizations, public knowledge

cd "$ROOT"

say() { printf '%s\n' "$*" >&2; }

heading() {
    if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi
}

die() {
    say "error: $*"
    exit 1
}

# die_with_log FILE MESSAGE: the reason is nearly always in a log's last lines.
die_with_log() {
    say "--- the last lines of $1:"
    tail -n 20 "$1" >&2 || true
    die "$2"
}

need_cargo() {
    command -v cargo >/dev/null || die "cargo is missing: install Rust from https://rustup.rs"
}

# wait_until SECONDS COMMAND...: false when the command has not succeeded by then.
wait_until() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}

port_taken() { (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# spawn FOLDER LOG COMMAND...: in the background with the pid in $!, working in FOLDER, free of our
# terminal and of our locks (file descriptor 9), so that it outlives us and holds nothing.
spawn() {
    local log=$2
    cd "$1" # before the fork, so that `running` is never asked about a process on its way there
    setsid "${@:3}" </dev/null >>"$log" 2>&1 9>&- &
    cd "$ROOT"
}

# ours PID FOLDER. Pid files outlive reboots and pids are used again, so a process
# is ours only when it lives and works in the folder that we started it in.
ours() { [ -n "$1" ] && [ "/proc/$1/cwd" -ef "$2" ]; }

gone() { ! ours "$@"; }

nobody_in() { # FOLDER
    local process
    for process in /proc/[0-9]*/cwd; do
        [ ! "$process" -ef "$1" ] || return 1
    done
}

# pid_in PID_FILE: PostgreSQL's has more lines than one.
pid_in() { head -n 1 "$1" 2>/dev/null || true; }

running() { ours "$(pid_in "$1")" "$2"; } # PID_FILE FOLDER

# end_process PID_FILE FOLDER SIGNAL...: the next, harsher signal only when the one before had no effect.
end_process() {
    local file=$1 folder=$2 pid signal
    pid=$(pid_in "$file") # once: some servers remove the file before they have ended
    shift 2
    for signal; do
        ours "$pid" "$folder" || break
        kill -s "$signal" "$pid" || true
        wait_until 30 gone "$pid" "$folder" || say "process $pid of $file did not end on SIG$signal"
    done
    gone "$pid" "$folder" || die "process $pid of $file does not end"
    rm -f "$file"
}
