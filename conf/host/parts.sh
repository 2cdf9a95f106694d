# shellcheck shell=bash
# The running parts of an instance: starting, watching, stopping. Sourced by start.sh.
# A part is one child of start.sh: mariadb, nginx, jobs, or a FastCGI program (multiwatch and its processes).

declare -A PART_PID=() PART_DEATHS=() PART_HELD=()
PART_DEAD=

part_log()
{
    case $1 in
    mariadb) echo "$VAR/log/mariadb.log" ;;
    nginx) echo "$VAR/log/nginx-error.log" ;;
    *) echo "$VAR/log/$1.out" ;;
    esac
}

run_as_served()
{
    local environment
    mapfile -t environment < <(serve_env)
    env -i "${environment[@]}" "${AS[@]}" "$@" 9>&-
}

# part_launch NAME COMMAND...
part_launch()
{
    local name=$1 environment
    shift
    mapfile -t environment < <(serve_env)
    setsid env -i "${environment[@]}" setpriv "${AS[@]:1}" --pdeathsig TERM "$@" \
        </dev/null >>"$VAR/log/$name.out" 2>&1 9>&- &
    PART_PID[$name]=$!
    echo $! >"$VAR/run/$name.part"
    disown $!                                   # still our child, but bash says nothing when it ends
}

part_runs() { [ -n "${PART_PID[$1]:-}" ] && kill -0 "${PART_PID[$1]}" 2>/dev/null; }

processes_of()
{
    local count
    count=$(awk -v name="$1" '$1 == name { print $2 }' "$ROOT/conf/host/programs")
    echo "${count:-2}"
}

part_start()
{
    local socket=$VAR/run/$1.sock
    case $1 in
    mariadb) database_launch ;;
    nginx)
        local low=()
        if [ "$PORT" -lt 1024 ] && [ "$(id -u)" = 0 ] && [ "$RUN_USER" != root ]; then
            low=(--inh-caps +net_bind_service --ambient-caps +net_bind_service)
        fi
        part_launch nginx "${low[@]}" nginx -p "$VAR/nginx" -c "$VAR/nginx/nginx.conf" -e "$VAR/log/nginx-error.log"
        ;;
    simulator)
        part_launch simulator "$BUILD/simulator" --quiet --partner "$VAR/simulator/partner.json" --stations-file "$VAR/simulator/stations.json" \
            --port "$SIMULATOR_PORT" --portal "http://$HERE:$PORT/evcs/v1"
        ;;
    jobs) part_launch jobs multiwatch -f 1 -r 20 -t 1000 -s TERM -- "$BUILD/jobs" ;;
    *)
        rm -f "$socket"
        part_launch "$1" spawn-fcgi -n -s "$socket" -M 0660 -b 4096 -- \
            /usr/bin/multiwatch -f "$(processes_of "$1")" -r 100 -t 1000 -s TERM -- "$BUILD/$1"
        ;;
    esac
}

# SIMULATOR=1, in demonstration mode: one operator's platform, so that the map lives. It comes last: it calls the portal.
simulator_start()
{
    if [ "${SIMULATOR:-0}" != 1 ] || [ "$(instance_value Demo.Mode)" = 0 ] || [ ! -x "$BUILD/simulator" ]; then return 0; fi
    SIMULATOR_PORT=$(port_free)
    control "simulator: platform of a demonstration operator" demo-platform "$SIMULATOR_PORT"
    part_start simulator
}

# Ends a part and whatever is left of its process group. part_stop NAME SECONDS [SIGNAL]
part_stop()
{
    local name=$1 pid=${PART_PID[$1]:-} tries
    [ -n "$pid" ] || return 0
    # whose leader is dead (kill -9) is told as a group
    kill "-${3:-TERM}" "$pid" 2>/dev/null || kill -TERM -- "-$pid" 2>/dev/null || :
    for ((tries = 1; tries <= $2 * 10; tries++)); do
        kill -0 -- "-$pid" 2>/dev/null || break
        [ $((tries % 50)) != 0 ] || say "  … waiting for $name to end"
        sleep 0.1
    done
    if kill -0 -- "-$pid" 2>/dev/null; then
        warn "$name did not end within $2 s: killed"
        kill -KILL -- "-$pid" 2>/dev/null || :
    fi
    unset "PART_PID[$name]"
    rm -f "$VAR/run/$name.part"
}

programs_start()
{
    local name
    for name in "${PROGRAMS[@]}"; do part_start "$name"; done
    [ ! -x "$BUILD/jobs" ] || part_start jobs
    NGINX_USER=$RUN_USER bash "$ROOT/conf/host/nginx.sh" "${PROGRAMS[@]}" 9>&-
    own "$VAR/nginx"
    run_as_served nginx -t -q -p "$VAR/nginx" -c "$VAR/nginx/nginx.conf" -e "$VAR/log/nginx-error.log" >"$VAR/log/nginx.out" 2>&1 ||
        { [ "$PORT" -lt 1024 ] || die "nginx refuses its configuration" "See $VAR/nginx/nginx.conf" "$VAR/log/nginx.out"; }
    part_start nginx
}

parts_stop_all()
{
    [ ${#PART_PID[@]} -gt 0 ] || return 0
    say "stopping: nginx, programs, jobs, database …"
    part_stop nginx 8 QUIT
    local name
    for name in "${!PART_PID[@]}"; do          # all at once, then each is waited for
        case $name in mariadb | jobs) ;; *) kill -TERM "${PART_PID[$name]}" 2>/dev/null || : ;; esac
    done
    for name in "${!PART_PID[@]}"; do
        case $name in mariadb | jobs) ;; *) part_stop "$name" 10 0 ;; esac
    done
    part_stop jobs 20
    part_stop mariadb 120
    say "stopped; the data stay in $VAR"
}

parts_alive()
{
    local name
    for name in "${!PART_PID[@]}"; do
        if ! part_runs "$name" && [ -z "${PART_HELD[$name]:-}" ]; then
            PART_DEAD=$name
            return 1
        fi
    done
}

# A part that died comes back, after a pause that grows; the fifth death within a minute ends the instance.
part_revive()
{
    local name=$1 recent='' at
    for at in ${PART_DEATHS[$name]:-}; do
        if [ $((SECONDS - at)) -lt 60 ]; then recent="$recent $at"; fi
    done
    PART_DEATHS[$name]="$recent $SECONDS"
    # shellcheck disable=SC2086
    set -- ${PART_DEATHS[$name]}
    [ $# -lt 5 ] || die "$name keeps ending" "See its log, mend the cause, start again" "$(part_log "$name")"
    warn "$name ended unexpectedly: started again (log: $(part_log "$name"))"
    part_stop "$name" 5
    [ $# = 1 ] || sleep 1
    part_start "$name"
}

# Orders come through VAR/run/control (conf/host/part.sh): hold NAME, release NAME, restart NAME.
part_order()
{
    local verb=$1 name=$2
    case " ${!PART_PID[*]} ${!PART_HELD[*]} " in *" $name "*) ;; *) return 0 ;; esac
    say "order: $verb $name"
    case $verb in
    hold) PART_HELD[$name]=1; part_stop "$name" 60 ;;
    release) if [ -n "${PART_HELD[$name]:-}" ]; then unset "PART_HELD[$name]"; part_start "$name"; fi ;;
    restart) part_stop "$name" 60; unset "PART_HELD[$name]"; part_start "$name" ;;
    esac
    echo "$verb $name" >"$VAR/run/control.done"
}

# Until told to stop. A signal only leaves its number here: ending from within `read -t` can crash bash.
parts_watch()
{
    local verb name order='' more
    STOP_CODE=
    trap 'STOP_CODE=130' INT
    trap 'STOP_CODE=143' TERM
    trap 'STOP_CODE=129' HUP
    trap 'STOP_CODE=141' PIPE
    rm -f "$VAR/run/control"
    mkfifo -m 0600 "$VAR/run/control"
    exec 6<>"$VAR/run/control"
    while [ -z "$STOP_CODE" ]; do
        # a time-out in the middle of a line leaves what it had read: the rest comes next time
        if IFS= read -r -t 0.5 -u 6 more; then
            read -r verb name <<<"$order$more"
            order=
            part_order "$verb" "${name:-}"
        else
            order=$order$more
        fi
        [ -n "$STOP_CODE" ] || parts_alive || part_revive "$PART_DEAD"
    done
    exit "$STOP_CODE"
}
