#!/bin/bash
# make check: all code with warnings as errors, cppcheck, template lint, shell lint, and the unit tests under address
# and undefined-behaviour sanitizers (BUILD=build-asan). Ends with 'N passed, N failed'.
. "$(dirname "$0")/../conf/host/lib.sh"
. "$ROOT/tests/count.sh"
LOGS=$BUILD/log/check
mkdir -p "$LOGS"
export LOGS

bash "$ROOT/conf/host/packages.sh" test
bash "$ROOT/conf/host/assets.sh" test
cd "$ROOT"
run_counted exit "warnings as errors" make -s "-j$(nproc)" BUILD=build-strict CFLAGS=-Werror programs unit-tests
# The suppressed ones do not know that fail() and its like never return.
run_counted exit "cppcheck" cppcheck --enable=warning,performance,portability --inline-suppr --error-exitcode=1 --quiet \
    --std=c11 -j "$(nproc)" -Ilib --suppress=missingIncludeSystem --suppress=unknownMacro --suppress=nullPointerRedundantCheck --suppress=nullPointerArithmeticRedundantCheck --suppress=negativeIndex lib cgi-bin
# Each route of each program has its reviewed line, and none contradicts schema/roles.hdf.
run_counted exit "routes and roles" env BUILD=build-strict node tests/e2e/lib/matrix.mjs
run_counted exit "templates" bash tests/lint-templates.sh
# shellcheck disable=SC2046
run_counted exit "shell" shellcheck -x .ci/run $(git ls-files '*.sh')

# Leaks are not asked for: a test program ends without giving back what lives as long as a process.
FLAGS='-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined -U_FORTIFY_SOURCE'
if step "build: unit tests with sanitizers" "$LOGS/asan-make.log" make -s "-j$(nproc)" BUILD=build-asan CFLAGS="$FLAGS" LDFLAGS="$FLAGS" unit-tests; then
    for test in build-asan/tests/unit/*_test; do
        run_counted cmocka "asan/$(basename "$test")" env ASAN_OPTIONS=detect_leaks=0 timeout -k 5 600 "$test"
    done
else
    count_failure "sanitizer build: $LOGS/asan-make.log"
fi
count_report
