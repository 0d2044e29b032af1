# SPDX-License-Identifier: Apache-2.0
#
# The processes of the main job: an OPI server and a kubelet (peers), our host agent and our device
# plugin. This is the one place that knows their command lines and configuration.

# start_opi_server [OPTION...]: the grpcio peer, listening on OPI_ADDRESS, each request in OPI_LOG.
start_opi_server() {
    need_python
    use_tmp
    OPI_SOCKET=$TMP/opi.sock
    OPI_ADDRESS=unix:$OPI_SOCKET
    OPI_LOG=$TMP/opi-requests.jsonl
    rm -f "$OPI_SOCKET"
    start opi-server "$OPI_XPU_PYTHON" "$PEERS/opi_server.py" \
        --listen "$OPI_ADDRESS" --log "$OPI_LOG" "$@"
    ready opi-server "$OPI_SOCKET"
}

# opi VERB [ARGUMENT...]: a call to that server by hand; prints JSON.
opi() { "$OPI_XPU_PYTHON" "$PEERS/opi_client.py" "$OPI_ADDRESS" "$@"; }

# well_behaved: whether the peers saw nothing from us that breaks our own promises; says what.
well_behaved() {
    ! grep -ohE '"violations": \["[^]]*' "$OPI_LOG" >&2 &&
        [[ $(kubelet state) == *'"violations": []'* ]]
}

# start_kubelet: the grpcio peer over TMP/plugins, driven with `kubelet`.
start_kubelet() {
    need_python
    use_tmp
    mkdir -p "$TMP/plugins"
    mkfifo "$TMP/kubelet.in" "$TMP/kubelet.out"
    exec {KUBELET_IN}<>"$TMP/kubelet.in" {KUBELET_OUT}<>"$TMP/kubelet.out"
    LOG[kubelet]=$TMP/kubelet.log
    "$OPI_XPU_PYTHON" "$PEERS/kubelet.py" "$TMP/plugins" \
        <"$TMP/kubelet.in" >"$TMP/kubelet.out" 2>"${LOG[kubelet]}" &
    PID[kubelet]=$!
    at_exit end_process "${PID[kubelet]}"
    ready kubelet "$TMP/plugins/kubelet.sock"
}

# kubelet WORD...: one command (Tests/peers/kubelet.py lists them); prints its reply as JSON and
# fails when it is not ok.
kubelet() {
    local line
    printf '%s\n' "$*" >&"$KUBELET_IN"
    while read -r -t 30 -u "$KUBELET_OUT" line; do
        [[ $line == *'"reply"'* ]] || continue
        printf '%s\n' "$line"
        [[ $line == *'"ok": true'* ]]
        return
    done
    fail "the kubelet did not answer '$*'"
}

# function_of NAMESPACE INTERFACE PCI-ADDRESS: makes a veth end pass for a function: its alias is
# its address, and a sysfs tree in TMP/sys shows it on the bus.
function_of() {
    local device=$TMP/sys/bus/pci/devices/$3
    ip -n "${NS[$1]}" link set "$2" alias "$3"
    mkdir -p "$device/net/$2"
    echo 0x8086 >"$device/vendor"
    echo 0x10ca >"$device/device"
    echo 0x020000 >"$device/class"
    echo -1 >"$device/numa_node"
}

# our_configuration RESOURCE CIDR GATEWAY PCI-ADDRESS...: one network of these functions; writes
# host-agent.json into TMP, for host agent and device plugin, and cni.json for the first function.
our_configuration() {
    local resource=$1 cidr=$2 gateway=$3 devices
    shift 3
    devices=$(printf '"%s", ' "$@")
    cat >"$TMP/host-agent.json" <<-JSON
	{"version": 1, "node": "node-$$", "functionIdentity": "alias",
	 "opi": {"server": "$OPI_ADDRESS"},
	 "paths": {"run": "$TMP/run", "sysfs": "$TMP/sys", "devicePlugins": "$TMP/plugins"},
	 "networks": [{"name": "${resource##*/}", "resourceName": "$resource",
	   "logicalBridge": {"vlan": 10},
	   "ipam": {"subnets": [{"cidr": "$cidr", "gateway": "$gateway"}]},
	   "deviceSelector": {"pciAddresses": [${devices%, }]}}]}
	JSON
    cat >"$TMP/cni.json" <<-JSON
	{"cniVersion": "1.0.0", "name": "${resource##*/}", "type": "opi-xpu-cni",
	 "deviceID": "$1", "runDirectory": "$TMP/run", "sysfs": "$TMP/sys",
	 "functionIdentity": "alias"}
	JSON
}

# our_plugin: the CNI as a runtime installs it, a link whose name is the role.
our_plugin() {
    mkdir -p "$TMP/bin"
    ln -sfn "$BINARY" "$TMP/bin/opi-xpu-cni"
    echo "$TMP/bin/opi-xpu-cni"
}

# start_agents NAMESPACE: our host agent and device plugin, as configured, in one of our namespaces,
# beside an OPI server and a kubelet that run already.
start_agents() {
    use_tmp
    mkdir -p "$TMP/run"
    start host-agent ip netns exec "${NS[$1]}" \
        "$BINARY" host-agent --config "$TMP/host-agent.json"
    ready host-agent "$TMP/run/host-agent.sock"
    start device-plugin ip netns exec "${NS[$1]}" \
        "$BINARY" device-plugin --config "$TMP/host-agent.json"
}
