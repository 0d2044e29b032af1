# SPDX-License-Identifier: Apache-2.0
#
# The processes of the main job: an OPI server (a peer) and our host agent. This is the one place
# that knows their command lines and configuration.

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

# our_configuration NAMESPACE INTERFACE MAC SUBNET: one function; writes host-agent.json for the
# agent and cni.json for the plugin into TMP.
our_configuration() {
    AGENT_SOCKET=$TMP/host-agent.sock
    cat >"$TMP/host-agent.json" <<-JSON
	{"socket": "$AGENT_SOCKET", "node": "bench", "state": "$TMP/attachments",
	 "opi": {"address": "$OPI_ADDRESS"},
	 "networks": [{"name": "bench", "logicalBridge": {"id": "bench-net", "vlan": 10},
	               "subnet": "$4", "functions": [{"interface": "$2", "mac": "$3"}]}]}
	JSON
    cat >"$TMP/cni.json" <<-JSON
	{"cniVersion": "1.0.0", "name": "bench", "type": "opi-xpu-cni",
	 "agent": "unix:$AGENT_SOCKET", "deviceID": "$2"}
	JSON
}

# start_agents NAMESPACE CONFIGURATION: our host agent in one of our namespaces, beside an OPI
# server that runs already; sets CNI to the plugin. Its socket is AGENT_SOCKET, as configured.
start_agents() {
    use_tmp
    CNI=$TMP/bin/opi-xpu-cni
    mkdir -p "$TMP/bin"
    ln -sf "$BINARY" "$CNI"
    start host-agent ip netns exec "${NS[$1]}" "$BINARY" host-agent --config "$2"
    ready host-agent "$AGENT_SOCKET"
}
