# SPDX-License-Identifier: Apache-2.0
#
# Counting for scripts/test. Areas run as separate processes, so results go through files in
# RESULTS: `counts` holds "area passed failed" lines, `times` holds "area seconds".

# record AREA PASSED FAILED
record() { printf '%s %s %s\n' "$@" >>"$RESULTS/counts"; }
record_time() { printf '%s %s\n' "$@" >>"$RESULTS/times"; }

# recorded AREA COLUMN: the sum; of all areas when AREA is empty.
recorded() {
    touch "$RESULTS/counts"
    awk -v a="$1" -v c="$2" 'a == "" || $1 == a { sum += $(c + 1) } END { print sum + 0 }' \
        "$RESULTS/counts"
}

slowest() { sort -k2 -n "$RESULTS/times" | awk 'END { print $1 " (" $2 " s)" }'; }

# An area in which nothing ran has not been tested.
ran_something() {
    local count=$(($(recorded "$1" 1) + $(recorded "$1" 2)))
    ((count)) || fail "$1: no test ran"
}

# step WHAT COMMAND...: counts as one test; its output is shown when it fails, and it returns 1.
step() {
    local what=$1 log=$ROOT/.build/test-${AREA:-set-up}-${1// /-}.log
    shift
    mkdir -p "${log%/*}"
    if "$@" >"$log" 2>&1 </dev/null; then
        record "$AREA" 1 0
    else
        record "$AREA" 0 1
        say "failed: $what"
        tail -n 60 "$log" >&2
        return 1
    fi
}

# run_swift_tests AREA OPTION...: Swift Testing's own record says what passed. A test that was
# skipped counts as failed: here is everything that a test may need.
run_swift_tests() {
    local area=$1 base=$ROOT/.build/test-$1 status=0 counts passed failed
    shift
    rm -f "$base.xml"
    swift test --skip-build --disable-xctest --no-parallel --xunit-output "$base.xml" "$@" \
        >"$base.log" 2>&1 </dev/null || status=$?
    counts=$("$OPI_XPU_PYTHON" scripts/lib/xunit.py "$base.xml" 2>&1) || {
        say "$area: the tests left no record; the end of $base.log:"
        tail -n 40 "$base.log" >&2
        record "$area" 0 1
        return 0
    }
    read -r passed failed <<<"$counts"
    record "$area" "$passed" "$failed"
    if ((status || failed)); then
        ((failed)) || record "$area" 0 1
        grep -E '✘|recorded an issue|↳|skipped|error:|Fatal' "$base.log" | head -n 60 >&2 || :
        say "$area: all output is in $base.log"
    fi
}

column_table() { column -t -s $'\t'; }

# run_python_tests MODULE...: end-to-end tests; their runner's last line says what passed.
run_python_tests() {
    local log=$ROOT/.build/test-$AREA-e2e.log status=0 passed failed
    "$OPI_XPU_PYTHON" Tests/e2e/runner.py "$@" >"$log" 2>&1 </dev/null || status=$?
    read -r passed failed < <(sed -nE '$ s/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$log")
    if [[ -z ${passed:-} ]]; then
        say "$AREA: the end-to-end tests left no record; the end of $log:"
        tail -n 40 "$log" >&2
        record "$AREA" 0 1
        return 0
    fi
    record "$AREA" "$passed" "$failed"
    if ((status || failed)); then
        ((failed)) || record "$AREA" 0 1
        grep -vE '^ok ' "$log" | head -n 100 >&2 || :
        say "$AREA: all output is in $log"
    fi
}
