#!/bin/bash
# part.sh hold|release|restart NAME: one part of the running instance in VAR: mariadb, nginx, jobs or a program.
# hold stops it and keeps it down until release (for tests of what happens without it).
. "$(dirname "$0")/lib.sh"

case "${1:-} ${2:-}" in
"hold "?* | "release "?* | "restart "?*) ;;
*) die "usage: part.sh hold|release|restart NAME" ;;
esac
[ -p "$VAR/run/control" ] || die "no instance runs in $VAR" "Start it: make run VAR=$VAR"
rm -f "$VAR/run/control.done"
echo "$1 $2" >"$VAR/run/control"
for _ in $(seq 700); do
    [ "$(cat "$VAR/run/control.done" 2>/dev/null)" != "$1 $2" ] || exit 0
    sleep 0.1
done
die "part $2 did not follow: $1" "Is there such a part? $(cd "$VAR/run" && echo *.part)"
