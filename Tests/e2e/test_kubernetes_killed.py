# SPDX-License-Identifier: Apache-2.0
"""kill -9 of host agent, xPU agent, device plugin and API server at random moments of ADD and DEL.

OPI_XPU_SEED repeats a run, OPI_XPU_KILLS says how many kills there are (5; the soak has 50).
"""
import os
import random
import threading
import time

from kube_cases import KubeCase
from parts import until

BLUE = "opi.example.com/blue"
KILLS = int(os.environ.get("OPI_XPU_KILLS", "5"))
SEED = int(os.environ.get("OPI_XPU_SEED") or random.SystemRandom().randrange(2 ** 32))


class Pods(threading.Thread):
    """One function's pods, one after another: allocated, attached, held for a moment, detached."""

    def __init__(self, case, function, seed):
        super().__init__(daemon=True)
        self.case, self.function, self.dice = case, function, random.Random(seed)
        self.over, self.trouble, self.rounds = threading.Event(), None, 0

    def run(self):
        try:
            while not self.over.is_set():
                self.live_and_die()
                self.rounds += 1
        except BaseException as error:  # pylint: disable=broad-except  (told by the test)
            self.trouble = error

    def live_and_die(self):
        case, function = self.case, self.function
        if self.dice.random() < 0.5:
            case.kubelet_allocates(function)
        pod = case.lab.pod()
        answer = case.add_as_a_runtime(pod, function)
        addresses = [ip["address"] for ip in answer["ips"]]
        case.hold(addresses)
        time.sleep(self.dice.uniform(0, 0.3))
        case.let_go(addresses)
        case.delete_as_a_runtime(pod, function)
        case.attached.remove((pod, function, "net1"))


class Killed(KubeCase):
    settings = {"blue": 4, "green": 0}

    def setUp(self):
        super().setUp()
        self.guard, self.held, self.twice = threading.Lock(), set(), []
        self.kubelet = self.lab.kubelet()
        self.addCleanup(self.kubelet.close)
        self.addCleanup(self.lab.device_plugin.stop)
        self.lab.device_plugin.start()
        self.kubelet.do("wait-devices", count=4, healthy=True, resource=BLUE)

    def hold(self, addresses):
        with self.guard:
            self.twice += [one for one in addresses if one in self.held]
            self.held.update(addresses)

    def let_go(self, addresses):
        with self.guard:
            self.held.difference_update(addresses)

    def kubelet_allocates(self, function):
        """A kubelet whose plugin is away would fail the pod; the pod is not what is tested here."""
        with self.guard:
            self.kubelet.ask("allocate", resource=BLUE, ids=[function.pci])

    def test_kills_at_random_moments(self):
        print(f"seed {SEED}, {KILLS} kills", flush=True)
        lab, dice = self.lab, random.Random(SEED)
        pods = [Pods(self, one, dice.random()) for one in lab.functions]
        for one in pods:
            one.start()
        victims = {"host-agent": lab.host_agent, "xpu-agent": lab.xpu_agent,
                   "device-plugin": lab.device_plugin, "apiserver": None}
        try:
            for _ in range(KILLS):
                time.sleep(dice.uniform(0.2, 1.2))
                name = dice.choice(sorted(victims))
                away = dice.uniform(0, 0.5)
                print(f"kill {name} for {away:.2f} s", flush=True)
                if victims[name]:
                    victims[name].kill()
                    time.sleep(away)
                    victims[name].start()
                else:
                    lab.plane.kill(name)
                    time.sleep(away)
                    lab.plane.start(name)
        finally:
            for one in pods:
                one.over.set()
            for one in pods:
                one.join(90)
        self.assertEqual([one.trouble for one in pods], [None] * len(pods))
        self.assertFalse([one for one in pods if one.is_alive()], "a pod that never ends")
        self.assertEqual(self.twice, [], "addresses that two pods had at once")
        print(f"{sum(one.rounds for one in pods)} pods came and went", flush=True)
        # What was only allocated has no pod that would ever give it back: let it be used once.
        until(lambda: not lab.allocations(), 20, "spooled allocations to be taken up")
        for function in lab.functions:
            pod = lab.pod()
            self.add_as_a_runtime(pod, function)
            self.delete_as_a_runtime(pod, function)
            self.attached.remove((pod, function, "net1"))
        until(lab.idle, 30, "everything to be gone")
        self.assertEqual(set(lab.opi.ports()), set())
        blocks = lab.plane.objects("addressblocks")
        self.assertLessEqual(len(blocks), 2, "one block of each family is enough")
