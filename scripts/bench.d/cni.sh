# SPDX-License-Identifier: Apache-2.0
#
# Our CNI beside Debian's host-device with host-local (the Go plugins that do the same work) and
# beside a C program that makes the same system calls and does nothing else.
#
# Three functions (veth ends) live in a namespace that plays the host; each round moves each of them
# into its own pod's namespace and back. Whoever measures is already in the host's namespace, so
# getting there is in nobody's figure.

GO_PLUGINS=/usr/lib/cni

bench_cni() {
    need apt containernetworking-plugins iproute2
    compile measure
    MEASURE=$COMPILED
    compile cni_floor
    FLOOR=$COMPILED
    set_the_stage

    [[ -x $BINARY ]] || say "bench cni: no $BINARY; our figures are missing and count as over"
    rounds version_round
    figure "cni VERSION, CPU" version.ours.cpu version.go.cpu 1 3
    figure "cni VERSION, wall" version.ours.wall version.go.wall -

    [[ ! -x $BINARY ]] || start_our_side
    rounds attach_round
    [[ ! -x $BINARY ]] || well_behaved || fail "bench cni: a peer complains about our agents"
    figure "cni ADD+DEL, CPU of the process tree, Go plugins" ours.cpu go.cpu 0.3
    figure "cni ADD+DEL, wall, Go plugins" ours.wall go.wall -
    figure "cni ADD+DEL, CPU of the process tree, C" ours.cpu c.cpu -
    figure "cni ADD+DEL, wall, C with the same system calls" ours.wall c.wall 1.2
    figure "cni ADD+DEL, CPU of our agents beside it" agents.cpu none -
}

set_the_stage() {
    local who
    namespace host
    for who in ours go c; do
        namespace "pod-$who"
        veth host "vf-$who" host "rep-$who" "02:00:00:00:00:0$((++STAGED))"
        ip -n "${NS[host]}" link set "rep-$who" up
    done
    cat >"$TMP/go.conf" <<-JSON
	{"cniVersion": "1.0.0", "name": "bench", "type": "host-device", "device": "vf-go",
	 "ipam": {"type": "host-local", "dataDir": "$TMP/ipam", "routes": [{"dst": "0.0.0.0/0"}],
	          "ranges": [[{"subnet": "10.9.0.0/24", "gateway": "10.9.0.1"}]]}}
	JSON
    echo '{"cniVersion": "1.0.0"}' >"$TMP/version.conf"
}
STAGED=0

OUR_FUNCTION=0000:99:00.1

start_our_side() {
    start_opi_server --delay 0
    start_kubelet
    function_of host vf-ours "$OUR_FUNCTION"
    our_configuration example.com/bench 10.9.1.0/24 10.9.1.1 "$OUR_FUNCTION"
    start_agents host
    kubelet wait-devices 1 healthy >/dev/null
}

# measured STDIN COMMAND...: in the host's namespace; adds to CPU and WALL.
measured() {
    local stdin=$1 cpu wall status
    shift
    read -r cpu wall status < <(ip netns exec "${NS[host]}" "$MEASURE" -i "$stdin" \
        -o "$TMP/answer" "$@")
    if ((status)); then
        cat "$TMP/answer" >&2
        fail "bench cni: ${CNI_COMMAND:-} $* ended with status $status"
    fi
    CPU=$((CPU + cpu)) WALL=$((WALL + wall))
}

version_of() {
    CPU=0 WALL=0
    CNI_COMMAND=VERSION measured "$TMP/version.conf" "$2"
    sample "version.$1.cpu" "$CPU"
    sample "version.$1.wall" "$WALL"
}

version_round() {
    [[ ! -x $BINARY ]] || version_of ours "$(our_plugin)"
    version_of go "$GO_PLUGINS/host-device"
}

# attach WHO CONFIGURATION PLUGIN: ADD and DEL of one pod.
attach() {
    local command
    CPU=0 WALL=0
    for command in ADD DEL; do
        CNI_COMMAND=$command CNI_CONTAINERID=bench-$1 CNI_NETNS=/run/netns/${NS[pod-$1]} \
            CNI_IFNAME=eth0 CNI_PATH=$GO_PLUGINS measured "$2" "$3"
        [[ $command == DEL ]] || check_pod "$1"
    done
    sample "$1.cpu" "$CPU"
    sample "$1.wall" "$WALL"
}

attach_floor() {
    CPU=0 WALL=0
    measured /dev/null "$FLOOR" add vf-c "/run/netns/${NS[pod-c]}" eth0 10.9.2.2/24 10.9.2.1
    check_pod c
    measured /dev/null "$FLOOR" del vf-c "/run/netns/${NS[pod-c]}" eth0
    sample c.cpu "$CPU"
    sample c.wall "$WALL"
}

# A figure of something that did not happen is worth nothing.
check_pod() {
    [[ $(ip -n "${NS[pod-$1]}" -4 -br address show eth0) == *10.9.* ]] ||
        fail "bench cni: the pod of '$1' has no address after its ADD"
}

attach_round() {
    if [[ -x $BINARY ]]; then
        local before
        # The port is made while a pod's images are pulled; what is measured starts after that.
        kubelet allocate "$OUR_FUNCTION" >/dev/null
        sleep 0.3
        before=$(cpu_of "${PID[host-agent]}")
        attach ours "$TMP/cni.json" "$(our_plugin)"
        sample agents.cpu $((($(cpu_of "${PID[host-agent]}") - before) / 1000))
    fi
    attach go "$TMP/go.conf" "$GO_PLUGINS/host-device"
    attach_floor
}
