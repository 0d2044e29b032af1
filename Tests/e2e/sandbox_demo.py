# SPDX-License-Identifier: Apache-2.0
"""scripts/demo: side by side, interrupted, kept."""
import glob
import os
import random
import signal
import subprocess
import time

from parts import ROOT as PROJECT, until
from sandbox import command_line
from sandbox_life import SandboxCase

SEED = int(os.environ.get("OPI_XPU_SEED") or random.SystemRandom().randrange(2 ** 32))


class Demo(SandboxCase):
    def demo(self, sandbox, *words):
        """The script in a session of its own, where a terminal's Ctrl-C would reach all of it."""
        return subprocess.Popen(
            [os.path.join(PROJECT, "scripts", "demo"), "--name", sandbox.name, *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True, env={**os.environ, "OPI_XPU_BUILT": "1"})

    def told(self, process):
        text, errors = process.communicate(timeout=100)
        self.assertEqual((process.returncode, errors), (0, ""), text)
        return text

    def no_trace(self, sandbox):
        """Not even of a command that ran beside the script."""
        self.assertEqual(sandbox.leftovers(), [])

        def commands():
            return [line for number in filter(str.isdigit, os.listdir("/proc"))
                    if f"--name {sandbox.name} " in (line := command_line(number))]
        until(lambda: not commands(), 10, "the demo's commands to end")

    def test_side_by_side(self):
        """Two at once; one of them is kept, and is what its last line says."""
        one, kept = (self.sandbox(up=False) for _ in range(2))
        begun = time.monotonic()
        telling, keeping = self.demo(one), self.demo(kept, "--keep")
        text = self.told(telling)
        self.assertRegex(text, r"(?m)^ 1\. Up: ")
        self.assertRegex(text, r"(?m)^\d+\. Down: no process, namespace or file is left\.")
        self.no_trace(one)
        text = self.told(keeping)
        print(f"two demos took {time.monotonic() - begun:.1f} s", flush=True)
        self.assertIn(f"opi-xpu-sandbox down --name {kept.name}", text)
        self.assertEqual(set(kept.pods()), {"web", "other", "late", "again"})
        self.assertTrue(all(kept.status()["parts"].values()))
        kept.down()
        self.no_trace(kept)

    def test_interrupted(self):
        """Ctrl-C at five moments, of demos that run side by side."""
        print(f"seed {SEED}", flush=True)
        dice, begun = random.Random(SEED), time.monotonic()
        temporary = set(glob.glob("/tmp/opi-xpu.*"))
        telling = []
        for number in range(5):
            one = self.sandbox(up=False)
            telling.append((one, self.demo(one), (number + dice.random()) * 2))
        for _, process, after in telling:
            time.sleep(max(0, begun + after - time.monotonic()))
            os.killpg(process.pid, signal.SIGINT)
        for one, process, after in telling:
            with self.subTest(after=after):
                text, errors = process.communicate(timeout=100)
                self.assertEqual(process.returncode, 130, text + errors)
                self.no_trace(one)
        self.assertLessEqual(set(glob.glob("/tmp/opi-xpu.*")), temporary)
