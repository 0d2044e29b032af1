# SPDX-License-Identifier: Apache-2.0
"""Our gRPC and gRPC's C++ library in turn: the figures of scripts/bench wire, a line each.

    wire.py OURS PEER ALLOCATION-COUNTER FOLDER

Ratios are ours to the peer's, of medians over BENCH_ROUNDS rounds; the two sides take turns within
a round. "on loop" is a client whose task lives on its connection's event loop, as the peer's client
polls the queue that its calls complete on; "a task" is a client whose tasks live where Swift puts
them. Latencies are microseconds. Exits 1 when a budget is missed.
"""
import collections
import contextlib
import json
import os
import statistics
import struct
import subprocess
import sys

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS, BYTES = 2, 100
MEGABYTE, MESSAGES = 1_000_000, 300
STREAMS = 1000
FLIGHTS = (1, 8, 64)
OURS, PEER, COUNTER, FOLDER = sys.argv[1:]
SIDES = {"ours": OURS, "peer": PEER}


def certificates():
    """A key and its own authority, for localhost; returns the two files."""
    key, certificate = (os.path.join(FOLDER, name) for name in ("tls.key", "tls.crt"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True)
    return certificate, key


@contextlib.contextmanager
def running(*words, says, env=None):
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=env)
    try:
        line = process.stdout.readline().strip()
        assert line == says, f"{words[0]} said {line!r}"
        yield process.pid
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Place:
    """Where the two servers of one transport listen, and what a client needs to reach them."""

    def __init__(self, name, first_port, tls):
        self.name, self.tls = name, tls
        self.targets = {
            side: f"localhost:{first_port + index}" if tls else
            "unix:" + os.path.join(FOLDER, f"{side}.sock")
            for index, side in enumerate(SIDES)}

    def serve(self, side, env=None):
        return running(SIDES[side], "serve", self.targets[side], "1", *(self.tls or ()),
                       says="ready", env=env)

    def load(self, side, *words):
        authority = self.tls[:1] if self.tls else ()
        command = [SIDES[side], "load", self.targets[side], *map(str, words), *authority]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=120)
        return json.loads(done.stdout)


def processor(pid):
    """User and system time of a process so far, in microseconds (proc(5))."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1e6


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


samples = collections.defaultdict(list)
over = []


def median(name, side):
    return statistics.median(samples[name, side])


def report(name, unit, better=None):
    """`better` is "less" or "more" where our figure must not be worse than the peer's."""
    ours, peer = median(name, "ours"), median(name, "peer")
    ratio = ours / peer
    missed = better == "less" and ratio > 1 or better == "more" and ratio < 1
    if missed:
        over.append(name)
    budget = {"less": "<= 1 x", "more": ">= 1 x"}.get(better, "-")
    print(f"wire {name}\t{ours:.6g} {unit}\t{peer:.6g} {unit}\t{ratio:.2f}\t{budget}\t"
          f"{'over' if missed else 'ok'}", flush=True)


def unary(place):
    """A round of unary calls for each number in flight, ours with either kind of client."""
    for flight in FLIGHTS:
        for side, verb, label in (("ours", "unary-on-loop", "on loop"), ("peer", "unary", ""),
                                  ("ours", "unary", "a task")):
            before = processor(place.pids[side])
            figures = place.load(side, verb, flight, SECONDS, BYTES)
            # The server also worked for the warm-up, of a quarter of the time.
            used = (processor(place.pids[side]) - before) / (figures["calls"] * 1.25)
            for key in ("p50", "p99", "rate", "cpu"):
                for kind in [label] if label else ["on loop", "a task"]:
                    samples[f"{place.name} {flight} {key} {kind}", side].append(figures[key])
            for kind in [label] if label else ["on loop", "a task"]:
                samples[f"{place.name} {flight} server {kind}", side].append(used)


def flow(place):
    for side in SIDES:
        figures = place.load(side, "flow", MESSAGES, MEGABYTE)
        samples[f"{place.name} flow", side].append(figures["rate"])


def measure(place):
    with contextlib.ExitStack() as stack:
        place.pids = {side: stack.enter_context(place.serve(side)) for side in SIDES}
        for number in range(-1, ROUNDS):
            if number == 0:
                samples.clear()
            unary(place)
            flow(place)
    for flight in FLIGHTS:
        for kind in ("on loop", "a task"):
            budget = kind == "on loop"
            name = f"{place.name} {flight}"
            report(f"{name} p50 {kind}", "us", "less" if budget else None)
            report(f"{name} p99 {kind}", "us")
            report(f"{name} rate {kind}", "calls/s", "more" if budget else None)
            report(f"{name} cpu {kind}", "us/call")
            report(f"{name} server {kind}", "us/call")
    report(f"{place.name} flow", "MB/s")


def allocations(place):
    """What a call costs a server that was warmed up, its connection's start spread over all."""
    for side in SIDES:
        path = os.path.join(FOLDER, f"allocations-{side}")
        env = {**os.environ, "LD_PRELOAD": COUNTER, "ALLOCATIONS": path}

        def count(path=path):
            with open(path, "rb") as file:
                return struct.unpack("Q", file.read(8))[0]

        with place.serve(side, env):
            place.load(side, "unary", 8, 1, BYTES)
            before = count()
            calls = place.load(side, "unary", 8, 2, BYTES)["calls"] * 1.25
            samples["allocations per call, server", side].append((count() - before) / calls)
    report("allocations per call, server", "")


def idle(place):
    for side in SIDES:
        authority = place.tls[:1] if place.tls else ()
        with place.serve(side) as server:
            place.load(side, "unary", 1, 1, BYTES)
            before = resident(server)
            with running(SIDES[side], "load", place.targets[side], "idle", str(STREAMS), *authority,
                         says="idle") as client:
                samples[f"RSS of {STREAMS} idle streams, server", side].append(
                    resident(server) - before)
                samples["RSS of such a client in all", side].append(resident(client))
    report(f"RSS of {STREAMS} idle streams, server", "KiB")
    report("RSS of such a client in all", "KiB")


def codec():
    done = subprocess.run([OURS, "codec"], stdout=subprocess.PIPE, text=True, check=True,
                          timeout=120)
    for line in done.stdout.splitlines():
        name, rate = line.split("\t")
        print(f"wire {name}\t{float(rate):.0f} MB/s\t-\t-\t-\tok", flush=True)


def main():
    plain, secure = Place("unix", 0, None), Place("tls", 26551, certificates())
    codec()
    allocations(plain)
    idle(plain)
    measure(plain)
    measure(secure)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
