# SPDX-License-Identifier: Apache-2.0
"""The contract: server-side apply and JSON patch, which the server in memory leaves out."""
from api_client import APPLY, JSON_PATCH
from api_contract import API, ApiCase

MINE = "example.com/mine"


def fields(body, manager):
    """The fields that a manager owns, as paths; `k:` and `v:` name elements of lists."""
    found = set()

    def walk(tree, path):
        for key, below in tree.items():
            if key == ".":
                continue
            name = path + (key.removeprefix("f:"),)
            found.add(".".join(name))
            walk(below, name)

    for one in body["metadata"]["managedFields"]:
        if one["manager"] == manager:
            walk(one["fieldsV1"], ())
    return found


class Apply(ApiCase):
    def apply(self, name, manager, spec=None, force=None, metadata=None, status=None):
        body = {"apiVersion": API, "kind": "Netdev", "metadata": {"name": name, **(metadata or {})}}
        body.update({"spec": spec} if spec else {}, **({"status": status} if status else {}))
        more = ["status"] if status else []
        params = {"force": "true"} if force else {}
        return self.api.patch(self.path(name, *more), body, kind=APPLY, fieldManager=manager,
                              **params)

    def spec(self, **more):
        return {**self.netdev("x")["spec"], **more}

    def owned(self, answer, manager):
        return {one.split(".")[0] for one in fields(answer.body, manager)}

    def test_the_first_creates(self):
        answer = self.apply("a", "one", self.spec(mtu=1500))
        self.assert_code(answer, 201)
        self.assertLessEqual({"spec.mtu", "spec.nodeName"}, fields(answer.body, "one"))
        self.assertEqual(answer.meta["managedFields"][0]["operation"], "Apply")

    def test_the_same_again_changes_nothing(self):
        first = self.apply("a", "one", self.spec(mtu=1500))
        again = self.apply("a", "one", self.spec(mtu=1500))
        self.assert_code(again, 200)
        self.assertEqual(again.meta["resourceVersion"], first.meta["resourceVersion"])

    def test_a_manager_must_be_named(self):
        body = {"apiVersion": API, "kind": "Netdev", "metadata": {"name": "a"}}
        answer = self.api.patch(self.path("a"), body, kind=APPLY)
        self.assert_failure(answer, 422, "Invalid", "fieldManager")

    def test_another_value_of_anothers_field_is_a_conflict(self):
        self.apply("a", "one", self.spec(mtu=1500))
        answer = self.apply("a", "two", {"mtu": 1600})
        self.assert_failure(answer, 409, "Conflict", 'conflict with "one"')
        self.assertEqual(answer.causes, {("FieldManagerConflict", ".spec.mtu")})
        self.assertEqual(self.api.get(self.path("a"))["spec"]["mtu"], 1500)

    def test_the_same_value_is_shared(self):
        self.apply("a", "one", self.spec(mtu=1500))
        answer = self.apply("a", "two", {"mtu": 1500})
        self.assert_code(answer, 200)
        for manager in ("one", "two"):
            self.assertIn("spec.mtu", fields(answer.body, manager))

    def test_force_takes_a_field(self):
        self.apply("a", "one", self.spec(mtu=1500))
        answer = self.apply("a", "two", {"mtu": 1600}, force=True)
        self.assert_code(answer, 200)
        self.assertEqual(answer["spec"]["mtu"], 1600)
        self.assertNotIn("spec.mtu", fields(answer.body, "one"))
        self.assertIn("spec.mtu", fields(answer.body, "two"))

    def test_a_field_that_is_named_no_more_goes_with_its_last_owner(self):
        self.apply("a", "one", self.spec(mtu=1500))
        self.apply("a", "two", {"mtu": 1500})
        shared = self.apply("a", "one", self.spec())
        self.assertEqual(shared["spec"]["mtu"], 1500, "two has it")
        gone = self.apply("a", "two", metadata={"labels": {MINE: "yes"}})
        self.assertNotIn("mtu", gone["spec"])
        self.assertEqual(gone.meta["labels"], {MINE: "yes"})

    def test_an_update_takes_ownership_without_asking(self):
        self.apply("a", "one", self.spec(mtu=1500))
        answer = self.api.patch(self.path("a"), {"spec": {"mtu": 1600}}, fieldManager="updater")
        self.assertIn("spec.mtu", fields(answer.body, "updater"))
        self.assertNotIn("spec.mtu", fields(answer.body, "one"))
        answer = self.apply("a", "one", self.spec(mtu=1500))
        self.assert_failure(answer, 409, "Conflict", '"updater"')

    def test_what_is_not_valid_is_not_applied(self):
        answer = self.apply("a", "one", self.spec(mtu=1))
        self.assert_failure(answer, 422, "Invalid")
        self.assertIn(("FieldValueInvalid", "spec.mtu"), answer.causes)
        self.assert_code(self.api.get(self.path("a")), 404)

    def test_of_status_alone(self):
        self.create("a")
        answer = self.apply("a", "reporter", status={"phase": "Connected"})
        self.assert_code(answer, 200)
        self.assertEqual(answer["status"], {"phase": "Connected"})
        self.assertEqual(self.api.get(self.path("a"))["spec"]["nodeName"], "node-a")
        self.assertEqual(self.owned(answer, "reporter"), {"status"})
        answer = self.apply("a", "other", self.spec(), status={"phase": "Connected"})
        self.assert_code(answer, 200)
        self.expect("apply-to-status-claims-spec", self.owned(answer, "other"), {"status"},
                    {"status", "spec"})

    def test_a_resource_version_is_a_precondition(self):
        version = self.apply("a", "one", self.spec()).meta["resourceVersion"]
        self.api.patch(self.path("a"), {"metadata": {"labels": {"x": "y"}}})
        answer = self.apply("a", "one", self.spec(mtu=1500),
                            metadata={"resourceVersion": version})
        self.assert_failure(answer, 409, "Conflict", "the object has been modified")


class JSONPatch(ApiCase):
    def patch(self, *steps, name="a", more=()):
        return self.api.patch(self.path(name, *more), list(steps), kind=JSON_PATCH)

    def test_steps_are_done_in_order(self):
        self.create("a", metadata={"labels": {"x": "1"}})
        answer = self.patch({"op": "add", "path": "/metadata/labels/y~1z", "value": "2"},
                            {"op": "move", "from": "/metadata/labels/x",
                             "path": "/metadata/labels/w"},
                            {"op": "copy", "from": "/metadata/labels/y~1z",
                             "path": "/metadata/labels/v"},
                            {"op": "replace", "path": "/metadata/labels/w", "value": "3"},
                            {"op": "remove", "path": "/metadata/labels/v"})
        self.assert_code(answer, 200)
        self.assertEqual(answer.meta["labels"], {"w": "3", "y/z": "2"})

    def test_a_test_that_fails_does_nothing(self):
        version = self.create("a")["metadata"]["resourceVersion"]
        answer = self.patch({"op": "add", "path": "/spec/mtu", "value": 1500},
                            {"op": "test", "path": "/spec/nodeName", "value": "other"})
        self.assert_failure(answer, 422, "Invalid")
        self.assertEqual(self.api.get(self.path("a")).meta["resourceVersion"], version)

    def test_a_place_that_is_not_there(self):
        self.create("a")
        for step in ({"op": "remove", "path": "/spec/nothing"},
                     {"op": "replace", "path": "/status/phase", "value": "x"},
                     {"op": "add", "path": "/metadata/labels/a/b", "value": "x"}):
            self.assert_failure(self.patch(step), 422, "Invalid")

    def test_a_version_can_be_tested(self):
        version = self.create("a")["metadata"]["resourceVersion"]
        steps = [{"op": "test", "path": "/metadata/resourceVersion", "value": version},
                 {"op": "add", "path": "/spec/mtu", "value": 1500}]
        self.assert_code(self.patch(*steps), 200)
        self.assert_failure(self.patch(*steps), 422, "Invalid")

    def test_a_finalizer_of_its_own_goes_by_its_place(self):
        """`test` and `remove` by index: nobody else's can be taken away by mistake."""
        self.create("a", metadata={"finalizers": ["x.org/x", MINE]})
        self.addCleanup(self.api.patch, self.path("a"), {"metadata": {"finalizers": None}})
        steps = [{"op": "test", "path": "/metadata/finalizers/1", "value": MINE},
                 {"op": "remove", "path": "/metadata/finalizers/1"}]
        answer = self.patch(*steps)
        self.assertEqual((answer.code, answer.meta["finalizers"]), (200, ["x.org/x"]))
        self.assert_failure(self.patch(*steps), 422, "Invalid")

    def test_the_result_must_be_valid(self):
        self.create("a")
        answer = self.patch({"op": "add", "path": "/spec/mtu", "value": 1})
        self.assert_failure(answer, 422, "Invalid")
        self.assertIn(("FieldValueInvalid", "spec.mtu"), answer.causes)

    def test_status_is_changed_at_its_own_place_alone(self):
        self.create("a")
        step = {"op": "add", "path": "/status", "value": {"phase": "Connected"}}
        self.assertNotIn("status", self.patch(step).body)
        answer = self.patch(step, more=["status"])
        self.assertEqual(answer["status"], {"phase": "Connected"})

    def test_what_is_no_patch_is_400(self):
        self.create("a")
        for body in ("{}", "not json"):
            answer = self.api.patch(self.path("a"), body, kind=JSON_PATCH)
            self.assert_failure(answer, 400, "BadRequest")
