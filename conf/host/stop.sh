#!/bin/bash
# stop.sh: ends the instance in VAR, whether start.sh still watches over it or was itself killed.
. "$(dirname "$0")/lib.sh"

settings_check
[ -d "$VAR/run" ] || { say "nothing runs in $VAR"; exit 0; }
exec 9>>"$VAR/run/lock"
if ! flock -n 9; then
    kill -TERM "$(cat "$VAR/run/host.pid")"
    flock -w 180 9 || die "the instance in $VAR does not end" "See $VAR/log; its watcher is process $(cat "$VAR/run/host.pid")"
fi
instance_sweep
say "stopped: $VAR"
