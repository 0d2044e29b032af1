#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls an OPI server by hand; prints JSON. An error prints {"code", "text"} and exits 1.

    opi_client.py ADDR list                        all ports
    opi_client.py ADDR bridges                     all logical bridges
    opi_client.py ADDR get-port NAME               NAME may be the id alone
    opi_client.py ADDR delete-port NAME [--wait]   --wait: until it is gone
    opi_client.py ADDR create-port ID MAC BRIDGE [--wait]
    opi_client.py ADDR get-bridge | delete-bridge NAME [--wait]
    opi_client.py ADDR create-bridge ID VLAN [--wait]
"""
import argparse
import json
import sys
import time

from common import load, mac_bytes, plain
import grpc

from evpn_rules import ACCESS, NAMES
from evpn_store import UP

protos, services = load("evpn_gw.proto")
SECONDS = 10


class Client:
    """The ports and bridges behind an address; `call` is any rpc with a deadline."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)
        self.stubs = (services.LogicalBridgeServiceStub(self.channel),
                      services.BridgePortServiceStub(self.channel),
                      services.VrfServiceStub(self.channel),
                      services.SviServiceStub(self.channel))

    def ready(self, seconds=5):
        """Whether the server is there, once it is or the time is over."""
        try:
            grpc.channel_ready_future(self.channel).result(timeout=seconds)
        except grpc.FutureTimeoutError:
            return False
        return True

    def call(self, method, **fields):
        stub = next(stub for stub in self.stubs if hasattr(stub, method))
        request = getattr(protos, f"{method}Request")(**fields)
        return getattr(stub, method)(request, timeout=SECONDS)

    def all(self, plural, field):
        """Every page; a server that never held the kind says NOT_FOUND, which means none."""
        found, token = [], ""
        while True:
            try:
                page = self.call(f"List{plural}", page_token=token)
            except grpc.RpcError as error:
                if error.code() == grpc.StatusCode.NOT_FOUND and not token:
                    return []
                raise
            found += getattr(page, field)
            token = page.next_page_token
            if not token:
                return found

    def wait(self, noun, name, gone):
        """Polls until UP, or until gone; the last state either way."""
        end = time.monotonic() + SECONDS
        while True:
            try:
                thing = self.call(f"Get{noun}", name=name)
                if not gone and thing.status.oper_status == UP:
                    return thing
            except grpc.RpcError as error:
                if gone and error.code() == grpc.StatusCode.NOT_FOUND:
                    return protos.BridgePort()
                raise
            if time.monotonic() > end:
                sys.exit(f"{name} is not {'gone' if gone else 'UP'} after {SECONDS} s")
            time.sleep(0.05)


def full(kind, name):
    return name if name.startswith("//") else f"{NAMES}{kind}/{name}"


def run(client, options):
    """The answer to one command line, as JSON's types."""
    verb, args = options.verb, options.arguments
    if verb == "list":
        return [plain(port) for port in client.all("BridgePorts", "bridge_ports")]
    if verb == "bridges":
        return [plain(bridge) for bridge in client.all("LogicalBridges", "logical_bridges")]
    action, _, word = verb.partition("-")
    noun, kind = {"port": ("BridgePort", "ports"), "bridge": ("LogicalBridge", "bridges")}[word]
    if action == "create":
        thing = client.call(f"Create{noun}", **creation(word, *args))
        return plain(client.wait(noun, thing.name, gone=False) if options.wait else thing)
    name = full(kind, *args)
    answer = client.call(f"{action.capitalize()}{noun}", name=name)
    if action == "delete" and options.wait:
        answer = client.wait(noun, name, gone=True)
    return plain(answer)


def creation(word, identifier, *args):
    """The request that makes a port or a bridge."""
    if word == "bridge":
        spec = protos.LogicalBridgeSpec(vlan_id=int(args[0]))
        return {"logical_bridge_id": identifier,
                "logical_bridge": protos.LogicalBridge(spec=spec)}
    mac, bridge = args
    spec = protos.BridgePortSpec(mac_address=mac_bytes(mac), ptype=ACCESS,
                                 logical_bridges=[full("bridges", bridge)])
    return {"bridge_port_id": identifier, "bridge_port": protos.BridgePort(spec=spec)}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("verb", choices=["list", "bridges"] + [
        f"{action}-{word}" for action in ("get", "delete", "create")
        for word in ("port", "bridge")])
    parser.add_argument("arguments", nargs="*")
    parser.add_argument("--wait", action="store_true")
    options = parser.parse_args()
    try:
        print(json.dumps(run(Client(options.address), options), indent=2))
    except grpc.RpcError as error:
        print(json.dumps({"code": error.code().name, "text": error.details()}))
        sys.exit(1)


if __name__ == "__main__":
    main()
