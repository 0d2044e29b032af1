#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long the sandbox's commands take, from the outside: each is a process that starts and ends.

Prints figures as scripts/bench has them, in milliseconds; there is no peer. BENCH_ROUNDS pods, ten
in each sandbox.
"""
import os
import sys

from bench_kubernetes import figure, milliseconds, percentile
from sandbox import Sandbox

PODS = int(os.environ.get("BENCH_ROUNDS", "0")) or 200
IN_EACH = 10


def measure(count):
    """Samples by command: sandboxes one after another, and in each its pods."""
    samples = {"up": [], "run-pod": [], "delete-pod": [], "down": [], "hints": []}
    for _ in range(max(1, count // IN_EACH)):
        one = Sandbox()
        try:
            samples["up"].append(milliseconds(one.up))
            for number in range(IN_EACH):
                name = f"pod-{number}"
                for command in ("run-pod", "delete-pod"):
                    samples[command].append(milliseconds(lambda: one.command(command, name)))
            samples["hints"].append(milliseconds(lambda: one.command("hints")))
        finally:
            samples["down"].append(milliseconds(one.down))
        assert one.leftovers() == [], one.leftovers()
    return samples


def main():
    measure(IN_EACH)
    words = {"hints": "a command that asks nobody"}
    for command, times in measure(PODS).items():
        for share, word in ((0.5, "p50"), (0.99, "p99")):
            figure(f"sandbox: {words.get(command, command)}, {word}", percentile(times, share))


if __name__ == "__main__":
    sys.exit(main())
