#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the API server costs a pod: the same calls to the host agent in both topologies.

Prints figures as scripts/bench has them, in milliseconds: the cluster's beside the standalone's.
The OPI server brings ports up at once, so that what is measured is what lies between.
"""
import os
import re
import sys
import time

from agent_api import call
from kube_lab import KubeLab
from lab import Lab
from parts import until

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "0")) or 200
OURS = ("netdevs", "dpunetworks", "xpus", "addressblocks", "leases", "nodes")


def mac(function):
    return bytes.fromhex(function.mac.replace(":", ""))


def milliseconds(work):
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def attach(lab, function, container):
    return call(lab.agent_socket, "Attach", device_id=function.pci, container_id=container,
                interface_name="net1", mac_address=mac(function), seconds=20)


def allocate(lab, function):
    call(lab.agent_socket, "Allocate", resource_name="opi.example.com/blue",
         device_ids=[function.pci])


def detach(lab, function, container):
    call(lab.agent_socket, "Detach", device_id=function.pci, container_id=container,
         interface_name="net1")


def gone(lab):
    folder = os.path.join(lab.run, "netdevs")
    until(lambda: not os.listdir(folder), 20, "the Netdev to be gone", pause=0.0005)


def measure(lab, rounds):
    """Samples by name; each round is one pod that asks for its function at once, and one whose
    function was connected while its image was pulled."""
    samples = {"allocate": [], "connected": [], "prepared": [], "gone": []}
    for number in range(rounds):
        function = lab.functions[number % len(lab.functions)]
        container = f"bench-{number}"
        begun = time.perf_counter()
        samples["allocate"].append(milliseconds(lambda: allocate(lab, function)))
        attach(lab, function, container)
        samples["connected"].append((time.perf_counter() - begun) * 1000)
        detach(lab, function, container)
        samples["gone"].append(milliseconds(lambda: gone(lab)))
        allocate(lab, function)
        time.sleep(0.06)
        prepared = milliseconds(lambda: attach(lab, function, container))
        samples["prepared"].append(prepared)
        detach(lab, function, container)
        gone(lab)
    return samples


def requests(plane):
    """Requests of the API server by verb and resource, without watches, which last."""
    text = plane.kubectl("get", "--raw", "/metrics").stdout
    counts = {}
    for line in text.splitlines():
        found = re.match(r'apiserver_request_total\{(.*)\} (\S+)', line)
        if not found:
            continue
        labels = dict(re.findall(r'(\w+)="([^"]*)"', found[1]))
        if labels["resource"] in OURS and labels["verb"] not in ("WATCH", "LIST"):
            sub = f"/{labels['subresource']}" if labels["subresource"] else ""
            key = f"{labels['verb']} {labels['resource']}{sub}"
            counts[key] = counts.get(key, 0) + int(float(found[2]))
    return counts


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def figure(name, ours, peer=None):
    def text(value):
        return "-" if value is None else f"{value:.2f} ms"
    ratio = f"{ours / peer:.2f}" if peer else "-"
    print(f"{name}\t{text(ours)}\t{text(peer)}\t{ratio}\t-\tok", flush=True)


def main():
    with Lab(blue=4, green=0, delay=0) as lab:
        lab.start()
        measure(lab, 10)
        alone = measure(lab, ROUNDS)
    with KubeLab(blue=4, green=0, delay=0) as lab:
        lab.start()
        measure(lab, 10)
        before = requests(lab.plane)
        cluster = measure(lab, ROUNDS)
        after = requests(lab.plane)
    words = {"allocate": "Allocate", "connected": "Allocate to Connected, seen by Attach",
             "prepared": "Attach of a connected function", "gone": "Detach until port is gone"}
    for name, title in words.items():
        for share, word in ((0.5, "p50"), (0.99, "p99")):
            figure(f"kubernetes: {title}, {word}", percentile(cluster[name], share),
                   percentile(alone[name], share))
    pods = 2 * ROUNDS
    total = 0
    for key in sorted(after):
        count = after[key] - before.get(key, 0)
        if count and "leases" not in key and "nodes" not in key:
            total += count
            print(f"kubernetes: {key} requests a pod\t{count / pods:.2f}\t0\t-\t-\tok")
    print(f"kubernetes: API round trips a pod\t{total / pods:.2f}\t0\t-\t-\tok")


if __name__ == "__main__":
    sys.exit(main())
