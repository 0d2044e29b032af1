# SPDX-License-Identifier: Apache-2.0
"""scripts/control-plane: a real API server for people, up and down without a trace."""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest

from control_plane import NAMESPACE
from kube_lab import HOST_ACCOUNT
from parts import ROOT, until

SCRIPT = os.path.join(ROOT, "scripts", "control-plane")


def users_of(folder):
    """The processes, but for our own, that name this folder on their command lines."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
                if folder in file.read() and int(pid) != os.getpid():
                    found.append(int(pid))
        except OSError:
            continue  # it ended while we looked
    return found


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.parent = tempfile.mkdtemp()
        self.folder = os.path.join(self.parent, "plane")
        self.addCleanup(shutil.rmtree, self.parent)
        self.addCleanup(self.run_it, "down")

    def run_it(self, verb, *words, status=0):
        done = subprocess.run(
            [SCRIPT, verb, self.folder, *words],
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
        self.assertIn('"nobody" not found', self.run_it("token", "nobody", status=1))
        admin = facts["kubeconfig"]
        self.assertIn("netdevs.xpu.opiproject.org", self.kubectl(admin, "get", "crd"))
        config = self.run_it("kubeconfig", HOST_ACCOUNT).strip()
        self.kubectl(config, "get", "netdevs", "-n", NAMESPACE)
        self.kubectl(admin, "create", "namespace", "kept")
        self.run_it("restart", "apiserver")
        self.assertIn("kept", self.kubectl(admin, "get", "namespaces"))
        pids = json.loads(self.run_it("status"))["pids"]
        self.assertEqual(set(pids), {"etcd", "apiserver"})
        for pid in pids.values():
            os.kill(pid, signal.SIGKILL)
        for part in ("etcd", "apiserver"):
            self.run_it("restart", part)
        self.assertIn("kept", self.kubectl(admin, "get", "namespaces"))
        self.assertGreaterEqual(len(users_of(self.folder)), 2, "or the next look proves nothing")
        self.run_it("down")
        self.assert_nothing_left()
        self.run_it("down")
        self.assertIn("has no control plane", self.run_it("status", status=1))

    def background(self, *words):
        """`up`, left running; it and what it started are ended with the test at the latest."""
        process = subprocess.Popen([SCRIPT, "up", self.folder, "--bare", *words], text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def assert_nothing_left(self):
        self.assertFalse(os.path.exists(self.folder))
        self.assertEqual(users_of(self.folder), [])

    def test_in_the_foreground_until_a_signal_even_after_a_restart(self):
        process = self.background("--foreground", "--port", "26443")
        facts = json.loads(process.stdout.readline())
        self.assertEqual(facts["server"], "https://127.0.0.1:26443")
        self.run_it("restart", "apiserver")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(20), 128 + signal.SIGTERM)
        self.assert_nothing_left()

    def test_interrupted_while_it_comes_up(self):
        """At the first sight of each program: by then nobody may have written down its id."""
        for program in ("etcd", "apiserver"):
            for _ in range(3):
                process = self.background()
                until(lambda name=program: any(name in word for word in self.commands()), 20,
                      program, pause=0.001)
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGINT)
                self.assertIn(process.wait(20) - 128, (signal.SIGTERM, signal.SIGINT))
                self.assert_nothing_left()

    def commands(self):
        found = []
        for pid in users_of(self.folder):
            with contextlib.suppress(FileNotFoundError):  # it ended while we looked
                found.append(os.readlink(f"/proc/{pid}/exe"))
        return found

    def test_other_files_are_not_touched(self):
        os.makedirs(self.folder)
        other = os.path.join(self.folder, "diary")
        with open(other, "w", encoding="utf-8") as file:
            file.write("dear")
        self.assertIn("other files", self.run_it("up", status=1))
        self.run_it("down")
        self.assertTrue(os.path.exists(other))

    def test_a_stranger_with_an_id_that_was_ours_is_left_alone(self):
        stranger = subprocess.Popen(["sleep", "60"])
        self.addCleanup(stranger.wait)
        self.addCleanup(stranger.kill)
        os.makedirs(self.folder)
        with open(os.path.join(self.folder, "state.json"), "w", encoding="utf-8") as file:
            json.dump({"pids": {"etcd": stranger.pid}, "births": {"etcd": 1},
                       "ports": [1, 2, 3], "netns": None}, file)
        self.run_it("down")
        self.assertFalse(os.path.exists(self.folder))
        self.assertIsNone(stranger.poll())
