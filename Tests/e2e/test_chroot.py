# SPDX-License-Identifier: Apache-2.0
"""The binary alone: a root that holds nothing but it, /proc, two files of /etc and its own."""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import unittest

from parts import BINARY, PEERS, PYTHON, WITH_US, until


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Alone(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix=f"oxl-{os.getpid()}-root-")
        self.addCleanup(shutil.rmtree, self.root, True)
        for folder in ("proc", "etc", "run"):
            os.mkdir(f"{self.root}/{folder}")
        shutil.copy(BINARY, f"{self.root}/opi-xpu")
        subprocess.run(["mount", "-t", "proc", "proc", f"{self.root}/proc"], check=True)
        self.addCleanup(subprocess.run, ["umount", f"{self.root}/proc"], check=True)

    def write(self, name, text):
        with open(f"{self.root}/{name}", "w", encoding="utf-8") as file:
            file.write(text)

    def start(self, *command):
        process = subprocess.Popen(WITH_US + list(command), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.kill)
        return process

    def test_starts(self):
        done = subprocess.run(["chroot", self.root, "/opi-xpu", "cni"], text=True,
                              env={"CNI_COMMAND": "VERSION", "PATH": os.environ["PATH"]},
                              capture_output=True, timeout=20)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("1.1.0", json.loads(done.stdout)["supportedVersions"])

    def test_resolves_names(self):
        """The host agent finds an OPI server by a name that only the root's own /etc/hosts has."""
        port, log = free_port(), f"{self.root}/opi.jsonl"
        server = self.start(PYTHON, os.path.join(PEERS, "opi_server.py"),
                            "--listen", f"127.0.0.1:{port}", "--log", log)
        self.assertIn("ready", server.stdout.readline())
        self.write("etc/hosts", "127.0.0.1 localhost\n127.0.0.1 the-card.opi-xpu.test\n")
        self.write("etc/resolv.conf", "nameserver 127.0.0.1\n")
        self.write("config.json", json.dumps({
            "version": 1, "node": "alone", "networks": [],
            "opi": {"server": f"the-card.opi-xpu.test:{port}"}, "paths": {"run": "/run"}}))
        agent = self.start("chroot", self.root, "/opi-xpu", "host-agent",
                           "--config", "/config.json")
        until(lambda: os.path.exists(log) and "ListBridgePorts" in open(log).read(), 15,
              "a call of the host agent")
        agent.terminate()
        self.assertEqual(agent.wait(10), 0)
        server.terminate()
        self.assertEqual(server.wait(10), 0)
