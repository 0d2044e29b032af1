# SPDX-License-Identifier: Apache-2.0
"""What only the software xPU does: gateways, counters, knobs, and a data path that is clean again.

The peer on grpcio has none of it, so these cases are in the area "xpu" (see selftest.py).
"""
import json
import os
import random
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

from child import Child, refused
from common import HERE, mac_bytes, plain
import grpc

from evpn_store import UP
from opi_cases import MAC, SANDBOX, bridge_server, namespace
from opi_client import Client, creation, full, protos as PROTOS

OTHER = "02:00:00:00:00:02"
GATEWAY = "02:00:00:00:00:fe"


def prefix(a, b, c, d, length):
    number = a << 24 | b << 16 | c << 8 | d
    return {"addr": {"af": 1, "v4_addr": number}, "len": length}


def svi(identifier="gate", vrf="GRD", bridge="net-a"):
    spec = {"vrf": full("vrfs", vrf), "logical_bridge": full("bridges", bridge),
            "mac_address": mac_bytes(GATEWAY), "gw_ip_prefix": [
                prefix(10, 77, 0, 1, 24),
                {"addr": {"af": 2, "v6_addr": bytes.fromhex("fd77" + "00" * 13 + "01")},
                 "len": 64}]}
    return {"svi_id": identifier, "svi": PROTOS.Svi(spec=spec)}


def control(folder, verb, *options):
    """A word of `opi-xpu-sandbox card`; what it prints."""
    command = [SANDBOX, "card", verb, "--control", f"{folder}/control", *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=20)
    return json.loads(done.stdout) if done.stdout else None


@contextmanager
def two_pods(folder):
    """A card with two functions, each in a pod: (space of the card, ip, ping)."""
    with ExitStack() as stack:
        space, ip = stack.enter_context(namespace("xpu"))
        pods = [stack.enter_context(namespace(f"pod{n}"))[0] for n in (1, 2)]
        for number, (pod, mac) in enumerate(zip(pods, (MAC, OTHER)), 1):
            ip("link", "add", f"rep{number}", "type", "veth", "peer", "name", "net1",
               "address", mac, "netns", pod)
            for words in (["link", "set", "net1", "up"],
                          ["addr", "add", f"10.77.0.{number + 1}/24", "dev", "net1"],
                          ["addr", "add", f"fd77::{number + 1}/64", "dev", "net1", "nodad"]):
                subprocess.run(["ip", "-n", pod, *words], check=True)

        def ping(number, target, count=1):
            """Whether every answer comes."""
            return subprocess.run(
                ["ip", "netns", "exec", pods[number - 1], "ping", "-nq", "-c", str(count),
                 "-i", "0.05", "-W", "1", target], capture_output=True, check=False).returncode == 0

        yield space, ip, ping


def start(folder, space):
    peer, client = bridge_server(folder, space, {MAC: "rep1", OTHER: "rep2"},
                                 "--control", f"{folder}/control")
    return peer, client


def plug(client):
    client.call("CreateLogicalBridge", **creation("bridge", "net-a", "10"))
    for name, mac in (("nd01", MAC), ("nd02", OTHER)):
        client.call("CreateBridgePort", **creation("port", name, mac, "net-a"))
    for name in ("nd01", "nd02"):
        client.wait("BridgePort", full("ports", name), gone=False)


def until(condition, what, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)


def reach(ping):
    """The kernel takes a moment until a new port of a bridge forwards."""
    until(lambda: ping(1, "10.77.0.3") and ping(2, "fd77::2"), "pods to reach each other")


def xpu_gateway_and_counters(folder):
    with two_pods(folder) as (space, ip, ping):
        peer, client = start(folder, space)
        with peer:
            plug(client)
            reach(ping)
            assert not ping(1, "10.77.0.1"), "no gateway yet"
            made = client.call("CreateSvi", **svi())
            client.wait("Svi", made.name, gone=False)
            until(lambda: all(ping(pod, address) for pod in (1, 2)
                              for address in ("10.77.0.1", "fd77::1")), "the gateway to answer")
            assert GATEWAY in ip("link", "show", "type", "bridge")
            assert "not empty" in refused("UNKNOWN", client.call, "DeleteVrf",
                                          name=full("vrfs", "GRD"))
            before = {port["name"]: port for port in control(folder, "status")["ports"]}
            assert ping(1, "10.77.0.3", count=20)
            after = {port["name"]: port for port in control(folder, "status")["ports"]}
            one = full("ports", "nd01")
            for way in ("received", "sent"):
                old, new = before[one][way], after[one][way]
                more = {key: new[key] - old[key] for key in new}
                assert 20 <= more["packets"] < 40, (way, more)
                assert 20 * 98 <= more["bytes"] < 40 * 98 and more["drops"] == 0, (way, more)
            assert after[one]["representor"] == "rep1" and after[one]["mac_address"] == MAC
            client.call("DeleteSvi", name=made.name)
            client.wait("Svi", made.name, gone=True)
            assert not ping(1, "10.77.0.1"), "the gateway is gone"
            client.call("DeleteBridgePort", name=one)
            client.wait("BridgePort", one, gone=True)
            assert not ping(2, "10.77.0.2"), "the port is gone"


def xpu_vrfs_and_svis(folder):
    with namespace("xpu") as (space, _):
        peer, client = start(folder, space)
        with peer:
            assert refused("NOT_FOUND", client.call, "ListSvis") == "Error: key not found"
            (built_in,) = client.call("ListVrfs").vrfs
            assert built_in.name == full("vrfs", "GRD")
            vrf = {"vrf_id": "blue", "vrf": PROTOS.Vrf(spec={"vni": 77})}
            assert "loopback_ip_prefix" in refused("UNKNOWN", client.call, "CreateVrf", **vrf)
            vrf["vrf"].spec.loopback_ip_prefix.CopyFrom(
                PROTOS.Vrf(spec={"loopback_ip_prefix": prefix(10, 0, 0, 1, 32)}
                           ).spec.loopback_ip_prefix)
            made = client.call("CreateVrf", **vrf)
            assert client.wait("Vrf", made.name, gone=False).spec.vni == 77
            assert "has not been found" in refused("UNKNOWN", client.call, "CreateSvi",
                                                   **svi(vrf="blue"))
            taken = creation("bridge", "net-a", "10")
            taken["logical_bridge"].spec.vni = 77
            assert "already in use" in refused("UNKNOWN", client.call, "CreateLogicalBridge",
                                               **taken)
            client.call("CreateLogicalBridge", **creation("bridge", "net-a", "10"))
            bgp = svi(vrf="blue")
            bgp["svi"].spec.remote_as = 65000
            refused("INVALID_ARGUMENT", client.call, "CreateSvi", **bgp)
            client.call("CreateSvi", **svi(vrf="blue"))
            assert "already associated" in refused("UNKNOWN", client.call, "CreateSvi",
                                                   **svi("gate2", vrf="blue"))
            assert "not empty" in refused("UNKNOWN", client.call, "DeleteVrf", name=made.name)
            assert "not empty" in refused("UNKNOWN", client.call, "DeleteLogicalBridge",
                                          name=full("bridges", "net-a"))
            client.call("DeleteSvi", name=full("svis", "gate"))
            client.wait("Svi", full("svis", "gate"), gone=True)
            client.call("DeleteVrf", name=made.name)
            client.wait("Vrf", made.name, gone=True)


def xpu_pause(folder):
    with two_pods(folder) as (space, _, ping):
        peer, client = start(folder, space)
        with peer:
            plug(client)
            reach(ping)
            control(folder, "pause")
            assert control(folder, "status")["state"] == "paused"
            stub, name = client.stubs[1], full("ports", "nd01")
            refused("DEADLINE_EXCEEDED", stub.GetBridgePort,
                    PROTOS.GetBridgePortRequest(name=name), timeout=0.4)
            assert ping(1, "10.77.0.3"), "the data path keeps forwarding"
            late = stub.GetBridgePort.future(PROTOS.GetBridgePortRequest(name=name), timeout=10)
            time.sleep(0.2)
            assert not late.done()
            control(folder, "resume")
            assert late.result().name == name, "the calls that waited are answered"
            control(folder, "pause", "--seconds", "2")
            late = stub.GetBridgePort.future(PROTOS.GetBridgePortRequest(name=name), timeout=20)
            time.sleep(0.1)
            assert not late.done()
            assert late.result().name == name, "it resumes by itself"
            assert control(folder, "status")["state"] == "running"


def xpu_reboot(folder):
    with two_pods(folder) as (space, ip, ping):
        peer, client = start(folder, space)
        with peer:
            plug(client)
            assert len(control(folder, "status")["objects"]) == 4, "with the VRF that is built in"
            control(folder, "reboot", "--seconds", "1")
            until(lambda: control(folder, "status")["state"] == "rebooting", "the reboot")
            assert not os.path.exists(f"{folder}/opi.sock")
            assert ip("link", "show", "type", "bridge") == "" and not ping(1, "10.77.0.3")
            assert "master" not in ip("link", "show", "rep1")
            until(lambda: control(folder, "status")["state"] == "running", "the end of the reboot")
            again = type(client)(f"unix:{folder}/opi.sock")
            until(lambda: again.ready(), "the channel")
            assert again.all("BridgePorts", "bridge_ports") == []
            plug(again)
            reach(ping)
            status = control(folder, "status")
            assert status["uptime_seconds"] < 10 and len(status["ports"]) == 2
            assert peer.end()[0] == 0


def xpu_killed(folder):
    with two_pods(folder) as (space, ip, ping):
        peer, client = start(folder, space)
        with peer:
            plug(client)
            reach(ping)
            peer.process.kill()
            peer.process.wait()
            assert ping(1, "10.77.0.3"), "the kernel goes on without it"
        ip("link", "add", "lb-other", "type", "bridge")
        peer, client = start(folder, space)
        with peer:
            assert not ping(1, "10.77.0.3")
            for name in ("rep1", "rep2"):
                said = ip("link", "show", name)
                assert "master" not in said and ",UP" not in said, said
            bridges = json.loads(ip("-j", "link", "show", "type", "bridge"))
            assert [one["ifname"] for one in bridges] == ["lb-other"], "only its own are removed"
            plug(client)
            reach(ping)
            assert peer.end()[0] == 0
        bridges = json.loads(ip("-j", "link", "show", "type", "bridge"))
        assert [one["ifname"] for one in bridges] == ["lb-other"]


def xpu_second_one(folder):
    """One that finds its socket taken ends, and leaves the data path of the first one alone."""
    with two_pods(folder) as (space, _, ping):
        peer, client = start(folder, space)
        with peer:
            plug(client)
            reach(ping)
            for other in ("control", "other"):
                done = subprocess.run(
                    ["ip", "netns", "exec", space, SANDBOX, "xpu", "--datapath", "bridges",
                     "--listen", f"unix:{folder}/opi.sock", "--control", f"{folder}/{other}",
                     "--representors", f"{folder}/reps"],
                    capture_output=True, text=True, timeout=20, check=False)
                assert done.returncode == 1 and "EADDRINUSE" in done.stderr, done
                assert ping(1, "10.77.0.3")
            client.call("GetBridgePort", name=full("ports", "nd01"))


def random_call(chance):
    """A call of bridges or ports: often right, often not."""
    bridge, port = chance.choice(["net-a", "net-b", "net-c"]), chance.choice(["nd01", "nd02"])
    identifier = chance.choice([bridge] * 8 + ["ab", "Net-a", "net-", "0000:c1:00.1"])
    vlan, vni = chance.choice([0, 1, 10, 20, 4095, 4096]), chance.choice([None, None, 7, 8, 0])
    mac = chance.choice([b"\2\0\0\0\0\1", b"\2\0\0\0\0\2", b"\2\0", b""])
    spec = PROTOS.LogicalBridgeSpec(vlan_id=vlan, vni=vni)
    port_spec = PROTOS.BridgePortSpec(
        mac_address=mac, ptype=chance.choice([1, 1, 1, 2, 0]), logical_bridges=chance.choice(
            [[full("bridges", bridge)]] * 5 + [[], [bridge], [full("bridges", "net-a")] * 2]))
    name = chance.choice([full("bridges", bridge)] * 6 + [bridge, "", "//x/-a", "a//b"])
    port_name = chance.choice([full("ports", port)] * 5 + [port, full("bridges", bridge)])
    missing = chance.random() < 0.3
    paths = chance.choice([None, None, ["*"], ["spec.vni"], ["spec"], ["spec.x"], ["vlan_id"]])
    mask = {} if paths is None else {"update_mask": {"paths": paths}}
    return chance.choice([
        ("CreateLogicalBridge", {"logical_bridge_id": identifier,
                                 "logical_bridge": PROTOS.LogicalBridge(spec=spec)}),
        ("CreateLogicalBridge", {"logical_bridge_id": bridge, "logical_bridge":
                                 PROTOS.LogicalBridge(spec={"vlan_id": 10})}),
        ("CreateBridgePort", {"bridge_port_id": port,
                              "bridge_port": PROTOS.BridgePort(spec=port_spec)}),
        ("GetLogicalBridge", {"name": name}), ("GetBridgePort", {"name": port_name}),
        ("ListLogicalBridges", {"page_size": chance.choice([0, 2, -1])}),
        ("ListBridgePorts", {"page_token": chance.choice(["", "", "x"])}),
        ("DeleteLogicalBridge", {"name": name, "allow_missing": missing}),
        ("DeleteBridgePort", {"name": port_name, "allow_missing": missing}),
        ("UpdateLogicalBridge", {"logical_bridge": PROTOS.LogicalBridge(name=name, spec=spec),
                                 "allow_missing": missing, **mask}),
    ])


def settled(client):
    """Waits until nothing is pending any more."""
    def rest():
        things = (client.all("LogicalBridges", "logical_bridges")
                  + client.all("BridgePorts", "bridge_ports"))
        return all(thing.status.oper_status == UP for thing in things)
    until(rest, "the server to settle")


def answer(client, method, fields):
    """What came: the answer without its state of a moment, or code and text."""
    try:
        reply = client.call(method, **fields)
    except grpc.RpcError as error:
        return error.code().name, error.details()
    if hasattr(reply, "next_page_token"):
        return ([plain(thing) for thing in getattr(reply, method.removeprefix("List").replace(
            "LogicalB", "logical_b").replace("BridgeP", "bridge_p"))], bool(reply.next_page_token))
    return plain(reply)


def xpu_answers_as_the_peer_does(folder):
    """The same random calls, one after another, to both servers; the seed is in the failure."""
    seed = int(os.environ.get("OPI_XPU_SEED") or random.randrange(1 << 32))
    chance = random.Random(seed)
    peers, clients = [], []
    try:
        for name, command in (("ours", [SANDBOX, "xpu"]), ("peer", [
                sys.executable, os.path.join(HERE, "opi_server.py")])):
            peers.append(Child(*command, "--listen", f"unix:{folder}/{name}.sock",
                               "--delay", "0"))
            clients.append(Client(peers[-1].next("ready")["ready"]))
        for number in range(400):
            method, fields = random_call(chance)
            ours, theirs = (answer(client, method, fields) for client in clients)
            assert ours == theirs, f"seed {seed}, call {number}: {method} {fields}: " \
                                   f"{ours}, the peer {theirs}"
            for client in clients:
                settled(client)
    finally:
        for peer in peers:
            peer.process.kill()
            peer.process.wait()


def xpu_private_socket(folder):
    with namespace("xpu") as (space, _):
        peer, _client = start(folder, space)
        with peer:
            assert os.stat(f"{folder}/control").st_mode & 0o777 == 0o600
            assert os.stat(f"{folder}/opi.sock").st_mode & 0o777 == 0o600
