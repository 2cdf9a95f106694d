#!/bin/bash
# make test: packages, assets, build; an instance of its own (VAR, default var-test, made anew; a free port) beside a
# running portal; unit tests, end-to-end tests in Chromium, system tests. The last line is 'N passed, N failed'.
#
# Tests are told BASE_URL, VAR, BUILD and CHROMIUM. ONLY=unit|e2e|system runs one kind; KEEP=1 leaves the instance up.
case ${VAR:-} in '' | var) VAR=var-test ;; esac
SITE=${TEST_SITE:-zhuhai}
. "$(dirname "$0")/../conf/host/lib.sh"
. "$ROOT/tests/count.sh"
export SITE
LOGS=$BUILD/log/tests

build()
{
    bash "$ROOT/conf/host/packages.sh" test
    bash "$ROOT/conf/host/assets.sh" test
    step "build: programs and unit tests" "$BUILD/log/make.log" flock "$BUILD/.lock" \
        make -s -C "$ROOT" "-j$(nproc)" BUILD="${BUILD#"$ROOT"/}" programs unit-tests ||
        die "the build failed" "Mend what the log names" "$BUILD/log/make.log"
}

# A fresh VAR each time: tests find the state they were written for.
instance_up()
{
    [ ! -e "$VAR" ] || "$ROOT/conf/host/stop.sh" >/dev/null || return 1
    case $(basename "$VAR") in var-*) rm -rf "$VAR" ;; *) die "tests empty their VAR: its name must begin with var-" "make test VAR=var-test2" ;; esac
    PORT=$(port_free)
    export PORT BASE_URL=http://$HERE:$PORT
    CHROMIUM=$(command -v chromium || :)
    export CHROMIUM
    "$ROOT/conf/host/start.sh" --background --prepared
}

instance_down()
{
    step_abort
    [ "${KEEP:-0}" = 1 ] || [ ! -d "$VAR/run" ] || "$ROOT/conf/host/stop.sh" || :
}

unit_tests()
{
    local program name
    for program in "$ROOT"/tests/unit/*_test.c; do
        [ -e "$program" ] || continue
        name=$(basename "$program" .c)
        run_counted cmocka "unit/$name" timeout -k 5 300 "$BUILD/tests/unit/$name"
    done
}

e2e_tests()
{
    local files=("$ROOT"/tests/e2e/*.test.mjs) one_by_one=()
    [ -e "${files[0]}" ] || return 0
    if node --help | grep -q test-concurrency; then one_by_one=(--test-concurrency=1); fi
    local file
    for file in "${files[@]}"; do
        run_counted tap "e2e/$(basename "$file")" timeout -k 10 600 node --test "${one_by_one[@]}" --test-reporter=tap "$file"
    done
}

system_tests()
{
    local script
    for script in "$ROOT"/tests/system/*.sh; do
        if [ -x "$script" ]; then run_counted exit "system/$(basename "$script")" timeout -k 10 600 "$script"; fi
    done
    for script in "$ROOT"/tests/system/*.test.mjs; do
        if [ -e "$script" ]; then run_counted tap "system/$(basename "$script")" timeout -k 10 600 node --test --test-reporter=tap "$script"; fi
    done
}

main()
{
    settings_check
    mkdir -p "$LOGS"
    build
    trap instance_down EXIT
    trap 'exit 130' INT TERM HUP
    if ! instance_up; then count_failure "the instance did not start"; fi
    case ${ONLY:-all} in unit | all) unit_tests ;; esac
    if [ -e "$VAR/run/ready" ]; then
        case ${ONLY:-all} in e2e | all) e2e_tests ;; esac
        case ${ONLY:-all} in system | all) system_tests ;; esac
    fi
    instance_down
    trap - EXIT
    count_report
}

main
