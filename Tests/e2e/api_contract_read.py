# SPDX-License-Identifier: Apache-2.0
"""The contract: lists, selectors, pages, versions, Tables and metadata alone."""
import base64
import time

from api_client import METADATA, METADATA_LIST, TABLE
from api_contract import CORE, GROUP, LEASES, ApiCase


class List(ApiCase):
    def names(self, **params):
        answer = self.api.get(self.netdevs, **params)
        self.assert_code(answer, 200)
        return answer.names

    def test_has_a_version_and_items_even_when_empty(self):
        answer = self.api.get(self.netdevs)
        self.assertEqual((answer["kind"], answer["apiVersion"], answer["items"]),
                         ("NetdevList", "xpu.opiproject.org/v1alpha1", []))
        self.assertRegex(answer.meta["resourceVersion"], r"^\d+$")
        answer = self.api.get(self.maps)
        self.assertEqual((answer["kind"], answer["apiVersion"], answer["items"]),
                         ("ConfigMapList", "v1", []))

    def test_is_sorted_and_complete(self):
        created = [self.create(name) for name in ("c", "a", "b")]
        answer = self.api.get(self.netdevs)
        self.assertEqual(answer.names, ["a", "b", "c"])
        self.assertEqual(answer["items"][2], created[0])
        self.assertFalse(answer.meta.get("continue"))

    def test_of_all_namespaces_has_this_one(self):
        self.create("a")
        found = [one["metadata"]["namespace"] for one in
                 self.api.get(f"{GROUP}/netdevs")["items"]]
        self.assertIn(self.ns, found)
        self.assertEqual(found, sorted(found))

    def test_a_namespace_that_is_not_there_is_empty(self):
        self.assertEqual(self.api.get(f"{GROUP}/namespaces/nowhere/netdevs").names, [])

    def test_the_version_is_that_of_the_last_change_or_later(self):
        version = int(self.create("a")["metadata"]["resourceVersion"])
        self.assertGreaterEqual(int(self.now()), version)


class Selectors(ApiCase):
    def setUp(self):
        super().setUp()
        for name, labels in (("a", {"app": "a", "n": "0"}), ("b", {"app": "b", "n": "1"}),
                             ("c", {"app": "c"}), ("d", {})):
            self.create(name, metadata={"labels": labels})

    def test_label_selectors(self):
        for selector, names in (
                ("app=a", "a"), ("app==a", "a"), ("app!=a", "bcd"), ("app in (a,b)", "ab"),
                ("app in (a, zz)", "a"), ("app notin (a,b)", "cd"), ("app", "abc"), ("!app", "d"),
                ("! app", "d"), ("app,n", "ab"), ("app=a,n=0", "a"), ("app=a,n=1", ""),
                ("app!=a,n", "b"), ("", "abcd"), ("app=", ""), ("n in (0,1),app notin (a)", "b")):
            with self.subTest(selector):
                answer = self.api.get(self.netdevs, labelSelector=selector)
                self.assertEqual("".join(answer.names), names)

    def test_bad_label_selectors_are_400(self):
        for selector in ("app in (a", "a b", "=x", "app=a b", "app in a", "app notin"):
            with self.subTest(selector):
                answer = self.api.get(self.netdevs, labelSelector=selector)
                self.assert_failure(answer, 400, "BadRequest")

    def test_field_selectors(self):
        for selector, names in (
                ("metadata.name=a", "a"), ("metadata.name==a", "a"), ("metadata.name!=a", "bcd"),
                (f"metadata.namespace={self.ns}", "abcd"), ("metadata.namespace=other", ""),
                (f"metadata.name=a,metadata.namespace={self.ns}", "a"),
                ("metadata.name=a,metadata.name=b", "")):
            with self.subTest(selector):
                answer = self.api.get(self.netdevs, fieldSelector=selector)
                self.assertEqual("".join(answer.names), names)
        answer = self.api.get(f"{GROUP}/netdevs", fieldSelector=f"metadata.namespace={self.ns}")
        self.assertEqual("".join(answer.names), "abcd")
        answer = self.api.get(self.netdevs, fieldSelector="metadata.name=a", labelSelector="app=b")
        self.assertEqual(answer.names, [])

    def test_other_field_selectors_are_400(self):
        self.assert_failure(self.api.get(self.netdevs, fieldSelector="spec.nodeName=x"), 400,
                            "BadRequest", "field label not supported: spec.nodeName")
        self.assert_failure(self.api.get(self.netdevs, fieldSelector="metadata.name"), 400,
                            "BadRequest", "invalid selector: 'metadata.name'")
        self.assert_failure(self.api.get(self.maps, fieldSelector="data.x=y"), 400, "BadRequest")

    def test_the_selectors_that_kubectl_describe_uses_on_events(self):
        answer = self.api.get(f"{CORE}/namespaces/{self.ns}/events", limit=500, fieldSelector=(
            f"involvedObject.name=a,involvedObject.namespace={self.ns},"
            "involvedObject.kind=Netdev,involvedObject.uid=u"))
        self.assert_code(answer, 200)
        self.assertEqual((answer["kind"], answer["items"]), ("EventList", []))


class Pages(ApiCase):
    def page(self, **params):
        return self.api.get(self.netdevs, **params)

    def test_pages_show_one_moment(self):
        self.create(*"abcde")
        first = self.page(limit=2)
        self.assertEqual((first.names, first.meta["remainingItemCount"]), (["a", "b"], 3))
        self.create("bb")
        self.api.delete(self.path("d"))
        self.api.patch(self.path("c"), {"spec": {"mtu": 1500}})
        second = self.page(limit=2, **{"continue": first.meta["continue"]})
        third = self.page(limit=2, **{"continue": second.meta["continue"]})
        self.assertEqual((second.names, third.names), (["c", "d"], ["e"]))
        self.assertNotIn("mtu", second["items"][0]["spec"])
        self.assertEqual({one.meta["resourceVersion"] for one in (first, second, third)},
                         {first.meta["resourceVersion"]})
        self.assertFalse(third.meta.get("continue"))
        self.assertNotIn("remainingItemCount", third.meta)

    def test_pages_with_a_selector(self):
        self.create("a", "c", "e", metadata={"labels": {"app": "x"}})
        self.create("b", "d")
        first = self.page(limit=2, labelSelector="app=x")
        self.assertEqual(first.names, ["a", "c"])
        self.assertNotIn("remainingItemCount", first.meta)
        second = self.page(limit=2, labelSelector="app=x", **{"continue": first.meta["continue"]})
        self.assertEqual(second.names, ["e"])

    def test_pages_of_all_namespaces(self):
        self.create(*"abc")
        names, token = [], ""
        while True:
            more = {"continue": token} if token else {}
            page = self.api.get(f"{GROUP}/netdevs", limit=2, **more)
            self.assert_code(page, 200)
            names += [(one["metadata"]["namespace"], one["metadata"]["name"])
                      for one in page["items"]]
            token = page.meta.get("continue")
            if not token:
                break
        self.assertEqual(names, sorted(set(names)))
        self.assertEqual([name for space, name in names if space == self.ns], ["a", "b", "c"])

    def test_a_limit_over_the_rest_is_the_whole(self):
        self.create("a", "b")
        answer = self.page(limit=500)
        self.assertEqual((answer.names, answer.meta.get("continue") or ""), (["a", "b"], ""))

    def test_a_bad_continue_is_400(self):
        for token in ("garbage", base64.urlsafe_b64encode(b"{}").decode()):
            self.assert_failure(self.page(limit=2, **{"continue": token}), 400, "BadRequest")
        self.create(*"abc")
        token = self.page(limit=1).meta["continue"]
        answer = self.page(limit=1, resourceVersion="5", **{"continue": token})
        self.assert_failure(answer, 400, "BadRequest", "resource version is not allowed when using "
                            "continue")
        self.assert_failure(self.page(limit="x"), 400, "BadRequest")

    def test_a_forgotten_continue_is_410(self):
        self.create(*"abc")
        token = self.page(limit=1).meta["continue"]
        self.create("d")
        self.server.compact()
        answer = self.page(limit=1, **{"continue": token})
        self.assert_failure(answer, 410, "Expired")
        again = answer.meta.get("continue")
        if again:  # it may offer to go on from a later moment
            self.assertEqual(self.page(limit=5, **{"continue": again}).names, ["b", "c", "d"])


class Versions(ApiCase):
    def get(self, **params):
        return self.api.get(self.netdevs, **params)

    def test_zero_is_any_version(self):
        self.create("b", "a")
        self.api.get(self.netdevs)
        found = self.get(resourceVersion="0")
        self.assert_code(found, 200)
        self.assertLessEqual(set(found.names), {"a", "b"})

    def test_a_version_is_at_least_that(self):
        self.create("a")
        version = self.create("b")["metadata"]["resourceVersion"]
        for match in ({}, {"resourceVersionMatch": "NotOlderThan"}):
            found = self.get(resourceVersion=version, **match)
            self.assertEqual(set(found.names), {"a", "b"})
            self.assertGreaterEqual(int(found.meta["resourceVersion"]), int(version))

    def test_exact_is_that_moment(self):
        version = self.create("a")["metadata"]["resourceVersion"]
        self.create("b")
        self.api.delete(self.path("a"))
        for more in ({}, {"limit": 5}):
            found = self.get(resourceVersion=version, resourceVersionMatch="Exact", **more)
            self.assertEqual((found.names, found.meta["resourceVersion"]), (["a"], version))
        self.assertEqual(self.get().names, ["b"])

    def test_a_forgotten_exact_version_is_410(self):
        version = self.create("a")["metadata"]["resourceVersion"]
        self.create("b")
        self.server.compact()
        answer = self.get(resourceVersion=version, resourceVersionMatch="Exact")
        self.assert_failure(answer, 410, "Expired")

    def test_a_future_version_is_504_after_a_while(self):
        start = time.monotonic()
        answer = self.get(resourceVersion="99999999")
        self.assert_failure(answer, 504, "Timeout", "Too large resource version: 99999999",
                            {"retryAfterSeconds": 1})
        self.assertEqual({one[0] for one in answer.causes}, {"ResourceVersionTooLarge"})
        self.assertEqual(answer.headers["retry-after"], "1")
        self.assertLess(time.monotonic() - start, 6)

    def test_a_match_must_fit(self):
        for params in ({"resourceVersionMatch": "Exact"}, {"resourceVersionMatch": "NotOlderThan"},
                       {"resourceVersion": "0", "resourceVersionMatch": "Exact"},
                       {"resourceVersion": "5", "resourceVersionMatch": "Sometimes"}):
            answer = self.get(**params)
            self.assert_failure(answer, 422, "Invalid", "resourceVersionMatch")
            self.assertEqual({field for _, field in answer.causes}, {"resourceVersionMatch"})

    def test_a_version_must_be_a_number(self):
        for version in ("abc", "-1"):
            self.assertGreaterEqual(self.get(resourceVersion=version).code, 400)

    def test_lists_at_any_version_are_sorted_today(self):
        self.create(*[f"n{number:02}" for number in range(40)])
        names = self.get(resourceVersion=self.now()).names
        self.assertEqual(len(names), 40)
        self.expect("unsorted-cache-lists", names == sorted(names), True, False)


class Tables(ApiCase):
    def table(self, path, **params):
        answer = self.api.get(path, accept=TABLE, **params)
        self.assert_code(answer, 200)
        self.assertEqual((answer["kind"], answer["apiVersion"]), ("Table", "meta.k8s.io/v1"))
        return answer

    def columns(self, answer):
        return [(one["name"], one["type"], one["priority"]) for one in answer["columnDefinitions"]]

    def test_columns_are_those_of_the_definition(self):
        answer = self.table(self.netdevs)
        self.assertEqual(self.columns(answer), [
            ("Name", "string", 0), ("Node", "string", 0), ("Function", "string", 0),
            ("Network", "string", 0), ("Pod", "string", 0), ("IPs", "string", 0),
            ("Phase", "string", 0), ("Age", "date", 0), ("PodNamespace", "string", 1),
            ("MAC", "string", 1), ("XPU", "string", 1), ("Port", "string", 1),
            ("Reason", "string", 1)])
        first, second = answer["columnDefinitions"][:2]
        self.assertEqual((first["format"], second["format"]), ("name", ""))
        self.assertIn("Name must be unique within a namespace", first["description"])
        self.assertEqual(second["description"], "Custom resource definition column (in JSONPath "
                                                "format): .spec.nodeName")
        self.assertIn(answer["rows"], ([], None))

    def test_cells_are_values_json_text_ages_and_nulls(self):
        self.create("a")
        self.api.patch(self.path("a", "status"), {"status": {
            "ips": ["10.0.0.1/24", "fd00::1/64"], "phase": "Connected", "conditions": [
                {"type": "Other", "status": "True", "reason": "No", "message": "m",
                 "lastTransitionTime": "2026-01-01T00:00:00Z"},
                {"type": "Ready", "status": "True", "reason": "Up", "message": "m",
                 "lastTransitionTime": "2026-01-01T00:00:00Z"}]}})
        for path in (self.netdevs, self.path("a")):
            answer = self.table(path)
            cells = answer["rows"][0]["cells"]
            self.assertRegex(cells.pop(7), r"^\d+s$")
            self.assertEqual(cells, [
                "a", "node-a", "0000:3b:00.2", "blue", None, '["10.0.0.1/24","fd00::1/64"]',
                "Connected", None, "02:00:00:00:00:01", "card-1", None, "Up"])

    def test_numbers_stay_numbers_and_of_many_results_the_first_is_shown(self):
        name = f"{self.ns}-n"
        self.api.post(f"{GROUP}/dpunetworks", self.network(name, ipam={
            "subnets": [{"cidr": "10.0.0.0/24"}, {"cidr": "fd00::/64"}]}, mtu=1500))
        cells = self.table(f"{GROUP}/dpunetworks/{name}")["rows"][0]["cells"]
        self.assertEqual(cells[:6] + cells[7:],
                         [name, None, 10, None, "10.0.0.0/24", 0, 1500, "Secondary"])

    def test_the_object_of_a_row(self):
        created = self.create("a", metadata={"labels": {"x": "y"}})
        for include in ({}, {"includeObject": "Metadata"}):
            row = self.table(self.netdevs, **include)["rows"][0]["object"]
            self.assertEqual((row["kind"], row["apiVersion"], "spec" in row),
                             ("PartialObjectMetadata", "meta.k8s.io/v1", False))
            self.assertEqual((row["metadata"]["namespace"], row["metadata"]["labels"]),
                             (self.ns, {"x": "y"}))
        self.assertIsNone(self.table(self.netdevs, includeObject="None")["rows"][0]["object"])
        row = self.table(self.netdevs, includeObject="Object")["rows"][0]["object"]
        self.assertEqual((row["kind"], row["spec"]), ("Netdev", created["spec"]))
        answer = self.api.get(self.netdevs, accept=TABLE, includeObject="All")
        self.assert_failure(answer, 400, "BadRequest", "includeObject")

    def test_lists_have_version_and_pages(self):
        self.create(*"abc")
        answer = self.table(self.netdevs, limit=2)
        self.assertEqual([row["cells"][0] for row in answer["rows"]], ["a", "b"])
        self.assertTrue(answer.meta["continue"] and answer.meta["resourceVersion"])
        self.assertEqual(answer.meta["remainingItemCount"], 1)
        answer = self.table(self.netdevs, limit=2, **{"continue": answer.meta["continue"]})
        self.assertEqual([row["cells"][0] for row in answer["rows"]], ["c"])

    def test_a_failure_stays_a_status(self):
        self.assert_failure(self.api.get(self.path("no"), accept=TABLE), 404, "NotFound")

    def test_kubectls_accept_header_prefers_the_table(self):
        accept = ("application/json;as=Table;v=v1;g=meta.k8s.io,"
                  "application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json")
        self.assertEqual(self.api.get(self.netdevs, accept=accept)["apiVersion"], "meta.k8s.io/v1")
        self.assertEqual(self.api.get("/api/v1", accept=accept)["kind"], "APIResourceList")
        answer = self.api.get(self.netdevs, accept="application/json;as=Pie;v=v1;g=meta.k8s.io")
        self.assert_failure(answer, 406, "NotAcceptable")

    def test_columns_of_built_in_types(self):
        self.api.post(self.maps, self.config_map("m", a="1", b="2"))
        answer = self.table(f"{self.maps}/m")
        self.assertEqual([one[0] for one in self.columns(answer)], ["Name", "Data", "Age"])
        self.assertEqual(answer["rows"][0]["cells"][:2], ["m", 2])
        answer = self.table(f"{CORE}/namespaces/{self.ns}")
        self.assertEqual([one[0] for one in self.columns(answer)], ["Name", "Status", "Age"])
        self.assertEqual(answer["rows"][0]["cells"][:2], [self.ns, "Active"])
        self.api.post(f"{LEASES}/namespaces/{self.ns}/leases", self.lease("l", "me"))
        answer = self.table(f"{LEASES}/namespaces/{self.ns}/leases")
        self.assertEqual([one[0] for one in self.columns(answer)], ["Name", "Holder", "Age"])
        self.assertEqual(answer["rows"][0]["cells"][:2], ["l", "me"])


class MetadataOnly(ApiCase):
    def test_of_a_list_and_of_one(self):
        created = self.create("a", metadata={"labels": {"x": "y"}})
        answer = self.api.get(self.netdevs, accept=METADATA_LIST)
        self.assert_code(answer, 200)
        self.assertEqual((answer["kind"], answer["apiVersion"]),
                         ("PartialObjectMetadataList", "meta.k8s.io/v1"))
        self.assertTrue(answer.meta["resourceVersion"])
        one = self.api.get(self.path("a"), accept=METADATA)
        self.assertEqual(one["kind"], "PartialObjectMetadata")
        for found in (answer["items"][0], one.body):
            self.assertNotIn("spec", found)
            self.assertEqual((found["metadata"]["uid"], found["metadata"]["labels"]),
                             (created["metadata"]["uid"], {"x": "y"}))

    def test_a_list_is_not_one(self):
        self.assert_failure(self.api.get(self.netdevs, accept=METADATA), 406, "NotAcceptable")
