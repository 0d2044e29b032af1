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

# start_agents CONFIGURATION: our host agent (the OPI server runs already); sets CNI to the plugin.
#
# The agent's configuration names its socket as AGENT_SOCKET; the caller writes the rest of it.
start_agents() {
    [[ -x $BINARY ]] || return 1
    use_tmp
    AGENT_SOCKET=$TMP/host-agent.sock
    CNI=$TMP/bin/opi-xpu-cni
    mkdir -p "$TMP/bin"
    ln -sf "$BINARY" "$CNI"
    start host-agent "$BINARY" host-agent --config "$1"
    ready host-agent "$AGENT_SOCKET"
}
