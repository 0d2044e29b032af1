# SPDX-License-Identifier: Apache-2.0
"""Leader election and fenced writes, on a real kube-apiserver and on the sandbox's.

Three processes stand for a Lease; the leader counts in an annotation of a target object. A watch
keeps the target's history, in which the numbers of the leaders' terms must never fall.
"""
import json
import os
import re
import threading
import time
import unittest

import httpx

from api_contract import CORE, LEASES, MemoryServer, RealServer, counter
from parts import until
from runtime import Runtime

# The Lease's duration, the renewals' time and the time between them, in ms.
TIMES = (3000, 2000, 300)
# A Lease for which nobody would wait in a test.
LONG = (600_000, 400_000, 300)
FENCE = "xpu.opiproject.org/fence"


class History:
    """What became of the target, change by change, through watches that are begun anew."""

    def __init__(self, case):
        self.case, self.states, self.over = case, {}, threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        version = self.case.target_version
        while not self.over.is_set():
            try:
                with self.case.api.watch(self.case.leases, resourceVersion=version,
                                         fieldSelector="metadata.name=target") as watch:
                    while not self.over.is_set() and not (
                            watch.ended.is_set() and watch.arrived.empty()):
                        version = self._event(watch) or version
            except Exception:  # the server is down for a while
                time.sleep(0.05)

    def _event(self, watch):
        """Keeps the next event, if there is one; the version to go on from."""
        if watch.arrived.empty():
            time.sleep(0.02)
            return None
        event = watch.arrived.get()[1]
        if event["type"] == "ERROR" and event["object"]["code"] == 410:
            # A server that began anew names the version from which on it remembers.
            return re.search(r"\((\d+)\)$", event["object"]["message"])[1]
        assert event["type"] in ("ADDED", "MODIFIED"), event
        self.keep(event["object"])
        return event["object"]["metadata"]["resourceVersion"]

    def keep(self, state):
        self.states[int(state["metadata"]["resourceVersion"])] = state

    def close(self):
        """All states by version; the last one is what the server has."""
        last = self.case.get("target")
        until(lambda: int(last["metadata"]["resourceVersion"]) in self.states, 10,
              "the watch to have seen the last write")
        self.over.set()
        self.reader.join(30)
        return [self.states[version] for version in sorted(self.states)]


class ElectionCase:
    server_type = None
    extra = []  # flags of the API server

    @classmethod
    def setUpClass(cls):
        cls.server = cls.server_type()
        if cls.extra:
            cls.server.plane.extra = cls.extra
            cls.server.plane.restart("apiserver")
            cls.server.client = cls.server.client.like(cls.server.client.token)

    @classmethod
    def tearDownClass(cls):
        cls.server.down()

    def setUp(self):
        self.api = self.server.client
        self.ns = f"e{next(counter)}"
        self.leases = f"{LEASES}/namespaces/{self.ns}/leases"
        self.made(self.api.post(f"{CORE}/namespaces", {
            "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.ns}}))
        target = self.made(self.api.post(self.leases, self.lease("target")))
        self.target_version = target.meta["resourceVersion"]
        self.history = History(self)
        self.candidates = {}
        self.log = open(os.path.join(self.server.folder, f"{self.ns}.log"), "wb")

    def tearDown(self):
        for one in self.candidates.values():
            one.kill()
        self.history.over.set()
        self.history.reader.join(30)
        self.log.close()

    # What there is.

    def made(self, answer):
        self.assertIn(answer.code, (200, 201), answer)
        return answer

    def lease(self, name, **spec):
        return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": {"name": name}, "spec": spec}

    def get(self, name):
        return self.made(self.api.get(f"{self.leases}/{name}")).body

    def candidate(self, name, times=TIMES):
        self.candidates[name] = Runtime(
            "elect", self.server.plane.admin, self.ns, "lead", name, "target", *times,
            log=self.log)
        return self.candidates[name]

    def holder(self):
        """Name and process of the candidate that has the Lease, and its number; None for nobody."""
        try:
            answer = self.api.get(f"{self.leases}/lead")
        except httpx.HTTPError:
            return None  # the server is down, or was
        spec = answer.body["spec"] if answer.code == 200 else {}
        name = (spec.get("holderIdentity") or "").partition("_")[0]
        if name not in self.candidates:
            return None
        return name, self.candidates[name], spec["leaseTransitions"]

    def leader(self, seconds=20, after=-1):
        """Name, process and number of the candidate that leads and has written in this term.

        Terms up to the number `after` do not count.
        """
        def look():
            name, process, number = self.holder() or (None, None, None)
            if not name or number <= after or {"leads": number} not in process.said:
                return None
            begun = process.said.index({"leads": number})
            wrote = any("wrote" in word for word in process.said[begun:])
            return (name, process, number) if wrote else None
        return until(look, seconds, "a leader")

    def written(self):
        """The target's states that a killed server has on disk and will not tell of any more."""
        return ()

    # What must be true of the target.

    def check_history(self, terms):
        """Numbers never fall, each write has counted from the one before, `terms` have written."""
        states = self.history.close()
        numbers = [int(one["metadata"]["annotations"][FENCE].split(".")[0]) for one in states]
        counts = [int(one["metadata"]["annotations"]["count"]) for one in states]
        self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(counts, list(range(1, len(counts) + 1)))
        self.assertGreaterEqual(len(set(numbers)), terms)
        return numbers

    # The tests.

    def test_killed_and_frozen(self):
        for name in ("a", "b", "c"):
            self.candidate(name)
        name, first, _ = self.leader()
        begun = time.monotonic()
        first.kill()
        del self.candidates[name]
        name, second, number = self.leader()
        # The last renewal may have been that old, and nobody has it before its duration is over.
        self.assertGreater(time.monotonic() - begun, (TIMES[0] - TIMES[1]) / 1000)
        for _ in range(2):
            self.freeze(second, number)
            name, second, number = self.leader()
        self.check_history(4)

    def freeze(self, leader, number):
        """Stops the leader past its Lease while it writes; it must do no harm when it wakes."""
        leader.tell(do="blind")
        leader.next("blind")
        leader.freeze()
        until(lambda: (self.holder() or (0, 0, 0))[2] > number, 20, "another leader")
        _, other, _ = self.leader()
        self.assertIsNot(other, leader)
        leader.thaw()
        # One that looks at its clock notices by itself; one that does not is told by the server.
        self.assertIn("later leader", leader.next("blind"))
        until(lambda: {"leads": None} in leader.said, 10, "the old leader to notice")

    def test_handed_over_at_the_end(self):
        for name in ("a", "b"):
            self.candidate(name, LONG)
        name, first, number = self.leader()
        self.assertEqual(first.close(), 0)
        del self.candidates[name]
        _, last, after = self.leader()
        self.assertEqual(after, number + 1)
        self.assertEqual(last.close(), 0)
        spec = self.get("lead")["spec"]
        self.assertEqual((spec["holderIdentity"], spec["leaseDurationSeconds"]), ("", 1))
        self.check_history(2)

    def test_the_server_is_away(self):
        for name in ("a", "b"):
            self.candidate(name)
        _, first, number = self.leader()
        self.server.plane.kill("apiserver")
        for state in self.written():
            self.history.keep(state)
        # Whoever leads stops by itself, although nobody can take the Lease.
        until(lambda: {"leads": None} in first.said, 20, "the leader to stop")
        self.server.plane.start("apiserver")
        self.leader(40, after=number)
        self.check_history(2)

    def test_clocks_and_tools_of_others(self):
        """A Lease of somebody whose clock is years away: only its changes count."""
        for year in ("1999", "2199"):
            with self.subTest(year=year):
                self.api.delete(f"{self.leases}/lead")
                stamp = f"{year}-01-01T00:00:00.000000Z"
                held = self.lease("lead", holderIdentity="tool", leaseDurationSeconds=2,
                                  acquireTime=stamp, renewTime=stamp, leaseTransitions=40)
                held["metadata"]["labels"] = {"tool": "yes"}
                self.made(self.api.post(self.leases, held))
                one = self.candidate(year)
                for beat in range(12):
                    time.sleep(0.25)
                    # Its clock stands still, but it lives.
                    self.made(self.api.patch(f"{self.leases}/lead", {
                        "metadata": {"annotations": {"beat": str(beat)}}}))
                self.assertFalse(one.said, "nobody may take it while the tool renews")
                self.assertGreaterEqual(one.next("leads"), 41)
                one.next("wrote")
                lease = self.get("lead")
                self.assertEqual(lease["metadata"]["labels"], {"tool": "yes"})
                self.assertEqual(one.close(), 0)
        self.check_history(2)

    def test_the_lease_is_deleted(self):
        """A Lease made anew counts from 0; the numbers in the target rise all the same."""
        for name in ("a", "b"):
            self.candidate(name)
        self.leader()
        for _ in range(2):
            old = self.get("lead")["metadata"]["uid"]
            self.made(self.api.delete(f"{self.leases}/lead"))
            until(lambda: self.written_under() == self.lease_uid() != old, 20,
                  "a write under another Lease")
        self.check_history(3)

    def lease_uid(self):
        answer = self.api.get(f"{self.leases}/lead")
        return answer.meta["uid"] if answer.code == 200 else ""

    def written_under(self):
        stamp = self.get("target")["metadata"].get("annotations", {}).get(FENCE, "")
        return stamp.partition(".")[2]

    def test_a_forged_number_deposes_nobody(self):
        """Somebody who may write the target claims to be a later leader."""
        self.candidate("a")
        _, leader, number = self.leader()
        uid = self.lease_uid()
        self.made(self.api.patch(f"{self.leases}/target", {
            "metadata": {"annotations": {FENCE: f"{number + 50}.{uid}"}}}))
        until(lambda: self.holder()[2] > number + 50, 20, "a number above the forged one")
        until(lambda: self.get("target")["metadata"]["annotations"][FENCE]
              == f"{number + 51}.{uid}", 20, "a write over it")
        self.assertNotIn({"leads": None}, leader.said)

    def test_what_it_tells(self):
        one = self.candidate("a")
        one.next("wrote")
        one.tell(do="metrics")
        self.assertIn('\nleader_election_master_status{name="lead"} 1\n', one.next("metrics"))


class OnTheRealServer(ElectionCase, unittest.TestCase):
    server_type = RealServer
    # The history is read across the server's death: without a cache it is all there.
    extra = ["--watch-cache=false"]


class OnTheServerInMemory(ElectionCase, unittest.TestCase):
    server_type = MemoryServer

    def written(self):
        """What etcd would still tell is in the journal, until the next start writes it anew."""
        first = int(self.target_version)
        with open(os.path.join(self.server.folder, "objects.jsonl"), encoding="utf-8") as file:
            objects = [json.loads(line)["object"] for line in file]
        for one in objects:
            meta = one["metadata"] if one else {}
            if (meta.get("namespace"), meta.get("name")) == (self.ns, "target"):
                if int(meta["resourceVersion"]) > first:
                    yield one
