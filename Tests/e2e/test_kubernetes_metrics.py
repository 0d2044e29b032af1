# SPDX-License-Identifier: Apache-2.0
"""What the agents tell Prometheus of a pod's life, as prometheus_client reads it."""
import functools
import subprocess

import spaces
from kube_cases import KubeCase
from kube_lab import METRICS
from parts import until
from prometheus_client.parser import text_string_to_metric_families


class Metrics(KubeCase):
    def page(self, role, path):
        return spaces.run(*spaces.inside(self.lab.host), "curl", "-sS", "--fail",
                          f"http://{METRICS[role]}{path}").stdout

    def value(self, role, name, /, **labels):
        """The sum of the samples of a name with these labels; None when there is none."""
        found = [sample.value
                 for family in text_string_to_metric_families(self.page(role, "/metrics"))
                 for sample in family.samples
                 if sample.name == name and labels.items() <= sample.labels.items()]
        return sum(found) if found else None

    def test_a_pods_life(self):
        function, pod = self.function(), self.lab.pod()
        before = {role: self.value(role, "controller_runtime_reconcile_total", result="success")
                  for role in METRICS}
        self.add(pod, function)
        for role, controller in (("host-agent", "function"), ("xpu-agent", "netdev")):
            with self.subTest(role=role):
                value = functools.partial(self.value, role)
                self.assertEqual(self.page(role, "/healthz"), "ok\n")
                self.assertEqual(value("opi_xpu_informer_objects", resource="netdevs"), 1)
                self.assertGreater(value("opi_xpu_informer_bytes", resource="netdevs"), 500)
                self.assertGreaterEqual(value("opi_xpu_informer_lists_total",
                                              resource="netdevs"), 1)
                self.assertGreater(value("workqueue_adds_total", name=controller), 0)
                self.assertGreater(value("controller_runtime_reconcile_time_seconds_count",
                                         controller=controller), 0)
                self.assertGreater(value("process_resident_memory_bytes"), 1 << 20)
                self.assertGreater(value("process_open_fds"), 3)
                self.assertGreater(value("rest_client_requests_total", code="200"), 3)
        self.assertGreaterEqual(
            self.value("host-agent", "rest_client_requests_total", code="201", method="POST"), 1)
        self.delete(pod, function)
        for role in METRICS:
            until(lambda role=role: self.value(role, "opi_xpu_informer_objects",
                                               resource="netdevs") == 0, 20,
                  f"{role}'s cache to be empty")
        after = self.value("xpu-agent", "controller_runtime_reconcile_total", result="success")
        self.assertGreater(after, before["xpu-agent"] or 0)

    def test_a_server_that_goes_and_comes_back(self):
        lab = self.lab
        lab.plane.kill("apiserver")
        until(lambda: self.value("xpu-agent", "rest_client_requests_total", code="<error>"), 30,
              "requests without an answer")
        lab.plane.start("apiserver")
        for role in METRICS:
            until(lambda role=role: self.value(
                role, "opi_xpu_informer_watch_restarts_total", resource="netdevs",
                reason="silent"), 30, f"{role} to count a watch that was cut")
        self.assertEqual(self.page("xpu-agent", "/healthz"), "ok\n")

    def test_a_stopped_agent_lets_its_pass_come_to_the_end(self):
        lab, function, pod = self.lab, self.function(2), self.lab.pod()
        lab.opi.faults({"method": "CreateBridgePort", "slow": 0.9, "times": 1})
        self.attached.append((pod, function, "net1"))
        process = lab.cni_start("ADD", pod, function)
        until(lambda: (self.value("xpu-agent", "workqueue_longest_running_processor_seconds")
                       or 0) > 0.2, 20, "a call to be under way")
        self.assertEqual(lab.xpu_agent.stop(), 0)
        calls = [one for one in lab.opi.requests("CreateBridgePort")
                 if one["request"]["bridge_port"]["spec"]["mac_address"] == function.mac]
        self.assertEqual([(one["code"], one["awaited"]) for one in calls], [("OK", True)])
        lab.xpu_agent.start()
        self.finish(process)

    def test_a_port_that_is_taken(self):
        command = [*self.lab.role("device-plugin", self.lab.cluster_config),
                   "--metrics", METRICS["host-agent"]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("EADDRINUSE", done.stderr)
