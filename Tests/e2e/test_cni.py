# SPDX-License-Identifier: Apache-2.0
"""The CNI as a runtime sees it: what it answers, and what the kernel then says."""
import os

import spaces
from cases import LabCase
from parts import HERE, PYTHON, until

VERSIONS = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]


class Answers(LabCase):
    def test_version(self):
        outcome = self.lab.cni("VERSION", stdin='{"cniVersion": "1.0.0"}')
        self.assertEqual(outcome.code, 0, outcome)
        self.assertEqual(outcome.answer, {"cniVersion": "1.1.0", "supportedVersions": VERSIONS})

    def test_version_needs_no_input(self):
        outcome = self.lab.cni("VERSION", stdin="", env={"CNI_PATH": None})
        self.assertEqual(outcome.answer["supportedVersions"], VERSIONS, outcome)

    def test_the_result_has_the_shape_of_every_version(self):
        function = self.function()
        for version in VERSIONS:
            with self.subTest(version=version):
                pod = self.lab.pod()
                answer = self.add(pod, function, version=version)
                v4, v6 = (ip["address"] for ip in answer["ips"])
                self.assertRegex(v4, r"^10\.10\.0\.\d+/24$")
                self.assertRegex(v6, r"^fd00:10::[0-9a-f]+/64$")
                self.assertEqual(answer, self.expected(version, pod, function, v4, v6))
                self.delete(pod, function, version=version)

    def expected(self, version, pod, function, v4, v6):
        """The whole result as the specification of that version has it."""
        interface = {"name": "net1", "mac": function.mac, "sandbox": pod.path}
        if version == "1.1.0":
            interface.update(mtu=1400, pciID=function.pci)
        ips = [{"address": v4, "gateway": "10.10.0.1", "interface": 0},
               {"address": v6, "gateway": "fd00:10::1", "interface": 0}]
        if version < "1.0.0":
            for ip, family in zip(ips, "46"):
                ip["version"] = family
        return {"cniVersion": version, "interfaces": [interface], "ips": ips,
                "routes": [{"dst": "0.0.0.0/0", "gw": "10.10.0.1"},
                           {"dst": "::/0", "gw": "fd00:10::1"}],
                "dns": {}}

    def test_runtime_config_names_the_function(self):
        pod, function = self.lab.pod(), self.function(1)
        self.add(pod, function, deviceID=None, runtimeConfig={"deviceID": function.pci})
        self.assert_attached(pod, function)

    def test_without_a_function_add_is_refused(self):
        outcome = self.lab.cni("ADD", self.lab.pod(), self.function(), deviceID=None)
        self.assert_error(outcome, 7, "deviceID")

    def test_a_function_of_no_network_is_refused(self):
        outcome = self.lab.cni("ADD", self.lab.pod(), self.function(), deviceID="0000:ff:1f.7")
        self.assert_error(outcome, 102, "0000:ff:1f.7")
        self.assertEqual(self.lab.journal(), {})


class Kernel(LabCase):
    def test_add_makes_what_it_answers(self):
        pod, function = self.lab.pod(), self.function()
        answer = self.add(pod, function)
        self.assert_attached(pod, function, mtu=1400)
        self.assertEqual(spaces.addresses(pod.space, "net1"),
                         {ip["address"] for ip in answer["ips"]})
        self.assertEqual(spaces.routes(pod.space, "net1"),
                         {("0.0.0.0/0", "10.10.0.1"), ("::/0", "fd00:10::1")})
        record = self.lab.journal()[function.pci]
        self.assertEqual(record["containerID"], pod.container)
        self.assertTrue(record["isComplete"])

    def test_the_port_is_what_the_network_says(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        _, port = self.lab.opi.port_of(function.mac)
        self.assertEqual(port["spec"], {
            "mac_address": function.mac, "ptype": "BRIDGE_PORT_TYPE_ACCESS",
            "logical_bridges": ["//network.opiproject.org/bridges/vlan-10"]})
        bridge = self.lab.opi.bridges()["vlan-10"]
        self.assertEqual(bridge["spec"], {"vlan_id": 10, "vni": 10010})

    def test_pods_of_one_network_reach_each_other_and_nobody_else(self):
        one, two, three = (self.lab.pod() for _ in range(3))
        self.add(one, self.function(0))
        near = [ip["address"].split("/")[0] for ip in self.add(two, self.function(1))["ips"]]
        far = [ip["address"].split("/")[0]
               for ip in self.add(three, self.function(0, "green"))["ips"]]
        for address in near:
            self.assertTrue(spaces.reaches(one.space, address), address)
        for address in far:
            self.assertFalse(spaces.ping(one.space, address, count=2), address)
        # Not even with an address of the same subnet: it is the bridge that keeps them apart.
        spaces.run("ip", "-n", three.space, "address", "add", "10.10.0.250/24", "dev", "net1")
        self.assertFalse(spaces.ping(one.space, "10.10.0.250", count=2))

    def test_neighbours_hear_of_a_new_pod_at_once(self):
        listener, speaker, function = self.lab.pod(), self.lab.pod(), self.function(1)
        self.add(listener, self.function(0))
        sniffer = self.lab.part(
            "sniffer", [*spaces.inside(listener.space), PYTHON, os.path.join(HERE, "sniffer.py"),
                        "net1"], lambda: "ready" in sniffer.said())
        sniffer.start()
        try:
            v4, v6 = (ip["address"].split("/")[0] for ip in self.add(speaker, function)["ips"])
            for line in (f"arp {v4} {function.mac}", f"na {v6} {function.mac}"):
                until(lambda: line in sniffer.said().splitlines(), 3, f"'{line}'")
        finally:
            sniffer.kill()

    def test_the_pod_is_known_by_its_name(self):
        pod, function = self.lab.pod(), self.function()
        self.attached.append((pod, function, "net1"))
        outcome = self.lab.cni("ADD", pod, function, env={"CNI_ARGS": (
            "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=till-0;K8S_POD_UID=u-1;"
            "K8S_POD_INFRA_CONTAINER_ID=x")})
        self.assertEqual(outcome.code, 0, outcome)
        holder = self.lab.netdevs()[function.pci]["holder"]
        self.assertEqual(holder, {"containerID": pod.container, "interfaceName": "net1",
                                  "pod": "shop/till-0", "podUID": "u-1"})
        other = self.lab.cni("ADD", self.lab.pod(), function)
        self.assert_error(other, 100, function.pci)

    def test_two_interfaces_in_one_pod(self):
        pod = self.lab.pod()
        self.add(pod, self.function(0))
        answer = self.add(pod, self.function(0, "green"), "net2")
        self.assert_attached(pod, self.function(0, "green"), "net2")
        self.assert_attached(pod, self.function(0))
        # The first default route stays, of both families, and nobody says there is another.
        self.assertEqual(answer["routes"], [])
        self.assertEqual(spaces.routes(pod.space, "net2"), set())
        self.assertEqual(spaces.routes(pod.space, "net1"),
                         {("0.0.0.0/0", "10.10.0.1"), ("::/0", "fd00:10::1")})
        self.delete(pod, self.function(0, "green"), "net2")
        self.assert_attached(pod, self.function(0))

    def test_the_pod_keeps_its_default_route(self):
        pod, function = self.lab.pod(), self.function()
        inside = ("ip", "-n", pod.space)
        spaces.run(*inside, "link", "add", "eth0", "type", "veth", "peer", "name", "far")
        spaces.run(*inside, "address", "add", "192.0.2.2/24", "dev", "eth0")
        spaces.run(*inside, "link", "set", "eth0", "up")
        spaces.run(*inside, "route", "add", "default", "via", "192.0.2.1")
        answer = self.add(pod, function)
        self.assert_attached(pod, function, mtu=1400)
        self.assertEqual(answer["routes"], [{"dst": "::/0", "gw": "fd00:10::1"}])
        self.assertEqual(spaces.routes(pod.space, "net1"), {("::/0", "fd00:10::1")})
        self.assertEqual(spaces.routes(pod.space, "eth0"), {("0.0.0.0/0", "192.0.2.1")})
        check = self.lab.cni("CHECK", pod, function, prevResult=answer)
        self.assertEqual(check.code, 0, check)

    def test_a_long_interface_name(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function, "abcdefghij12345")
        self.assert_attached(pod, function, "abcdefghij12345")


class Del(LabCase):
    def test_brings_the_function_home_as_it_was(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        self.delete(pod, function)
        self.assert_untouched(function)
        self.assertIsNone(spaces.link(pod.space, "net1"))
        until(self.lab.idle, 5, "the port to go")

    def test_may_be_repeated(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        for _ in range(3):
            self.delete(pod, function)
        self.assert_untouched(function)

    def test_needs_no_namespace(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        self.delete(pod, function, env={"CNI_NETNS": None})
        self.assert_untouched(function)

    def test_needs_no_function(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        self.delete(pod, None)
        self.assert_untouched(function)

    def test_of_an_unknown_container_is_fine(self):
        self.delete(self.lab.pod(), self.function())
        self.delete(self.lab.pod(), None, env={"CNI_NETNS": "/run/netns/never-was"})

    def test_of_another_container_leaves_the_attachment_alone(self):
        old, new, function = self.lab.pod(), self.lab.pod(), self.function()
        self.add(old, function)
        self.delete(old, function)
        self.add(new, function)
        before = self.lab.journal()
        self.delete(old, function)
        self.delete(old, function, env={"CNI_NETNS": new.path})
        self.assert_attached(new, function)
        self.assertEqual(self.lab.journal(), before)
        self.assertIsNotNone(self.lab.opi.port_of(function.mac))

    def test_after_the_namespace_is_gone(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        spaces.delete(pod.space)
        self.delete(pod, function)
        self.assertEqual(self.lab.journal(), {})

    def test_after_the_journal_is_lost(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        for folder in ("attachments", "locks"):
            spaces.run("rm", "-rf", os.path.join(self.lab.run, folder))
        self.delete(pod, function)
        self.assertIsNone(spaces.link(pod.space, "net1"))
        home = [link for link in spaces.ip(self.lab.host, "link", "show")
                if link.get("ifalias") == function.pci]
        self.assertEqual([link["address"] for link in home], [function.mac])
        self.assertNotIn("UP", home[0]["flags"])
        self.assertNotEqual(home[0]["ifname"], "net1", "a pod's name must not clash at home")
        self.restore(home[0]["ifname"], function)
        self.attached.clear()

    def restore(self, name, function):
        """Gives a function its first name and MTU back, which nobody could know any more."""
        spaces.run("ip", "-n", self.lab.host, "link", "set", name, "name", function.name,
                   "mtu", "1500")

    def test_when_the_home_name_is_taken(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        host = self.lab.host
        spaces.run("ip", "-n", host, "link", "add", function.name, "type", "bridge")
        try:
            self.delete(pod, function)
            self.assertEqual(self.lab.journal(), {})
            home = [link for link in spaces.ip(host, "link", "show")
                    if link.get("ifalias") == function.pci]
            self.assertEqual([link["address"] for link in home], [function.mac])
        finally:
            spaces.run("ip", "-n", host, "link", "delete", function.name, "type", "bridge")
        self.restore(home[0]["ifname"], function)

    def test_after_somebody_renamed_and_changed_the_interface(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        for words in (["down"], ["name", "other"], ["address", "02:00:00:00:99:99"],
                      ["mtu", "900"], ["up"]):
            name = "net1" if words[0] in ("down", "name") else "other"
            spaces.run("ip", "-n", pod.space, "link", "set", name, *words)
        self.delete(pod, function)
        self.assert_untouched(function)

    def test_after_somebody_brought_it_home_by_hand(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        spaces.run("ip", "-n", pod.space, "link", "set", "net1", "netns", self.lab.host)
        self.delete(pod, function)
        self.assert_untouched(function)


class OtherCommands(LabCase):
    def check(self, pod, function, **env):
        return self.lab.cni("CHECK", pod, function, env=env)

    def test_check_agrees_and_disagrees(self):
        pod, function = self.lab.pod(), self.function()
        self.assert_error(self.check(pod, function), 104)
        answer = self.add(pod, function)
        outcome = self.lab.cni("CHECK", pod, function, prevResult=answer)
        self.assertEqual((outcome.code, outcome.text), (0, ""), outcome)
        lost = answer["ips"][0]["address"]
        spaces.run("ip", "-n", pod.space, "address", "delete", lost, "dev", "net1")
        self.assert_error(self.check(pod, function), 104, lost)

    def test_check_notices_a_link_that_is_down_or_another(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        spaces.run("ip", "-n", pod.space, "link", "set", "net1", "down")
        self.assert_error(self.check(pod, function), 104, "net1")
        spaces.run("ip", "-n", pod.space, "link", "set", "net1", "name", "other")
        spaces.run("ip", "-n", pod.space, "link", "add", "net1", "type", "bridge")
        self.assert_error(self.check(pod, function), 104, function.pci)

    def test_check_is_not_of_version_0_3(self):
        outcome = self.lab.cni("CHECK", self.lab.pod(), self.function(), version="0.3.1")
        self.assert_error(outcome, 1, "0.4.0", version="0.3.1")

    def gc(self, *valid, **conf):
        attachments = [{"containerID": pod.container, "ifname": "net1"} for pod in valid]
        return self.lab.cni("GC", version="1.1.0", **{
            "cni.dev/valid-attachments": attachments, **conf})

    def test_gc_brings_home_what_is_not_listed(self):
        pods = [self.lab.pod() for _ in range(3)]
        functions = [self.function(i) for i in range(3)]
        for pod, function in zip(pods, functions):
            self.add(pod, function)
        outcome = self.gc(pods[1])
        self.assertEqual(outcome.code, 0, outcome)
        self.assertEqual(list(self.lab.journal()), [functions[1].pci])
        self.assert_attached(pods[1], functions[1])
        for function in (functions[0], functions[2]):
            self.assert_untouched(function)
        until(lambda: len(self.lab.opi.ports()) == 1, 5, "two ports to go")
        self.assertEqual(self.gc().code, 0)
        self.assertEqual(self.lab.journal(), {})

    def test_gc_without_a_list_touches_nothing(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        outcome = self.gc(**{"cni.dev/valid-attachments": None})
        self.assert_error(outcome, 7, "valid-attachments", version="1.1.0")
        self.assert_attached(pod, function)

    def test_status_says_whether_the_agent_answers(self):
        outcome = self.lab.cni("STATUS", version="1.1.0")
        self.assertEqual((outcome.code, outcome.text), (0, ""), outcome)
        self.lab.host_agent.stop()
        self.assert_error(self.lab.cni("STATUS", version="1.1.0"), 50, version="1.1.0")
