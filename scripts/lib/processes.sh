# SPDX-License-Identifier: Apache-2.0
#
# Background processes: started by name, found again by name, ended by their own process id.

declare -A PID=() LOG=()

# start NAME COMMAND...: runs it in the background, its output in LOG[NAME], its id in PID[NAME].
start() {
    local name=$1
    shift
    use_tmp
    LOG[$name]=$TMP/$name.log
    "$@" </dev/null >>"${LOG[$name]}" 2>&1 &
    PID[$name]=$!
    at_exit end_process "${PID[$name]}"
}

# stop NAME: asks it to end, insists after ten seconds.
stop() {
    end_process "${PID[$1]}"
    unset "PID[$1]"
}

running() { [[ -n ${PID[$1]:-} ]] && ours "${PID[$1]}"; }

# A process id is ours only while the shell counts it among its running jobs: it may be reused.
ours() { [[ " $(jobs -pr | xargs) " == *" $1 "* ]]; }

end_process() {
    local pid=$1 i
    ours "$pid" || return 0
    kill -TERM "$pid"
    for ((i = 0; i < 100; i++)); do
        ours "$pid" || break
        sleep 0.1
    done
    ! ours "$pid" || kill -KILL "$pid"
    wait "$pid" 2>/dev/null || :
}

# wait_until SECONDS WHAT COMMAND...: polls; fails with a sentence that names WHAT.
wait_until() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < end)) || fail "waited in vain for $what"
        sleep 0.05
    done
}

# ready NAME FILE: waits for a file that a started process makes; shows its log if it died.
ready() {
    local name=$1 file=$2 i
    for ((i = 0; i < 400; i++)); do
        [[ -e $file ]] && return
        running "$name" || break
        sleep 0.05
    done
    cat "${LOG[$name]}" >&2
    fail "$name did not come up"
}

# cpu_of PID: nanoseconds of CPU that all its threads have used.
cpu_of() { cat /proc/"$1"/task/*/schedstat | awk '{ sum += $1 } END { printf "%d\n", sum }'; }
