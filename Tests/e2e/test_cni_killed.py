# SPDX-License-Identifier: Apache-2.0
"""The CNI killed -9 at every system call that changes something, or refused one of them."""
import signal
from contextlib import contextmanager

import spaces
import tracing
from cases import LabCase
from parts import until

KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)


class OneCallGoesWrong(LabCase):
    settings = {"blue": 1, "green": 0, "delay": 0}

    @contextmanager
    def attempt(self, call, function):
        """A pod for one call going wrong; one that fails must not spoil those after it."""
        with self.subTest(call=str(call)):
            pod = self.lab.pod()
            self.attached = [(pod, function, "net1")]
            try:
                yield pod
            finally:
                for attached in self.attached:
                    self.lab.cni("DEL", *attached)

    def setUp(self):
        super().setUp()
        self.missed = []

    def calls_of(self, command, pod, function):
        self.attached = [(pod, function, "net1")]
        outcome, calls = tracing.trace(self.lab, command, pod, function)
        self.assertEqual(outcome.code, 0, outcome)
        self.assertGreater(len(calls), 5, calls)
        return calls


class Killed(OneCallGoesWrong):
    def kill_at(self, call, command, pod, function):
        outcome = tracing.kill_at(self.lab, call, command, pod, function)
        if outcome.code == 0:
            # The answer to the agent's settings is sent, or not, depending on who is faster.
            self.missed.append(call)
            self.assertLessEqual(len(self.missed), 2, self.missed)
        else:
            self.assertIn(outcome.code, KILLED, outcome)

    def check_home_and_fresh(self, function):
        """The function is home as new, and another container can have it at once."""
        self.assert_untouched(function)
        self.assertEqual(self.lab.journal(), {})
        fresh = self.lab.pod()
        self.add(fresh, function)
        self.assert_attached(fresh, function, mtu=1400)
        self.delete(fresh, function)
        self.assert_untouched(function)

    def learn(self, function):
        """The calls of an ADD and of a DEL that nobody disturbs."""
        pod = self.lab.pod()
        return self.calls_of("ADD", pod, function), self.calls_of("DEL", pod, function)

    def test_add_killed_anywhere_then_del(self):
        function = self.function()
        calls, _ = self.learn(function)
        for call in calls:
            with self.attempt(call, function) as pod:
                self.kill_at(call, "ADD", pod, function)
                self.delete(pod, function)
                self.assertIsNone(spaces.link(pod.space, "net1"))
                self.check_home_and_fresh(function)

    def test_add_killed_anywhere_then_repeated(self):
        """Asked again for the same container, it gets it, unless it had all but the answer."""
        function = self.function()
        calls, _ = self.learn(function)
        for call in calls:
            with self.attempt(call, function) as pod:
                self.kill_at(call, "ADD", pod, function)
                record = self.lab.journal().get(function.pci)
                outcome = self.lab.cni("ADD", pod, function)
                if record and record["isComplete"]:
                    self.assert_error(outcome, 101)
                else:
                    self.assertEqual(outcome.code, 0, outcome)
                self.assert_attached(pod, function, mtu=1400)
                self.delete(pod, function)
                self.assert_untouched(function)

    def test_add_killed_anywhere_then_gc(self):
        function = self.function()
        calls, _ = self.learn(function)
        sends = [call for call in calls if call.name == "sendto"]
        for call in sends[1::3]:
            with self.attempt(call, function) as pod:
                self.kill_at(call, "ADD", pod, function)
                outcome = self.lab.cni("GC", version="1.1.0", **{"cni.dev/valid-attachments": []})
                self.assertEqual(outcome.code, 0, outcome)
                self.assert_untouched(function)
                self.delete(pod, function)

    def test_del_killed_anywhere_then_repeated(self):
        function = self.function()
        _, calls = self.learn(function)
        for call in calls:
            with self.attempt(call, function) as pod:
                self.add(pod, function)
                self.kill_at(call, "DEL", pod, function)
                self.delete(pod, function)
                self.check_home_and_fresh(function)
                until(self.lab.idle, 5, "the port to go")


class Refused(OneCallGoesWrong):
    def records(self, command, pod, function):
        """The calls with which a command writes or removes its records."""
        return [call for call in self.calls_of(command, pod, function)
                if "/attachments/" in call.text]

    def test_a_record_that_cannot_be_written_stops_add(self):
        function = self.function()
        pod = self.lab.pod()
        calls = self.records("ADD", pod, function)
        self.delete(pod, function)
        self.assertGreaterEqual(len(calls), 5, "two records: open, write, rename each")
        for call in calls:
            with self.attempt(call, function) as pod:
                outcome = tracing.fail_at(self.lab, call, "ENOSPC", "ADD", pod, function)
                self.assert_error(outcome, 5, "ENOSPC")
                self.assertIsNone(spaces.link(pod.space, "net1"))
                self.assert_untouched(function)
                until(self.lab.idle, 5, "the port to go")

    def test_a_record_that_cannot_be_removed_stops_del_but_not_the_way_home(self):
        function, pod = self.function(), self.lab.pod()
        self.add(pod, function)
        calls = self.records("DEL", pod, function)
        self.add(pod, function)
        for call in calls:
            with self.subTest(call=str(call)):
                outcome = tracing.fail_at(self.lab, call, "EROFS", "DEL", pod, function)
                self.assert_error(outcome, 5, "EROFS")
                self.assertEqual(self.lab.card.blemishes(function), [])
        self.delete(pod, function)
        self.assert_untouched(function)

    def test_a_kernel_that_refuses_a_message_costs_the_add_nothing_else(self):
        function, pod = self.function(), self.lab.pod()
        calls = self.calls_of("ADD", pod, function)
        self.delete(pod, function)
        sends = [call for call in calls if "nlmsg_len" in call.text]
        self.assertGreater(len(sends), 4, calls)
        for call in sends:
            with self.attempt(call, function) as pod:
                outcome = tracing.fail_at(self.lab, call, "ENOBUFS", "ADD", pod, function)
                if outcome.code == 0:
                    self.delete(pod, function)  # an announcement may fail
                else:
                    self.assert_error(outcome, 5, "ENOBUFS")
                    self.assertIsNone(spaces.link(pod.space, "net1"))
                self.assert_untouched(function)
