# SPDX-License-Identifier: Apache-2.0
"""The sandbox's API server, which keeps everything in memory, with the surface of ControlPlane.

One process without etcd and without certificates of ours: it makes its own. What is killed comes
back with its objects, but without their history: a watch from before is answered 410.
"""
import json
import os
import signal
import subprocess

from control_plane import MANIFESTS, ControlPlane, birth, free_ports
from parts import BINARY, WITH_US, until

SANDBOX = os.environ.get("OPI_XPU_SANDBOX") or os.path.join(os.path.dirname(BINARY),
                                                            "opi-xpu-sandbox")


class MemoryPlane(ControlPlane):
    """`folder` is the server's state folder: ca.crt, admin.kubeconfig, admin.token, a log."""

    in_memory = True

    def up(self, bare=False):
        """`bare`: without the shipped manifests."""
        os.makedirs(self.folder, exist_ok=True)
        self.bare = bare
        self.ports = self.ports or [0, 0, self.port or free_ports(1)[0]]
        try:
            self.start("apiserver")
        except BaseException:
            self.down()
            raise
        return self

    def start(self, name, wait=True):
        """There is no etcd to start; `apiserver` comes up with the address it had."""
        if name != "apiserver":
            return
        manifests = [] if self.bare else ["--manifests", MANIFESTS]
        command = [SANDBOX, "api-server", "--state", self.folder, "--listen",
                   f"127.0.0.1:{self.ports[2]}", *manifests]
        bound = [] if self.detached else WITH_US
        with open(self.file("apiserver.log"), "ab") as log, open(self.file("ready"), "wb") as out:
            process = subprocess.Popen(
                [*bound, *self.before, *command], stdin=subprocess.DEVNULL, stdout=out, stderr=log,
                start_new_session=self.detached)
        self.pids[name], self.processes[name] = process.pid, process
        self.births[name] = birth(process.pid)
        self._save()
        if wait:
            until(self.ready, 20, "the sandbox's API server to be ready", pause=0.02)

    def ready(self):
        process = self.processes.get("apiserver")
        if process and process.poll() is not None:
            raise AssertionError(f"the API server ended: {self.said('apiserver')[-3000:]}")
        with open(self.file("ready"), encoding="utf-8") as file:
            line = file.readline()
        if not line.endswith("\n"):
            return False
        address = json.loads(line)["ready"]
        assert address == self.server, f"it listens on {address}, not on {self.server}"
        return True

    @property
    def admin_token(self):
        with open(self.file("admin.token"), encoding="utf-8") as file:
            return file.read().strip()

    def stop(self, name, how=signal.SIGTERM):
        if name == "apiserver":
            super().stop(name, how)

    def _make_keys(self):
        raise NotImplementedError("the server makes its own keys")
