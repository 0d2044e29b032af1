# SPDX-License-Identifier: Apache-2.0
"""The laboratory itself: it must leave nothing behind, however it ends."""
import json
import os
import signal
import subprocess
import unittest

import spaces
from parts import HERE, PYTHON, until


class Ends(unittest.TestCase):
    def start(self):
        process = subprocess.Popen([PYTHON, os.path.join(HERE, "lab.py"), "up", "--functions", "2",
                                    "--other", "1", "--pods", "1"], text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.wait, 20)
        self.addCleanup(process.kill)
        facts = json.loads(process.stdout.readline())
        self.assertEqual(len(facts["functions"]), 3)
        self.assertTrue(os.path.exists(facts["agentSocket"]))
        return process, facts

    def assert_nothing_left(self, process, facts):
        self.assertEqual(spaces.ours(f"{spaces.PREFIX}{process.pid}-"), [])
        self.assertFalse(os.path.exists(facts["folder"]))
        for pid in facts["processes"].values():
            self.assertFalse(os.path.exists(f"/proc/{pid}"), pid)

    def test_at_the_end_of_its_input(self):
        process, facts = self.start()
        process.stdin.close()
        self.assertEqual(process.wait(20), 0)
        self.assert_nothing_left(process, facts)

    def test_at_a_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process, facts = self.start()
            process.send_signal(number)
            self.assertEqual(process.wait(20), 128 + number)
            self.assert_nothing_left(process, facts)

    def test_killed_and_swept_by_the_next(self):
        process, facts = self.start()
        process.kill()
        process.wait()
        until(lambda: not any(os.path.exists(f"/proc/{pid}")
                              for pid in facts["processes"].values()), 5, "its processes to end")
        spaces.sweep()
        self.assert_nothing_left(process, facts)
