# SPDX-License-Identifier: Apache-2.0
"""What an OPI server does, as a client sees it: the same cases for every server (see selftest.py).

"opi" cases need no rights; "bridges" cases need root.
"""
import json
import os
import subprocess
import time
from contextlib import contextmanager

from child import Child, Peer, refused
from common import HERE

from evpn_store import DOWN, TO_BE_DELETED, UP
from opi_client import Client, creation, full, protos as PROTOS

MAC = "02:00:00:00:00:01"
SOFTWARE = os.environ.get("OPI_XPU_OPI") == "software"
SANDBOX = os.environ.get("OPI_XPU_SANDBOX") or os.path.join(
    os.path.dirname(os.path.dirname(HERE)), ".build", "opi-xpu-sandbox")


def server(folder, *options, space=None):
    """(process, client) of the server that is under test; in a namespace if it has one."""
    common = ["--listen", f"unix:{folder}/opi.sock", "--fault", f"{folder}/fault",
              "--log", f"{folder}/log", *options]
    if SOFTWARE:
        inside = ["ip", "netns", "exec", space] if space else []
        peer = Child(*inside, SANDBOX, "xpu", *common)
    else:
        peer = Peer("opi_server.py", *common, *(["--netns", space] if space else []))
    return peer, Client(peer.next("ready")["ready"])


def set_fault(folder, rules):
    with open(f"{folder}/new", "w", encoding="utf-8") as file:
        json.dump(rules, file)
    os.replace(f"{folder}/new", f"{folder}/fault")


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
        refused("DEADLINE_EXCEEDED", client.stubs[1].ListBridgePorts,
                PROTOS.ListBridgePortsRequest(), timeout=0.3)
        set_fault(folder, [{"method": "GetLogicalBridge", "slow": 2}])
        started = time.monotonic()
        slow = client.stubs[0].GetLogicalBridge.future(
            PROTOS.GetLogicalBridgeRequest(name=full("bridges", "net-a")), timeout=20)
        refused("NOT_FOUND", client.call, "ListBridgePorts")
        assert not slow.done(), "only the call that the rule names is slow"
        assert slow.result().spec.vlan_id == 9
        assert time.monotonic() - started >= 2
        set_fault(folder, {"component": "no such device"})
        port = client.call("CreateBridgePort", **creation("port", "nd01", MAC, "net-a"))
        complaint(client, port.name, "no such device")
        set_fault(folder, [])
        assert client.wait("BridgePort", port.name, gone=False).status.oper_status == UP


def complaint(client, name, text):
    """Waits until the port's first component has a text, which is `text`; the port's status."""
    for _ in range(200):
        status = client.call("GetBridgePort", name=name).status
        if status.components and status.components[0].details:
            break
        time.sleep(0.05)
    assert status.oper_status == DOWN and status.components[0].details == text, status
    return status


def opi_never_used(folder):
    peer, client = server(folder, "--delay", "0")
    with peer:
        for method in ("ListBridgePorts", "ListLogicalBridges"):
            assert refused("NOT_FOUND", client.call, method) == "Error: key not found"
        for noun, kind in (("BridgePort", "ports"), ("LogicalBridge", "bridges")):
            for verb in ("Get", "Delete"):
                refused("NOT_FOUND", client.call, f"{verb}{noun}", name=full(kind, "none"))
            client.call(f"Delete{noun}", name=full(kind, "none"), allow_missing=True)
        trunk = PROTOS.BridgePort(spec=PROTOS.BridgePortSpec(mac_address=b"123456", ptype=2))
        assert refused("UNKNOWN", client.call, "CreateBridgePort", bridge_port_id="trunk",
                       bridge_port=trunk) == "key not found"
        bridge = client.call("CreateLogicalBridge", **creation("bridge", "net-a", "10"))
        client.wait("LogicalBridge", bridge.name, gone=False)
        client.call("DeleteLogicalBridge", name=bridge.name)
        client.wait("LogicalBridge", bridge.name, gone=True)
        assert list(client.call("ListLogicalBridges").logical_bridges) == []


def opi_paging(folder):
    peer, client = server(folder, "--delay", "0")
    with peer:
        for number in range(60):
            client.call("CreateLogicalBridge",
                        **creation("bridge", f"net-{number:02}", str(number + 1)))
        names, token, sizes = [], "", []
        while True:
            page = client.call("ListLogicalBridges", page_size=7, page_token=token)
            names += [bridge.name for bridge in page.logical_bridges]
            sizes.append(len(page.logical_bridges))
            token = page.next_page_token
            if not token:
                break
        assert names == [full("bridges", f"net-{n:02}") for n in range(60)], names
        assert sizes == [7] * 8 + [4], sizes
        page = client.call("ListLogicalBridges")
        assert len(page.logical_bridges) == 50 and page.next_page_token
        again = client.call("ListLogicalBridges", page_token=page.next_page_token)
        assert len(again.logical_bridges) == 10 and not again.next_page_token
        same = client.call("ListLogicalBridges", page_token=page.next_page_token)
        assert same == again, "tokens never expire"


def opi_masks(folder):
    peer, client = server(folder, "--delay", "0")

    def update(mask=None, allow_missing=False, **spec):
        thing = PROTOS.LogicalBridge(name=full("bridges", "net-a"),
                                     spec=PROTOS.LogicalBridgeSpec(**spec))
        fields = {"update_mask": {"paths": mask}} if mask is not None else {}
        return client.call("UpdateLogicalBridge", logical_bridge=thing,
                           allow_missing=allow_missing, **fields)

    with peer:
        refused("NOT_FOUND", update, vlan_id=10)
        made = update(vlan_id=10, vni=100, allow_missing=True)
        assert made.name == full("bridges", "net-a") and made.spec.vni == 100
        client.wait("LogicalBridge", made.name, gone=False)
        same = update(vlan_id=10)
        assert same.spec.vni == 100 and same.status.oper_status == UP, "nothing changed"
        changed = update(vlan_id=11)
        assert (changed.spec.vlan_id, changed.spec.vni) == (11, 100)
        assert changed.status.oper_status == DOWN
        client.wait("LogicalBridge", made.name, gone=False)
        changed = update(["spec.vni"], vlan_id=12, vni=101)
        assert (changed.spec.vlan_id, changed.spec.vni) == (11, 101)
        changed = update(["*"], vlan_id=13)
        assert changed.spec.vlan_id == 13 and not changed.spec.HasField("vni")
        text = refused("UNKNOWN", update, ["spec.colour"], vlan_id=10)
        assert "invalid field path" in text
        refused("UNKNOWN", update, ["spec.vni"], vni=7)  # the mask does not excuse from the rest
        refused("INVALID_ARGUMENT", update, vlan_id=5000)


def opi_deleting(folder):
    peer, client = server(folder, "--delay", "0.4")
    with peer:
        bridge = client.call("CreateLogicalBridge", **creation("bridge", "net-a", "10"))
        client.wait("LogicalBridge", bridge.name, gone=False)
        client.call("DeleteLogicalBridge", name=bridge.name)
        dying = client.call("GetLogicalBridge", name=bridge.name)
        assert dying.status.oper_status == TO_BE_DELETED
        again = client.call("CreateLogicalBridge", **creation("bridge", "net-a", "20"))
        assert again.status.oper_status == TO_BE_DELETED and again.spec.vlan_id == 10
        assert "has not been found" in refused("UNKNOWN", client.call, "CreateBridgePort",
                                               **creation("port", "nd01", MAC, "net-a"))
        assert "in to be deleted status" in refused(
            "UNKNOWN", client.call, "UpdateLogicalBridge", logical_bridge={
                "name": bridge.name, "spec": {"vlan_id": 30}})
        client.call("DeleteLogicalBridge", name=bridge.name)
        client.wait("LogicalBridge", bridge.name, gone=True)
        fresh = client.call("CreateLogicalBridge", **creation("bridge", "net-a", "20"))
        assert fresh.spec.vlan_id == 20 and fresh.status.oper_status == DOWN
        client.call("DeleteLogicalBridge", name=bridge.name)  # before it was ever up
        client.wait("LogicalBridge", bridge.name, gone=True)


def opi_journal(folder):
    peer, client = server(folder, "--delay", "0")
    with peer:
        bridge = client.call("CreateLogicalBridge", **creation("bridge", "net-a", "10"))
        client.wait("LogicalBridge", bridge.name, gone=False)
        client.call("CreateBridgePort", **creation("port", "nd01", MAC, "net-a"))
        refused("NOT_FOUND", client.call, "GetBridgePort", name=full("ports", "nd02"))
        status, summary = peer.end()
        assert status == 0 and summary["requests"] >= 4, summary
    with open(f"{folder}/log", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    made = next(line for line in lines if line.get("method") == "CreateBridgePort")
    assert made["request"] == {"bridge_port_id": "nd01", "bridge_port": {"spec": {
        "mac_address": MAC, "ptype": "BRIDGE_PORT_TYPE_ACCESS",
        "logical_bridges": [full("bridges", "net-a")]}}}, made
    assert made["code"] == "OK" and made["violations"] == [], made
    assert 0 < made["deadline"] < 11, made["deadline"]  # gRPC rounds up to a tenth of a second
    assert made["response"]["status"] == {"oper_status": "BP_OPER_STATUS_DOWN", "components": [
        {"name": "lci", "status": "COMP_STATUS_PENDING"}]}, made
    missed = next(line for line in lines if line.get("code") == "NOT_FOUND")
    assert missed["text"] == f"unable to find key {full('ports', 'nd02')}", missed
    assert {"up"} <= {line["event"] for line in lines if "event" in line}


# A data path of bridges.

@contextmanager
def namespace(name="self"):
    """A namespace of our own: (its name, a function that runs `ip` in it)."""
    space = f"ox-{name}-{os.getpid()}"

    def ip(*arguments):
        return subprocess.run(["ip", "-n", space, *arguments], check=True, capture_output=True,
                              text=True).stdout

    subprocess.run(["ip", "netns", "add", space], check=True)
    try:
        yield space, ip
    finally:
        subprocess.run(["ip", "netns", "delete", space], check=True)


def bridge_server(folder, space, representors, *options):
    with open(f"{folder}/reps", "w", encoding="utf-8") as file:
        json.dump(representors, file)
    return server(folder, "--datapath", "bridges", "--representors", f"{folder}/reps",
                  "--delay", "0", *options, space=space)


def bridges_plug_and_unplug(folder):
    with namespace() as (space, ip):
        ip("link", "add", "rep0", "type", "veth", "peer", "name", "vf0", "address", MAC)
        peer, client = bridge_server(folder, space, {MAC: "rep0"})
        with peer:
            client.call("CreateLogicalBridge", **creation("bridge", "net-a", "10"))
            port = client.call("CreateBridgePort", **creation("port", "nd01", MAC, "net-a"))
            client.wait("BridgePort", port.name, gone=False)
            assert "master lb-" in ip("link", "show", "rep0")
            assert ",UP" in ip("link", "show", "rep0")
            client.call("DeleteBridgePort", name=port.name)
            client.wait("BridgePort", port.name, gone=True)
            assert "master" not in ip("link", "show", "rep0")
            client.call("CreateBridgePort", **creation("port", "nd01", MAC, "net-a"))
            client.wait("BridgePort", port.name, gone=False)
            assert peer.end()[0] == 0
            assert "master" not in ip("link", "show", "rep0")
            assert ip("link", "show", "type", "bridge") == "", "its bridges are gone with it"


def bridges_are_plain(folder):
    with namespace() as (space, ip):
        peer, client = bridge_server(folder, space, {})
        with peer:
            bridge = client.call("CreateLogicalBridge", **creation("bridge", "net-a", "10"))
            client.wait("LogicalBridge", bridge.name, gone=False)
            (link,) = json.loads(ip("-d", "-j", "link", "show", "type", "bridge"))
            facts = link["linkinfo"]["info_data"]
            assert (facts["stp_state"], facts["forward_delay"], facts["mcast_snooping"]) == (
                0, 0, 0), facts
            assert link["inet6_addr_gen_mode"] == "none" and "UP" in link["flags"], link
            client.call("DeleteLogicalBridge", name=bridge.name)
            client.wait("LogicalBridge", bridge.name, gone=True)
            assert ip("link", "show", "type", "bridge") == ""


def bridges_problems_show_and_pass(folder):
    with namespace() as (space, ip):
        peer, client = bridge_server(folder, space, {})
        with peer:
            client.call("CreateLogicalBridge", **creation("bridge", "net-a", "10"))
            port = client.call("CreateBridgePort", **creation("port", "nd01", MAC, "net-a"))
            trunk = creation("port", "trunk", "02:00:00:00:00:02", "net-a")
            trunk["bridge_port"].spec.ptype = 2
            trunk = client.call("CreateBridgePort", **trunk)
            problem = complaint(client, port.name, f"no representor for MAC {MAC}")
            assert problem.components[0].status == 3, problem
            complaint(client, trunk.name, "plain bridges have no trunk ports")
            ip("link", "add", "rep0", "type", "veth", "peer", "name", "vf0", "address", MAC)
            with open(f"{folder}/reps", "w", encoding="utf-8") as file:
                json.dump({MAC.upper(): "rep0"}, file)
            client.wait("BridgePort", port.name, gone=False)
            assert "master lb-" in ip("link", "show", "rep0")
            client.call("DeleteBridgePort", name=trunk.name)
            client.wait("BridgePort", trunk.name, gone=True)
