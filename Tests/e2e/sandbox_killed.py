# SPDX-License-Identifier: Apache-2.0
"""`up` and `down` ended by signals at moments spread over their duration, by a printed seed.

OPI_XPU_SEED repeats a run; OPI_XPU_MOMENTS says how many moments of each kind there are (12; the
soak has 30).
"""
import os
import random
import signal
import time

from parts import until
from sandbox import PARTS, finish
from sandbox_life import SandboxCase

MOMENTS = int(os.environ.get("OPI_XPU_MOMENTS", "12"))
SEED = int(os.environ.get("OPI_XPU_SEED") or random.SystemRandom().randrange(2 ** 32))


class Interrupted(SandboxCase):
    def setUp(self):
        print(f"seed {SEED}: {MOMENTS} moments", flush=True)
        self.dice = random.Random(f"{SEED} {self.id()}")
        self.one = self.sandbox(up=False)

    def moments(self, words, count=MOMENTS):
        """Moments spread over what a command takes, which is measured, and a little more."""
        begun = time.monotonic()
        self.one.command(*words)
        whole = (time.monotonic() - begun) * 1.1
        return [whole * (number + self.dice.random()) / count for number in range(count)]

    def interrupted_by(self, number):
        moments = self.moments(["up", "--quiet"])
        self.one.down()
        statuses = []
        for after in moments:
            with self.subTest(after=after):
                status, said = finish(self.one.start_command("up"), number, after)
                statuses.append(status)
                if status == 0:  # too late: it says that it is up, so it must be
                    self.assertIn("is up. Try:", said)
                    self.one.run_pod("web")
                    self.one.down()
                elif "network namespaces" in said:
                    self.assertIn("interrupted; nothing of the sandbox", said)
                self.assertEqual(self.one.leftovers(), [], said)
        print(f"it ended with {sorted(statuses)}", flush=True)
        self.one.up()

    def test_up_ended_by_an_interrupt(self):
        self.interrupted_by(signal.SIGINT)

    def test_up_ended_by_a_request(self):
        self.interrupted_by(signal.SIGTERM)

    def test_up_ended_by_one_signal_after_another(self):
        """Who presses Ctrl-C again while everything is being removed does not stop that."""
        moments = self.moments(["up", "--quiet"], MOMENTS // 2)
        self.one.down()
        for after in moments:
            with self.subTest(after=after):
                process = self.one.start_command("up")
                time.sleep(after)
                while process.poll() is None:
                    process.send_signal(self.dice.choice((signal.SIGINT, signal.SIGTERM)))
                    time.sleep(0.002)
                said = finish(process)[1]
                if process.returncode == 0:
                    self.one.down()
                self.assertEqual(self.one.leftovers(), [], said)

    def test_up_killed(self):
        moments = self.moments(["up", "--quiet"])
        self.one.down()
        for after in moments:
            with self.subTest(after=after):
                finish(self.one.start_command("up"), signal.SIGKILL, after)
                said = self.one.down().stdout
                self.assertEqual(self.one.leftovers(), [], said)
        self.one.up()

    def test_up_killed_when_a_part_has_just_begun(self):
        """The log is opened by the part before it becomes what it is to be."""
        for part in PARTS:
            for number in (signal.SIGKILL, signal.SIGTERM):
                with self.subTest(part=part, number=number):
                    process = self.one.start_command("up")
                    log = f"{self.one.logs}/{part}.log"
                    until(lambda: os.path.exists(log), 20, log, pause=0)
                    finish(process, number)
                    if number == signal.SIGKILL:
                        self.one.down()
                    self.assertEqual(self.one.leftovers(), [])

    def test_up_with_a_program_that_ends(self):
        """It says which part has ended, and removes everything."""
        for program in ("/bin/false", "/bin/true"):
            with self.subTest(program=program):
                status, said = finish(self.one.start_command("up", "--product", program))
                self.assertEqual(status, 1, said)
                self.assertIn("xpu-agent has ended", said)
                self.assertEqual(self.one.leftovers(), [])

    def test_down_killed_and_run_again(self):
        self.one.up()
        for name in ("one", "two"):
            self.one.run_pod(name)
        moments = self.moments(["down"], MOMENTS // 2)
        for after in moments:
            with self.subTest(after=after):
                self.one.up()
                for name in ("one", "two"):
                    self.one.run_pod(name)
                finish(self.one.start_command("down"), signal.SIGKILL, after)
                said = self.one.down().stdout
                self.assertEqual(self.one.leftovers(), [], said)

    def test_start_killed(self):
        """A part that was being started is known to run, though nobody has heard that it does."""
        self.one.up()
        self.one.kill("xpu")
        moments = self.moments(["start", "xpu"], MOMENTS // 2)
        for after in moments:
            with self.subTest(after=after):
                self.one.kill("xpu")
                self.assertEqual(len(self.one.processes()), len(PARTS) - 1)
                finish(self.one.start_command("start", "xpu"), signal.SIGKILL, after)
                self.one.start("xpu")
                self.assertEqual(len(self.one.processes()), len(PARTS))
                self.assertIn(self.one.status()["parts"]["xpu"], self.one.processes())
        self.one.down()
        self.assertEqual(self.one.leftovers(), [])
