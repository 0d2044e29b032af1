#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An EVPN gateway (OPI logical bridges and bridge ports) that behaves as opi-evpn-bridge does.

Prints {"ready": ADDRESS} when it listens. SIGTERM or SIGINT stop it; it then removes the bridges it
made, prints a summary, and exits 3 when a request broke our own client's promises, else 0.
Nothing is kept across restarts.
"""
import argparse
import signal
import sys
import threading
import time
from concurrent import futures

from common import emit, load, plain
import grpc
from google.protobuf import empty_pb2

from evpn_rules import Refused, violations
from evpn_store import BRIDGES, PORTS, Store
from faults import Faults, status
from linux_bridges import LinuxBridges, NoDataPath

protos, services = load("evpn_gw.proto")


class Journal:
    """Every request and every change of an object, as JSON lines."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8") if path else None
        self.requests, self.violations = 0, []
        self.lock = threading.Lock()

    def event(self, line):
        if self.file:
            emit({"time": round(time.time(), 6), **line}, self.file)

    def request(self, line):
        with self.lock:
            self.requests += 1
            self.violations += [f"{line['method']}: {text}" for text in line["violations"]]
        self.event(line)


class Gateway:
    """One call after another: faults, contract, work, journal."""

    def __init__(self, store, faults, journal):
        self.store, self.faults, self.journal = store, faults, journal
        self.stopping = threading.Event()

    def call(self, method, request, context, work):
        left = context.time_remaining()
        line = {"method": method, "request": plain(request), "peer": context.peer(),
                "deadline": None if left is None else round(left, 3),
                "violations": violations(method, request, left)}
        try:
            answer = self._answer(method, request, context, work)
            line.update(code="OK", response=plain(answer), awaited=context.is_active())
            return answer
        except Refused as refusal:
            line.update(code=refusal.code.name, text=refusal.text)
            context.abort(refusal.code, refusal.text)
        finally:
            self.journal.request({"code": "CANCELLED", **line})

    def _answer(self, method, request, context, work):
        rule = self.faults.rule(method) or {}
        gone = threading.Event()
        if not context.add_callback(gone.set):
            gone.set()
        gone.wait(rule.get("slow", 0))
        answer = work(request) if rule.get("apply") or not rule.keys() & {"fail", "hang"} else None
        if rule.get("hang"):
            gone.wait()
            raise Refused(grpc.StatusCode.CANCELLED, "hung")
        if "fail" in rule:
            raise Refused(*status(rule["fail"]))
        return answer


def servicer(gateway, base, kind, noun, plural):
    """The five rpcs of a kind of object."""
    store = gateway.store
    listed = getattr(protos, f"List{plural}Response")

    def page(request):
        things, token = store.list(kind, request.page_size, request.page_token)
        return listed(**{f"{kind.field}s": things, "next_page_token": token})

    def remove(request):
        store.delete(kind, request.name, request.allow_missing)
        return empty_pb2.Empty()

    work = {
        f"Create{noun}": lambda request: store.create(kind, request),
        f"Get{noun}": lambda request: store.get(kind, request.name),
        f"List{plural}": page,
        f"Delete{noun}": remove,
        f"Update{noun}": lambda request: store.update(kind, request),
    }

    def handler(method):
        return lambda self, request, context: gateway.call(
            method, request, context, work[method])

    return type(noun, (base,), {method: handler(method) for method in work})()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", required=True, help="unix:PATH, or HOST:PORT (port 0: any)")
    parser.add_argument("--datapath", choices=["none", "bridges"], default="none")
    parser.add_argument("--netns", help="where the representors are (default: here)")
    parser.add_argument("--representors", help="JSON file: MAC of the function -> its representor")
    parser.add_argument("--delay", type=float, default=0.05, help="seconds until UP or gone")
    parser.add_argument("--fail", metavar="CODE:TEXT", help="answer every request with this")
    parser.add_argument("--hang", action="store_true", help="never answer")
    parser.add_argument("--fault", metavar="FILE", help="faults, read for each request: faults.py")
    parser.add_argument("--log", metavar="FILE", help="JSON lines of requests and events")
    parser.add_argument("--until-eof", action="store_true", help="also stop when stdin ends")
    options = parser.parse_args()
    if options.datapath == "bridges" and not options.representors:
        parser.error("--datapath bridges needs --representors")
    return options


def listen(server, address):
    """Binds, and gives back the address as it came out."""
    port = server.add_insecure_port(address)
    if not port:
        sys.exit(f"opi_server: cannot listen on {address}")
    return address if address.startswith("unix:") else f"{address.rpartition(':')[0]}:{port}"


def main():
    options = arguments()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if options.until_eof:
        threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()

    journal = Journal(options.log)
    faults = Faults(options.fault, options.fail, options.hang)
    datapath = NoDataPath()
    if options.datapath == "bridges":
        datapath = LinuxBridges(options.netns, options.representors)
    store = Store(datapath, options.delay, faults, journal.event)
    gateway = Gateway(store, faults, journal)

    server = grpc.server(futures.ThreadPoolExecutor(max_workers=64),
                         options=[("grpc.so_reuseport", 0)])
    services.add_LogicalBridgeServiceServicer_to_server(
        servicer(gateway, services.LogicalBridgeServiceServicer, BRIDGES,
                 "LogicalBridge", "LogicalBridges"), server)
    services.add_BridgePortServiceServicer_to_server(
        servicer(gateway, services.BridgePortServiceServicer, PORTS,
                 "BridgePort", "BridgePorts"), server)
    address = listen(server, options.listen)
    server.start()
    emit({"ready": address})
    while not stop.wait(1):
        pass
    server.stop(grace=0.2).wait()
    store.close()
    emit({"stopped": address, "requests": journal.requests, "violations": journal.violations})
    return 3 if journal.violations else 0


if __name__ == "__main__":
    sys.exit(main())
