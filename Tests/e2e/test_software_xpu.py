# SPDX-License-Identifier: Apache-2.0
"""The software xPU as the card of a node: killed, rebooted and paused under pods that talk."""
import time

import spaces
from cases import LabCase
from parts import until


class Knobs(LabCase):
    settings = {"software": True}

    def two_pods(self):
        """Two pods that reach each other: (the first, the address of the second)."""
        pods = self.lab.pod(), self.lab.pod()
        self.add(pods[0], self.function(0))
        answer = self.add(pods[1], self.function(1))
        address = answer["ips"][0]["address"].split("/")[0]
        self.assertTrue(spaces.reaches(pods[0].space, address))
        return pods[0], address

    def bridges(self):
        return [one["ifname"] for one in spaces.ip(self.lab.xpu, "link", "show", "type", "bridge")]

    def restored(self, seconds=10):
        until(lambda: len(self.lab.opi.ports()) == 2, seconds, "both ports")
        until(lambda: all(port["status"]["oper_status"] == "BP_OPER_STATUS_UP"
                          for port in self.lab.opi.ports().values()), 5, "both ports to be up")

    def test_killed_and_started_again(self):
        pod, address = self.two_pods()
        self.lab.opi_server.kill()
        self.assertTrue(spaces.ping(pod.space, address), "the kernel forwards without it")
        left = self.bridges()
        self.assertEqual(len(left), 1)
        self.lab.host_agent.stop()  # so that what we see is what the card does alone
        self.lab.opi_server.start()
        self.assertEqual(self.bridges(), [], "a new card is empty")
        self.assertFalse(spaces.ping(pod.space, address))
        for index in (0, 1):
            link = spaces.link(self.lab.xpu, self.function(index).representor)
            self.assertNotIn("master", link)
            self.assertNotIn("UP", link["flags"])
        self.lab.host_agent.start()
        self.restored()
        self.assertTrue(spaces.reaches(pod.space, address))

    def test_rebooted(self):
        pod, address = self.two_pods()
        self.lab.turn("reboot", "--seconds", "2")
        until(lambda: self.lab.turn("status")["state"] == "rebooting", 5, "the reboot")
        self.assertEqual(self.bridges(), [])
        self.assertFalse(spaces.ping(pod.space, address))
        until(lambda: self.lab.turn("status")["state"] == "running", 10, "its end")
        self.restored()
        self.assertTrue(spaces.reaches(pod.space, address))
        ports = self.lab.turn("status")["ports"]
        self.assertEqual({port["representor"] for port in ports},
                         {self.function(0).representor, self.function(1).representor})

    def test_paused(self):
        pod, address = self.two_pods()
        self.lab.turn("pause")
        self.addCleanup(self.lab.turn, "resume")
        self.assertEqual(self.lab.turn("status")["state"], "paused")
        self.assertTrue(spaces.ping(pod.space, address), "the data path keeps forwarding")
        late, function = self.lab.pod(), self.function(2)
        outcome = self.lab.cni("ADD", late, function, timeoutSeconds=3)
        self.assertEqual(outcome.code, 1, outcome)
        self.assert_untouched(function)
        self.lab.turn("resume")
        self.add(late, function)
        self.assertTrue(spaces.reaches(late.space, address))

    def test_counters_are_the_functions(self):
        pod, address = self.two_pods()

        def counted():
            ports = {port["mac_address"]: port for port in self.lab.turn("status")["ports"]}
            return ports[self.function(0).mac]

        before = counted()
        for _ in range(10):
            self.assertTrue(spaces.ping(pod.space, address))
        after = counted()
        for way in ("received", "sent"):
            self.assertGreaterEqual(after[way]["packets"] - before[way]["packets"], 10)
            self.assertGreaterEqual(after[way]["bytes"] - before[way]["bytes"], 10 * 98)

    def test_a_pause_ends_by_itself(self):
        self.lab.turn("pause", "--seconds", "1")
        started = time.monotonic()
        self.add(self.lab.pod(), self.function())
        self.assertGreater(time.monotonic() - started, 0.5)
