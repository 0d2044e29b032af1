# SPDX-License-Identifier: Apache-2.0
"""The contract: watches."""
import threading
import time

from api_client import METADATA, TABLE, brief
from api_contract import CORE, GROUP, ApiCase

END = "k8s.io/initial-events-end"


class Watches(ApiCase):
    def watch(self, **params):
        return self.api.watch(self.netdevs, **params)

    def change(self, name, **body):
        answer = self.api.patch(self.path(name), body)
        self.assert_code(answer, 200)
        return answer.meta["resourceVersion"]

    def made(self, *names, **options):
        return self.create(*names, **options)["metadata"]["resourceVersion"]

    def test_from_a_list_exactly_what_follows_in_order(self):
        self.made("before")
        with self.watch(resourceVersion=self.now()) as watch:
            self.assertEqual(watch.code, 200)
            expected = [("ADDED", "a", self.made("a")),
                        ("MODIFIED", "a", self.change("a", spec={"mtu": 1500})),
                        ("ADDED", "b", self.made("b"))]
            self.api.patch(self.path("a", "status"), {"status": {"phase": "Error"}})
            self.api.delete(self.path("a"))
            found = watch.take(5)
            self.assertEqual(found[:3], expected)
            self.assertEqual([one[:2] for one in found[3:]], [("MODIFIED", "a"), ("DELETED", "a")])
            versions = [int(one[2]) for one in found]
            self.assertEqual(versions, sorted(set(versions)))
            self.assertTrue(watch.quiet())

    def test_what_happened_before_the_watch_is_replayed(self):
        start = self.now()
        expected = [("ADDED", "a", self.made("a")), ("ADDED", "b", self.made("b")),
                    ("MODIFIED", "a", self.change("a", metadata={"labels": {"x": "y"}}))]
        self.api.delete(self.path("b"))
        with self.watch(resourceVersion=start) as watch:
            found = watch.take(4)
        self.assertEqual(found[:3], expected)
        self.assertEqual(found[3][:2], ("DELETED", "b"))

    def test_the_version_of_an_event_is_where_to_go_on(self):
        start = self.now()
        middle = self.made("a")
        last = self.made("b")
        with self.watch(resourceVersion=middle) as watch:
            self.assertEqual(watch.take(1), [("ADDED", "b", last)])
        with self.watch(resourceVersion=start) as watch:
            self.assertEqual(watch.take(2)[0], ("ADDED", "a", middle))

    def test_from_zero_and_from_nothing_what_is_there_comes_as_added(self):
        self.made("a", "b")
        self.change("a", spec={"mtu": 1500})
        for params in ({"resourceVersion": "0"}, {}):
            with self.watch(**params) as watch:
                self.assertEqual({one[:2] for one in watch.take(2)},
                                 {("ADDED", "a"), ("ADDED", "b")})
                version = self.made("c")
                self.assertEqual(watch.take(1), [("ADDED", "c", version)])
            self.api.delete(self.path("c"))

    def test_events_are_lines_of_json_with_whole_objects(self):
        created = self.create("a")
        with self.watch(resourceVersion="0") as watch:
            event = watch.next()
            self.assertEqual(set(event), {"type", "object"})
            self.assertEqual(event["object"], created)

    def test_a_deleted_object_is_its_last_state_with_a_new_version(self):
        self.create("a", metadata={"labels": {"x": "y"}}, mtu=1500)
        start = self.now()
        with self.watch(resourceVersion=start) as watch:
            self.api.delete(self.path("a"))
            event = watch.next()
        self.assertEqual(event["type"], "DELETED")
        self.assertEqual((event["object"]["spec"]["mtu"], event["object"]["metadata"]["labels"]),
                         (1500, {"x": "y"}))
        self.assertGreater(int(event["object"]["metadata"]["resourceVersion"]), int(start))

    def test_a_label_selector_shows_coming_and_going(self):
        start = self.now()
        with self.watch(resourceVersion=start, labelSelector="app=x") as watch:
            self.made("a")
            self.made("b", metadata={"labels": {"app": "x"}})
            came = self.change("a", metadata={"labels": {"app": "x"}})
            changed = self.change("a", spec={"mtu": 1500})
            went = self.change("a", metadata={"labels": {"app": "z"}})
            self.change("a", spec={"mtu": 1600})
            self.api.delete(self.path("a"))
            found = watch.take(4)
            self.assertEqual(found[0][:2], ("ADDED", "b"))
            self.assertEqual(found[1:], [("ADDED", "a", came), ("MODIFIED", "a", changed),
                                         ("DELETED", "a", went)])
            self.assertTrue(watch.quiet())

    def test_an_object_that_left_the_selection_is_shown_as_it_was(self):
        self.create("a", metadata={"labels": {"app": "x"}})
        with self.watch(resourceVersion=self.now(), labelSelector="app=x") as watch:
            version = self.change("a", metadata={"labels": {"app": None}})
            event = watch.next()
        self.assertEqual(event["type"], "DELETED")
        self.assertEqual(event["object"]["metadata"]["labels"], {"app": "x"})
        self.assertEqual(event["object"]["metadata"]["resourceVersion"], version)

    def test_a_field_selector_of_one_name(self):
        start = self.now()
        self.made("a", "b")
        changed = self.change("a", spec={"mtu": 1500})
        with self.watch(resourceVersion=start, fieldSelector="metadata.name=a") as watch:
            found = watch.take(2)
            self.assertEqual((found[0][:2], found[1]), (("ADDED", "a"), ("MODIFIED", "a", changed)))
            self.assertTrue(watch.quiet())

    def test_of_all_namespaces_and_of_one(self):
        other = f"{self.ns}-other"
        self.api.post(f"{CORE}/namespaces", {"apiVersion": "v1", "kind": "Namespace",
                                             "metadata": {"name": other}})
        with self.watch(resourceVersion=self.now()) as one, \
                self.api.watch(f"{GROUP}/netdevs", resourceVersion=self.now()) as every:
            self.made("a")
            self.api.post(f"{GROUP}/namespaces/{other}/netdevs", self.netdev("b"))
            self.assertEqual([name for _, name, _ in every.take(2)], ["a", "b"])
            self.assertEqual([name for _, name, _ in one.take(1)], ["a"])
            self.assertTrue(one.quiet())

    def test_of_another_resource_nothing_is_seen(self):
        with self.api.watch(self.maps, resourceVersion=self.now()) as watch:
            self.made("a")
            self.api.post(self.maps, self.config_map("m"))
            self.assertEqual(watch.take(1)[0][:2], ("ADDED", "m"))

    def test_timeout_seconds_ends_it(self):
        start = time.monotonic()
        with self.watch(resourceVersion=self.now(), timeoutSeconds=1) as watch:
            self.assertEqual(watch.rest(), [])
        self.assertGreater(time.monotonic() - start, 0.8)
        self.assertLess(time.monotonic() - start, 3)

    def test_a_bookmark_comes_before_the_end(self):
        with self.watch(resourceVersion=self.now(), timeoutSeconds=4,
                        allowWatchBookmarks="true") as watch:
            version = self.made("a")
            events = watch.rest()
        self.assertEqual(brief(events[0]), ("ADDED", "a", version))
        self.assertEqual({one["type"] for one in events[1:]}, {"BOOKMARK"})
        for event in events[1:]:
            found = event["object"]
            self.assertEqual((found["kind"], found["apiVersion"]),
                             ("Netdev", "xpu.opiproject.org/v1alpha1"))
            self.assertGreaterEqual(int(found["metadata"]["resourceVersion"]), int(version))
            self.assertFalse(found["metadata"].get("name"))

    def test_no_bookmark_without_being_asked(self):
        with self.watch(resourceVersion=self.now(), timeoutSeconds=3) as watch:
            version = self.made("a")
            self.assertEqual([brief(one) for one in watch.rest()], [("ADDED", "a", version)])

    def test_a_forgotten_version_is_410_in_an_event(self):
        if self.in_memory:
            self.made("a", "b")
            self.server.compact()
        with self.watch(resourceVersion="1") as watch:
            if watch.code != 200:
                return self.assert_failure(watch.refusal, 410, "Expired")
            event = watch.next()
            self.assertEqual((event["type"], event["object"]["kind"]), ("ERROR", "Status"))
            self.assertEqual((event["object"]["code"], event["object"]["reason"]),
                             (410, "Expired"))
            self.assertIn("too old resource version: 1", event["object"]["message"])
            return self.assertEqual(watch.rest(), [])

    def test_a_future_version_sees_nothing_that_is_not_later(self):
        future = int(self.now()) + 1000
        with self.watch(resourceVersion=future, timeoutSeconds=2) as watch:
            self.made("a")
            events = watch.rest(12) if watch.code == 200 else []
        self.assertEqual([one for one in events if one["type"] != "ERROR"], [])

    def test_many_watchers_see_the_same_order(self):
        start = self.now()
        watches = [self.watch(resourceVersion=start) for _ in range(8)]

        def write(number):
            client = self.api.like(self.api.token)
            for _ in range(5):
                client.post(self.netdevs, self.netdev(f"w{number}"))
                client.delete(self.path(f"w{number}"))
            client.close()

        writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for one in writers:
            one.start()
        for one in writers:
            one.join()
        seen = [watch.take(40, 10) for watch in watches]
        for watch in watches:
            watch.http.close()
        self.assertTrue(all(one == seen[0] for one in seen))
        versions = [int(one[2]) for one in seen[0]]
        self.assertEqual(versions, sorted(set(versions)))

    def test_a_version_that_is_no_number_is_refused(self):
        with self.watch(resourceVersion="abc") as watch:
            self.assertGreaterEqual(watch.code, 400)

    def test_of_a_named_object_by_its_path_is_just_the_object(self):
        """The old /NAME?watch is no watch; only lists are watched."""
        self.create("a")
        answer = self.api.get(self.path("a"), watch="true", timeoutSeconds=1)
        self.assertIn(answer.code, (200, 400, 405))

    def test_as_tables_the_columns_come_with_the_first_event(self):
        start = self.now()
        version = self.made("a")
        self.change("a", spec={"mtu": 1500})
        self.api.delete(self.path("a"))
        with self.api.watch(self.netdevs, accept=TABLE, resourceVersion=start) as watch:
            events = [watch.next() for _ in range(3)]
        self.assertEqual([one["type"] for one in events], ["ADDED", "MODIFIED", "DELETED"])
        tables = [one["object"] for one in events]
        self.assertEqual({one["kind"] for one in tables}, {"Table"})
        self.assertEqual([bool(one.get("columnDefinitions")) for one in tables],
                         [True, False, False])
        self.assertEqual([one["rows"][0]["cells"][0] for one in tables], ["a"] * 3)
        self.assertEqual(tables[0]["metadata"]["resourceVersion"], version)
        row = tables[0]["rows"][0]["object"]
        self.assertEqual((row["kind"], row["metadata"]["resourceVersion"]),
                         ("PartialObjectMetadata", version))

    def test_as_metadata_alone(self):
        start = self.now()
        version = self.made("a")
        with self.api.watch(self.netdevs, accept=METADATA, resourceVersion=start) as watch:
            event = watch.next()
        self.assertEqual((event["object"]["kind"], "spec" in event["object"]),
                         ("PartialObjectMetadata", False))
        self.assertEqual(brief(event), ("ADDED", "a", version))

    def test_initial_events_end_with_a_bookmark(self):
        version = self.made("a", "b")
        with self.watch(sendInitialEvents="true", resourceVersionMatch="NotOlderThan",
                        allowWatchBookmarks="true") as watch:
            if self.only_old("no-watch-list"):
                return self.assert_failure(watch.refusal, 422, "Invalid")
            self.assertEqual({one[:2] for one in watch.take(2)}, {("ADDED", "a"), ("ADDED", "b")})
            event = watch.next()
            self.assertEqual((event["type"], event["object"]["metadata"]["annotations"]),
                             ("BOOKMARK", {END: "true"}))
            self.assertGreaterEqual(int(event["object"]["metadata"]["resourceVersion"]),
                                    int(version))
            later = self.made("c")
            return self.assertEqual(watch.take(1), [("ADDED", "c", later)])

    def test_initial_events_of_an_empty_list_are_a_bookmark(self):
        with self.watch(sendInitialEvents="true", resourceVersionMatch="NotOlderThan",
                        allowWatchBookmarks="true", resourceVersion="") as watch:
            if self.only_old("no-watch-list"):
                return self.assertEqual(watch.code, 422)
            event = watch.next()
            return self.assertEqual((event["type"], event["object"]["metadata"]["annotations"]),
                                    ("BOOKMARK", {END: "true"}))

    def test_initial_events_need_their_match(self):
        with self.watch(sendInitialEvents="true", timeoutSeconds=1) as watch:
            self.expect("no-watch-list", watch.code, 422, 200)
