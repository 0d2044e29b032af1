# SPDX-License-Identifier: Apache-2.0
"""Informers and servers that answer what no API server does: a sentence, a pause, and no more."""
import json
import tempfile
import unittest

from odd_server import OddServer
from parts import until
from runtime import Informer

JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html"}
PAGE = b"<html><body>502 Bad Gateway</body></html>"


def netdev(name, version, uid="u", **more):
    return {"apiVersion": "xpu.opiproject.org/v1alpha1", "kind": "Netdev",
            "metadata": {"name": name, "namespace": "n", "uid": uid,
                         "resourceVersion": str(version)},
            "spec": {"nodeName": "node-a", "xpuRef": "card-1", "pciAddress": "0000:3b:00.2",
                     "macAddress": "02:00:00:00:00:01", "networkRef": "blue"}, **more}


def page(version, *items, more=""):
    return 200, JSON, [json.dumps({"kind": "NetdevList", "items": items, "metadata": {
        "resourceVersion": str(version), "continue": more}}).encode()]


def event(kind, value):
    return json.dumps({"type": kind, "object": value}).encode() + b"\n"


def status(code, reason, message="no"):
    return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code,
            "reason": reason, "message": message}


def refused(code, reason, headers=None, message="no"):
    return code, {**JSON, **(headers or {})}, [json.dumps(status(code, reason, message)).encode()]


def watch(*lines, open_=True):
    return 200, JSON, [*lines, *([None] if open_ else [])]


QUIET = watch()


class Odd(unittest.TestCase):
    def begin(self, *answers, **options):
        server = OddServer(*answers)
        self.addCleanup(server.close)
        with tempfile.NamedTemporaryFile("w", suffix=".kubeconfig", delete=False) as file:
            json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "it",
                       "clusters": [{"name": "it", "cluster": {"server": server.url}}],
                       "users": [{"name": "me", "user": {}}],
                       "contexts": [{"name": "it", "context": {"cluster": "it", "user": "me"}}]},
                      file)
        informer = Informer(file.name, "n", **options)
        self.addCleanup(lambda: self.assertEqual(informer.close(), 0))
        return server, informer

    def assert_recovers(self, *answers, says, then=(), **options):
        """After these answers there is a sentence with `says`; after `then`, all is well."""
        server, informer = self.begin(*answers, *then, **options)
        until(lambda: any(says in (one or "") for one in informer.troubles), 20,
              f"a sentence with {says!r}; it said {informer.troubles}")
        until(lambda: informer.troubles[-1] is None, 30, "the trouble to be over")
        return server, informer

    good = (page(10, netdev("a", 5)), QUIET)

    def test_lists_that_are_none(self):
        deep = b"[" * 10_000 + b"]" * 10_000
        whole = page(10, netdev("a", 5))[2][0]
        for body, says in ((PAGE, "Bad Gateway"), (b"", ""), (whole[:-20], "status 200"),
                           (b'{"items":[{"metadata":' + deep + b"}]}", "status 200"),
                           (b'{"kind":"NetdevList","items":[]}', "resourceVersion")):
            with self.subTest(body=body[:40]):
                _, informer = self.assert_recovers((200, HTML, [body]), says=says, then=self.good)
                until(lambda: set(informer.store()) == {"a"}, 10, "the list")

    def test_an_item_of_50_MB_takes_no_memory(self):
        huge = netdev("b", 6, note="x" * (50 << 20))
        _, informer = self.assert_recovers(page(10, huge), says="longer than", then=self.good)
        self.assertLess(informer.resident()[1], 120 << 10)

    def test_a_line_of_50_MB_takes_no_memory(self):
        huge = event("MODIFIED", netdev("a", 11, note="x" * (50 << 20)))
        _, informer = self.assert_recovers(self.good[0], watch(huge), says="longer than",
                                           then=(QUIET,))
        self.assertEqual(set(informer.store()), {"a"})
        self.assertLess(informer.resident()[1], 120 << 10)

    def test_lines_that_are_none(self):
        good = event("ADDED", netdev("b", 11))
        for bad in (PAGE + b"\n", good[:-30] + b"\n", b'{"type":"ADDED"}\n', b"\x00\xff\n",
                    event("ADDED", [[]] * 3)[:20] + b"[" * 10_000 + b"\n"):
            with self.subTest(line=bad[:30]):
                server, informer = self.assert_recovers(
                    self.good[0], watch(good, bad), says="not one of an API server",
                    then=(watch(event("ADDED", netdev("c", 12))),))
                until(lambda: set(informer.store()) == {"a", "b", "c"}, 10, "all objects")
                self.assertIn("resourceVersion=11", server.requests[-1])
                self.assertEqual([one for one in informer.events if one[0] == "deleted"], [])

    def test_refusals_with_a_wish(self):
        server, informer = self.assert_recovers(
            refused(429, "TooManyRequests", {"retry-after": "1"}, "too much"), says="too much",
            then=self.good)
        until(informer.store, 10, "the list")
        self.assertEqual(len(server.requests), 3)

    def test_a_future_version_is_cured_by_a_list(self):
        text = "Too large resource version: 10, current: 3"
        server, informer = self.begin(
            self.good[0], watch(event("ERROR", status(504, "Timeout", text)), open_=False),
            page(3, netdev("a", 2)), watch(event("MODIFIED", netdev("a", 4))))
        until(lambda: informer.store().get("a") == ("u", "4"), 20, "the server's own time")
        lists = [one for one in server.requests if "watch=1" not in one]
        self.assertNotIn("resourceVersion=", lists[1])

    def test_a_continue_token_that_expired_costs_one_list_without_pages(self):
        server, informer = self.begin(
            page(10, netdev("a", 5), more="token"), refused(410, "Expired"),
            page(12, netdev("b", 11)), QUIET)
        until(lambda: set(informer.store()) == {"b"}, 20, "the second list")
        self.assertIn("limit=500", server.requests[0])
        self.assertIn("continue=token", server.requests[1])
        self.assertNotIn("limit=", server.requests[2])
        self.assertEqual([one[:2] for one in informer.events], [("added", "b")])

    def test_410_asks_for_what_is_known_first_and_then_for_what_is(self):
        gone = watch(event("ERROR", status(410, "Expired", "too old")), open_=False)
        server, informer = self.begin(
            self.good[0], gone, refused(410, "Expired"), page(20, netdev("b", 15)), QUIET)
        until(lambda: set(informer.store()) == {"b"}, 20, "the second list")
        self.assertIn("resourceVersion=10&resourceVersionMatch=NotOlderThan", server.requests[2])
        self.assertNotIn("resourceVersion", server.requests[3])
        self.assertEqual([one[:2] for one in informer.events],
                         [("added", "a"), ("deleted", "a"), ("added", "b")])

    def test_a_streaming_list_that_never_ends_is_given_up_for_good(self):
        server, informer = self.begin(
            watch(event("ADDED", netdev("x", 5))), *self.good, streams=True)
        until(lambda: set(informer.store()) == {"a"}, 30, "the list instead")
        self.assertIn("sendInitialEvents=true", server.requests[0])
        self.assertIn("limit=500", server.requests[1])
        self.assertFalse(informer.dump()["streams"])
        self.assertEqual([one[:2] for one in informer.events], [("added", "a")])

    def test_watches_that_end_at_once_are_not_a_storm(self):
        server, informer = self.begin(self.good[0], watch(open_=False))
        until(lambda: len(server.requests) >= 5, 20, "a few watches")
        until(lambda: informer.restarts("early") >= 4, 5, "their count")
        self.assertLess(len(server.requests), 12)

    def test_objects_that_cannot_be_read_are_not_gone(self):
        strange = netdev("a", 11)
        strange["spec"]["macAddress"] = 7
        _, informer = self.begin(
            self.good[0], watch(event("MODIFIED", strange), event("ADDED", netdev("b", 12))))
        until(lambda: "b" in informer.store(), 20, "the next event")
        self.assertEqual(informer.store()["a"], ("u", "5"))
        self.assertTrue(any("macAddress" in (one or "") for one in informer.troubles))
