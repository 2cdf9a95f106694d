#!/bin/bash
# make bench: every tests/bench/*.sh and *.mjs in order, against an instance of its own (VAR, default var-bench, kept
# from run to run; a free port). Each prints its figures beside their yardsticks. ONLY=map runs tests/bench/map.*.
# They are told BASE_URL, VAR, BUILD, CHROMIUM; C benches lie in BUILD/tests/bench/.
case ${VAR:-} in '' | var) VAR=var-bench ;; esac
export VAR
. "$(dirname "$0")/../../conf/host/lib.sh"

if [ "${1:-}" != inside ]; then
    bash "$ROOT/conf/host/packages.sh" test
    exec "$ROOT/conf/host/with-instance.sh" "$0" inside
fi
make -s -C "$ROOT" "-j$(nproc)" BUILD="${BUILD#"$ROOT"/}" benches
if [ -z "${STATIONS:-}" ] && [ -r "$ROOT/../shared/data/stations-sample.ndjson.gz" ]; then
    STATIONS=$ROOT/../shared/data/stations-sample.ndjson.gz
fi
export STATIONS=${STATIONS:-}
failed=0
for bench in "$ROOT"/tests/bench/*.sh "$ROOT"/tests/bench/*.mjs; do
    name=$(basename "$bench")
    if [ "$name" = run.sh ] || [ ! -e "$bench" ]; then continue; fi
    case ${ONLY:-${name%.*}} in "${name%.*}") ;; *) continue ;; esac
    printf '\n== %s\n' "${name%.*}"
    case $name in *.mjs) runner=(node) ;; *) runner=(bash) ;; esac
    if ! (cd "$ROOT" && timeout -k 10 900 "${runner[@]}" "$bench"); then
        failed=$((failed + 1))
        warn "$name ended with a failure"
    fi
done
[ "$failed" = 0 ]
