# SPDX-License-Identifier: Apache-2.0
"""The contract: creating, replacing, the status subresource, merge patches."""
import copy
import re

from api_client import APPLY, JSON_PATCH, STRATEGIC
from api_contract import API, CORE, GROUP, LEASES, ApiCase

OTHER_UID = "11111111-2222-3333-4444-555555555555"
NETDEV = {"group": "xpu.opiproject.org", "kind": "netdevs"}


class Create(ApiCase):
    def test_answers_201_with_what_the_server_adds(self):
        answer = self.api.post(self.netdevs, self.netdev("a"))
        self.assert_code(answer, 201)
        self.assertEqual(answer.version, "HTTP/2")
        self.assertEqual(answer.headers["content-type"], "application/json")
        meta = answer.meta
        self.assertRegex(meta["uid"], r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertRegex(meta["resourceVersion"], r"^[1-9][0-9]*$")
        self.assertRegex(meta["creationTimestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual((meta["generation"], meta["name"], meta["namespace"]), (1, "a", self.ns))
        self.assertNotIn("selfLink", meta)
        self.assertEqual(self.api.get(self.path("a")).body, answer.body)

    def test_a_resource_without_spec_has_no_generation(self):
        for path, body in ((self.maps, self.config_map("a", k="v")),
                           (f"{LEASES}/namespaces/{self.ns}/leases", self.lease("a"))):
            answer = self.api.post(path, body)
            self.assert_code(answer, 201)
            self.assertNotIn("generation", answer.meta)

    def test_what_only_the_server_may_set_is_replaced_or_dropped(self):
        given = {"uid": OTHER_UID, "generation": 7, "creationTimestamp": "2020-01-01T00:00:00Z",
                 "deletionTimestamp": "2020-01-01T00:00:00Z", "deletionGracePeriodSeconds": 5,
                 "selfLink": "/x"}
        meta = self.create("a", metadata=given)["metadata"]
        self.assertNotEqual(meta["uid"], OTHER_UID)
        self.assertEqual(meta["generation"], 1)
        self.assertNotEqual(meta["creationTimestamp"][:4], "2020")
        for key in ("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"):
            self.assertNotIn(key, meta)

    def test_resource_version_must_not_be_set(self):
        answer = self.api.post(self.netdevs, self.netdev("a", {"resourceVersion": "5"}))
        self.assertGreaterEqual(answer.code, 400)
        self.assertIn("resourceVersion", answer["message"])
        self.assert_code(self.api.get(self.path("a")), 404)

    def test_generate_name_appends_five_characters(self):
        body = self.netdev("")
        body["metadata"] = {"generateName": "g-"}
        names = set()
        for _ in range(3):
            answer = self.api.post(self.netdevs, body)
            self.assert_code(answer, 201)
            self.assertRegex(answer.meta["name"], r"^g-[a-z0-9]{5}$")
            self.assertEqual(answer.meta["generateName"], "g-")
            names.add(answer.meta["name"])
        self.assertEqual(len(names), 3)

    def test_existing_name_is_409_already_exists(self):
        self.create("a")
        self.assert_failure(self.api.post(self.netdevs, self.netdev("a")), 409, "AlreadyExists",
                            'netdevs.xpu.opiproject.org "a" already exists',
                            {**NETDEV, "name": "a"})
        self.api.post(self.maps, self.config_map("a"))
        self.assert_failure(self.api.post(self.maps, self.config_map("a")), 409, "AlreadyExists",
                            'configmaps "a" already exists', {"name": "a", "kind": "configmaps"})

    def test_missing_object_is_404_with_details(self):
        for answer in (self.api.get(self.path("no")), self.api.delete(self.path("no")),
                       self.api.patch(self.path("no"), {}),
                       self.api.put(self.path("no"), self.netdev("no", {"resourceVersion": "1"}))):
            self.assert_failure(answer, 404, "NotFound",
                                'netdevs.xpu.opiproject.org "no" not found',
                                {**NETDEV, "name": "no"})

    def test_unknown_resource_group_and_version_are_404(self):
        for path in (f"{GROUP}/nothings", "/apis/nowhere.example/v1/things",
                     "/apis/xpu.opiproject.org/v9/netdevs", "/nowhere",
                     f"{self.netdevs}/a/scale"):
            self.assert_code(self.api.get(path), 404)

    def test_missing_namespace_is_404(self):
        self.assert_failure(
            self.api.post(f"{GROUP}/namespaces/nowhere/netdevs", self.netdev("a")), 404, "NotFound",
            'namespaces "nowhere" not found', {"name": "nowhere", "kind": "namespaces"})

    def test_namespace_of_the_body_must_be_the_urls(self):
        self.assert_failure(self.api.post(self.netdevs, self.netdev("a", {"namespace": "other"})),
                            400, "BadRequest", "namespace of the provided object does not match")

    def test_wrong_kind_or_version_creates_nothing(self):
        answer = self.api.post(self.netdevs, {**self.netdev("a"), "kind": "XPU"})
        self.assert_failure(answer, 422, "Invalid", "must be Netdev")
        answer = self.api.post(self.netdevs, {**self.netdev("a"), "apiVersion": "v1"})
        self.assert_failure(answer, 400, "BadRequest", "does not match the expected API version")
        for key in ("kind", "apiVersion"):
            body = self.netdev("a")
            del body[key]
            self.assertGreaterEqual(self.api.post(self.netdevs, body).code, 400)
        self.assert_failure(self.api.post(self.maps, {**self.config_map("a"), "kind": "Secret"}),
                            400, "BadRequest")
        self.assertEqual(self.api.get(self.netdevs).names + self.api.get(self.maps).names, [])

    def test_a_name_must_be_given_and_valid(self):
        answer = self.api.post(self.netdevs, {**self.netdev(""), "metadata": {}})
        self.assert_failure(answer, 422, "Invalid", "name or generateName is required",
                            {"kind": "Netdev", "name": None})
        self.assertEqual(answer.causes, {("FieldValueRequired", "metadata.name")})
        for name in ("Upper", "under_score", "-a", "a.", "a" * 254, "a/b"):
            answer = self.api.post(self.netdevs, self.netdev(name))
            self.assert_failure(answer, 422, "Invalid")
            self.assertIn(("FieldValueInvalid", "metadata.name"), answer.causes)
        self.assertIn("a lowercase RFC 1123 subdomain must consist of",
                      self.api.post(self.netdevs, self.netdev("Upper"))["message"])

    def test_labels_annotations_finalizers_and_owners_are_checked(self):
        for key, value in (("labels", {"a b": "c"}), ("labels", {"a": "c d"}),
                           ("finalizers", ["bad finalizer"]), ("annotations", {"a b": "c"}),
                           ("annotations", {"a": "b" * 263000})):
            answer = self.api.post(self.netdevs, self.netdev("a", {key: value}))
            self.assert_failure(answer, 422, "Invalid")
            self.assertEqual({field for _, field in answer.causes}, {f"metadata.{key}"})
        answer = self.api.post(self.netdevs, self.netdev("a", {"ownerReferences": [{"name": "x"}]}))
        self.assert_failure(answer, 422, "Invalid")
        self.assert_code(self.api.post(self.netdevs, self.netdev("a", {"labels": {"a": 5}})), 400)

    def test_a_body_must_be_json(self):
        for body in ("not json", "", "[]", '"x"', '{"kind"'):
            self.assert_failure(self.api.post(self.netdevs, body), 400, "BadRequest")

    def test_content_type(self):
        text = '{"apiVersion":"%s","kind":"Netdev","metadata":{"name":"%s"},"spec":{}}'
        self.assert_failure(self.api.post(self.netdevs, text % (API, "a"), kind="text/plain"), 415,
                            "UnsupportedMediaType", "accepted media types include")
        for name, kind in (("a", None), ("b", "application/json; charset=utf-8")):
            self.assert_code(self.api.post(self.netdevs, self.netdev(name), kind=kind), 201)

    def test_accept(self):
        self.assert_failure(self.api.get(self.netdevs, accept="text/plain"), 406, "NotAcceptable")
        for accept in ("*/*", "application/*", "text/plain, application/json",
                       "application/vnd.kubernetes.protobuf,application/json"):
            answer = self.api.get(self.netdevs, accept=accept)
            self.assert_code(answer, 200)
            self.assertEqual(answer.headers["content-type"], "application/json")

    def test_a_body_over_three_mebibytes_is_413(self):
        body = self.netdev("a", {"annotations": {"a": "b" * (3 << 20)}})
        self.assert_failure(self.api.post(self.netdevs, body), 413, "RequestEntityTooLarge")
        self.assert_code(self.api.get(self.netdevs), 200)

    def test_method_not_allowed_is_405(self):
        self.assert_failure(self.api.delete("/version"), 405, "MethodNotAllowed",
                            "the server does not allow this method on the requested resource")
        self.assert_code(self.api.post(f"{self.maps}/a", self.config_map("a")), 405)

    def test_dry_run_changes_nothing(self):
        before = self.now()
        answer = self.api.post(self.netdevs, self.netdev("a"), dryRun="All")
        self.assert_code(answer, 201)
        self.assertIn("uid", answer.meta)
        self.assertNotIn("resourceVersion", answer.meta)
        self.assert_code(self.api.get(self.path("a")), 404)
        self.assert_code(self.api.post(self.netdevs, self.netdev("a", mtu=1), dryRun="All"), 422)
        created = self.create("a")
        created["spec"]["mtu"] = 1500
        for answer in (self.api.put(self.path("a"), created, dryRun="All"),
                       self.api.patch(self.path("a"), {"spec": {"mtu": 1500}}, dryRun="All")):
            self.assert_code(answer, 200)
            self.assertEqual((answer["spec"]["mtu"], answer.meta["generation"]), (1500, 2))
        self.assert_code(self.api.delete(self.path("a"), dryRun="All"), 200)
        found = self.api.get(self.path("a"))
        self.assertNotIn("mtu", found["spec"])
        self.assertNotEqual(before, found.meta["resourceVersion"])
        answer = self.api.post(self.netdevs, self.netdev("b"), dryRun="Some")
        self.assert_failure(answer, 422, "Invalid", "dryRun")


class Replace(ApiCase):
    def test_a_stale_resource_version_is_409_conflict(self):
        first = self.create("a")
        self.assert_code(self.api.patch(self.path("a"), {"spec": {"mtu": 1500}}), 200)
        self.assert_failure(
            self.api.put(self.path("a"), first), 409, "Conflict",
            'Operation cannot be fulfilled on netdevs.xpu.opiproject.org "a": the object has been '
            'modified; please apply your changes to the latest version and try again',
            {**NETDEV, "name": "a"})

    def test_custom_resources_and_leases_must_name_the_version(self):
        leases = f"{LEASES}/namespaces/{self.ns}/leases"
        self.create("a")
        self.api.post(leases, self.lease("a"))
        for path, body in ((self.path("a"), self.netdev("a")), (f"{leases}/a", self.lease("a"))):
            answer = self.api.put(path, body)
            self.assert_failure(answer, 422, "Invalid", "must be specified for an update")
            self.assertEqual(answer.causes, {("FieldValueInvalid", "metadata.resourceVersion")})

    def test_a_config_map_may_be_replaced_unconditionally(self):
        self.api.post(self.maps, self.config_map("a", k="v"))
        answer = self.api.put(f"{self.maps}/a", self.config_map("a", x="y"))
        self.assert_code(answer, 200)
        self.assertEqual(answer["data"], {"x": "y"})

    def test_a_missing_lease_is_created_by_a_replace(self):
        path = f"{LEASES}/namespaces/{self.ns}/leases/a"
        self.assert_code(self.api.put(path, self.lease("a")), 201)

    def test_another_uid_is_a_conflict(self):
        body = self.create("a")
        body["metadata"]["uid"] = OTHER_UID
        self.assert_failure(self.api.put(self.path("a"), body), 409, "Conflict")

    def test_uid_and_creation_timestamp_are_kept(self):
        first = self.create("a")
        body = copy.deepcopy(first)
        del body["metadata"]["uid"]
        body["metadata"].update(creationTimestamp="2020-01-01T00:00:00Z", generation=77)
        body["spec"]["mtu"] = 1500
        answer = self.api.put(self.path("a"), body)
        self.assert_code(answer, 200)
        for key in ("uid", "creationTimestamp"):
            self.assertEqual(answer.meta[key], first["metadata"][key])
        self.assertEqual(answer.meta["generation"], 2)

    def test_name_of_the_body_must_be_the_urls(self):
        self.create("a")
        text = "the name of the object (b) does not match the name on the URL (a)"
        self.assert_failure(self.api.put(self.path("a"), self.netdev("b")), 400, "BadRequest", text)
        self.assert_failure(self.api.patch(self.path("a"), {"metadata": {"name": "b"}}), 400,
                            "BadRequest", text)

    def test_generation_grows_only_with_the_spec(self):
        body = self.create("a")
        for key, value in (("labels", {"a": "b"}), ("annotations", {"a": "b"}),
                           ("finalizers", ["example.com/x"])):
            body["metadata"][key] = value
            body = self.api.put(self.path("a"), body).body
            self.assertEqual((body["metadata"]["generation"], body["metadata"][key]), (1, value))
        body["spec"]["mtu"] = 1500
        body = self.api.put(self.path("a"), body).body
        self.assertEqual(body["metadata"]["generation"], 2)
        body["metadata"]["finalizers"] = []
        self.assertEqual(self.api.put(self.path("a"), body).meta["generation"], 2)

    def test_a_replace_without_a_change_keeps_the_version(self):
        body = self.create("a")
        answer = self.api.put(self.path("a"), body)
        self.assert_code(answer, 200)
        self.assertEqual(answer.meta["resourceVersion"], body["metadata"]["resourceVersion"])

    def test_versions_grow(self):
        versions = [int(self.create("a")["metadata"]["resourceVersion"])]
        for mtu in (1500, 1600, 1700):
            answer = self.api.patch(self.path("a"), {"spec": {"mtu": mtu}})
            versions.append(int(answer.meta["resourceVersion"]))
        self.assertEqual(versions, sorted(set(versions)))

    def test_a_replace_drops_what_it_does_not_name(self):
        body = self.create("a", metadata={"labels": {"a": "b"}}, mtu=1500, backend="SF")
        del body["metadata"]["labels"], body["spec"]["mtu"], body["spec"]["backend"]
        answer = self.api.put(self.path("a"), body)
        self.assertNotIn("labels", answer.meta)
        self.assertNotIn("mtu", answer["spec"])
        self.assertEqual(answer["spec"]["backend"], "VF", "the default is back")


class Status(ApiCase):
    def test_replace_of_status_changes_only_status(self):
        body = self.create("a", metadata={"labels": {"a": "b"}})
        body["status"] = {"phase": "Connected", "ips": ["10.0.0.1/24"]}
        body["spec"]["mtu"] = 1500
        body["metadata"].update(labels={"x": "y"}, annotations={"x": "y"},
                                finalizers=["example.com/x"])
        answer = self.api.put(self.path("a", "status"), body)
        self.assert_code(answer, 200)
        self.assertEqual(answer["status"], {"phase": "Connected", "ips": ["10.0.0.1/24"]})
        self.assertNotIn("mtu", answer["spec"])
        self.assertEqual((answer.meta["labels"], answer.meta["generation"]), ({"a": "b"}, 1))
        for key in ("annotations", "finalizers"):
            self.assertNotIn(key, answer.meta)
        self.assertGreater(int(answer.meta["resourceVersion"]),
                           int(body["metadata"]["resourceVersion"]))

    def test_patch_of_status_changes_only_status(self):
        self.create("a")
        answer = self.api.patch(self.path("a", "status"), {
            "status": {"phase": "Error"}, "spec": {"mtu": 77}, "metadata": {"labels": {"x": "y"}}})
        self.assert_code(answer, 200)
        self.assertEqual((answer["status"], answer.meta["generation"]), ({"phase": "Error"}, 1))
        self.assertNotIn("mtu", answer["spec"])
        self.assertNotIn("labels", answer.meta)

    def test_the_main_endpoint_ignores_status(self):
        body = self.api.post(self.netdevs, {**self.netdev("a"), "status": {"phase": "Error"}}).body
        self.assertNotIn("status", body)
        self.api.patch(self.path("a", "status"), {"status": {"phase": "Connected"}})
        body = self.api.get(self.path("a")).body
        body["status"], body["spec"]["mtu"] = {"phase": "Error"}, 1500
        answer = self.api.put(self.path("a"), body)
        self.assertEqual((answer["status"]["phase"], answer["spec"]["mtu"]), ("Connected", 1500))
        del body["status"]
        answer = self.api.patch(self.path("a"), {"status": None})
        self.assertEqual(answer["status"]["phase"], "Connected")

    def test_status_can_be_got_and_is_the_whole_object(self):
        self.create("a")
        self.assertEqual(self.api.get(self.path("a", "status")).body,
                         self.api.get(self.path("a")).body)

    def test_status_has_the_same_versions_and_conflicts(self):
        first = self.create("a")
        self.api.patch(self.path("a", "status"), {"status": {"phase": "Error"}})
        self.assert_failure(self.api.put(self.path("a", "status"), first), 409, "Conflict")
        answer = self.api.patch(self.path("a", "status"), {"status": {"phase": "Error"}})
        self.assertEqual(answer.meta["resourceVersion"],
                         self.api.get(self.path("a")).meta["resourceVersion"])

    def test_a_resource_without_the_subresource_keeps_status_out_of_reach(self):
        name = f"{self.ns}-n"
        self.api.post(f"{GROUP}/dpunetworks", self.network(name))
        self.assert_code(self.api.get(f"{GROUP}/dpunetworks/{name}/status"), 404)
        self.assert_code(self.api.patch(f"{GROUP}/dpunetworks/{name}/status", {}), 404)


class MergePatch(ApiCase):
    def patch(self, body, **options):
        return self.api.patch(self.path("a"), body, **options)

    def test_sets_deletes_and_merges(self):
        self.create("a", mtu=1500)
        answer = self.patch({"spec": {"mtu": None, "podRef": {"namespace": "n", "name": "p",
                                                              "uid": "u"}}})
        self.assert_code(answer, 200)
        self.assertNotIn("mtu", answer["spec"])
        self.assertEqual(answer["spec"]["nodeName"], "node-a")
        answer = self.patch({"spec": {"podRef": {"name": "q"}}})
        self.assertEqual(answer["spec"]["podRef"], {"namespace": "n", "name": "q", "uid": "u"})
        self.assertEqual(answer.meta["generation"], 3)

    def test_an_array_is_replaced(self):
        self.create("a")
        for ips in (["10.0.0.1/24", "10.0.0.2/24"], ["10.0.0.3/24"], []):
            answer = self.api.patch(self.path("a", "status"), {"status": {"ips": ips}})
            self.assertEqual(answer["status"]["ips"], ips)

    def test_a_deleted_member_with_a_default_gets_it(self):
        self.create("a", backend="SF")
        self.assertEqual(self.patch({"spec": {"backend": None}})["spec"]["backend"], "VF")

    def test_a_resource_version_is_a_precondition(self):
        version = self.create("a")["metadata"]["resourceVersion"]
        body = {"metadata": {"resourceVersion": version}, "spec": {"mtu": 1500}}
        self.assert_code(self.patch(body), 200)
        self.assert_failure(self.patch({**body, "spec": {"mtu": 1600}}), 409, "Conflict",
                            "the object has been modified", {**NETDEV, "name": "a"})

    def test_a_uid_is_a_precondition(self):
        uid = self.create("a")["metadata"]["uid"]
        self.assert_code(self.patch({"metadata": {"uid": uid}}), 200)
        answer = self.patch({"metadata": {"uid": OTHER_UID}})
        self.assertIn(answer.code, (409, 422))

    def test_labels_annotations_and_finalizers(self):
        self.create("a", metadata={"labels": {"a": "1", "b": "2"}})
        answer = self.patch({"metadata": {"labels": {"a": None, "c": "3"},
                                          "annotations": {"x": "y"},
                                          "finalizers": ["example.com/x"]}})
        self.assertEqual(answer.meta["labels"], {"b": "2", "c": "3"})
        self.assertEqual(answer.meta["annotations"], {"x": "y"})
        self.assertEqual((answer.meta["finalizers"], answer.meta["generation"]),
                         (["example.com/x"], 1))
        self.assertNotIn("finalizers", self.patch({"metadata": {"finalizers": None}}).meta)

    def test_an_empty_patch_changes_nothing(self):
        version = self.create("a")["metadata"]["resourceVersion"]
        for body in ({}, {"spec": {"backend": "VF"}}, {"metadata": {"labels": {"no": None}}}):
            answer = self.patch(body)
            self.assert_code(answer, 200)
            self.assertEqual(answer.meta["resourceVersion"], version)

    def test_what_the_server_sets_stays(self):
        first = self.create("a")["metadata"]
        meta = self.patch({"metadata": {"creationTimestamp": None, "generation": 55,
                                        "labels": {"a": "b"}}}).meta
        self.assertEqual((meta["creationTimestamp"], meta["generation"]),
                         (first["creationTimestamp"], 1))

    def test_the_result_must_be_valid(self):
        self.create("a")
        answer = self.patch({"spec": {"mtu": 1}})
        self.assert_failure(answer, 422, "Invalid")
        self.assertEqual(answer.causes, {("FieldValueInvalid", "spec.mtu")})
        answer = self.patch({"spec": None})
        self.assertEqual((answer.code, answer.causes), (422, {("FieldValueRequired", "spec")}))
        self.assert_failure(self.patch({"kind": "XPU"}), 422, "Invalid", "must be Netdev")

    def test_a_patch_that_is_no_object_is_refused(self):
        self.create("a")
        self.expect("bad-merge-patch-is-internal", self.patch("{bad").code, 400, 500)
        for body in ("[]", '"x"', "5"):
            self.assertGreaterEqual(self.patch(body).code, 400)

    def test_unknown_patch_types_are_415(self):
        self.create("a")
        for kind in ("application/json", STRATEGIC, "text/plain"):
            self.assert_failure(self.patch({}, kind=kind), 415, "UnsupportedMediaType",
                                "application/merge-patch+json")

    def test_strategic_merge_patch_of_a_built_in_type(self):
        """What kubectl apply sends for all that is no custom resource."""
        self.api.post(self.maps, self.config_map("a", {"finalizers": ["a/b"]}, k="v"))
        answer = self.api.patch(f"{self.maps}/a", {
            "metadata": {"labels": {"x": "y"}}, "data": {"k": None, "l": "w"}}, kind=STRATEGIC)
        self.assert_code(answer, 200)
        self.assertEqual((answer["data"], answer.meta["labels"]), ({"l": "w"}, {"x": "y"}))

    def test_json_patch_is_the_real_servers(self):
        self.create("a")
        answer = self.patch([{"op": "add", "path": "/spec/mtu", "value": 1400}], kind=JSON_PATCH)
        if self.in_memory:
            return self.assert_failure(answer, 415, "UnsupportedMediaType")
        return self.assertEqual((answer.code, answer["spec"]["mtu"]), (200, 1400))

    def test_server_side_apply_is_the_real_servers(self):
        answer = self.patch(self.netdev("a"), kind=APPLY, fieldManager="me")
        if self.in_memory:
            return self.assert_failure(answer, 415, "UnsupportedMediaType")
        self.assert_code(answer, 201)
        managers = [one["manager"] for one in answer.meta["managedFields"]]
        return self.assertEqual(managers, ["me"])

    def test_a_namespace_has_a_status(self):
        answer = self.api.get(f"{CORE}/namespaces/{self.ns}")
        self.assertEqual((answer["status"], answer["spec"]),
                         ({"phase": "Active"}, {"finalizers": ["kubernetes"]}))
        self.assertTrue(re.match(r"\d+$", answer.meta["resourceVersion"]))
