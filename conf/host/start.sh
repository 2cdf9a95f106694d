#!/bin/bash
# start.sh [--background] [--prepared]: brings up an instance of the portal in VAR on PORT and watches over it.
#
#   --background  returns when the portal answers; stop.sh ends it
#   --prepared    packages, assets and the build are done already (tests, service unit)
#
# Order up: MariaDB, schema, programs, jobs, nginx. Order down: nginx, programs, jobs, MariaDB. A part that dies is
# started again; one that keeps dying ends the instance. Everything started is a child in a process group of its
# own, told by the kernel to end when this script dies, and found again at the next start if even that fails.
#
# Settings from the environment: SITE, PORT, VAR, LISTEN, BUILD, DB_MEMORY, DEMO=0 (first start: no demonstration),
# SIMULATOR=1 (with the demonstration: one operator's platform runs as a part; make run says so, tests do not).
. "$(dirname "$0")/lib.sh"
. "$ROOT/conf/host/parts.sh"
. "$ROOT/conf/host/data.sh"

BACKGROUND=0
PREPARED=0
for argument in "$@"; do
    case $argument in
    --background) BACKGROUND=1 ;;
    --prepared) PREPARED=1 ;;
    *) die "unknown argument $argument" "start.sh [--background] [--prepared]" ;;
    esac
done

# --- one instance a VAR, one portal a port ----------------------------------------------------------------
lock_take()
{
    mkdir -p "$VAR/run" "$VAR/log" 2>/dev/null || die "cannot make $VAR" "Choose a folder you may write: make run VAR=\$HOME/chargehall"
    exec 9>>"$VAR/run/lock" || die "cannot write in $VAR" "It belongs to $(stat -c %U "$VAR"): run as that user, or choose another VAR"
    flock -n 9 && return 0
    local address
    address=$(cat "$VAR/run/address" 2>/dev/null || echo "not yet known")
    die "该实例已在运行。The portal in $VAR is running already: $address" \
        "Stop it with Ctrl-C there or: VAR=$VAR conf/host/stop.sh. For a second one: make run VAR=var2 PORT=$((PORT + 1))"
}

port_check()
{
    if port_answers "$PORT"; then
        die "端口 $PORT 已被占用。Port $PORT is in use by another program" "Choose another: make run PORT=$((PORT + 1))"
    fi
}

# --- before anything runs ---------------------------------------------------------------------------------
prepare()
{
    bash "$ROOT/conf/host/packages.sh" run 9>&-
    bash "$ROOT/conf/host/assets.sh" run 9>&-
    step "build: compiling" "$BUILD/log/make.log" flock "$BUILD/.lock" make -s -C "$ROOT" "-j$(nproc)" BUILD="${BUILD#"$ROOT"/}" programs ||
        die "编译失败。The build failed" "Mend what the log names, then run the same command again" "$BUILD/log/make.log"
}

programs_find()
{
    local main name
    PROGRAMS=()
    for main in "$ROOT"/cgi-bin/*/main.c; do
        name=$(basename "$(dirname "$main")")
        [ -x "$BUILD/$name" ] || die "$BUILD/$name is missing" "Build it: make"
        case $name in jobs | portalctl | simulator) ;; *) PROGRAMS+=("$name") ;; esac
    done
    [ ${#PROGRAMS[@]} -gt 0 ] || die "there are no programs in cgi-bin/" "Is this checkout whole? git status"
}

programs_check()
{
    local name
    for name in "${PROGRAMS[@]}" jobs; do
        [ -x "$BUILD/$name" ] || continue
        run_as_served "$BUILD/$name" --check >"$VAR/log/check.log" 2>&1 ||
            die "配置或模板有误。$name --check found a mistake" "Mend what it names" "$VAR/log/check.log"
    done
}

health_line()
{
    exec 7<>"/dev/tcp/$HERE_BARE/$PORT"
    printf 'GET /healthz HTTP/1.0\r\nHost: %s\r\n\r\n' "$HERE" >&7
    head -n 1 <&7
}

wait_answer()
{
    local began=$SECONDS line
    while :; do
        parts_alive || die "a part ended while starting: $PART_DEAD" "See its log" "$(part_log "$PART_DEAD")"
        line=$(health_line 2>/dev/null || :)
        case $line in "HTTP/1."?" 200"*) return 0 ;; esac
        [ $((SECONDS - began)) -lt 30 ] ||
            die "the portal does not answer on port $PORT after 30 s (${line:-no answer})" "See the logs in $VAR/log" "$VAR/log/nginx-error.log"
        sleep 0.1
    done
}

tell_ready()
{
    echo "http://$HERE:$PORT/" >"$VAR/run/address"
    say "ready, as user $RUN_USER, data in $VAR"
    printf '\n  充电政务厅已启动  http://%s:%s/\n\n' "$HERE" "$PORT"
    if [ "$(instance_value Demo.Mode)" != 0 ]; then
        run_as_served "$BUILD/portalctl" demo-logins || warn "portalctl demo-logins failed"
    fi
    [ "$BACKGROUND_CHILD" = 1 ] || printf '\n  Ctrl-C stops everything · 按 Ctrl-C 停止\n\n'
}

# --- ending -----------------------------------------------------------------------------------------------
ENDING=0
finish()
{
    local code=$?
    set +e
    trap '' INT TERM HUP PIPE
    trap - EXIT
    [ "$ENDING" = 0 ] || return 0
    ENDING=1
    step_abort
    if [ "${MINE:-0}" = 1 ]; then
        parts_stop_all
        # told to stop while it served: that is no failure
        if [ -e "$VAR/run/ready" ]; then case $code in 129 | 130 | 141 | 143) code=0 ;; esac; fi
        rm -f "$VAR/run/ready" "$VAR/run/address" "$VAR/run/host.pid" "$VAR/run/control"
    fi
    exit "$code"
}

# --- in the background: the same script once more, its words shown until it is ready -------------------------
background_start()
{
    local log=$VAR/log/start.log child shown=0 size
    local prepared=()
    if [ "$PREPARED" = 1 ]; then prepared=(--prepared); fi
    lock_take
    exec 9>&-
    : >"$log"
    rm -f "$VAR/run/ready"
    BACKGROUND_CHILD=1 setsid "$0" "${prepared[@]}" </dev/null >"$log" 2>&1 &
    child=$!
    trap 'kill -TERM $child 2>/dev/null; wait $child; exit 130' INT TERM HUP
    while kill -0 "$child" 2>/dev/null && [ ! -e "$VAR/run/ready" ]; do
        size=$(stat -c %s "$log")
        if [ "$size" -gt "$shown" ]; then tail -c +$((shown + 1)) "$log" | head -c $((size - shown)); shown=$size; fi
        sleep 0.1
    done
    tail -c +$((shown + 1)) "$log"
    if ! [ -e "$VAR/run/ready" ] || ! kill -0 "$child" 2>/dev/null; then
        wait "$child" || exit $?
        exit 1
    fi
    disown "$child"
}

main()
{
    settings_check
    if [ "$BACKGROUND" = 1 ]; then
        background_start
        return 0
    fi
    BACKGROUND_CHILD=${BACKGROUND_CHILD:-0}
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
    trap 'exit 141' PIPE
    lock_take
    MINE=1
    echo $$ >"$VAR/run/host.pid"
    instance_sweep
    port_check
    mkdir -p "$BUILD/log"
    [ "$PREPARED" = 1 ] || prepare
    programs_find
    user_choose
    instance_prepare
    database_start
    database_fill
    programs_check
    programs_start
    wait_answer
    simulator_start
    tell_ready
    : >"$VAR/run/ready"
    parts_watch
}

main
