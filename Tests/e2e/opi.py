# SPDX-License-Identifier: Apache-2.0
"""The OPI server of a laboratory, asked by hand, and what its journal says of our requests."""
import json
import os
import sys

from parts import PEERS

sys.path.insert(0, PEERS)

from common import mac_bytes, plain  # noqa: E402  (a neighbour folder)
import grpc  # noqa: E402
from opi_client import Client, creation, full, protos, services  # noqa: E402


class Connection(Client):
    """A client that shares no connection, so that a server that was away is tried at once."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)])
        self.stubs = (services.LogicalBridgeServiceStub(self.channel),
                      services.BridgePortServiceStub(self.channel))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()


class OPI:
    def __init__(self, address, log, faults):
        self.address, self.log, self.fault_file = address, log, faults

    def ports(self):
        """All ports as JSON's types, by id."""
        return {port["name"].rpartition("/")[2]: port
                for port in self._all("BridgePorts", "bridge_ports")}

    def bridges(self):
        return {bridge["name"].rpartition("/")[2]: bridge
                for bridge in self._all("LogicalBridges", "logical_bridges")}

    def port_of(self, mac):
        """(id, port) of the port of a function, None when there is none."""
        return next(((name, port) for name, port in self.ports().items()
                     if port["spec"]["mac_address"] == mac), None)

    def delete_port(self, name):
        """Deletes and waits until it is gone."""
        with Connection(self.address) as client:
            client.call("DeleteBridgePort", name=full("ports", name))
            client.wait("BridgePort", full("ports", name), gone=True)

    def create_port(self, name, mac, bridge):
        with Connection(self.address) as client:
            return plain(client.call("CreateBridgePort", **creation("port", name, mac, bridge)))

    def create_bridge(self, name, vlan, vni=None):
        with Connection(self.address) as client:
            fields = creation("bridge", name, str(vlan))
            if vni:
                fields["logical_bridge"].spec.vni = vni
            return plain(client.call("CreateLogicalBridge", **fields))

    def _all(self, plural, field):
        with Connection(self.address) as client:
            return [plain(one) for one in client.all(plural, field)]

    def faults(self, *rules):
        """How the server misbehaves from now on (Tests/peers/faults.py); no rule: not at all."""
        with open(self.fault_file + ".new", "w", encoding="utf-8") as file:
            json.dump(list(rules), file)
        os.replace(self.fault_file + ".new", self.fault_file)

    def journal(self):
        """Every request and event so far; a line that is being written does not count yet."""
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def requests(self, method=None):
        return [line for line in self.journal()
                if "method" in line and method in (None, line["method"])]

    def violations(self):
        """Promises that a client broke, each as a sentence."""
        return [f"{line['method']}: {text}" for line in self.requests()
                for text in line["violations"]]
