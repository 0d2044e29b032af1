# SPDX-License-Identifier: Apache-2.0
"""The CNI when somebody else is in the way: other containers, other calls, absent agents."""
import fcntl
import os
import time
from concurrent.futures import ThreadPoolExecutor

import spaces
from cases import LabCase
from parts import until


class Refusals(LabCase):
    def test_a_busy_function_is_refused(self):
        owner, other, function = self.lab.pod(), self.lab.pod(), self.function()
        answer = self.add(owner, function)
        before = self.lab.journal(), self.lab.netdevs(), self.lab.opi.ports()
        self.assert_error(self.lab.cni("ADD", other, function), 100, function.pci)
        self.assertEqual((self.lab.journal(), self.lab.netdevs(), self.lab.opi.ports()), before)
        self.assert_attached(owner, function)
        self.assertEqual(spaces.addresses(owner.space, "net1"),
                         {ip["address"] for ip in answer["ips"]})
        self.assertEqual(len(spaces.ip(other.space, "link", "show")), 1)

    def test_a_function_that_only_the_agent_knows_to_be_busy_is_refused(self):
        owner, other, function = self.lab.pod(), self.lab.pod(), self.function()
        self.add(owner, function)
        self.delete(owner, function)
        self.add(owner, function)
        spaces.run("ip", "-n", owner.space, "link", "set", "net1", "down")
        spaces.run("ip", "-n", owner.space, "link", "set", "net1", "netns", self.lab.host)
        spaces.run("ip", "-n", self.lab.host, "link", "set", "net1", "name", function.name,
                   "mtu", "1500")
        record = os.path.join(self.lab.run, "attachments", f"{function.pci}.json")
        os.rename(record, self.lab.file("kept"))
        self.assert_error(self.lab.cni("ADD", other, function), 100, owner.container)
        self.assert_untouched(function)
        os.rename(self.lab.file("kept"), record)

    def test_a_repeated_add_is_refused_and_harmless(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        self.assert_error(self.lab.cni("ADD", pod, function), 101, "net1")
        self.assert_attached(pod, function)

    def test_an_interface_of_that_name_is_left_alone(self):
        pod, function = self.lab.pod(), self.function()
        spaces.run("ip", "-n", pod.space, "link", "add", "net1", "type", "bridge")
        spaces.run("ip", "-n", pod.space, "address", "add", "192.0.2.7/24", "dev", "net1")
        before = spaces.ip(pod.space, "address", "show")
        self.assert_error(self.lab.cni("ADD", pod, function), 101, "net1", pod.path)
        self.assertEqual(spaces.ip(pod.space, "address", "show"), before)
        self.assert_untouched(function)
        self.assertEqual(self.lab.netdevs(), {})

    def test_del_leaves_a_foreign_interface_of_that_name_alone(self):
        pod, function = self.lab.pod(), self.function()
        spaces.run("ip", "-n", pod.space, "link", "add", "net1", "type", "bridge")
        self.delete(pod, function)
        self.assertIsNotNone(spaces.link(pod.space, "net1"))

    def test_the_hosts_own_namespace_is_refused(self):
        pod, function = self.lab.pod(), self.function()
        for path in (spaces.path(self.lab.host), "/proc/self/ns/net"):
            with self.subTest(path=path):
                outcome = self.lab.cni("ADD", pod, function, env={"CNI_NETNS": path})
                self.assert_error(outcome, 8, path)
                self.assert_untouched(function)

    def test_what_is_no_namespace_is_refused(self):
        pod, function = self.lab.pod(), self.function()
        for path in ("/run/netns/never-was", self.lab.config, self.lab.folder, "relative",
                     "/proc/self/ns/mnt"):
            with self.subTest(path=path):
                outcome = self.lab.cni("ADD", pod, function, env={"CNI_NETNS": path})
                self.assert_error(outcome, 8, path)
                self.assert_untouched(function)

    def test_a_function_whose_interface_is_missing_is_refused(self):
        pod, function = self.lab.pod(), self.function()
        spaces.run("ip", "-n", self.lab.host, "link", "set", function.name, "alias", "other")
        try:
            self.assert_error(self.lab.cni("ADD", pod, function), 102, function.pci)
            self.assertEqual(self.lab.journal(), {})
        finally:
            spaces.run("ip", "-n", self.lab.host, "link", "set", function.name, "alias",
                       function.pci)


class Concurrency(LabCase):
    settings = {"blue": 8, "green": 0}

    def all_at_once(self, command, pairs):
        with ThreadPoolExecutor(len(pairs)) as threads:
            return list(threads.map(lambda pair: self.lab.cni(command, *pair), pairs))

    def test_eight_adds_on_eight_functions(self):
        pairs = [(self.lab.pod(), function) for function in self.lab.functions]
        self.attached = [(*pair, "net1") for pair in pairs]
        outcomes = self.all_at_once("ADD", pairs)
        self.assertEqual([outcome.code for outcome in outcomes], [0] * 8, outcomes)
        given = [ip["address"] for outcome in outcomes for ip in outcome.answer["ips"]]
        self.assertEqual(len(set(given)), 16, given)
        for pod, function in pairs:
            self.assert_attached(pod, function)
        self.assertEqual([outcome.code for outcome in self.all_at_once("DEL", pairs)], [0] * 8)
        self.assertEqual(self.blemishes(), [])

    def test_eight_adds_on_one_function(self):
        function = self.function()
        pairs = [(self.lab.pod(), function) for _ in range(8)]
        self.attached = [(*pair, "net1") for pair in pairs]
        outcomes = self.all_at_once("ADD", pairs)
        winners = [pair for pair, outcome in zip(pairs, outcomes) if outcome.code == 0]
        self.assertEqual(len(winners), 1, outcomes)
        for outcome in outcomes:
            if outcome.code:
                self.assert_error(outcome, 100, function.pci)
        self.assert_attached(*winners[0])
        self.assertEqual(list(self.lab.journal()), [function.pci])

    def test_adds_and_dels_of_one_container_in_a_heap(self):
        pod, function = self.lab.pod(), self.function()
        self.attached = [(pod, function, "net1")]
        commands = ["ADD", "DEL"] * 4
        with ThreadPoolExecutor(8) as threads:
            outcomes = list(threads.map(lambda c: self.lab.cni(c, pod, function), commands))
        for command, outcome in zip(commands, outcomes):
            allowed = (0,) if command == "DEL" else (0, 101, 11)
            code = outcome.answer["code"] if outcome.code else 0
            self.assertIn(code, allowed, outcome)


class Interrupted(LabCase):
    def waiting_add(self, pod, function):
        """An ADD whose port is 1.5 s away."""
        self.lab.opi.faults({"method": "CreateBridgePort", "slow": 1.5, "times": 1})
        self.attached.append((pod, function, "net1"))
        process = self.lab.cni_start("ADD", pod, function)
        until(lambda: self.lab.netdevs().get(function.pci), 5, "the agent to work on it")
        time.sleep(0.2)
        return process

    def test_killed_while_it_waits_for_the_card(self):
        pod, other, function = self.lab.pod(), self.lab.pod(), self.function()
        process = self.waiting_add(pod, function)
        process.kill()
        self.finish(process)
        self.assertEqual(self.lab.card.blemishes(function), [], "it had not been moved yet")
        self.assert_error(self.lab.cni("ADD", other, function), 100, pod.container)
        self.delete(pod, function)
        self.add(other, function)
        self.assert_attached(other, function)

    def test_del_comes_while_add_waits(self):
        """A runtime gave up on its ADD but did not end it: DEL waits for the lock or is told to."""
        pod, function = self.lab.pod(), self.function()
        process = self.waiting_add(pod, function)
        self.delete(pod, function)
        self.finish(process)
        self.delete(pod, function)
        self.assert_untouched(function)

    def test_the_namespace_goes_while_add_waits(self):
        pod, function = self.lab.pod(), self.function()
        process = self.waiting_add(pod, function)
        spaces.delete(pod.space)
        self.finish(process)
        self.delete(pod, function)
        self.assertEqual(self.lab.journal(), {})

    def test_a_lock_that_somebody_keeps_is_not_awaited_for_ever(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        path = os.path.join(self.lab.run, "locks", function.pci)
        with open(path, encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            for command in ("ADD", "DEL"):
                started = time.monotonic()
                outcome = self.lab.cni(command, pod, function, timeoutSeconds=1)
                self.assert_error(outcome, 11, function.pci)
                self.assert_quick(started)
        self.delete(pod, function)
        self.assert_untouched(function)


class Alone(LabCase):
    def test_del_works_while_agent_and_card_are_down(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        self.lab.host_agent.kill()
        self.lab.opi_server.kill()
        started = time.monotonic()
        self.delete(pod, function)
        self.assert_quick(started)
        self.assert_untouched(function)
        self.assertEqual(len(self.lab.spool()), 1)
        self.assertEqual(list(self.lab.netdevs()), [function.pci])
        self.lab.opi_server.start()
        self.lab.host_agent.start()
        until(lambda: not self.lab.spool(), 5, "the release to be done")
        until(self.lab.idle, 5, "the port to go")

    def test_del_works_while_the_card_is_down(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        self.lab.opi.faults({"fail": "UNAVAILABLE:rebooting"})
        self.delete(pod, function)
        self.assert_untouched(function)
        self.assertEqual(self.lab.spool(), [], "the agent was there to hear it")
        self.assertFalse(self.lab.netdevs()[function.pci]["isWanted"])
        self.lab.opi.faults()
        until(self.lab.idle, 10, "the port to go")

    def test_a_function_whose_old_port_lingers_is_given_only_when_that_is_gone(self):
        old, new, function = self.lab.pod(), self.lab.pod(), self.function()
        self.add(old, function)
        self.lab.opi.faults({"method": "DeleteBridgePort", "fail": "UNAVAILABLE:busy"})
        self.delete(old, function)
        outcome = self.lab.cni("ADD", new, function, timeoutSeconds=2)
        self.assert_error(outcome, 11)
        self.assert_untouched(function)
        self.lab.opi.faults()
        until(lambda: self.lab.cni("ADD", new, function).code == 0, 10, "a new port")
        self.attached.append((new, function, "net1"))
        deletions = [line for line in self.lab.opi.requests("DeleteBridgePort")
                     if line["code"] == "OK"]
        creations = self.lab.opi.requests("CreateBridgePort")
        self.assertLess(deletions[-1]["time"], creations[-1]["time"])

    def test_add_without_the_agent_changes_nothing(self):
        pod, function = self.lab.pod(), self.function()
        self.lab.host_agent.stop()
        started = time.monotonic()
        self.assert_error(self.lab.cni("ADD", pod, function), 11, "host-agent.sock")
        self.assert_quick(started)
        self.assert_untouched(function)
