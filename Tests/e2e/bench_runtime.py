#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the Kubernetes runtime costs: the figures of scripts/bench runtime, a line each.

    bench_runtime.py [events] [queue] [memory] [sync] [idle]      (default: all)

"events" replays a stream of MODIFIED events of 2 KB Netdevs from a server of this process, over
HTTP/2 in the clear; what is counted is the whole client process: frames, lines, decode, store,
handler. The peer is orjson's decode alone of the same lines. "queue" is a pass that does nothing,
while all other keys wait for their time. "memory" caches objects from lists of
500 and then from one list after a 410; "sync" reads 10,000 objects from the real API server;
"idle" starts each role in a cluster. Exits 1 when a budget is missed.
"""
import asyncio
import json
import os
import sys
import tempfile
import time

import orjson

from api_client import Client
from api_contract import CORE, GROUP
from control_plane import ADMIN_TOKEN, ControlPlane
from kube_lab import KubeLab
from odd_server import OddServer
from parts import BINARY, until
from runtime import Informer, Runtime, stat_of

EVENTS = int(os.environ.get("BENCH_EVENTS", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "0")) or 3
TICK = os.sysconf("SC_CLK_TCK")
JSON = {"content-type": "application/json"}
over = []


def figure(name, ours, unit, peer=None, most=None):
    """A line as scripts/bench has them; `most` is the budget of `ours`."""
    missed = most is not None and ours > most
    if missed:
        over.append(name)

    def text(value):
        return "-" if value is None else f"{value:.4g} {unit}"
    ratio = f"{ours / peer:.2f}" if peer else "-"
    budget = "-" if most is None else f"<= {most:g} {unit}"
    print(f"runtime: {name}\t{text(ours)}\t{text(peer)}\t{ratio}\t{budget}\t"
          f"{'over' if missed else 'ok'}", flush=True)


def condition(kind, reason, message):
    return {"type": kind, "status": "True", "reason": reason, "message": message,
            "lastTransitionTime": "2026-03-04T10:11:12Z", "observedGeneration": 2}


def managed(manager, *paths, sub=None):
    """An entry of managedFields for these paths, as a server writes it."""
    fields = {}
    for path in paths:
        here = fields
        for part in path.split("."):
            here = here.setdefault(f"f:{part}", {})
    entry = {"manager": manager, "operation": "Update", "apiVersion": "xpu.opiproject.org/v1alpha1",
             "time": "2026-03-04T10:11:12Z", "fieldsType": "FieldsV1", "fieldsV1": fields}
    return {**entry, "subresource": sub} if sub else entry


def netdev(number, version):
    """A connected Netdev as the agents write it and a server sends it, about 2.1 KB."""
    node, function = f"worker-{number % 100}.example.net", number // 100
    pci = f"{0x3b + function // 256:02x}:{function // 8 % 32:02x}"
    card = f"card-{number % 100}"
    return {
        "apiVersion": "xpu.opiproject.org/v1alpha1", "kind": "Netdev",
        "metadata": {
            "annotations": {}, "creationTimestamp": "2026-03-04T10:11:10Z",
            "finalizers": ["xpu.opiproject.org/port"], "generation": 2,
            "labels": {"xpu.opiproject.org/node": f"{number % 100:016x}",
                       "xpu.opiproject.org/xpu": f"{number % 100:016x}"},
            "managedFields": [
                managed("host-agent", "metadata.finalizers", "metadata.labels", "spec.backend",
                        "spec.containerID", "spec.ifName", "spec.interfaceRole", "spec.macAddress",
                        "spec.networkRef", "spec.nodeName", "spec.pciAddress", "spec.podRef",
                        "spec.xpuRef"),
                managed("xpu-agent", "status.conditions", "status.gateways", "status.ips",
                        "status.opiPort", "status.phase", sub="status")],
            "name": f"{node}.0000-{pci.replace(':', '-')}-{function % 8}", "namespace": "opi-xpu",
            "resourceVersion": str(version),
            "uid": f"01298d14-0fb4-43d3-9c21-{number:012x}"},
        "spec": {
            "backend": "VF", "containerID": f"{number:064x}", "ifName": "net1",
            "interfaceRole": "Secondary", "macAddress": f"02:00:00:{number >> 16 & 255:02x}:"
            f"{number >> 8 & 255:02x}:{number & 255:02x}", "mtu": 1500, "networkRef": "blue",
            "nodeName": node, "pciAddress": f"0000:{pci}.{function % 8}",
            "podRef": {"namespace": "default", "name": f"workload-{number:08x}-abcde",
                       "uid": f"11298d14-0fb4-43d3-9c21-{number:012x}"}, "xpuRef": card},
        "status": {
            "conditions": [condition("AddressAssigned", "Done", "10.10.0.7/24 of blue"),
                           condition("PortReady", "Done", "the port is up"),
                           condition("Ready", "Done", "packets flow")],
            "gateways": ["10.10.0.1"], "ips": [f"10.{number >> 8 & 255}.{number & 255}.7/24"],
            "observedGeneration": 2, "phase": "Connected",
            "opiPort": {"name": f"//network.opiproject.org/ports/port-{number:08x}",
                        "operStatus": "Up", "server": "192.0.2.17:50051"}}}


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def lists(count, version):
    """Answers that list `count` Netdevs: in pages as they are asked for, or in one piece."""
    items = [compact(netdev(number, number + 1)) for number in range(count)]
    size = sum(map(len, items)) / count
    assert 1900 < size < 2300, f"a Netdev of {size} bytes is not what this is about"

    def answer(path):
        query = dict(part.partition("=")[::2] for part in path.partition("?")[2].split("&"))
        start = int(query.get("continue") or 0)
        end = start + int(query["limit"]) if "limit" in query else count
        more = str(end) if end < count else ""
        head = b'{"apiVersion":"xpu.opiproject.org/v1alpha1","items":['
        tail = b'],"kind":"NetdevList","metadata":' + compact(
            {"continue": more, "resourceVersion": str(version)}) + b"}"
        return 200, JSON, [head, b",".join(items[start:end]), tail]
    return answer, size


class Served:
    """An informer of a server that lists Netdevs and then says on its watch what it is told to."""

    def __init__(self, count, *watches):
        self.list, self.size = lists(count, count + 1)
        self.watches = list(watches)
        self.server = OddServer(self.answer)
        with tempfile.NamedTemporaryFile("w", suffix=".kubeconfig", delete=False) as file:
            json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "it",
                       "clusters": [{"name": "it", "cluster": {"server": self.server.url}}],
                       "users": [{"name": "me", "user": {}}],
                       "contexts": [{"name": "it", "context": {"cluster": "it", "user": "me"}}]},
                      file)
        self.informer = Informer(file.name, "opi-xpu", quiet=True)
        os.unlink(self.wait_for(count, file.name))

    def wait_for(self, count, value=None):
        until(lambda: self.informer.ask("count", do="count")["count"] >= count, 120,
              f"{count} calls of the handler", pause=0.2)
        return value

    def answer(self, path):
        if "watch=1" not in path:
            return self.list(path)
        return 200, JSON, self.watches.pop(0) if self.watches else [None]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.informer.close()
        self.server.close()


def processor(process):
    """User and system time of a process so far, in seconds."""
    fields = stat_of(process.pid)
    return (int(fields[11]) + int(fields[12])) / TICK


def events():
    count = 10_000
    lines = [compact({"type": "MODIFIED", "object": netdev(number % count, count + 2 + number)})
             + b"\n" for number in range(EVENTS)]
    size = sum(map(len, lines)) / EVENTS
    ours, peers = [], []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for line in lines:
            orjson.loads(line)
        peers.append((time.process_time() - begun) / EVENTS * 1e6)
        gate = [b"".join(lines), None]
        with Served(count) as served:
            # The watch that is open is cut; the next one has the events.
            before = processor(served.informer.process)
            served.watches.append(gate)
            for one in served.server.connections:
                one.shutdown(2)
            served.wait_for(count + EVENTS)
            ours.append((processor(served.informer.process) - before) / EVENTS * 1e6)
    mine, peer = sorted(ours)[ROUNDS // 2], sorted(peers)[ROUNDS // 2]
    figure("bytes of an event", size, "B")
    figure("CPU of an event: HTTP/2, decode, store, handler (peer: orjson's decode alone)", mine,
           "us", peer, 30)
    figure("events by the CPU", size / mine, "MB/s", size / peer)


def queue():
    for count in (1_000, 100_000):
        waves = max(1, 100_000 // count)
        costs = []
        for _ in range(ROUNDS):
            runtime = Runtime("queue", str(count))
            runtime.ask("passes", do="wave")
            before = processor(runtime.process)
            for _ in range(waves):
                runtime.ask("passes", do="wave")
            costs.append((processor(runtime.process) - before) / waves / count * 1e6)
            runtime.close()
        figure(f"CPU of a pass with {count} keys in the queue", sorted(costs)[ROUNDS // 2], "us")


def memory():
    with Served(1) as served:
        empty = served.informer.resident()[0]
    figure("RSS of an informer of one object", empty / 1024, "MiB", most=20)
    for count in (10_000, 100_000):
        with Served(count) as served:
            time.sleep(1)
            steady, peak = served.informer.resident()
            figure(f"RSS of {count} Netdevs", steady / 1024, "MiB",
                   most=60 if count == 10_000 else None)
            figure(f"peak of listing {count} Netdevs by RSS", peak / steady, "x", most=1.3)
            figure(f"memory of a cached object of {count} by its JSON",
                   (steady - empty) * 1024 / count / served.size, "x", most=2)
            gone = compact({"type": "ERROR", "object": {
                "kind": "Status", "code": 410, "reason": "Expired", "message": "too old"}}) + b"\n"
            served.watches.append([gone])
            for one in served.server.connections:
                one.shutdown(2)
            # The lists, the watch that is cut, the one that is told 410, one list, a watch.
            until(lambda served=served: len(served.server.requests) >= count / 500 + 4, 200,
                  "the watch after a new list")
            time.sleep(1)
            figure(f"peak of listing {count} Netdevs again by RSS",
                   served.informer.resident()[1] / steady, "x", most=1.3)


async def fill(client, path, count):
    """That many Netdevs, 16 requests at a time."""
    async with client.multiplexed() as http:
        async def some(start):
            for number in range(start, count, 16):
                one = netdev(number, 1)
                body = {"apiVersion": one["apiVersion"], "kind": one["kind"], "spec": one["spec"],
                        "metadata": {"name": one["metadata"]["name"],
                                     "labels": one["metadata"]["labels"]}}
                answer = await http.post(path, json=body)
                assert answer.status_code == 201, answer.text
        await asyncio.gather(*(some(start) for start in range(16)))


def sync():
    count = 10_000
    folder = tempfile.mkdtemp(prefix=f"oxl-{os.getpid()}-")
    plane = ControlPlane(folder)
    plane.up()
    try:
        client = Client(plane.server, plane.file("ca.crt"), ADMIN_TOKEN)
        client.post(f"{CORE}/namespaces", {"apiVersion": "v1", "kind": "Namespace",
                                           "metadata": {"name": "many"}})
        asyncio.run(fill(client, f"{GROUP}/namespaces/many/netdevs", count))
        walls, cpus = [], []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            informer = Informer(plane.admin, "many", quiet=True)
            try:
                until(lambda informer=informer: informer.ask("count", do="count")["count"] >= count,
                      60, "the objects")
                walls.append(time.perf_counter() - begun)
                cpus.append(processor(informer.process))
                steady = informer.resident()
            finally:
                informer.close()
        figure(f"cold sync of {count} Netdevs from the API server", sorted(walls)[ROUNDS // 2], "s")
        figure("CPU of that", sorted(cpus)[ROUNDS // 2], "s")
        figure("RSS after it", steady[0] / 1024, "MiB", most=60)
        client.close()
    finally:
        plane.down()


def forget(path):
    """Takes a file out of the page cache, as on a node that reads it from an image's layer.

    One that was just written lies there in large folios, and kernels since 6.18 map a whole folio
    for one instruction in it: all of the program would count as resident.
    """
    with open(path, "r+b") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def idle():
    forget(BINARY)
    with KubeLab(blue=4, green=0, delay=0) as lab:
        lab.start()
        lab.device_plugin.start()
        time.sleep(15)  # ten seconds after its start a role gives back what only that needed
        for part in (lab.host_agent, lab.xpu_agent, lab.device_plugin):
            with open(f"/proc/{part.process.pid}/status", encoding="utf-8") as file:
                fields = dict(line.split(":", 1) for line in file)
            figure(f"idle RSS of {part.name}", int(fields["VmRSS"].split()[0]) / 1024, "MiB",
                   most=20)
            for key in ("RssAnon", "RssFile"):
                figure(f"idle {key} of {part.name}", int(fields[key].split()[0]) / 1024, "MiB")


def main():
    parts = {"events": events, "queue": queue, "memory": memory, "sync": sync, "idle": idle}
    for name in sys.argv[1:] or parts:
        parts[name]()
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
