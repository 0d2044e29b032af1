#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests the peers themselves: selftest.py [opi] [kubelet] [bridges]   (bridges needs root)"""
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent import futures

from common import HERE, load
import grpc

from evpn_store import DOWN, TO_BE_DELETED, UP
from opi_client import Client, creation, full, protos as PROTOS

MAC = "02:00:00:00:00:01"


class Peer:
    """A peer as a child process that speaks JSON lines."""

    def __init__(self, script, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, script), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def next(self, key):
        """The next line that has this key."""
        for line in self.process.stdout:
            if key in (fields := json.loads(line)):
                return fields
        raise AssertionError(f"the peer ended without '{key}'")

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.next("reply")

    def end(self):
        self.process.terminate()
        last = self.process.stdout.read().splitlines()
        return self.process.wait(), json.loads(last[-1]) if last else None


def refused(code, call, *arguments, **fields):
    """The error text of a call that must fail with this code."""
    try:
        call(*arguments, **fields)
    except grpc.RpcError as error:
        assert error.code().name == code, error
        return error.details()
    raise AssertionError(f"not refused with {code}")


def server(folder, *options):
    peer = Peer("opi_server.py", "--listen", f"unix:{folder}/opi.sock",
                "--fault", f"{folder}/fault", "--log", f"{folder}/log", *options)
    return peer, Client(peer.next("ready")["ready"])


def set_fault(folder, rules):
    with open(f"{folder}/new", "w", encoding="utf-8") as file:
        json.dump(rules, file)
    os.replace(f"{folder}/new", f"{folder}/fault")


# An OPI server.

def opi_life_of_a_port(folder):
    peer, client = server(folder, "--delay", "0.3")
    with peer:
        assert "key not found" in refused("NOT_FOUND", client.call, "ListBridgePorts")
        bridge = client.call("CreateLogicalBridge", **creation("bridge", "net-a", "10"))
        assert bridge.name == full("bridges", "net-a") and bridge.status.oper_status == DOWN
        client.wait("LogicalBridge", bridge.name, gone=False)
        port = client.call("CreateBridgePort", **creation("port", "nd01", MAC, "net-a"))
        assert port.status.oper_status == DOWN and port.status.components[0].status == 1
        port = client.wait("BridgePort", port.name, gone=False)
        assert port.status.oper_status == UP and port.status.components[0].status == 2
        assert "not empty" in refused("UNKNOWN", client.call, "DeleteLogicalBridge",
                                      name=bridge.name)
        client.call("DeleteBridgePort", name=port.name)
        dying = client.call("GetBridgePort", name=port.name)
        assert dying.status.oper_status == TO_BE_DELETED
        again = client.call("CreateBridgePort", **creation("port", "nd01", MAC, "net-a"))
        assert again.status.oper_status == TO_BE_DELETED, "a dying port is handed out as it is"
        client.wait("BridgePort", port.name, gone=True)
        refused("NOT_FOUND", client.call, "DeleteBridgePort", name=port.name)
        client.call("DeleteBridgePort", name=port.name, allow_missing=True)
        assert list(client.call("ListBridgePorts").bridge_ports) == []
        status, summary = peer.end()
        assert status == 0 and summary["violations"] == [], summary


def opi_refusals(folder):
    peer, client = server(folder, "--delay", "0")
    with peer:
        for identifier in ["ab", "1abc", "abc-", "Abcd", "0000:c1:00.1"]:
            refused("UNKNOWN", client.call, "CreateLogicalBridge",
                    **creation("bridge", identifier, "10"))
        refused("UNKNOWN", client.call, "CreateLogicalBridge", **creation("bridge", "net-a", "0"))
        refused("INVALID_ARGUMENT", client.call, "CreateLogicalBridge",
                **creation("bridge", "net-a", "4096"))
        assert "has not been found" in refused("UNKNOWN", client.call, "CreateBridgePort",
                                               **creation("port", "nd01", MAC, "net-x"))
        client.call("CreateLogicalBridge", **creation("bridge", "net-a", "10"))
        client.call("CreateBridgePort", **creation("port", "nd01", MAC, "net-a"))
        assert "already associated" in refused("UNKNOWN", client.call, "CreateBridgePort",
                                               **creation("port", "nd02", MAC, "net-a"))
        same = client.call("CreateBridgePort",
                           **creation("port", "nd01", "02:00:00:00:00:99", "net-a"))
        assert same.spec.mac_address.hex(":") == MAC, "an id that exists keeps its spec"
        refused("NOT_FOUND", client.call, "GetBridgePort", name="nd01")
        refused("UNKNOWN", client.call, "GetBridgePort", name="")
        refused("INVALID_ARGUMENT", client.call, "ListBridgePorts", page_size=-1)
        refused("NOT_FOUND", client.call, "ListBridgePorts", page_token="no")
        for number in range(3, 9):
            client.call("CreateBridgePort", **creation(
                "port", f"nd0{number}", f"02:00:00:00:00:0{number}", "net-a"))
        page = client.call("ListBridgePorts", page_size=3)
        assert len(page.bridge_ports) == 3 and page.next_page_token
        names = [port.name for port in client.all("BridgePorts", "bridge_ports")]
        assert names == sorted(names) and len(names) == 7
        status, summary = peer.end()
        assert status == 3 and any("'nd01' is not the full name" in text
                                   for text in summary["violations"]), summary


def opi_contract(folder):
    peer, client = server(folder)
    with peer:
        request = PROTOS.CreateBridgePortRequest(**creation("port", "nd01", "02:00", "net-a"))
        request.MergeFromString(b"\xfa\x01\x01x")  # field 31, which nobody knows
        refused("UNKNOWN", client.stubs[1].CreateBridgePort, request)
        _, summary = peer.end()
        found = " ".join(summary["violations"])
        for text in ("unknown field 31", "no deadline", "MAC of 2 bytes"):
            assert text in found, found


def opi_faults(folder):
    peer, client = server(folder, "--delay", "0")
    with peer:
        set_fault(folder, {"fail": "UNAVAILABLE:try later", "times": 2})
        for _ in range(2):
            assert refused("UNAVAILABLE", client.call, "ListBridgePorts") == "try later"
        refused("NOT_FOUND", client.call, "ListBridgePorts")
        set_fault(folder, [{"method": "Create.*", "apply": True, "fail": "ABORTED:lost"}])
        refused("ABORTED", client.call, "CreateLogicalBridge", **creation("bridge", "net-a", "9"))
        assert client.call("GetLogicalBridge", name=full("bridges", "net-a")).spec.vlan_id == 9
        set_fault(folder, {"hang": True})
        started = time.monotonic()
        refused("DEADLINE_EXCEEDED", client.stubs[1].ListBridgePorts,
                PROTOS.ListBridgePortsRequest(), timeout=0.3)
        assert time.monotonic() - started < 3
        set_fault(folder, {"component": "no such device"})
        port = client.call("CreateBridgePort", **creation("port", "nd01", MAC, "net-a"))
        time.sleep(0.3)
        port = client.call("GetBridgePort", name=port.name)
        assert port.status.oper_status == DOWN
        assert port.status.components[0].details == "no such device"
        set_fault(folder, [])
        assert client.wait("BridgePort", port.name, gone=False).status.oper_status == UP


# A data path of bridges.

def bridges_plug_and_unplug(folder):
    space = f"ox-self-{os.getpid()}"

    def ip(*arguments):
        return subprocess.run(["ip", "-n", space, *arguments], check=True, capture_output=True,
                              text=True).stdout

    subprocess.run(["ip", "netns", "add", space], check=True)
    try:
        ip("link", "add", "rep0", "type", "veth", "peer", "name", "vf0", "address", MAC)
        with open(f"{folder}/reps", "w", encoding="utf-8") as file:
            json.dump({MAC: "rep0"}, file)
        peer, client = server(folder, "--datapath", "bridges", "--netns", space,
                              "--representors", f"{folder}/reps", "--delay", "0")
        with peer:
            client.call("CreateLogicalBridge", **creation("bridge", "net-a", "10"))
            port = client.call("CreateBridgePort", **creation("port", "nd01", MAC, "net-a"))
            client.wait("BridgePort", port.name, gone=False)
            assert "master lb-" in ip("link", "show", "rep0")
            client.call("DeleteBridgePort", name=port.name)
            client.wait("BridgePort", port.name, gone=True)
            assert "master" not in ip("link", "show", "rep0")
            client.call("CreateBridgePort", **creation("port", "nd01", MAC, "net-a"))
            client.wait("BridgePort", port.name, gone=False)
            assert peer.end()[0] == 0
            assert "master" not in ip("link", "show", "rep0")
            assert ip("link", "show", "type", "bridge") == "", "its bridges are gone with it"
    finally:
        subprocess.run(["ip", "netns", "delete", space], check=True)


# A kubelet, against a plugin of a dozen lines.

class Plugin:
    """Serves two devices at FOLDER/plugin.sock."""

    def __init__(self, folder):
        self.protos, self.services = load("deviceplugin.proto")
        self.folder, self.health = folder, "Healthy"
        self.serve()

    def serve(self):
        protos = self.protos
        plugin = self

        class Servicer(self.services.DevicePluginServicer):
            def GetDevicePluginOptions(self, request, context):
                return protos.DevicePluginOptions(get_preferred_allocation_available=True)

            def ListAndWatch(self, request, context):
                shown = None
                while context.is_active():
                    if shown != plugin.health:
                        shown = plugin.health
                        yield protos.ListAndWatchResponse(devices=[
                            protos.Device(ID="a", health="Healthy"),
                            protos.Device(ID="b", health=shown)])
                    time.sleep(0.02)

            def GetPreferredAllocation(self, request, context):
                chosen = sorted(request.container_requests[0].available_deviceIDs)
                return protos.PreferredAllocationResponse(container_responses=[
                    {"deviceIDs": chosen[:request.container_requests[0].allocation_size]}])

            def Allocate(self, request, context):
                ids = request.container_requests[0].devices_ids
                if "x" in ids:
                    context.abort(grpc.StatusCode.NOT_FOUND, "no device x")
                return protos.AllocateResponse(container_responses=[
                    {"envs": {"IDS": ",".join(ids)}}])

        self.server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
        self.services.add_DevicePluginServicer_to_server(Servicer(), self.server)
        self.server.add_insecure_port(f"unix:{self.folder}/plugin.sock")
        self.server.start()

    def register(self, **changes):
        fields = {"version": "v1beta1", "endpoint": "plugin.sock", "resource_name": "opi.org/vf",
                  "options": {"get_preferred_allocation_available": True}, **changes}
        with grpc.insecure_channel(f"unix:{self.folder}/kubelet.sock") as channel:
            stub = self.services.RegistrationStub(channel)
            stub.Register(self.protos.RegisterRequest(**fields), timeout=5)


def kubelet_talks_to_a_plugin(folder):
    with Peer("kubelet.py", folder) as kubelet:
        kubelet.next("event")
        plugin = Plugin(folder)
        plugin.register()
        devices = kubelet.ask("wait-devices 2 healthy")
        assert devices["ok"] and [d["ID"] for d in devices["devices"]] == ["a", "b"], devices
        assert kubelet.ask("allocate a b")["response"] == {"envs": {"IDS": "a,b"}}
        failed = kubelet.ask('{"do": "allocate", "ids": ["x"], "id": 7}')
        assert failed == {"reply": "allocate", "id": 7, "ok": False, "why": "no device x",
                          "code": "NOT_FOUND"}, failed
        assert kubelet.ask("preferred 1")["ids"] == ["a"]
        plugin.health = "Unhealthy"
        assert kubelet.ask("wait-health b Unhealthy")["ok"]
        assert not kubelet.ask("wait-devices 3 0.1")["ok"]
        assert not kubelet.ask("dance")["ok"]

        assert kubelet.ask("restart")["ok"]
        assert not os.path.exists(f"{folder}/plugin.sock"), "a restart removes every socket"
        plugin.server.stop(0).wait()
        plugin.serve()
        plugin.register()
        assert kubelet.ask("wait-registrations 2")["ok"]
        plugin.server.stop(0).wait()
        assert kubelet.ask("wait-health a Unhealthy")["ok"], "a lost plugin's devices"
        state = kubelet.ask("state")
        assert state["violations"] == [] and not state["resources"]["opi.org/vf"]["connected"]
        kubelet.ask("quit")
        assert kubelet.process.wait() == 0


def kubelet_refuses(folder):
    with Peer("kubelet.py", folder) as kubelet:
        kubelet.next("event")
        plugin = Plugin(folder)
        assert "not supported" in refused("UNKNOWN", plugin.register, version="v1")
        for name in ("cpu", "kubernetes.io/x", "a/b/c", "opi.org/", "requests.opi.org/x"):
            assert "invalid" in refused("UNKNOWN", plugin.register, resource_name=name)
        kubelet.ask("refuse go away")
        assert refused("UNKNOWN", plugin.register) == "go away"
        kubelet.ask("refuse")
        plugin.register()
        plugin.register(options={})
        assert kubelet.ask("state")["violations"] == []
        plugin.register(options={"pre_start_required": True})
        assert len(kubelet.ask("state")["violations"]) == 1
        kubelet.ask("quit")
        assert kubelet.process.wait() == 3


def main():
    areas = sys.argv[1:] or ["opi", "kubelet", "bridges"]
    tests = [(name, test) for name, test in globals().items()
             if callable(test) and name.partition("_")[0] in areas]
    failed = 0
    for name, test in tests:
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
            except Exception as error:  # each test is told apart, whatever it ran into
                failed += 1
                print(f"{name}: {type(error).__name__}: {error}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
