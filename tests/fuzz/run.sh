#!/bin/bash
# make fuzz: each tests/fuzz/*.c with libFuzzer under address and undefined-behaviour sanitizers, FUZZ_SECONDS each (60).
# Inputs found go on from BUILD/fuzz/<name>/ at the next run; tests/fuzz/seeds/<name>/ holds what is committed (small).
# ONLY=sheet_read runs one. Ends with 'N passed, N failed'; a finding lies in BUILD/fuzz/<name>-finding-*.
. "$(dirname "$0")/../../conf/host/lib.sh"
. "$ROOT/tests/count.sh"
bash "$ROOT/conf/host/packages.sh" test
cd "$ROOT"
LOGS=$BUILD/log/fuzz
mkdir -p "$LOGS" "$BUILD/fuzz"
export LOGS
FLAGS='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -U_FORTIFY_SOURCE -Wno-unused-command-line-argument'

fuzz()
{
    local name=$1 seeds=()
    mkdir -p "$BUILD/fuzz/$name"
    if [ -d "tests/fuzz/seeds/$name" ]; then seeds=("tests/fuzz/seeds/$name"); fi
    run_counted exit "fuzz/$name" "build-fuzz/tests/fuzz/$name" -max_total_time="${FUZZ_SECONDS:-60}" -max_len=65536 -rss_limit_mb=1024 \
        -timeout=10 -print_final_stats=1 -artifact_prefix="$BUILD/fuzz/$name-finding-" "$BUILD/fuzz/$name" "${seeds[@]}"
}

if step "build: fuzzers" "$LOGS/make.log" make -s "-j$(nproc)" BUILD=build-fuzz CC=clang CFLAGS="$FLAGS" LDFLAGS="-fsanitize=address,undefined" fuzzers; then
    for source in tests/fuzz/*.c; do
        name=$(basename "$source" .c)
        case ${ONLY:-$name} in "$name") fuzz "$name" ;; esac
    done
else
    count_failure "fuzz build: $LOGS/make.log"
fi
count_report
