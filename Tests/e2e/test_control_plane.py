# SPDX-License-Identifier: Apache-2.0
"""scripts/control-plane: a real API server for people, up and down without a trace."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from control_plane import NAMESPACE
from kube_lab import HOST_ACCOUNT
from parts import ROOT


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.parent = tempfile.mkdtemp()
        self.folder = os.path.join(self.parent, "plane")
        self.addCleanup(shutil.rmtree, self.parent)
        self.addCleanup(self.run_it, "down")

    def run_it(self, verb, *words, status=0):
        done = subprocess.run(
            [os.path.join(ROOT, "scripts", "control-plane"), verb, self.folder, *words],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100, check=False)
        self.assertEqual(done.returncode, status, done)
        return done.stdout if status == 0 else done.stderr

    def kubectl(self, config, *words):
        done = subprocess.run([os.environ["KUBECTL"], "--kubeconfig", config, *words],
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def test_up_restart_and_down(self):
        facts = json.loads(self.run_it("up"))
        self.assertTrue(facts["server"].startswith("https://127.0.0.1:"))
        self.assertTrue(json.loads(self.run_it("status"))["ready"])
        self.assertIn("is in use", self.run_it("up", status=1))
        admin = facts["kubeconfig"]
        self.assertIn("netdevs.xpu.opiproject.org", self.kubectl(admin, "get", "crd"))
        config = self.run_it("kubeconfig", HOST_ACCOUNT).strip()
        self.kubectl(config, "get", "netdevs", "-n", NAMESPACE)
        self.kubectl(admin, "create", "namespace", "kept")
        self.run_it("restart", "apiserver")
        self.assertIn("kept", self.kubectl(admin, "get", "namespaces"))
        pids = json.loads(self.run_it("status"))["pids"]
        self.assertEqual(set(pids), {"etcd", "apiserver"})
        self.run_it("down")
        self.assertFalse(os.path.exists(self.folder))
        for pid in pids.values():
            self.assertFalse(os.path.exists(f"/proc/{pid}"))
        self.run_it("down")
        self.assertIn("has no control plane", self.run_it("status", status=1))
