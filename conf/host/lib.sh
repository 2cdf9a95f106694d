# shellcheck shell=bash
# What the scripts of the front door share: where things are, how progress and failure are said, as whom
# things run, and which processes belong to an instance. Sourced, never run.
#
# An instance is a folder, VAR. Everything it starts carries CHARGEHALL_HOST=<VAR> in its environment, so that
# processes left over from a power cut or a kill -9 are found by what they are, not by a number in a file.

set -euo pipefail
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" LC_ALL=C.UTF-8
umask 022

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
absolute() { case $1 in /*) realpath -m "$1" ;; *) realpath -m "$ROOT/$1" ;; esac; }
BUILD=$(absolute "${BUILD:-build}")
VAR=$(absolute "${VAR:-var}")
PORT=${PORT:-8080}
LISTEN=${LISTEN:-127.0.0.1}
case $LISTEN in 0.0.0.0) HERE=127.0.0.1 ;; '[::]') HERE='[::1]' ;; *) HERE=$LISTEN ;; esac      # where this machine reaches it
export ROOT BUILD VAR PORT LISTEN
export CHARGEHALL_ROOT=$ROOT

# --- what people read -------------------------------------------------------------------------------------
# A terminal that was closed must not keep anything from being stopped: what cannot be said is left unsaid.
say()  { printf '%4ds  %s\n' "$SECONDS" "$*" 2>/dev/null || :; }
warn() { { printf '%4ds  注意 %s\n' "$SECONDS" "$*" >&2; } 2>/dev/null || :; }

# die WHAT [WHAT TO DO] [LOG]
die()
{
    printf '\n错误 %s\n' "$1" >&2
    [ -z "${2:-}" ] || printf '     %s\n' "$2" >&2
    if [ -n "${3:-}" ] && [ -s "$3" ]; then
        printf '     log: %s, its end:\n' "$3" >&2
        tail -n 12 "$3" | cut -c1-200 | sed 's/^/     | /' >&2
    fi
    exit 1
}

# step LABEL LOG COMMAND...: runs a long command into LOG and says every ten seconds that it still goes on.
STEP_PID=
step()
{
    local label=$1 log=$2 began=$SECONDS told=$SECONDS
    shift 2
    mkdir -p "${log%/*}"
    say "$label …"
    setsid "$@" </dev/null >"$log" 2>&1 9>&- &
    STEP_PID=$!
    while kill -0 "$STEP_PID" 2>/dev/null; do
        sleep 0.1
        if [ $((SECONDS - told)) -ge 10 ]; then
            told=$SECONDS
            say "  … $((SECONDS - began)) s: $(tail -c 400 "$log" | tr '\r' '\n' | tail -n 1 | cut -c1-100)"
        fi
    done
    local pid=$STEP_PID code=0
    STEP_PID=
    wait "$pid" || code=$?
    return "$code"
}

step_abort()
{
    [ -z "$STEP_PID" ] || { kill -TERM -- "-$STEP_PID" 2>/dev/null || :; wait "$STEP_PID" 2>/dev/null || :; }
    STEP_PID=
}

# --- checks before anything is touched --------------------------------------------------------------------
settings_check()
{
    case $PORT in *[!0-9]* | '') die "PORT=$PORT is not a number" "make run PORT=8081" ;; ??????*) die "PORT=$PORT is not a port" "make run PORT=8081" ;; esac
    PORT=$((10#$PORT))
    if [ "$PORT" -lt 1 ] || [ "$PORT" -gt 65535 ]; then die "PORT=$PORT is not a port" "make run PORT=8081"; fi
    case $LISTEN in *[!A-Za-z0-9.:[\]_-]* | '') die "LISTEN=$LISTEN is no address" "make run LISTEN=0.0.0.0, or LISTEN='[::]' for IPv6" ;; esac
    case $ROOT$VAR in *[!A-Za-z0-9._/+@-]*)
        die "the paths may hold only letters, digits and ._/+@-: $ROOT, $VAR" "Move the checkout, or choose VAR=/some/plain/folder" ;;
    esac
    if [ ${#VAR} -gt 80 ]; then
        die "the path of VAR is too long for unix sockets (80 characters at most): $VAR" "Choose a shorter one: make run VAR=/srv/chargehall"
    fi
    case $VAR in / | "$ROOT") die "VAR=$VAR must be a folder of its own" "make run VAR=var" ;; esac
}

HERE_BARE=${HERE//[][]/}            # an IPv6 address without its brackets
port_answers() { (exec 3<>"/dev/tcp/$HERE_BARE/$1") 2>/dev/null; }

port_free()
{
    local port
    for _ in $(seq 50); do
        port=$((20000 + RANDOM % 10000))
        port_answers "$port" || { echo "$port"; return 0; }
    done
    die "no free port between 20000 and 30000"
}

# --- as whom things run -----------------------------------------------------------------------------------
# Root hands everything to www-data; anybody else runs it as himself. AS is put before a command.
# shellcheck disable=SC2034
RUN_USER=
AS=()
# shellcheck disable=SC2034
user_choose()
{
    AS=()
    RUN_USER=$(id -un)
    [ "$(id -u)" = 0 ] || return 0
    if setpriv --reuid www-data --regid www-data --clear-groups sh -c "test -r '$ROOT/conf/portal.hdf' && test -x '$BUILD'" 2>/dev/null &&
        setpriv --reuid www-data --regid www-data --clear-groups test -x "$(dirname "$VAR")" 2>/dev/null; then
        RUN_USER=www-data
        AS=(setpriv --reuid www-data --regid www-data --clear-groups)
        return 0
    fi
    warn "user www-data cannot reach $ROOT or ${VAR%/*}: everything runs as root (fine for a try; move it out of a private folder for service)"
}

# The environment of everything that serves: nothing of the caller's but sanitizer options.
serve_env()
{
    printf '%s\n' "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "LC_ALL=C.UTF-8" \
        "TZ=Asia/Shanghai" "HOME=$VAR" "VAR=$VAR" "CHARGEHALL_ROOT=$ROOT" "CHARGEHALL_HOST=$VAR"
    [ -z "${ASAN_OPTIONS:-}" ] || printf '%s\n' "ASAN_OPTIONS=$ASAN_OPTIONS"
}

# --- processes of this instance ---------------------------------------------------------------------------
# nginx overwrites its environment with its title: it is known by the log files it holds open.
instance_processes()
{
    local file pid
    grep -lzsxF "CHARGEHALL_HOST=$VAR" /proc/[0-9]*/environ | cut -d/ -f3 || :
    for file in $(grep -lsx nginx /proc/[0-9]*/comm || :); do
        pid=${file#/proc/}
        pid=${pid%/comm}
        # shellcheck disable=SC2010
        if ls -l "/proc/$pid/fd" 2>/dev/null | grep -qF -- "-> $VAR/log/"; then echo "$pid"; fi
    done
}

# Ends what is left of a start that was itself killed: politely first, the database gets its time.
instance_sweep()
{
    local pids tries
    pids=$(instance_processes | tr '\n' ' ')
    [ -n "${pids// /}" ] || return 0
    warn "stopping processes left over from an earlier start: $pids"
    # shellcheck disable=SC2086
    kill -TERM $pids 2>/dev/null || :
    for tries in $(seq 300); do
        pids=$(instance_processes | tr '\n' ' ')
        [ -n "${pids// /}" ] || return 0
        sleep 0.1
        # shellcheck disable=SC2086
        [ "$tries" != 290 ] || kill -KILL $pids 2>/dev/null || :
    done
    die "processes of an earlier start do not end: $pids" "Look at them with: ps -fp $pids"
}

# template_fill FILE: @NAME@ becomes the environment's NAME; a name without a value stops.
template_fill()
{
    awk '{
        line = $0; out = ""
        while (match(line, /@[A-Z_]+@/)) {
            name = substr(line, RSTART + 1, RLENGTH - 2)
            if (!(name in ENVIRON)) { print "no value for @" name "@" > "/dev/stderr"; exit 1 }
            out = out substr(line, 1, RSTART - 1) ENVIRON[name]
            line = substr(line, RSTART + RLENGTH)
        }
        print out line
    }' "$1"
}
