# SPDX-License-Identifier: Apache-2.0
"""What an informer must do, as cases that hold on the real API server and the in-memory one.

test_runtime_informer.py runs them. Each case ends with the same question: does the store equal a
fresh list, and was every step on the way one that a handler may be told?
"""
import itertools
import signal
import tempfile
import unittest

from api_contract import CORE, GROUP, MemoryServer, RealServer
from control_plane import NAMESPACE
from parts import until
from runtime import Informer

counter = itertools.count(1)


class InformerCase:
    """A namespace of its own; `server` is started once for a class and may be killed by a test."""

    server_class = None
    extra = []  # flags of the API server

    @classmethod
    def setUpClass(cls):
        cls.server = cls.server_class()
        cls.addClassCleanup(cls.server.down)
        if cls.extra:
            cls.server.plane.extra = cls.extra
            cls.restart()

    @classmethod
    def restart(cls, how=signal.SIGKILL):
        cls.server.plane.stop("apiserver", how)
        cls.server.plane.start("apiserver")

    def setUp(self):
        self.ns = f"i{next(counter)}"
        self.call("POST", f"{CORE}/namespaces", {
            "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.ns}}, code=201)
        self.netdevs = f"{GROUP}/namespaces/{self.ns}/netdevs"

    # The server.

    def call(self, method, path, body=None, kind="application/json", code=200, **params):
        answer = self.server.client.request(method, path, body, kind, **params)
        self.assertEqual(answer.code, code, answer)
        return answer

    def reconnect(self):
        """The client of the tests does not outlive its server's connections."""
        old, self.server.client = self.server.client, self.server.client.like(
            self.server.client.token)
        old.close()

    def create(self, *names, **labels):
        for name in names:
            self.call("POST", self.netdevs, {
                "apiVersion": "xpu.opiproject.org/v1alpha1", "kind": "Netdev",
                "metadata": {"name": name, "labels": labels},
                "spec": {"nodeName": "node-a", "xpuRef": "card-1", "pciAddress": "0000:3b:00.2",
                         "macAddress": "02:00:00:00:00:01", "networkRef": "blue"}}, code=201)

    def change(self, name, **metadata):
        body = {"metadata": metadata} if metadata else {"spec": {"mtu": 1500 + next(counter)}}
        return self.call("PATCH", f"{self.netdevs}/{name}", body,
                         "application/merge-patch+json").meta["resourceVersion"]

    def delete(self, *names):
        for name in names:
            self.call("DELETE", f"{self.netdevs}/{name}")

    def listed(self, **params):
        items = self.call("GET", self.netdevs, **params)["items"]
        found = [one["metadata"] for one in items]
        return {one["name"]: (one["uid"], one["resourceVersion"]) for one in found}

    # The informer.

    def inform(self, **options):
        informer = Informer(self.server.plane.admin, self.ns, **options)
        self.addCleanup(self.end, informer)
        return informer

    def end(self, informer):
        self.assertEqual(informer.close(), 0)

    def assert_true_to_life(self, informer, seconds=30, **params):
        """The store is a fresh list, and the handler was told how it came to that."""
        until(lambda: informer.store() == self.listed(**params), seconds,
              f"the store to equal the list {self.listed(**params)}; it has {informer.store()}")
        until(lambda: informer.faults()[1] == informer.store(), 5, "the handler to have heard all")
        self.assertEqual(informer.faults()[0], [])

    def told(self, informer, *wanted, seconds=20):
        """Returns when the handler was told these (event, name), in this order among others."""
        def found():
            left = iter([one[:2] for one in informer.events])
            return all(one in left for one in wanted)
        until(found, seconds, f"{wanted} to be told; it was {informer.events}")


class Following(InformerCase):
    def test_what_is_there_is_initial_and_what_comes_is_not(self):
        self.create("a", "b")
        informer = self.inform().synced()
        self.create("c")
        self.change("a")
        self.delete("b")
        self.told(informer, ("added", "c"), ("changed", "a"), ("deleted", "b"))
        initial = {one["key"].split("/")[1]: one["initial"] for one in informer.said
                   if one.get("event") == "added"}
        self.assertEqual(initial, {"a": True, "b": True, "c": False})
        self.assert_true_to_life(informer)
        self.assertEqual(informer.troubles, [None])

    def test_an_object_made_again_under_its_name_is_another(self):
        self.create("a")
        informer = self.inform().synced()
        first = informer.store()["a"][0]
        self.delete("a")
        self.create("a")
        self.told(informer, ("added", "a"), ("deleted", "a"), ("added", "a"))
        self.assert_true_to_life(informer)
        self.assertNotEqual(informer.store()["a"][0], first)

    def test_more_than_a_page(self):
        names = [f"p{number}" for number in range(620)]
        self.create(*names)
        informer = self.inform().synced()
        self.assertEqual(set(informer.store()), set(names))
        self.assert_true_to_life(informer)

    def test_labels_select_who_comes_in_and_goes_out(self):
        self.create("in", tier="a")
        self.create("out", tier="z")
        self.create("bare")
        informer = self.inform(tiers=["a", "b"]).synced()
        self.assertEqual(set(informer.store()), {"in"})
        self.change("out", labels={"tier": "b"})
        self.told(informer, ("added", "out"))
        self.change("out")
        self.told(informer, ("changed", "out"))
        self.change("out", labels={"tier": None})
        self.told(informer, ("deleted", "out"))
        self.change("bare", labels={"tier": "c"})
        self.assert_true_to_life(informer, labelSelector="tier in (a,b)")

    def test_metadata_alone(self):
        self.create("a", "b", tier="a")
        informer = self.inform(metadata=True, labels={"tier": "a"}).synced()
        self.change("a")
        self.delete("b")
        self.told(informer, ("changed", "a"), ("deleted", "b"))
        self.assert_true_to_life(informer)
        self.assertLess(informer.dump()["bytes"], 1000)

    def test_streaming_lists_where_the_server_knows_them(self):
        self.create("a", "b")
        informer = self.inform(streams=True).synced()
        self.change("a")
        self.told(informer, ("changed", "a"))
        self.assert_true_to_life(informer)
        dump = informer.dump()
        if self.server.old:  # it answers 422, and is not asked again
            self.assertEqual((dump["streams"], dump["restarts"]), (False, {"unsupported": 1}))
        else:
            self.assertEqual((dump["streams"], dump["restarts"]), (True, {}))

    def test_nobody_reads_a_state_older_than_his_own_write(self):
        self.create("a", "b")
        informer = self.inform().synced()
        for _ in range(30):
            answer = informer.ask("touched", do="touch", name="a")
            self.assertEqual(answer["found"], answer["touched"])
        answer = informer.ask("deleted", do="delete", name="b")
        self.assertEqual((bool(answer["deleted"]), answer["found"]), (True, None))
        self.assert_true_to_life(informer)
        deletions = [one for one in informer.events if one[:2] == ("deleted", "b")]
        self.assertEqual(len(deletions), 1)


class Interrupted(InformerCase):
    def changes_while_away(self, informer, meanwhile=lambda: None):
        """The server dies, comes back and changes while the informer cannot see it."""
        informer.freeze()
        # Of another kind: what the informer knows is then older than what the server begins with.
        self.call("POST", f"{CORE}/namespaces", {
            "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"{self.ns}-more"}},
            code=201)
        self.restart()
        self.reconnect()
        self.delete("gone", "again")
        self.create("again", "new")
        self.change("same")
        meanwhile()
        informer.thaw()

    def test_what_was_deleted_meanwhile_is_told_and_nothing_else(self):
        self.create("gone", "again", "same", "still")
        informer = self.inform().synced()
        before = informer.store()
        self.changes_while_away(informer)
        self.told(informer, ("deleted", "gone"))
        self.told(informer, ("deleted", "again"), ("added", "again"))
        self.told(informer, ("added", "new"))
        self.told(informer, ("changed", "same"))
        self.assert_true_to_life(informer)
        self.assertEqual(informer.store()["still"], before["still"])
        self.assertEqual([one for one in informer.events if one[1] == "still"],
                         [("added", "still", *before["still"])])

    def test_history_that_is_gone_costs_a_list_and_no_deletion(self):
        self.create("gone", "again", "same", "still")
        informer = self.inform().synced()
        self.changes_while_away(informer, self.server.compact)
        self.told(informer, ("deleted", "gone"))
        self.assert_true_to_life(informer)
        self.assertGreaterEqual(informer.restarts("expired"), 1)
        self.assertEqual(len([one for one in informer.events if one[:2] == ("added", "still")]), 1)

    def test_a_server_that_is_away_deletes_nothing(self):
        self.create("a", "b")
        informer = self.inform().synced()
        before = informer.store()
        self.server.plane.stop("apiserver", signal.SIGKILL)
        until(lambda: informer.troubles[-1:] not in ([], [None]), 20, "the trouble to be told")
        self.assertEqual(informer.store(), before)
        self.server.plane.start("apiserver")
        self.reconnect()
        until(lambda: informer.troubles[-1] is None, 60, "the trouble to be over")
        self.create("c")
        self.told(informer, ("added", "c"))
        self.assert_true_to_life(informer)
        self.assertEqual([one for one in informer.events if one[0] == "deleted"], [])

    def test_a_server_killed_while_others_write(self):
        names = [f"w{number}" for number in range(12)]
        self.create(*names)
        informer = self.inform(streams=True).synced()
        for round_ in range(3):
            for name in names[:6]:
                self.change(name)
            self.delete(names[round_])
            self.create(names[round_])
            self.restart()
            self.reconnect()
        self.assert_true_to_life(informer, 60)

    def test_an_informer_that_may_not_read_keeps_asking_and_is_told_why(self):
        nobody = self.server.plane.write_kubeconfig(
            tempfile.mktemp(dir=self.server.folder), {"token": "of-nobody"})
        informer = Informer(nobody, NAMESPACE)
        self.addCleanup(self.end, informer)
        until(lambda: informer.troubles, 20, "the trouble to be told")
        self.assertFalse(informer.dump()["synced"])




def cases_for(home, suffix, server_class, extra=()):
    """The cases as classes named `…suffix` of the module `home`."""
    return {name + suffix: type(name + suffix, (case, unittest.TestCase),
                       {"__module__": home, "server_class": server_class, "extra": list(extra)})
            for name, case in (("Following", Following), ("Interrupted", Interrupted))}


__all__ = ["MemoryServer", "RealServer", "cases_for"]
