# SPDX-License-Identifier: Apache-2.0
"""The contract: many objects in pages, and history that is gone. Each server here is its own."""
from api_contract import ApiCase
from client_program import Writer

MANY = 5000


class Many(ApiCase):
    """Pages over more objects than anybody wants at once."""

    def fill(self):
        with Writer(self.server.plane.admin, self.ns) as writer:
            answer = writer.ask("fill", count=MANY, object=self.netdev("n", {
                "namespace": self.ns}))
        self.assertEqual(answer, {"items": MANY})

    def pages(self, **params):
        """Each page as it comes."""
        token = ""
        while True:
            page = self.api.get(self.netdevs, limit=500, **params,
                                **({"continue": token} if token else {}))
            self.assert_code(page, 200)
            yield page
            token = page.meta.get("continue")
            if not token:
                return

    def test_pages_over_many(self):
        """One moment, whatever is written between the pages; the last is told by its token."""
        self.fill()
        names, versions, left = [], set(), []
        for page in self.pages():
            names += page.names
            versions.add(page.meta["resourceVersion"])
            left.append(page.meta.get("remainingItemCount", 0))
            if len(left) == 3:
                self.create("a-late-one", "n99999")
                self.api.delete(self.path("n04000"))
        self.assertEqual(names, [f"n{number:05}" for number in range(MANY)])
        self.assertEqual((len(versions), left), (1, list(range(MANY - 500, -1, -500))))
        now = self.api.get(self.netdevs)
        self.assertEqual(len(now.names), MANY + 1)

        # From the version of the list on, a watch tells exactly what was written meanwhile.
        with self.api.watch(self.netdevs, resourceVersion=versions.pop()) as watch:
            self.assertEqual([one[:2] for one in watch.take(3)], [
                ("ADDED", "a-late-one"), ("ADDED", "n99999"), ("DELETED", "n04000")])

        # A token that is older than what the server remembers: 410, and begin again.
        pages = self.pages()
        token = next(pages).meta["continue"]
        self.create("z")
        self.server.compact()
        answer = self.api.get(self.netdevs, limit=500, **{"continue": token})
        self.assert_failure(answer, 410, "Expired", "continue")
        self.assertEqual(sum(len(page.names) for page in self.pages()), MANY + 2)


class Gone(ApiCase):
    """A watch from before what the server remembers: 410, at once or as its first event."""

    def assert_gone(self, version):
        with self.api.watch(self.netdevs, resourceVersion=version) as watch:
            if watch.code == 410:
                return self.assert_failure(watch.refusal, 410, watch.refusal["reason"])
            event = watch.next()
        status = event["object"]
        self.assertEqual((event["type"], status["kind"], status["code"]), ("ERROR", "Status", 410))
        self.assertIn(status["reason"], ("Expired", "Gone"))
        return None

    def changed(self):
        """A version that a good deal has happened after."""
        version = self.create("a")["metadata"]["resourceVersion"]
        for mtu in range(1500, 1510):
            self.api.patch(self.path("a"), {"spec": {"mtu": mtu}})
        return version

    def test_after_a_restart(self):
        version = self.changed()
        self.server.plane.kill("apiserver")
        self.server.compact_if_it_remembers()
        self.server.plane.start("apiserver")
        self.server.reconnect()
        self.api = self.server.client
        self.assert_gone(version)
        last = self.api.get(self.netdevs)
        self.assertEqual(last.names, ["a"])
        with self.api.watch(self.netdevs, resourceVersion=last.meta["resourceVersion"]) as watch:
            later = self.create("b")["metadata"]["resourceVersion"]
            self.assertEqual(watch.take(1), [("ADDED", "b", later)])

    def test_after_a_compaction(self):
        version = self.changed()
        if self.server.caches:  # what etcd forgets, the watch cache still knows
            self.server.compact()
            with self.api.watch(self.netdevs, resourceVersion=version) as watch:
                self.assertEqual(len(watch.take(10)), 10)
            return
        with self.api.watch(self.netdevs, resourceVersion=version) as running:
            running.take(10)
            self.server.compact()
            self.assert_gone(version)
            later = self.create("b")["metadata"]["resourceVersion"]
            self.assertEqual(running.take(1), [("ADDED", "b", later)], "it goes on")
        self.assert_gone("1")
