#!/bin/bash
# The map's memory at the program: medians over the real sample and over a synthetic million, JSON writing included.
# STATIONS=FILE.ndjson.gz names the sample (run.sh looks beside the checkout for it).
if [ ! -r "${STATIONS:-}" ]; then
    echo "no sample: STATIONS=FILE.ndjson.gz make bench"
    exit 0
fi
exec "$BUILD/tests/bench/map_bench" "$STATIONS" 4000
