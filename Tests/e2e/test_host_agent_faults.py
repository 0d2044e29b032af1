# SPDX-License-Identifier: Apache-2.0
"""The host agent when the OPI server is away, refuses, hangs or fails, or addresses run out."""
import time

import spaces
from cases import LabCase
from lab import NETWORKS
from parts import until


class Card(LabCase):
    def test_stopped_and_back(self):
        pod, function = self.lab.pod(), self.function()
        self.lab.opi_server.stop()
        started = time.monotonic()
        outcome = self.lab.cni("ADD", pod, function)
        self.assert_error(outcome, 11, "opi.sock")
        self.assert_quick(started)
        self.assert_untouched(function)
        self.lab.opi_server.start()
        until(lambda: self.lab.cni("ADD", pod, function).code == 0, 5, "an ADD to work again")
        self.attached.append((pod, function, "net1"))
        self.assert_attached(pod, function)

    def test_stopped_and_repeatedly_asked(self):
        """A runtime repeats a failed ADD; none of them may wait for a back-off that grew."""
        pod, function = self.lab.pod(), self.function()
        self.lab.opi_server.stop()
        for _ in range(6):
            started = time.monotonic()
            self.assert_error(self.lab.cni("ADD", pod, function), 11)
            self.assert_quick(started)
        self.lab.opi_server.start()
        started = time.monotonic()
        until(lambda: self.lab.cni("ADD", pod, function).code == 0, 5, "an ADD to work again")
        self.attached.append((pod, function, "net1"))
        self.assert_quick(started)

    def test_hangs(self):
        pod, function = self.lab.pod(), self.function()
        self.lab.opi.faults({"hang": True})
        started = time.monotonic()
        self.assert_error(self.lab.cni("ADD", pod, function), 11, "opi.sock")
        self.assert_quick(started)
        self.assert_untouched(function)
        self.lab.opi.faults()
        until(lambda: self.lab.cni("ADD", pod, function).code == 0, 10, "an ADD to work again")
        self.attached.append((pod, function, "net1"))

    def test_refuses_with_a_text(self):
        pod, function = self.lab.pod(), self.function()
        text = "quota of ports is used up: 128 of 128"
        self.lab.opi.faults({"method": "CreateBridgePort", "fail": f"UNKNOWN:{text}"})
        started = time.monotonic()
        self.assert_error(self.lab.cni("ADD", pod, function), 103, text)
        self.assert_quick(started)
        self.assert_untouched(function)

    def test_refuses_with_a_text_in_other_alphabets(self):
        pod, function = self.lab.pod(), self.function()
        text = "Größe ≠ 100 %: \"zu groß\""
        self.lab.opi.faults({"method": "CreateBridgePort", "fail": f"INVALID_ARGUMENT:{text}"})
        self.assert_error(self.lab.cni("ADD", pod, function), 103, text)

    def test_every_status_has_its_code(self):
        pod, function = self.lab.pod(), self.function()
        for status, code in [("UNAVAILABLE", 11), ("DEADLINE_EXCEEDED", 11),
                             ("INVALID_ARGUMENT", 103), ("PERMISSION_DENIED", 103),
                             ("UNAUTHENTICATED", 103), ("UNIMPLEMENTED", 103),
                             ("INTERNAL", 103), ("FAILED_PRECONDITION", 103),
                             ("ALREADY_EXISTS", 103), ("NOT_FOUND", 103)]:
            with self.subTest(status=status):
                self.lab.opi.faults({"method": "CreateBridgePort", "fail": f"{status}:reason 17"})
                self.assert_error(self.lab.cni("ADD", pod, function), code, "reason 17")
                self.assert_untouched(function)
                self.lab.opi.faults()
                until(self.lab.idle, 10, "the failed attempt to be forgotten")

    def test_a_lost_answer_is_no_loss(self):
        pod, function = self.lab.pod(), self.function()
        self.lab.opi.faults({"method": "Create.*", "apply": True, "times": 2,
                             "fail": "UNAVAILABLE:connection reset"})
        until(lambda: self.lab.cni("ADD", pod, function).code == 0, 10, "an ADD to work")
        self.attached.append((pod, function, "net1"))
        self.assertEqual(len(self.lab.opi.ports()), 1)

    def test_a_component_that_fails_is_named(self):
        pod, function = self.lab.pod(), self.function()
        text = "no free hardware queue 4711"
        self.lab.opi.faults({"component": text})
        started = time.monotonic()
        outcome = self.lab.cni("ADD", pod, function, timeoutSeconds=2)
        self.assert_error(outcome, 11)
        self.assert_quick(started)
        self.assert_untouched(function)
        said = outcome.text + outcome.said + self.lab.host_agent.said()
        self.assertIn(text, said, f"{outcome}\n{self.lab.host_agent.said()}")

    def test_a_component_that_recovers_in_time_is_no_failure(self):
        pod, function = self.lab.pod(), self.function()
        self.lab.opi.faults({"component": "not yet", "times": 1})
        self.add(pod, function)

    def test_a_bridge_of_another_network_is_not_taken_over(self):
        """VLAN 10 exists with another VNI: somebody else's bridge, or a changed configuration."""
        self.restart_card()
        self.lab.opi.create_bridge("vlan-10", 10, 4242)
        pod, function = self.lab.pod(), self.function()
        outcome = self.lab.cni("ADD", pod, function, timeoutSeconds=5)
        self.assert_error(outcome, 103, "4242", "10010")
        self.assert_untouched(function)
        self.assertEqual(self.lab.opi.bridges()["vlan-10"]["spec"]["vni"], 4242)
        self.lab.opi_server.stop()  # and with it that bridge


class PatientAgent(LabCase):
    """The agent waits a minute for the card; whoever asks the agent must not."""

    settings = {"blue": 1, "green": 0, "opi": {"callTimeoutSeconds": 60}}

    def tearDown(self):
        self.lab.opi_server.kill()  # which ends the calls that hang

    def test_hangs_longer_than_the_runtime_waits(self):
        pod, function = self.lab.pod(), self.function()
        self.lab.opi.faults({"hang": True})
        started = time.monotonic()
        self.assert_error(self.lab.cni("ADD", pod, function, timeoutSeconds=1), 11)
        self.assert_quick(started)
        self.assert_untouched(function)


class Addresses(LabCase):
    settings = {"blue": 3, "green": 0, "networks": {"blue": {"ipam": {"subnets": [
        {"cidr": "10.10.0.0/29", "gateway": "10.10.0.1", "exclude": ["10.10.0.4/30"]},
        {"cidr": "fd00:10::/64", "gateway": "fd00:10::1"}]}}}}

    def test_run_out_and_come_back(self):
        pods = [self.lab.pod() for _ in range(3)]
        given = [self.add(pods[i], self.function(i))["ips"][0]["address"] for i in range(2)]
        self.assertEqual(set(given), {"10.10.0.2/29", "10.10.0.3/29"})
        started = time.monotonic()
        outcome = self.lab.cni("ADD", pods[2], self.function(2))
        self.assert_error(outcome, 11, "10.10.0.0/29", "blue")
        self.assert_quick(started)
        self.assert_untouched(self.function(2))
        self.delete(pods[0], self.function(0))
        until(lambda: len(self.lab.netdevs()) == 1, 5, "the address to come free")
        answer = self.add(pods[2], self.function(2))
        self.assertEqual(answer["ips"][0]["address"], given[0])


class Plain(LabCase):
    """A network without addresses, routes, MTU or overlay: layer 2 and nothing else."""

    settings = {"blue": 1, "green": 1, "networks": {
        "blue": {"ipam": {"subnets": []}, "mtu": 9000, "logicalBridge": {"vlan": 10}},
        "green": {"routes": [{"dst": "192.0.2.0/24"}, {"dst": "2001:db8::/32"},
                             {"dst": "198.51.100.0/24", "gw": "10.20.0.7"}]}}}

    def test_layer_two_only(self):
        pod, function = self.lab.pod(), self.function()
        answer = self.add(pod, function)
        self.assertEqual((answer.get("ips", []), answer.get("routes", [])), ([], []))
        self.assert_attached(pod, function, mtu=9000)
        self.assertNotIn("vni", self.lab.opi.bridges()["vlan-10"]["spec"])
        self.delete(pod, function)
        self.assert_untouched(function)

    def test_routes_of_the_configuration_replace_the_default(self):
        pod, function = self.lab.pod(), self.function(0, "green")
        answer = self.add(pod, function)
        wanted = {("192.0.2.0/24", "10.20.0.1"), ("2001:db8::/32", NETWORKS["green"]["v6"] + ":1"),
                  ("198.51.100.0/24", "10.20.0.7")}
        self.assertEqual({(one["dst"], one["gw"]) for one in answer["routes"]}, wanted)
        self.assertEqual(spaces.routes(pod.space, "net1"), wanted)
