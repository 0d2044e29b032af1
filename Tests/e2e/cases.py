# SPDX-License-Identifier: Apache-2.0
"""The base of every test here: a laboratory per class, and what must be true after each test."""
import time
import unittest

import spaces
from lab import Lab
from parts import until


class LabCase(unittest.TestCase):
    """One laboratory for a class; whatever a test attaches is detached and looked at after it."""

    maxDiff = None
    settings = {}  # of the laboratory

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(**cls.settings).up()
        cls.addClassCleanup(cls.close_lab)
        cls.lab.start()

    @classmethod
    def close_lab(cls):
        cls.lab.down()
        assert cls.lab.leftovers() == [], cls.lab.leftovers()

    def setUp(self):
        self.attached = []  # (pod, function, ifname) that the end of the test has to bring home
        self.addCleanup(self.check_world)

    def check_world(self):
        """Detaches what is left, and asserts that the node is as if nothing had ever been."""
        lab = self.lab
        lab.opi.faults()
        for part in (lab.opi_server, lab.host_agent):
            if not part.alive:
                part.start()
        for pod, function, ifname in self.attached:
            outcome = lab.cni("DEL", pod, function, ifname)
            self.assertEqual(outcome.code, 0, outcome)
        for pod in lab.pods:
            spaces.delete(pod.space)
        lab.pods.clear()
        until(self.mended, 5, "functions that went with their namespace")
        until(lab.idle, 10, "agent and card to forget every pod")
        self.assertEqual(self.blemishes(), [])
        self.assertEqual(lab.journal(), {})
        self.assertEqual(lab.spool(), [])
        self.assertEqual(lab.opi.violations(), [])

    def mended(self):
        """The kernel removes namespaces behind the scenes; a pair may be on its way out still."""
        self.lab.card.mend()
        return all(spaces.link(self.lab.host, one.name) for one in self.lab.functions)

    def blemishes(self):
        return [text for one in self.lab.functions for text in self.lab.card.blemishes(one)]

    # What tests do.

    def function(self, index=0, network="blue"):
        return [one for one in self.lab.functions if one.network == network][index]

    def add(self, pod, function, ifname="net1", **conf):
        """An ADD that must succeed; its result."""
        self.attached.append((pod, function, ifname))
        outcome = self.lab.cni("ADD", pod, function, ifname, **conf)
        self.assertEqual(outcome.code, 0, outcome)
        self.assertIsNotNone(outcome.answer, outcome)
        return outcome.answer

    def delete(self, pod, function, ifname="net1", env=None, **conf):
        """A DEL that must succeed, without a word on stdout."""
        outcome = self.lab.cni("DEL", pod, function, ifname, env=env, **conf)
        self.assertEqual((outcome.code, outcome.text), (0, ""), outcome)
        return outcome

    def restart_card(self, delay=None):
        """A new, empty OPI server; returns when the agent has found it."""
        self.lab.opi_server.stop()
        self.lab.delay = self.lab.delay if delay is None else delay
        before = len(self.lab.opi.requests())
        self.lab.opi_server.start()
        until(lambda: len(self.lab.opi.requests()) > before, 10, "the agent to find the card")

    def finish(self, process):
        return self.lab.cni_end(process)

    # What tests assert.

    def assert_error(self, outcome, code, *words, version="1.0.0"):
        """The specification's error object on stdout, exit 1, and these words in its message."""
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIsInstance(outcome.answer, dict, outcome)
        self.assertLessEqual(outcome.answer.keys(), {"cniVersion", "code", "msg", "details"})
        self.assertEqual(outcome.answer["code"], code, outcome)
        self.assertEqual(outcome.answer["cniVersion"], version, outcome)
        text = outcome.answer["msg"]
        self.assertTrue(text and "\n" not in text, f"one sentence, not {text!r}")
        self.assertNotIn("Error(", text, "Swift's own rendering of an error is no sentence")
        for word in words:
            self.assertIn(word, text)

    def assert_untouched(self, function):
        """The function is at home as new, and nobody has noted anything about it."""
        self.assertEqual(self.lab.card.blemishes(function), [])
        self.assertNotIn(function.pci, self.lab.journal())

    def assert_attached(self, pod, function, ifname="net1", mtu=None):
        """The function is in the pod under this name, up, and no longer at home."""
        link = spaces.link(pod.space, ifname)
        self.assertIsNotNone(link, f"{ifname} is not in the pod")
        self.assertEqual(link["ifalias"], function.pci)
        self.assertEqual(link["address"], function.mac)
        self.assertIn("UP", link["flags"])
        if mtu:
            self.assertEqual(link["mtu"], mtu)
        self.assertIsNone(spaces.link(self.lab.host, function.name))

    def assert_quick(self, started):
        """It did not end because a limit was over: the lab's ADD gives up after 20 seconds."""
        took = time.monotonic() - started
        self.assertLess(took, 15, f"took {took:.2f} s")
