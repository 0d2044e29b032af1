# SPDX-License-Identifier: Apache-2.0
"""Many pods at once, while parts are killed at random moments and started again.

OPI_XPU_PODS says how many pods there are (100), OPI_XPU_KILLS how many kills (3), OPI_XPU_SEED
repeats the choices of a run.
"""
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from parts import until
from sandbox import PARTS, Refused, strays
from sandbox_life import SandboxCase

PODS = int(os.environ.get("OPI_XPU_PODS", "100"))
KILLS = int(os.environ.get("OPI_XPU_KILLS", "3"))
SEED = int(os.environ.get("OPI_XPU_SEED") or random.SystemRandom().randrange(2 ** 32))
FUNCTIONS, WORKERS = 64, 8
CHOICES = (["blue"], ["blue"], ["green"], ["blue", "green"])
PATIENCE = 90  # seconds for one pod, kills and all


class Ledger:
    """What all pods together have seen."""

    def __init__(self):
        self.lock = threading.Lock()
        self.held, self.twice, self.trouble = {}, [], []
        self.begun = self.done = self.tried = 0
        self.times = {"Allocate": [], "ADD": [], "DEL": []}

    def next(self):
        """The number of the next pod, None when there were enough."""
        with self.lock:
            if self.begun == PODS or self.trouble:
                return None
            self.begun += 1
            return self.begun

    def runs(self, name, answer):
        """A pod runs; its addresses are its own until it is deleted."""
        with self.lock:
            self.times["Allocate"].append(answer["allocateSeconds"])
            for interface in answer["pod"]["interfaces"]:
                self.times["ADD"].append(interface["addSeconds"])
                for address in interface["addresses"]:
                    if address in self.held:
                        self.twice.append((address, self.held[address], name))
                    self.held[address] = name

    def goes(self, name):
        with self.lock:
            self.held = {key: value for key, value in self.held.items() if value != name}

    def is_gone(self, answer):
        with self.lock:
            self.done += 1
            self.times["DEL"] += [one["delSeconds"] for one in answer.get("interfaces", [])]


class Worker(threading.Thread):
    """One pod after another: made, held for a moment, deleted."""

    def __init__(self, sandbox, ledger, seed):
        super().__init__(daemon=True)
        self.one, self.ledger, self.dice = sandbox, ledger, random.Random(seed)

    def run(self):
        try:
            while number := self.ledger.next():
                self.live_and_die(f"pod-{number}")
        except BaseException as error:  # pylint: disable=broad-except  (told by the test)
            self.ledger.trouble.append(error)

    def live_and_die(self, name):
        networks = self.dice.choice(CHOICES)
        self.ledger.runs(name, self.insist(lambda: self.make(name, networks), f"{name} to run"))
        time.sleep(self.dice.uniform(0, 0.3))
        self.ledger.goes(name)
        self.ledger.is_gone(self.insist(lambda: self.delete(name), f"{name} to be gone"))

    def insist(self, work, what):
        """A kubelet or plugin that is away fails a call; its owner makes it again."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return work()
            except Refused as error:
                if time.monotonic() > end:
                    raise AssertionError(f"{PATIENCE} s in vain for {what}: {error}") from error
                time.sleep(0.2)

    def make(self, name, networks):
        with self.ledger.lock:
            self.ledger.tried += 1
        try:
            return self.one.run_pod(name, *networks)
        except Refused:
            # It may run although nobody has heard the answer.
            self.insist(lambda: self.delete(name), f"{name} to be gone")
            raise

    def delete(self, name):
        try:
            return self.one.delete_pod(name)
        except Refused as error:
            if "there is no pod" in str(error):
                return {}
            raise


class ManyPods(SandboxCase):
    def setUp(self):
        self.one = self.sandbox(functions=FUNCTIONS)
        self.homes, self.ledger = self.one.homes(), Ledger()
        self.assertEqual(len(self.homes), FUNCTIONS)

    def work(self):
        dice = random.Random(SEED)
        workers = [Worker(self.one, self.ledger, dice.random()) for _ in range(WORKERS)]
        for worker in workers:
            worker.start()
        for number in range(KILLS):
            # Spread over the pods, so that none comes when all is done.
            due = PODS * (number + 1) // (KILLS + 1)
            until(lambda: self.ledger.done >= due or self.ledger.trouble, 100, f"{due} pods")
            part = dice.choice(PARTS)
            away = dice.uniform(0, 1.5)
            print(f"after {self.ledger.done} pods: kill {part} for {away:.2f} s", flush=True)
            time.sleep(dice.uniform(0, 0.2))
            self.one.kill(part)
            time.sleep(away)
            self.one.start(part)
        for worker in workers:
            worker.join(PATIENCE * 3)
        self.assertFalse([one for one in workers if one.is_alive()], "a pod that never ends")

    def use_every_function(self):
        """What was allocated for a pod that never was stays known until its function is used."""
        names = [(f"last-{network}-{number}", network) for network, count in (
            ("blue", FUNCTIONS * 3 // 4), ("green", FUNCTIONS // 4)) for number in range(count)]
        with ThreadPoolExecutor(WORKERS) as pool:
            answers = list(pool.map(lambda one: self.one.run_pod(*one), names))
            list(pool.map(lambda one: self.one.delete_pod(one[0]), names))
        found = [one for answer in answers for one in answer["pod"]["interfaces"]]
        self.assertEqual(len({one["deviceID"] for one in found}), FUNCTIONS)
        given = [address for one in found for address in one["addresses"]]
        self.assertEqual(len(set(given)), 2 * FUNCTIONS, "an IPv4 and an IPv6 address for each")

    def settles_alone(self):
        try:
            self.one.settled(5)
        except AssertionError as error:
            print(f"every function is used once: {error}", flush=True)
            return False
        return True

    def percentiles(self):
        for what, seconds in self.ledger.times.items():
            ordered = sorted(seconds)
            half, most = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
                          for share in (0.5, 0.99))
            print(f"{what}: {len(ordered)} times, p50 {half:.1f} ms, p99 {most:.1f} ms",
                  flush=True)

    def test_pods_while_parts_are_killed(self):
        print(f"seed {SEED}: {PODS} pods, {KILLS} kills", flush=True)
        begun = time.monotonic()
        self.work()
        self.assertEqual(self.ledger.trouble, [])
        self.assertEqual(self.ledger.twice, [], "addresses that two pods had at once")
        self.assertEqual((self.ledger.done, self.ledger.held), (PODS, {}))
        print(f"{PODS} pods, made in {self.ledger.tried} tries, came and went in "
              f"{time.monotonic() - begun:.1f} s", flush=True)
        self.percentiles()
        self.one.ready()
        until(lambda: not self.one.records("allocations"), 20, "allocations to be taken up")
        if PODS > 100 or not self.settles_alone():
            self.use_every_function()
            self.one.settled()
        self.assertEqual(self.one.homes(), self.homes)
        self.assertLessEqual(len(self.one.objects("addressblocks")), 4,
                             "one block of each family and network is enough")
        self.assertTrue(all(self.one.status()["parts"].values()))
        self.assertEqual(strays(), [])
