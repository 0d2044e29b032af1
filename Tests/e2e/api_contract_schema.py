# SPDX-License-Identifier: Apache-2.0
"""The contract: schemas of custom resources: every constraint that manifests/crds has."""
from api_contract import GROUP, ApiCase

CONDITION = {"type": "Ready", "status": "True", "reason": "Up", "message": "m",
             "lastTransitionTime": "2026-01-01T00:00:00Z"}
INVALID, REQUIRED = "FieldValueInvalid", "FieldValueRequired"
UNSUPPORTED, TYPE = "FieldValueNotSupported", "FieldValueTypeInvalid"
TOO_LONG, TOO_MANY = "FieldValueTooLong", "FieldValueTooMany"


class Schema(ApiCase):
    def refused(self, answer, reason, field, text=None, then=None):
        """One cause. `field` has indices, and `reason` the name, of today."""
        self.assert_failure(answer, 422, "Invalid")
        self.assertEqual(len(answer.causes), 1, answer)
        found = answer.causes.pop()
        old_field = "".join(part.partition("]")[2] for part in ("]" + field).split("["))
        if reason in (TYPE, TOO_LONG, TOO_MANY):
            self.expect("validation-reasons", found[0], reason, INVALID)
        else:
            self.assertEqual(found[0], reason, answer)
        if old_field != field:
            self.expect("array-index-in-paths", found[1], field, old_field)
        else:
            self.assertEqual(found[1], field, answer)
        if text and (not self.old or old_field == field):
            self.assertIn(text, answer["details"]["causes"][0]["message"])
        self.assertTrue(answer["message"].startswith(
            f'{answer["details"]["kind"]}.xpu.opiproject.org "v" is invalid: {found[1]}: '), answer)

    def netdev_refused(self, reason, field, text=None, drop=(), **spec):
        body = self.netdev("v", **spec)
        for key in drop:
            del body["spec"][key]
        answer = self.api.post(self.netdevs, body)
        with self.subTest(field, spec=spec):
            self.refused(answer, reason, field, text)
            self.assertEqual(answer["details"]["kind"], "Netdev")

    def network_refused(self, reason, field, text=None, **spec):
        with self.subTest(field, spec=spec):
            self.refused(self.api.post(f"{GROUP}/dpunetworks", self.network("v", **spec)), reason,
                         field, text)

    def status_refused(self, reason, field, text=None, **status):
        self.api.post(self.netdevs, self.netdev("v"))
        with self.subTest(field, status=status):
            self.refused(self.api.patch(self.path("v", "status"), {"status": status}), reason,
                         field, text)

    def test_type(self):
        for value, name in (("x", "string"), (True, "boolean"), (1500.5, "number"),
                            ({}, "object"), ([], "array")):
            self.netdev_refused(TYPE, "spec.mtu", f'Invalid value: "{name}": spec.mtu in body must '
                                f'be of type integer: "{name}"', mtu=value)
        self.netdev_refused(TYPE, "spec.nodeName", 'must be of type string: "integer"', nodeName=5)
        self.netdev_refused(TYPE, "spec.podRef", 'must be of type object: "string"', podRef="x")
        self.network_refused(TYPE, "spec.nodeSelector.k", nodeSelector={"k": 5})
        self.network_refused(TYPE, "spec.deviceSelector.pciAddresses",
                             'must be of type array: "object"', deviceSelector={"pciAddresses": {}})
        self.refused(self.api.post(self.netdevs, {**self.netdev("v"), "spec": "x"}), TYPE, "spec")

    def test_a_whole_number_with_a_point_is_an_integer(self):
        self.assertEqual(self.create("a", mtu=1500.0)["spec"]["mtu"], 1500)

    def test_enum(self):
        self.netdev_refused(UNSUPPORTED, "spec.backend", 'Unsupported value: "PF": supported '
                            'values: "VF", "SF"', backend="PF")
        self.status_refused(UNSUPPORTED, "status.phase", phase="Asleep")
        self.status_refused(UNSUPPORTED, "status.conditions[0].status",
                            conditions=[{**CONDITION, "status": "Maybe"}])

    def test_pattern(self):
        self.netdev_refused(INVALID, "spec.macAddress", 'Invalid value: "zz": spec.macAddress in '
                            "body should match '^([0-9a-f]{2}:){5}[0-9a-f]{2}$'", macAddress="zz")
        self.netdev_refused(INVALID, "spec.macAddress", macAddress="02:00:00:00:00:0A")
        self.netdev_refused(INVALID, "spec.pciAddress", pciAddress="3b:00.2")
        self.network_refused(INVALID, "spec.resourceName", resourceName="no-slash")
        self.network_refused(INVALID, "spec.deviceSelector.pciAddresses[1]",
                             "spec.deviceSelector.pciAddresses[1] in body should match",
                             deviceSelector={"pciAddresses": ["0000:3b:00.2", "x"]})
        self.network_refused(INVALID, "spec.ipam.subnets[1].exclude[0]", ipam={"subnets": [
            {"cidr": "10.0.0.0/24"}, {"cidr": "10.1.0.0/24", "exclude": ["bad"]}]})
        for cidr in ("10.0.0.0", "10.0.0.0/", "300.0.0.0/8000", "::g/64"):
            self.network_refused(INVALID, "spec.ipam.subnets[0].cidr",
                                 ipam={"subnets": [{"cidr": cidr}]})

    def test_minimum_and_maximum(self):
        self.netdev_refused(INVALID, "spec.mtu", "Invalid value: 67: spec.mtu in body should be "
                            "greater than or equal to 68", mtu=67)
        self.netdev_refused(INVALID, "spec.mtu", "Invalid value: 65536: spec.mtu in body should be "
                            "less than or equal to 65535", mtu=65536)
        for mtu in (68, 65535):
            self.create(f"m{mtu}", mtu=mtu)
        self.network_refused(INVALID, "spec.priority", priority=-1000001)
        self.network_refused(INVALID, "spec.logicalBridge.vni",
                             logicalBridge={"vlan": 10, "vni": 0})

    def test_length(self):
        self.netdev_refused(TOO_LONG, "spec.ifName", None if self.old else "Too long",
                            ifName="x" * 16)
        self.network_refused(TOO_LONG, "spec.nodeSelector.k", nodeSelector={"k": "x" * 64})
        self.create("a", ifName="x" * 15, containerID="ü" * 253)
        answer = self.api.post(self.netdevs, self.netdev("v", nodeName=""))
        self.assert_failure(answer, 422, "Invalid", "spec.nodeName in body should be at least 1 "
                            "chars long")
        self.expect("empty-string-is-null", len(answer["details"]["causes"]), 1, 2)

    def test_an_empty_string_is_a_string(self):
        answer = self.api.post(self.netdevs, self.netdev("a", ifName=""))
        self.expect("empty-string-is-null", answer.code, 201, 422)

    def test_required(self):
        self.netdev_refused(REQUIRED, "spec.nodeName", "Required value", drop=["nodeName"])
        self.netdev_refused(REQUIRED, "spec.nodeName", "Required value", nodeName=None)
        self.netdev_refused(REQUIRED, "spec.podRef.uid", podRef={"namespace": "n", "name": "p"})
        self.network_refused(REQUIRED, "spec.ipam.subnets[0].cidr", ipam={"subnets": [{}]})
        self.network_refused(REQUIRED, "spec.logicalBridge.vlan", logicalBridge={})
        body = self.netdev("v")
        del body["spec"]
        self.refused(self.api.post(self.netdevs, body), REQUIRED, "spec", "Required value")

    def test_items(self):
        self.network_refused(INVALID, "spec.deviceSelector.pciAddresses", "Invalid value: 0: "
                             "spec.deviceSelector.pciAddresses in body should have at least 1 "
                             "items", deviceSelector={"pciAddresses": []})
        self.network_refused(TOO_MANY, "spec.ipam.subnets",
                             ipam={"subnets": [{"cidr": "10.0.0.0/24"}] * 3})
        self.status_refused(TOO_MANY, "status.ips", ips=["10.0.0.1/24"] * 17)

    def test_format(self):
        for value in ("yesterday", "2026-01-01", "2026-13-01T00:00:00Z", "2026-01-01 00:00:00"):
            self.status_refused(TYPE, "status.conditions[0].lastTransitionTime",
                                "must be of type date-time", conditions=[
                                    {**CONDITION, "lastTransitionTime": value}])
        for value in ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123456+02:00"):
            answer = self.api.patch(self.path("v", "status"), {"status": {"conditions": [
                {**CONDITION, "lastTransitionTime": value}]}})
            self.assert_code(answer, 200)
            self.assertEqual(answer["status"]["conditions"][0]["lastTransitionTime"], value)
        self.status_refused(TYPE, "status.observedGeneration", observedGeneration=1.5)
        answer = self.api.patch(self.path("v", "status"),
                                {"status": {"observedGeneration": 9007199254740993}})
        self.assertEqual(answer["status"]["observedGeneration"], 9007199254740993)

    def test_map_keys_are_unique(self):
        self.create("v")
        answer = self.api.patch(self.path("v", "status"),
                                {"status": {"conditions": [CONDITION, CONDITION]}})
        self.expect("duplicate-keys-in-status", answer.code, 422, 200)
        if not self.old:
            self.assertEqual(answer.causes, {("FieldValueDuplicate", "status.conditions[1]")})

    def test_all_that_is_wrong_is_said(self):
        answer = self.api.post(self.netdevs, self.netdev("v", mtu=1, backend="PF", macAddress="q"))
        self.assert_failure(answer, 422, "Invalid", 'Netdev.xpu.opiproject.org "v" is invalid: [')
        self.assertEqual(answer.causes, {(INVALID, "spec.mtu"), (UNSUPPORTED, "spec.backend"),
                                         (INVALID, "spec.macAddress")})
        self.assertEqual({key: answer["details"][key] for key in ("name", "group", "kind")},
                         {"name": "v", "group": "xpu.opiproject.org", "kind": "Netdev"})

    def test_every_definition_is_enforced(self):
        """One wrong object of each kind, beside Netdev and DPUNetwork."""
        for plural, kind, spec, field in (
                ("xpus", "XPU", {"hostNode": "n", "allowed": {"vlans": [{"first": 0, "last": 1}]}},
                 "spec.allowed.vlans[0].first"),
                ("addressblocks", "AddressBlock", {**self.block("v")["spec"], "cidr": "x"},
                 "spec.cidr")):
            answer = self.api.post(f"{GROUP}/{plural}", {
                "apiVersion": "xpu.opiproject.org/v1alpha1", "kind": kind,
                "metadata": {"name": "v"}, "spec": spec})
            self.refused(answer, INVALID, field)

    def test_only_changes_of_status_are_checked_there(self):
        """The status endpoint says nothing of a spec in the request: it does not take it."""
        self.create("v")
        answer = self.api.patch(self.path("v", "status"), {"spec": {"mtu": 1},
                                                           "status": {"phase": "Error"}})
        self.assert_code(answer, 200)


class Defaults(ApiCase):
    def test_defaults_are_filled_in_on_create_and_read(self):
        spec = self.create("a")["spec"]
        self.assertEqual((spec["backend"], spec["interfaceRole"]), ("VF", "Secondary"))
        self.assertEqual(self.api.get(self.netdevs)["items"][0]["spec"], spec)
        name = f"{self.ns}-n"
        answer = self.api.post(f"{GROUP}/dpunetworks", self.network(name))
        self.assertEqual((answer["spec"]["priority"], answer["spec"]["interfaceRole"]),
                         (0, "Secondary"))

    def test_a_null_is_dropped_or_becomes_the_default(self):
        spec = self.create("a", mtu=None, backend=None)["spec"]
        self.assertEqual(spec["backend"], "VF")
        self.assertNotIn("mtu", spec)


class Pruning(ApiCase):
    def test_unknown_fields_are_dropped(self):
        body = {**self.netdev("a", bogus=1, podRef={"namespace": "n", "name": "p", "uid": "u",
                                                    "extra": "x"}), "top": 1}
        body["metadata"]["bogus"] = 1
        answer = self.api.post(self.netdevs, body)
        self.assert_code(answer, 201)
        self.assertNotIn("top", answer.body)
        self.assertNotIn("bogus", answer["spec"])
        self.assertNotIn("bogus", answer.meta)
        self.assertNotIn("extra", answer["spec"]["podRef"])
        answer = self.api.patch(self.path("a"), {"spec": {"bogus": 2}})
        self.assertEqual((answer.code, answer.meta["generation"]), (200, 1))
        answer = self.api.patch(self.path("a", "status"),
                                {"status": {"bogus": 2, "phase": "Error"}})
        self.assertEqual(answer["status"], {"phase": "Error"})

    def test_unknown_fields_in_arrays_are_dropped_and_free_maps_stay(self):
        name = f"{self.ns}-n"
        answer = self.api.post(f"{GROUP}/dpunetworks", self.network(
            name, ipam={"subnets": [{"cidr": "10.0.0.0/24", "bogus": 1}]}, nodeSelector={"k": "v"}))
        self.assert_code(answer, 201)
        self.assertEqual(answer["spec"]["ipam"]["subnets"], [{"cidr": "10.0.0.0/24"}])
        self.assertEqual(answer["spec"]["nodeSelector"], {"k": "v"})

    def test_strict_refuses_unknown_fields(self):
        answer = self.api.post(self.netdevs, self.netdev("a", bogus=1), fieldValidation="Strict")
        self.expect("no-strict-validation", answer.code, 400, 201)
        if not self.old:
            self.assert_failure(answer, 400, "BadRequest", 'unknown field "spec.bogus"')
            self.assert_code(self.api.get(self.path("a")), 404)
            answer = self.api.patch(self.path(self.create("b")["metadata"]["name"]),
                                    {"spec": {"bogus": 1}}, fieldValidation="Strict")
            self.assert_failure(answer, 400 if answer.code == 400 else 422, answer["reason"],
                                'unknown field "spec.bogus"')

    def test_warn_is_the_default_and_ignore_says_nothing(self):
        answer = self.api.post(self.netdevs, self.netdev("a", bogus=1))
        self.assert_code(answer, 201)
        self.expect("no-warning-of-unknown-fields", answer.headers.get("warning"),
                    '299 - "unknown field \\"spec.bogus\\""', None)
        answer = self.api.post(self.netdevs, self.netdev("b", bogus=1), fieldValidation="Ignore")
        self.assertNotIn("warning", answer.headers)
