# SPDX-License-Identifier: Apache-2.0
"""What the in-memory server adds for its users' tests: faults on demand, and a log of requests."""
import json
import time

from api_contract import CORE, ApiCase

FAULTS, LOG = "/sandbox/faults", "/sandbox/requests"


class Faults(ApiCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.set, latencyMilliseconds=0)

    def set(self, **faults):
        answer = self.api.post(FAULTS, faults)
        self.assertIn(answer.code, (200, 204), answer)

    def fail(self, **fields):
        self.set(fail={"status": 500, "reason": "InternalError", "message": "on demand", **fields})

    def test_latency(self):
        self.set(latencyMilliseconds=300)
        start = time.monotonic()
        self.assert_code(self.api.get(self.netdevs), 200)
        self.assertGreater(time.monotonic() - start, 0.29)
        self.set(latencyMilliseconds=0)
        start = time.monotonic()
        self.assert_code(self.api.get(self.netdevs), 200)
        self.assertLess(time.monotonic() - start, 0.2)

    def test_a_failure_is_a_status_and_ends_after_its_times(self):
        self.fail(verbs=["create"], resources=["netdevs"], times=2)
        for _ in range(2):
            self.assert_failure(self.api.post(self.netdevs, self.netdev("a")), 500,
                                "InternalError", "on demand")
        self.assert_code(self.api.post(self.netdevs, self.netdev("a")), 201)

    def test_a_failure_with_retry_after(self):
        self.fail(status=429, reason="TooManyRequests", retryAfterSeconds=1, verbs=["get"],
                  resources=["netdevs"], times=1)
        answer = self.api.get(self.path("a"))
        self.assert_failure(answer, 429, "TooManyRequests", None, {"retryAfterSeconds": 1})
        self.assertEqual(answer.headers["retry-after"], "1")
        self.assert_code(self.api.get(self.path("a")), 404)

    def test_only_the_named_verbs_and_resources_fail(self):
        self.fail(verbs=["create"], resources=["netdevs"], times=1)
        self.assert_code(self.api.get(self.netdevs), 200)
        self.assert_code(self.api.post(self.maps, self.config_map("a")), 201)
        self.assert_code(self.api.post(self.netdevs, self.netdev("a")), 500)

    def test_a_failed_write_changes_nothing(self):
        self.create("a")
        self.fail(verbs=["delete", "patch"], resources=["netdevs"], times=2)
        self.assert_code(self.api.delete(self.path("a")), 500)
        self.assert_code(self.api.patch(self.path("a"), {"spec": {"mtu": 1500}}), 500)
        self.assertNotIn("mtu", self.api.get(self.path("a"))["spec"])

    def test_cut_watches_end_and_can_go_on(self):
        version = self.now()
        with self.api.watch(self.netdevs, resourceVersion=version) as watch:
            self.set(cutWatches=True)
            self.assertTrue(watch.ended.wait(3))
        self.create("a")
        with self.api.watch(self.netdevs, resourceVersion=version) as watch:
            self.assertEqual(watch.take(1)[0][:2], ("ADDED", "a"))

    def test_a_compaction_leaves_running_watches_and_the_present_alone(self):
        with self.api.watch(self.netdevs, resourceVersion=self.now()) as watch:
            self.set(compact=True)
            self.create("a")
            self.assertEqual(watch.take(1)[0][:2], ("ADDED", "a"))
        with self.api.watch(self.netdevs, resourceVersion=self.now()) as watch:
            self.create("b")
            self.assertEqual(watch.take(1)[0][:2], ("ADDED", "b"))

    def test_only_an_administrator_may(self):
        self.api.post(f"{CORE}/namespaces/{self.ns}/serviceaccounts", {
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "a"}})
        token = self.api.post(f"{CORE}/namespaces/{self.ns}/serviceaccounts/a/token", {
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})
        for secret in (token["status"]["token"], None):
            user = self.api.like(secret)
            for answer in (user.post(FAULTS, {"latencyMilliseconds": 9}), user.get(LOG)):
                self.assertIn(answer.code, (401, 403), answer)
            user.close()

    def test_a_fault_that_is_not_understood_is_refused(self):
        for body in ("no json", "[]", {"latencyMilliseconds": "long"}, {"unknownFault": True}):
            self.assert_code(self.api.post(FAULTS, body), 400)

    def test_the_log_has_every_request(self):
        self.create("a")
        self.api.get(self.path("no"))
        answer = self.api.get(LOG, accept="*/*")
        self.assert_code(answer, 200)
        lines = [json.loads(line) for line in answer.text.splitlines()]
        texts = [json.dumps(line) for line in lines]
        self.assertTrue(any(self.netdevs in text and "POST" in text and "201" in text
                            for text in texts))
        self.assertTrue(any(self.path("no") in text and "404" in text for text in texts))
        self.assertFalse(any(self.api.token in text for text in texts), "secrets in the log")
