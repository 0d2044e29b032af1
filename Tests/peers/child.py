# SPDX-License-Identifier: Apache-2.0
"""Processes that speak JSON lines, for the tests of the peers."""
import json
import os
import subprocess
import sys

from common import HERE
import grpc


class Child:
    """A program that prints JSON lines, and takes commands if it wants to."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

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


class Peer(Child):
    """A peer of this folder."""

    def __init__(self, script, *arguments):
        super().__init__(sys.executable, os.path.join(HERE, script), *arguments)


def refused(code, call, *arguments, **fields):
    """The error text of a call that must fail with this code."""
    try:
        call(*arguments, **fields)
    except grpc.RpcError as error:
        assert error.code().name == code, error
        return error.details()
    raise AssertionError(f"not refused with {code}")
