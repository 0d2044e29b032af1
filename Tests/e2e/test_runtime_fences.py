# SPDX-License-Identifier: Apache-2.0
"""Every kind of fenced write, and events, on a real kube-apiserver and on the sandbox's."""
import unittest

import httpx

from api_contract import CORE, ApiCase, MemoryServer, RealServer
from parts import until
from runtime import Runtime

FENCE = "xpu.opiproject.org/fence"


class FenceCase(ApiCase):
    server_type = None

    @classmethod
    def setUpClass(cls):
        cls.server = cls.server_type()

    @classmethod
    def tearDownClass(cls):
        cls.server.down()

    def assert_code(self, answer, code):
        self.assertEqual(answer.code, code, answer)

    def runtime(self, command):
        one = Runtime(command, self.server.plane.admin, self.ns)
        self.addCleanup(one.kill)
        return one

    def setUp(self):
        super().setUp()
        self.writer = self.runtime("fence")

    def ask(self, do, number, name="nd", lease="u1", **more):
        """What became of a write: the object, or the sentence of a refusal."""
        said = len(self.writer.said)
        self.writer.tell(do=do, number=number, name=name, lease=lease, **more)
        until(lambda: len(self.writer.said) > said, 20, "an answer")
        answer = self.writer.said[said]
        return answer.get("refused", answer.get("done"))

    def stamp(self, name="nd"):
        return self.api.get(self.path(name)).meta.get("annotations", {}).get(FENCE)

    def hold(self, name="nd"):
        self.assertIsNone(self.ask("hold", 0, name))

    def test_a_new_leader_takes_over_and_the_old_one_is_refused(self):
        self.create("nd")
        self.hold()
        self.assertEqual(self.ask("stamp", 3)["metadata"]["annotations"], {FENCE: "3.u1"})
        # The old copy is stale now; its owner reads the object anew and meets a later number.
        patch = {"spec": {"mtu": 1400}}
        self.assertIn("later leader, number 3", self.ask("change", 2, patch=patch))
        self.assertNotIn("mtu", self.api.get(self.path("nd"))["spec"])
        # The same number goes on from a stale copy, after reading.
        self.assertEqual(self.ask("change", 3, patch=patch)["spec"]["mtu"], 1400)
        self.assertEqual(self.stamp(), "3.u1")

    def test_what_was_read_after_the_new_leader_is_refused_without_a_request(self):
        self.create("nd", metadata={"annotations": {FENCE: "7.u1", "mine": "kept"}})
        self.hold()
        for do in ("stamp", "change", "delete"):
            self.assertIn("number 7", self.ask(do, 6, patch={}))
        self.assertEqual(self.ask("change", 8, patch={})["metadata"]["annotations"],
                         {FENCE: "8.u1", "mine": "kept"})

    def test_the_number_of_another_lease_is_no_smaller_one(self):
        self.create("nd", metadata={"annotations": {FENCE: "1.u0"}})
        self.hold()
        self.assertIn("later leader", self.ask("change", 9, patch={}))

    def test_nonsense_in_the_annotation_is_nobodys(self):
        self.create("nd", metadata={"annotations": {FENCE: "-1.u1"}})
        self.hold()
        self.ask("stamp", 0)
        self.assertEqual(self.stamp(), "0.u1")

    def test_a_status_is_written_to_a_stamped_object_alone(self):
        self.create("nd")
        self.hold()
        status = {"status": {"phase": "Connecting"}}
        written = self.ask("change", 3, patch=status, subresource="status")
        self.assertEqual(written["status"]["phase"], "Connecting")
        self.assertEqual(self.stamp(), "3.u1")
        self.hold()
        self.ask("stamp", 4)
        status["status"]["phase"] = "Error"
        self.assertIn("later leader", self.ask("change", 3, patch=status, subresource="status"))
        self.assertEqual(self.api.get(self.path("nd"))["status"]["phase"], "Connecting")

    def test_an_object_of_the_same_name_is_another(self):
        self.create("nd")
        self.hold()
        self.api.delete(self.path("nd"))
        self.create("nd", metadata={"annotations": {FENCE: "4.u1"}})
        self.assertIn("later leader", self.ask("change", 3, patch={"spec": {"mtu": 1400}}))
        self.assertNotIn("mtu", self.api.get(self.path("nd"))["spec"])

    def test_an_object_that_is_gone_is_said_to_be(self):
        self.create("nd")
        self.hold()
        self.api.delete(self.path("nd"))
        self.assertIn("not found", self.ask("change", 3, patch={"spec": {"mtu": 1400}}))

    def test_what_is_made_carries_the_number(self):
        made = self.ask("create", 5, object=self.netdev("made", {"namespace": self.ns}))
        self.assertEqual(made["metadata"]["annotations"], {FENCE: "5.u1"})
        again = self.ask("create", 6, object=self.netdev("made", {"namespace": self.ns}))
        self.assertIn("already exists", again)
        self.assertEqual(self.stamp("made"), "5.u1")

    def test_only_what_was_seen_is_deleted(self):
        self.create("nd")
        self.hold()
        self.assert_code(self.api.patch(self.path("nd"), {"spec": {"mtu": 1400}}), 200)
        self.assertIsInstance(self.ask("delete", 3), str)
        self.assert_code(self.api.get(self.path("nd")), 200)
        self.hold()
        self.assertIsNone(self.ask("delete", 3))
        self.assert_code(self.api.get(self.path("nd")), 404)

    # Events.

    def events(self, name):
        try:
            found = self.api.get(f"{CORE}/namespaces/{self.ns}/events")["items"]
        except httpx.HTTPError:
            return {}  # the server was down
        return {one["message"]: one for one in found if one["involvedObject"]["name"] == name}

    def test_events_are_counted_and_limited(self):
        teller = self.runtime("record")
        teller.tell(do="note", name="x", message="no", times=3)
        self.assertEqual(teller.next("kept"), 3)
        until(lambda: self.events("x").get("no", {}).get("count") == 3, 10, "a count")
        first = self.events("x")["no"]
        self.assertEqual((first["type"], first["reason"]), ("Warning", "Tested"))
        # One that the server has forgotten is made anew.
        name = first["metadata"]["name"]
        self.assert_code(self.api.delete(f"{CORE}/namespaces/{self.ns}/events/{name}"), 200)
        teller.tell(do="note", name="x", message="no")
        self.assertEqual(teller.next("kept"), 1)
        until(lambda: self.events("x").get("no", {}).get("count") == 1, 10, "another event")
        # More than can wait is lost, more than 25 about one object are not written.
        teller.tell(do="note", name="y", message="no", times=5000)
        kept = teller.next("kept")
        self.assertGreaterEqual(kept, 1000)
        self.assertLess(kept, 5000)
        until(lambda: self.events("y").get("no", {}).get("count") == 25, 10, "a count")
        teller.tell(do="note", name="z", message="no")
        until(lambda: "no" in self.events("z"), 10, "an event of another object")
        self.assertEqual(self.events("y")["no"]["count"], 25)

    def test_events_hold_up_nobody_while_the_server_is_away(self):
        teller = self.runtime("record")
        self.server.plane.kill("apiserver")
        teller.tell(do="note", name="x", message="no")
        teller.tell(do="note", name="x", message="no")
        # Both are answered while the server is still down.
        self.assertEqual([teller.next("kept"), teller.next("kept")], [1, 1])
        self.server.plane.start("apiserver")
        # The first may have been given up by now; what is told later is written.
        teller.tell(do="note", name="x", message="yes")
        until(lambda: "yes" in self.events("x"), 60, "an event", pause=0.2)


class OnTheRealServer(FenceCase, unittest.TestCase):
    server_type = RealServer


class OnTheServerInMemory(FenceCase, unittest.TestCase):
    server_type = MemoryServer
