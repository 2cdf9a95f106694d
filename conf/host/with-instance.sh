#!/bin/bash
# with-instance.sh COMMAND...: runs a command against an instance of its own (VAR, default var-shots; a free port),
# beside whatever else runs, and stops it afterwards. The command is told BASE_URL, VAR, BUILD and CHROMIUM.
VAR=${VAR:-var-shots}
. "$(dirname "$0")/lib.sh"

[ $# -gt 0 ] || die "usage: with-instance.sh COMMAND..."
bash "$ROOT/conf/host/packages.sh" test
bash "$ROOT/conf/host/assets.sh" test
PORT=$(port_free)
export PORT
trap '"$ROOT/conf/host/stop.sh" >/dev/null 2>&1 || :' EXIT
trap 'exit 130' INT TERM HUP
"$ROOT/conf/host/start.sh" --background
BASE_URL=http://$HERE:$PORT CHROMIUM=$(command -v chromium || :) "$@"
