# SPDX-License-Identifier: Apache-2.0
"""The contract: deleting one and many, finalizers, preconditions, owners, namespaces."""
from api_client import brief
from api_contract import CORE, ApiCase
from parts import until

OTHER_UID = "11111111-2222-3333-4444-555555555555"
FINALIZER = "xpu.opiproject.org/port"


class Delete(ApiCase):
    def test_answers_200_with_a_status(self):
        uid = self.create("a")["metadata"]["uid"]
        answer = self.api.delete(self.path("a"))
        self.assert_code(answer, 200)
        self.assertEqual((answer["kind"], answer["status"]), ("Status", "Success"))
        self.assertEqual(answer["details"], {"name": "a", "group": "xpu.opiproject.org",
                                             "kind": "netdevs", "uid": uid})
        self.assert_failure(self.api.delete(self.path("a")), 404, "NotFound")

    def test_options_may_be_in_the_body(self):
        for name, body in (("a", {"propagationPolicy": "Background"}), ("b", {}),
                           ("c", {"kind": "DeleteOptions", "apiVersion": "v1",
                                  "gracePeriodSeconds": 30})):
            self.create(name)
            self.assert_code(self.api.delete(self.path(name), body), 200)
            self.assert_code(self.api.get(self.path(name)), 404)
        self.create("d")
        self.assert_code(self.api.delete(self.path("d"), propagationPolicy="Background"), 200)

    def test_unknown_propagation_is_422(self):
        self.create("a")
        answer = self.api.delete(self.path("a"), {"propagationPolicy": "Sideways"})
        self.assert_failure(answer, 422, "Invalid", "propagationPolicy")
        self.assert_code(self.api.get(self.path("a")), 200)

    def test_another_uid_is_a_conflict(self):
        uid = self.create("a")["metadata"]["uid"]
        answer = self.api.delete(self.path("a"), {"preconditions": {"uid": OTHER_UID}})
        self.assert_failure(answer, 409, "Conflict", f"the UID in the precondition ({OTHER_UID}) "
                            f"does not match the UID in record ({uid})", {"name": "a"})
        self.assert_code(self.api.delete(self.path("a"), {"preconditions": {"uid": uid}}), 200)

    def test_another_version_is_a_conflict(self):
        version = self.create("a")["metadata"]["resourceVersion"]
        wrong = {"preconditions": {"resourceVersion": "1"}}
        self.assert_failure(self.api.delete(self.path("a"), wrong), 409, "Conflict",
                            "the ResourceVersion in the precondition (1) does not match the "
                            f"ResourceVersion in record ({version})", {"name": "a"})
        right = {"preconditions": {"resourceVersion": version}}
        self.assert_code(self.api.delete(self.path("a"), right), 200)

    def test_a_new_object_of_the_name_has_another_uid(self):
        first = self.create("a")["metadata"]["uid"]
        self.api.delete(self.path("a"))
        self.assertNotEqual(self.create("a")["metadata"]["uid"], first)

    def test_a_collection_by_label_answers_what_went(self):
        self.create("a", "b", metadata={"labels": {"app": "x"}})
        self.create("c")
        answer = self.api.delete(self.netdevs, labelSelector="app=x")
        self.assert_code(answer, 200)
        self.assertEqual((answer["kind"], answer.names), ("NetdevList", ["a", "b"]))
        self.assertEqual(self.api.get(self.netdevs).names, ["c"])
        self.assert_code(self.api.delete(self.netdevs), 200)
        self.assertEqual(self.api.get(self.netdevs).names, [])


class Finalizers(ApiCase):
    def setUp(self):
        super().setUp()
        self.first = self.create("a", metadata={"finalizers": [FINALIZER]})
        self.addCleanup(self.api.patch, self.path("a"), {"metadata": {"finalizers": None}})

    def test_a_delete_only_marks_the_object(self):
        answer = self.api.delete(self.path("a"))
        self.assert_code(answer, 200)
        meta = answer.meta
        self.assertEqual((answer["kind"], meta["deletionGracePeriodSeconds"], meta["generation"]),
                         ("Netdev", 0, 2))
        self.assertRegex(meta["deletionTimestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertGreater(int(meta["resourceVersion"]),
                           int(self.first["metadata"]["resourceVersion"]))
        self.assertEqual(self.api.get(self.path("a")).body, answer.body)

    def test_a_second_delete_changes_nothing(self):
        first = self.api.delete(self.path("a")).meta
        second = self.api.delete(self.path("a"))
        self.assert_code(second, 200)
        self.assertEqual(second.meta["resourceVersion"], first["resourceVersion"])

    def test_removing_the_last_one_deletes(self):
        with self.api.watch(self.netdevs, resourceVersion=self.now()) as watch:
            self.api.delete(self.path("a"))
            answer = self.api.patch(self.path("a"), {"metadata": {"finalizers": None}})
            self.assert_code(answer, 200)
            self.assert_code(self.api.get(self.path("a")), 404)
            self.assertEqual([one[:2] for one in watch.take(2)],
                             [("MODIFIED", "a"), ("DELETED", "a")])
            self.assertTrue(watch.quiet())

    def test_removing_one_of_two_does_not_delete(self):
        self.api.patch(self.path("a"), {"metadata": {"finalizers": [FINALIZER, "x.org/y"]}})
        self.api.delete(self.path("a"))
        answer = self.api.patch(self.path("a"), {"metadata": {"finalizers": ["x.org/y"]}})
        self.assertEqual((answer.code, answer.meta["finalizers"]), (200, ["x.org/y"]))
        self.assert_code(self.api.get(self.path("a")), 200)

    def test_none_can_be_added_to_an_object_that_goes(self):
        self.api.delete(self.path("a"))
        answer = self.api.patch(self.path("a"),
                                {"metadata": {"finalizers": [FINALIZER, "x.org/y"]}})
        self.assert_failure(answer, 422, "Invalid", "no new finalizers can be added if the object "
                            "is being deleted")
        self.assertEqual(answer.causes, {("FieldValueForbidden", "metadata.finalizers")})

    def test_the_time_of_deletion_cannot_be_changed(self):
        time = self.api.delete(self.path("a")).meta["deletionTimestamp"]
        for value in (None, "2020-01-01T00:00:00Z"):
            self.api.patch(self.path("a"), {"metadata": {"deletionTimestamp": value}})
            self.assertEqual(self.api.get(self.path("a")).meta["deletionTimestamp"], time)

    def test_a_live_object_cannot_be_given_a_time_of_deletion(self):
        answer = self.api.patch(self.path("a"),
                                {"metadata": {"deletionTimestamp": "2020-01-01T00:00:00Z"}})
        self.assertIn(answer.code, (200, 422))
        self.assertNotIn("deletionTimestamp", self.api.get(self.path("a")).meta)

    def test_an_object_that_goes_can_still_be_changed(self):
        self.api.delete(self.path("a"))
        answer = self.api.patch(self.path("a"), {"spec": {"mtu": 1500}})
        self.assertEqual((answer.code, answer["spec"]["mtu"]), (200, 1500))
        answer = self.api.patch(self.path("a", "status"), {"status": {"phase": "Disconnected"}})
        self.assertEqual((answer.code, answer["status"]), (200, {"phase": "Disconnected"}))

    def test_its_name_is_taken_until_it_is_gone(self):
        self.api.delete(self.path("a"))
        self.assert_failure(self.api.post(self.netdevs, self.netdev("a")), 409, "AlreadyExists",
                            'object is being deleted: netdevs.xpu.opiproject.org "a" already '
                            'exists')


class Controllers(ApiCase):
    """What a controller manager does in a cluster; the in-memory server does it itself."""

    def owned(self, *owners, **more):
        return {"ownerReferences": [
            {"apiVersion": one.get("apiVersion", "v1"), "kind": one.get("kind", "ConfigMap"),
             "name": one["metadata"]["name"], "uid": one["metadata"]["uid"], **more}
            for one in owners]}

    def test_an_owned_object_goes_after_its_owner(self):
        owner = self.api.post(self.maps, self.config_map("owner")).body
        self.create("child", metadata=self.owned(owner))
        self.create("other")
        self.api.delete(f"{self.maps}/owner")
        if not self.in_memory:
            return self.assertEqual(self.api.get(self.netdevs).names, ["child", "other"])
        return until(lambda: self.api.get(self.netdevs).names == ["other"], 5, "the child to go")

    def test_an_object_with_another_owner_stays(self):
        one, two = (self.api.post(self.maps, self.config_map(name)).body for name in ("o1", "o2"))
        self.create("child", metadata=self.owned(one, two))
        self.api.delete(f"{self.maps}/o1")
        self.assertEqual(self.api.get(self.netdevs).names, ["child"])
        if self.in_memory:
            self.api.delete(f"{self.maps}/o2")
            until(lambda: not self.api.get(self.netdevs).names, 5, "the child to go")

    def test_an_owned_object_with_a_finalizer_is_marked(self):
        owner = self.api.post(self.maps, self.config_map("owner")).body
        self.create("child", metadata={**self.owned(owner), "finalizers": [FINALIZER]})
        self.api.delete(f"{self.maps}/owner")
        if self.in_memory:
            until(lambda: "deletionTimestamp" in self.api.get(self.path("child")).meta, 5, "it")
            self.api.patch(self.path("child"), {"metadata": {"finalizers": None}})
            self.assert_code(self.api.get(self.path("child")), 404)

    def test_a_namespace_that_goes_takes_nothing_new(self):
        path = f"{CORE}/namespaces/{self.ns}"
        self.create("kept", metadata={"finalizers": [FINALIZER]})
        with self.api.watch(f"{CORE}/namespaces", fieldSelector=f"metadata.name={self.ns}",
                            resourceVersion=self.api.get(path).meta["resourceVersion"]) as watch:
            answer = self.api.delete(path)
            self.assert_code(answer, 200)
            self.assertEqual(answer["status"]["phase"], "Terminating")
            self.assertEqual(brief(watch.next())[:2], ("MODIFIED", self.ns))
            answer = self.api.post(self.netdevs, self.netdev("a"))
            self.assert_failure(answer, 403, "Forbidden", "because it is being terminated")
            self.assertEqual(answer.causes, {("NamespaceTerminating", "metadata.namespace")})
            self.api.patch(self.path("kept"), {"metadata": {"finalizers": None}})
            if self.in_memory:
                until(lambda: self.api.get(path).code == 404, 5, "the namespace to go")
                self.assertEqual([one[0] for one in watch.take(1)], ["DELETED"])

    def test_a_deleted_namespace_takes_its_contents_along(self):
        self.create("a", "b")
        self.api.post(self.maps, self.config_map("m"))
        self.api.delete(f"{CORE}/namespaces/{self.ns}")
        if self.in_memory:
            until(lambda: self.api.get(f"{CORE}/namespaces/{self.ns}").code == 404, 5, "it to go")
            self.assertEqual(self.api.get(self.netdevs).names + self.api.get(self.maps).names, [])
