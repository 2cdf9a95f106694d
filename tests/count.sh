# shellcheck shell=bash
# Runs test programs and counts what they say. Sourced by tests/run.sh and tests/check.sh.
# A program that crashes, hangs, says nothing or exits non-zero without naming a failure counts as one failure.

PASSED=0
FAILED=0
FAILURES=()

count_failure() { FAILED=$((FAILED + 1)); FAILURES+=("$1"); say "FAILED $1"; }

lines_of() { grep -cE -- "$1" "$2" || :; }

# run_counted KIND NAME COMMAND...   KIND: cmocka, tap, exit
run_counted()
{
    local kind=$1 name=$2 log=$LOGS/${2//\//-}.log code=0 passed=0 failed=0 skipped=0 began=$SECONDS
    shift 2
    (cd "$ROOT" && "$@") </dev/null >"$log" 2>&1 9>&- || code=$?
    case $kind in
    cmocka)
        passed=$(lines_of '^\[ +OK \]' "$log")
        skipped=$(lines_of '^\[  SKIPPED \] [A-Za-z_]' "$log")
        failed=$(($(lines_of '^\[ RUN ' "$log") - passed - skipped))
        ;;
    tap)
        passed=$(sed -n 's/^# pass //p' "$log" | tail -n 1)
        skipped=$(sed -n 's/^# skipped //p' "$log" | tail -n 1)
        failed=$(($(sed -n 's/^# fail //p' "$log" | tail -n 1) + $(sed -n 's/^# cancelled //p' "$log" | tail -n 1)))
        ;;
    exit) if [ "$code" = 0 ]; then passed=1; else failed=1; fi ;;
    esac
    passed=${passed:-0} failed=${failed:-0}
    if [ "$failed" -lt 1 ] && { [ "$code" != 0 ] || [ $((passed + ${skipped:-0})) = 0 ]; }; then failed=1; fi
    PASSED=$((PASSED + passed))
    FAILED=$((FAILED + failed))
    if [ "$failed" = 0 ]; then
        say "ok     $name: $passed passed, $((SECONDS - began)) s"
        return 0
    fi
    FAILURES+=("$name ($failed, exit status $code): $log")
    say "FAILED $name: $passed passed, $failed failed, exit status $code; log $log"
    case $kind in
    tap) grep -nE -A14 '^ *not ok ' "$log" | cut -c1-220 | head -n 60 ;;
    cmocka) grep -vE '^\[( RUN|  +OK)' "$log" | cut -c1-220 | tail -n 25 ;;
    *) tail -n 25 "$log" | cut -c1-220 ;;
    esac | sed 's/^/      | /' || :
}

# The sum; its last line is read by others. Its status is the exit status.
count_report()
{
    local failure
    echo
    for failure in "${FAILURES[@]}"; do echo "failed: $failure"; done
    [ $((PASSED + FAILED)) -gt 0 ] || { echo "no test was found"; FAILED=1; }
    echo "$PASSED passed, $FAILED failed"
    [ "$FAILED" = 0 ]
}
