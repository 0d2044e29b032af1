# SPDX-License-Identifier: Apache-2.0
"""The main job through a real kube-apiserver: Allocate, Netdev, port, ADD, ping, DEL."""
import json
import os
import re
import shutil
import subprocess
import time

import spaces
from control_plane import NAMESPACE
from kube_cases import KubeCase
from kube_lab import API, HOST_ACCOUNT, NODE, XPU, XPU_ACCOUNT
from parts import BINARY, ROOT, until

BLUE = "opi.example.com/blue"


class Path(KubeCase):
    """From the kubelet's choice to a ping and back."""

    def setUp(self):
        super().setUp()
        self.kubelet = self.lab.kubelet()
        self.addCleanup(self.close)
        self.lab.device_plugin.start()
        self.kubelet.do("wait-devices", count=4, healthy=True, resource=BLUE)

    def close(self):
        violations = self.kubelet.close()
        self.lab.device_plugin.stop()
        self.assertEqual(violations, [])

    def allocate(self, function):
        return self.kubelet.do("allocate", resource=BLUE, ids=[function.pci])

    def connected(self, function):
        until(lambda: self.lab.phase(function) == "Connected", 10, "a connected Netdev")
        return self.lab.cluster_netdevs()[function.pci]

    def test_from_allocate_to_ping_and_back(self):
        lab = self.lab
        first, second = self.function(0), self.function(1)
        for function in (first, second):
            self.allocate(function)
            before = self.connected(function)
            self.assertNotIn("podRef", before["spec"], "nobody knows the pod yet")
        one, two = lab.pod(), lab.pod()
        args = {"CNI_ARGS": "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=cart-0;"
                            "K8S_POD_UID=b7f5"}
        self.attached += [(one, first, "net1"), (two, second, "net1")]
        answer = lab.cni("ADD", one, first, env=args)
        self.assertEqual(answer.code, 0, answer)
        other = lab.cni("ADD", two, second)
        self.assertEqual(other.code, 0, other)
        for ip in other.answer["ips"]:
            self.assertTrue(spaces.reaches(one.space, ip["address"].split("/")[0]))
        netdev = lab.cluster_netdevs()[first.pci]
        self.assertEqual([ip["address"] for ip in answer.answer["ips"]], netdev["status"]["ips"])
        self.assertEqual(netdev["spec"]["podRef"],
                         {"namespace": "shop", "name": "cart-0", "uid": "b7f5"})
        self.assertEqual(netdev["spec"]["containerID"], one.container)
        port, _ = lab.opi.port_of(first.mac)
        self.assertTrue(netdev["status"]["opiPort"]["name"].endswith(port))
        self.assertEqual(netdev["metadata"]["finalizers"], ["xpu.opiproject.org/port"])
        self.delete(one, first)
        self.delete(two, second)
        until(lab.idle, 10, "everything to be gone")

    def test_the_netdev_made_at_allocate_is_the_one_the_pod_gets(self):
        function, pod = self.function(), self.lab.pod()
        self.allocate(function)
        before = self.connected(function)
        self.add(pod, function)
        after = self.lab.cluster_netdevs()[function.pci]
        self.assertEqual(before["metadata"]["uid"], after["metadata"]["uid"])
        self.assertEqual(before["status"]["ips"], after["status"]["ips"])

    def test_allocate_while_the_api_server_is_down(self):
        function = self.function(2)
        self.lab.plane.kill("apiserver")
        self.allocate(function)
        self.lab.plane.start("apiserver")
        self.connected(function)
        self.add_as_a_runtime(self.lab.pod(), function)

    def test_allocate_while_the_host_agent_is_down(self):
        function = self.function(3)
        self.lab.host_agent.kill()
        self.allocate(function)
        self.assertEqual(len(self.lab.allocations()), 1)
        self.lab.host_agent.start()
        self.connected(function)
        until(lambda: self.lab.allocations() == [], 10, "the agent to have the wish")
        self.add_as_a_runtime(self.lab.pod(), function)

    def test_the_host_agent_starts_while_the_api_server_is_down(self):
        """It knows networks and card from its last run; what is wished is done later."""
        lab, function = self.lab, self.function(1)
        lab.host_agent.stop()
        lab.plane.kill("apiserver")
        lab.host_agent.start()
        self.allocate(function)
        # The plugin may not have found the agent again at that moment; then it left a file.
        until(lambda: lab.allocations() == [], 10, "the agent to have the wish")
        lab.plane.start("apiserver")
        self.connected(function)
        self.add_as_a_runtime(lab.pod(), function)

    def test_a_network_that_comes_later_is_advertised(self):
        lab = self.lab
        extra = lab.network("green", resourceName="opi.example.com/late")
        extra["metadata"]["name"] = "late"
        extra["spec"]["ipam"]["subnets"] = [{"cidr": "10.99.0.0/24"}]
        extra["spec"]["priority"] = 5
        lab.plane.apply(extra)
        try:
            self.kubelet.do("wait-devices", count=1, healthy=True, resource="opi.example.com/late")
        finally:
            lab.plane.kubectl("delete", "dpunetwork", "late")


class DownTogether(KubeCase):
    def test_del_needs_nobody(self):
        """API server, xPU agent and host agent are down: the function comes home all the same."""
        lab, function, pod = self.lab, self.function(), self.lab.pod()
        self.add(pod, function)
        lab.plane.kill("apiserver")
        lab.xpu_agent.kill()
        lab.host_agent.kill()
        self.delete(pod, function)
        self.assert_untouched(function)
        self.assertEqual(len(lab.spool()), 1)
        lab.plane.start("apiserver")
        self.assertIn(function.pci, lab.cluster_netdevs())
        lab.host_agent.start()
        until(lambda: lab.spool() == [], 10, "the release to be done")
        self.assertIsNotNone(lab.opi.port_of(function.mac), "the finalizer holds the Netdev")
        lab.xpu_agent.start()
        until(lab.idle, 15, "Netdev and port to be gone")

    def test_a_card_whose_agent_was_killed(self):
        lab, function, pod = self.lab, self.function(), self.lab.pod()
        lab.xpu_agent.kill()
        until(lambda: lab.cni("ADD", pod, function).answer.get("msg", "").count("sign of life"),
              30, "the lease to be stale")
        outcome = lab.cni("ADD", pod, function)
        self.assert_error(outcome, 11, XPU, "no sign of life")
        self.assert_untouched(function)
        lab.xpu_agent.start()
        self.add_as_a_runtime(pod, function)

    def test_a_card_whose_agent_was_stopped(self):
        """It lets its Lease go, so that hosts know at once."""
        lab, function, pod = self.lab, self.function(), self.lab.pod()
        self.assertEqual(lab.xpu_agent.stop(), 0)
        lease = lab.plane.objects("leases", "-n", NAMESPACE)[0]
        self.assertFalse(lease["spec"].get("holderIdentity"))
        until(lambda: lab.cni("ADD", pod, function).code == 1, 5, "the lease to be seen")
        self.assert_error(lab.cni("ADD", pod, function), 11, XPU)
        lab.xpu_agent.start()
        self.add_as_a_runtime(pod, function)

    def test_a_second_agent_of_the_card_waits_for_its_turn(self):
        lab, function, pod = self.lab, self.function(), self.lab.pod()
        with open(lab.xpu_config, encoding="utf-8") as file:
            config = json.load(file)
        config["identity"], config["paths"] = "dpu-b", {"run": lab.file("second-run")}
        path = lab.file("second.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        second = lab.part("second", lab.role("xpu-agent", path))
        second.start()
        self.addCleanup(second.stop)
        until(lambda: "another agent serves the card" in second.said(), 10, "it to wait")
        self.add(pod, function)
        self.delete(pod, function)
        self.assertNotIn("serving the card", second.said())
        lab.xpu_agent.kill()
        until(lambda: "serving the card" in second.said(), 20, "it to take over")
        self.add_as_a_runtime(lab.pod(), function)
        lease = lab.plane.objects("leases", "-n", NAMESPACE)[0]
        self.assertEqual(lease["spec"]["holderIdentity"], "dpu-b")
        self.assertEqual(second.stop(), 0)

    def test_a_running_pod_keeps_its_port_when_the_agents_files_are_lost(self):
        lab, function, pod = self.lab, self.function(), self.lab.pod()
        self.add(pod, function)
        before = lab.cluster_netdevs()[function.pci]["metadata"]["uid"]
        lab.host_agent.kill()
        shutil.rmtree(os.path.join(lab.run, "netdevs"))
        os.unlink(os.path.join(lab.run, "cluster.json"))
        lab.host_agent.start()
        time.sleep(3)
        netdev = lab.cluster_netdevs()[function.pci]
        self.assertEqual(netdev["metadata"]["uid"], before)
        self.assertNotIn("deletionTimestamp", netdev["metadata"])
        self.assertIsNotNone(lab.opi.port_of(function.mac))

    def test_the_opi_server_is_away(self):
        lab, function, pod = self.lab, self.function(), self.lab.pod()
        lab.opi_server.stop()
        self.assert_error(lab.cni("ADD", pod, function), 11, "opi.sock")
        self.assertEqual(lab.phase(function), "Error")
        lab.opi_server.start()
        self.add_as_a_runtime(pod, function)
        self.assertEqual(lab.phase(function), "Connected")
        name = lab.cluster_netdevs()[function.pci]["metadata"]["name"]
        until(lambda: {("Warning", "OPIServerUnavailable"), ("Normal", "Connected")}
              <= self.events_of(name), 10, "events of the trouble and of its end")

    def events_of(self, netdev):
        """Type and reason of a Netdev's events; each says who tells it, and of what."""
        found = [one for one in self.lab.plane.objects("events", "-n", NAMESPACE)
                 if one["involvedObject"]["name"] == netdev]
        for one in found:
            self.assertEqual(one["source"]["component"], "opi-xpu-xpu-agent")
            self.assertEqual(one["involvedObject"]["kind"], "Netdev")
            self.assertGreaterEqual(one["count"], 1)
        return {(one["type"], one["reason"]) for one in found}

    def test_a_netdev_deleted_by_hand_is_made_again(self):
        lab, function, pod = self.lab, self.function(), self.lab.pod()
        self.add(pod, function)
        before = lab.cluster_netdevs()[function.pci]
        lab.plane.kubectl("delete", "netdev", "-n", NAMESPACE, before["metadata"]["name"])
        until(lambda: lab.phase(function) == "Connected", 15, "a new Netdev")
        after = lab.cluster_netdevs()[function.pci]
        self.assertNotEqual(before["metadata"]["uid"], after["metadata"]["uid"])
        self.assertEqual(after["spec"]["containerID"], pod.container)

    def test_a_netdev_and_a_port_that_nobody_wants_are_removed(self):
        lab, function = self.lab, self.function(1)
        name = f"{NODE}.{function.pci.replace(':', '-').replace('.', '-')}"
        pod = lab.pod()
        self.add(pod, function)
        stolen = lab.cluster_netdevs()[function.pci]
        self.delete(pod, function)
        until(lab.idle, 10, "everything to be gone")
        for key in ("uid", "resourceVersion", "creationTimestamp", "generation"):
            stolen["metadata"].pop(key)
        self.assertEqual(stolen["metadata"]["name"], name)
        lab.plane.apply(stolen)
        until(lab.idle, 15, "the stray to be removed")


class Access(KubeCase):
    """What the shipped roles allow; each request is made for real."""

    def attempt(self, account, *words, given=None):
        config = self.lab.plane.file(f"{account}.kubeconfig")
        return self.lab.plane.kubectl(*words, config=config, check=False, given=given)

    def allowed(self, account, *words, given=None):
        done = self.attempt(account, *words, given=given)
        self.assertEqual(done.returncode, 0, f"{account} {words}: {done.stderr}")

    def forbidden(self, account, *words, given=None):
        done = self.attempt(account, *words, given=given)
        self.assertIn("forbidden", done.stderr.lower(), f"{account} {words}: {done}")

    def netdev(self, **changes):
        return json.dumps({"apiVersion": API, "kind": "Netdev", "metadata": {
            "name": "other.0000-99-00-1", "namespace": NAMESPACE}, "spec": {
                "nodeName": "other", "xpuRef": "card-9", "pciAddress": "0000:99:00.1",
                "macAddress": "02:00:00:00:00:99", "networkRef": "blue", **changes}})

    def test_host_agents_write_wishes_and_no_answers(self):
        me = HOST_ACCOUNT
        # All host agents share an account: RBAC cannot keep one node from another's Netdevs.
        self.allowed(me, "create", "--validate=false", "-f", "-", given=self.netdev())
        try:
            patch = '{"status":{"phase":"Connected"}}'
            path = f"/apis/{API}/namespaces/{NAMESPACE}/netdevs/other.0000-99-00-1"
            self.forbidden(me, "replace", "--raw", f"{path}/status", "-f", "-", given=patch)
            elsewhere = self.netdev().replace(f'"namespace": "{NAMESPACE}"',
                                              '"namespace": "default"')
            self.forbidden(me, "create", "--validate=false", "-f", "-", given=elsewhere)
            for kind in ("dpunetwork/blue", f"xpu/{XPU}"):
                self.allowed(me, "get", kind)
                self.forbidden(me, "patch", kind, "--type=merge", "-p", '{"spec":{"x":1}}')
                self.forbidden(me, "delete", kind)
            self.forbidden(me, "get", "addressblocks")
            self.forbidden(me, "get", "secrets", "-n", NAMESPACE)
            self.forbidden(me, "get", "pods", "-A")
            self.forbidden(me, "get", "nodes")
            self.allowed(me, "get", f"node/{NODE}")
            self.forbidden(me, "delete", "lease", "-n", NAMESPACE, f"xpu-{XPU}")
        finally:
            self.allowed(me, "delete", "netdev", "-n", NAMESPACE, "other.0000-99-00-1",
                         "--wait=false")

    def test_xpu_agents_answer_and_wish_nothing(self):
        me = XPU_ACCOUNT
        self.forbidden(me, "create", "--validate=false", "-f", "-", given=self.netdev())
        self.allowed(me, "get", "netdevs", "-n", NAMESPACE)
        self.forbidden(me, "delete", "netdev", "-n", NAMESPACE, "any")
        self.forbidden(me, "patch", "dpunetwork/blue", "--type=merge", "-p", '{"spec":{"x":1}}')
        self.forbidden(me, "patch", f"xpu/{XPU}", "--type=merge", "-p", '{"spec":{"x":1}}')
        self.allowed(me, "get", "addressblocks")
        self.forbidden(me, "get", "secrets", "-n", NAMESPACE)
        self.forbidden(me, "delete", "lease", "-n", NAMESPACE, f"xpu-{XPU}")

    def test_a_host_that_names_what_is_not_its_own_gets_nothing(self):
        """What RBAC cannot forbid, the xPU agent refuses: another node, another name."""
        lab, function = self.lab, self.function()
        for name, changes, words in (
                ("liar", {"nodeName": NODE, "pciAddress": function.pci}, "name is not that of"),
                ("other.0000-99-00-2", {"nodeName": "other", "pciAddress": "0000:99:00.2"},
                 "not the host of XPU")):
            with self.subTest(name):
                wish = json.loads(self.netdev(xpuRef=XPU, **changes))
                wish["metadata"].update(name=name, labels={
                    "xpu.opiproject.org/xpu": lab.label_of(XPU)})
                lab.plane.apply(wish)

                def answer():
                    found = lab.plane.objects("netdevs", "-n", NAMESPACE)
                    return next((one["status"] for one in found if
                                 one["metadata"]["name"] == name and "status" in one), None)
                status = until(answer, 10, "the xPU agent's answer")
                self.assertEqual(status["phase"], "Error")
                self.assertIn(words, status["conditions"][0]["message"])
                self.assertEqual(lab.opi.ports(), {})
                lab.plane.kubectl("delete", "netdev", "-n", NAMESPACE, name, "--wait=false")

    def test_a_liar_that_is_deleted_takes_no_port_along(self):
        """Under another name, but with the finalizer and another Netdev's function."""
        lab, function, pod = self.lab, self.function(), self.lab.pod()
        self.add(pod, function)
        wish = json.loads(self.netdev(xpuRef=XPU, nodeName=NODE, pciAddress=function.pci))
        wish["metadata"].update(name="liar", finalizers=["xpu.opiproject.org/port"], labels={
            "xpu.opiproject.org/xpu": lab.label_of(XPU)})
        lab.plane.apply(wish)
        before = len(lab.opi.requests("DeleteBridgePort"))
        lab.plane.kubectl("delete", "netdev", "-n", NAMESPACE, "liar", "--timeout=10s")
        self.assertEqual(len(lab.opi.requests("DeleteBridgePort")), before)
        self.assertIsNotNone(lab.opi.port_of(function.mac))
        self.assertEqual(lab.phase(function), "Connected")

    def test_a_network_beyond_what_the_card_allows(self):
        lab, function, pod = self.lab, self.function(), self.lab.pod()
        for limit, word in (({"vlans": [{"first": 100, "last": 200}]}, "VLAN 10"),
                            ({"vnis": [{"first": 1, "last": 2}]}, "VNI 10010"),
                            ({"cidrs": ["192.0.2.0/24"]}, "10.10.0.0/24")):
            with self.subTest(word):
                self.limit(limit)
                outcome = until(lambda: self.refused(pod, function, word), 10, f"no to {word}")
                self.assert_error(outcome, 103, word, XPU)
        self.limit(None)
        self.add_as_a_runtime(pod, function)

    def limit(self, allowed):
        allowed = allowed and {"vlans": None, "vnis": None, "cidrs": None, **allowed}
        patch = json.dumps({"spec": {"allowed": allowed}})
        self.lab.plane.kubectl("patch", f"xpu/{XPU}", "--type=merge", "-p", patch)

    def refused(self, pod, function, word):
        outcome = self.lab.cni("ADD", pod, function)
        return outcome if outcome.code and word in outcome.answer["msg"] else None

    def test_kubectl_shows_useful_columns(self):
        lab, function, pod = self.lab, self.function(), self.lab.pod()
        ip = self.add(pod, function)["ips"][0]["address"]

        def table(kind):
            lines = lab.plane.kubectl("get", kind, "-n", NAMESPACE).stdout.splitlines()
            return lines[0].split(), lines[1]
        head, row = table("netdevs")
        self.assertEqual(head, ["NAME", "NODE", "FUNCTION", "NETWORK", "POD", "IPS", "PHASE",
                                "AGE"])
        for word in (NODE, function.pci, "blue", ip, "Connected"):
            self.assertIn(word, row)
        head, row = table("dnet")
        self.assertEqual(head[:4], ["NAME", "RESOURCE", "VLAN", "VNI"])
        for word in (BLUE, "10", "10010", "10.10.0.0/24"):
            self.assertIn(word, row)
        head, row = table("xpus")
        self.assertEqual(head, ["NAME", "HOST", "INFRA", "OPISERVER", "READY", "AGE"])
        for word in (NODE, "dpu-a", "opi.sock", "True"):
            self.assertIn(word, row)
        head, row = table("ablk")
        self.assertEqual(head, ["NAME", "CIDR", "NETWORK", "NODE", "XPU", "AGE"])
        self.assertIn("10.10.0.0/28", row)

    def inspect(self, *words):
        done = subprocess.run([*spaces.inside(self.lab.host), BINARY, "inspect", *words],
                              capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        return done.stdout

    def test_inspect_shows_netdevs_and_devices(self):
        lab, function, pod = self.lab, self.function(), self.lab.pod()
        ip = self.add(pod, function)["ips"][0]["address"]
        text = self.inspect("netdevs", "--kubeconfig", lab.plane.admin)
        head, row = text.splitlines()[:2]
        self.assertEqual(head.split(), ["NODE", "FUNCTION", "NETWORK", "POD", "INTERFACE",
                                        "ADDRESSES", "PHASE", "REASON", "AGE"])
        for word in (NODE, function.pci, "blue", "net1", ip, "Connected"):
            self.assertIn(word, row)
        self.assertRegex(text, rf"{XPU} +{NODE} +unix:\S+ +True +dpu-a +about \d+s ago")
        facts = json.loads(self.inspect("netdevs", "--kubeconfig", lab.plane.admin, "-o", "json"))
        self.assertEqual(facts["netdevs"][0]["spec"]["pciAddress"], function.pci)
        self.assertEqual(self.inspect("netdevs", "--kubeconfig", lab.plane.admin, "--node",
                                      "elsewhere").count(function.pci), 0)
        devices = self.inspect("devices", "--config", lab.cluster_config)
        row = next(line for line in devices.splitlines() if function.pci in line)
        for word in ("blue", "yes", pod.container, "net1", ip, "attached"):
            self.assertIn(word, row)

    def test_inspect_says_why_it_cannot(self):
        done = subprocess.run([*spaces.inside(self.lab.host), BINARY, "inspect", "netdevs",
                               "--kubeconfig", "/nonexistent"],
                              capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nonexistent cannot be read", done.stderr)

    def test_the_schema_names_what_is_wrong(self):
        for field, value in (("macAddress", "02:00:00:00:00"), ("pciAddress", "3b:00.2"),
                             ("mtu", 12), ("backend", "PF")):
            with self.subTest(field):
                done = self.attempt(HOST_ACCOUNT, "create", "--validate=false", "-f", "-",
                                    given=self.netdev(**{field: value}))
                self.assertIn(f"spec.{field}", done.stderr)

    def test_the_examples_of_the_readme_are_accepted(self):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            blocks = re.findall(r"```yaml\n(.*?)```", file.read(), re.DOTALL)
        text = next(block for block in blocks if "kind: DPUNetwork" in block)
        done = self.lab.plane.kubectl("apply", "--dry-run=server", "-f", "-", given=text)
        self.assertIn("blue configured (server dry run)", done.stdout)
        self.assertIn(f"{XPU} configured (server dry run)", done.stdout)

    def test_state_files_are_for_root_alone(self):
        self.assertEqual(os.stat(self.lab.agent_socket).st_mode & 0o077, 0)
