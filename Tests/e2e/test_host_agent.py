# SPDX-License-Identifier: Apache-2.0
"""The host agent when all is well, when it is restarted, and who may talk to it."""
import os
import stat
import time

import agent_api
import spaces
from cases import LabCase
from parts import until


class Ports(LabCase):
    def test_a_port_that_takes_its_time_is_awaited(self):
        self.addCleanup(self.restart_card, delay=self.lab.delay)
        self.restart_card(delay=1)
        pod, function = self.lab.pod(), self.function()
        started = time.monotonic()
        self.add(pod, function)
        self.assertGreater(time.monotonic() - started, 0.9)
        self.assert_quick(started)
        _, port = self.lab.opi.port_of(function.mac)
        self.assertEqual(port["status"]["oper_status"], "BP_OPER_STATUS_UP")

    def test_allocate_prepares_the_port(self):
        function, before = self.function(), len(self.lab.opi.requests("CreateBridgePort"))
        agent_api.call(self.lab.agent_socket, "Allocate", device_ids=[function.pci],
                       resource_name="opi.example.com/blue")
        until(lambda: self.lab.opi.port_of(function.mac), 5, "the port before any ADD")
        name, port = self.lab.opi.port_of(function.mac)
        given = self.lab.netdevs()[function.pci]["addresses"]
        pod = self.lab.pod()
        answer = self.add(pod, function)
        self.assertEqual([ip["address"] for ip in answer["ips"]], given)
        self.assertEqual(self.lab.opi.port_of(function.mac)[0], name)
        created = self.lab.opi.requests("CreateBridgePort")[before:]
        self.assertEqual(len(created), 1, "prepared once, not made again")

    def test_allocate_refuses_what_is_not_of_the_resource(self):
        function = self.function()
        refused = agent_api.refusal(self.lab.agent_socket, "Allocate",
                                    device_ids=[function.pci],
                                    resource_name="opi.example.com/green")
        self.assertEqual(refused[0], "INVALID_ARGUMENT")
        self.assertIn(function.pci, refused[1])
        self.assertEqual(self.lab.netdevs(), {})

    def test_a_port_deleted_by_hand_is_restored(self):
        pods = self.lab.pod(), self.lab.pod()
        self.add(pods[0], self.function(0))
        answer = self.add(pods[1], self.function(1))
        address = answer["ips"][0]["address"].split("/")[0]
        self.assertTrue(spaces.reaches(pods[0].space, address))
        name, _ = self.lab.opi.port_of(self.function(1).mac)
        self.lab.opi.delete_port(name)
        self.assertFalse(spaces.ping(pods[0].space, address), "the port was really gone")
        until(lambda: self.lab.opi.port_of(self.function(1).mac), 5, "the port to be restored")
        self.assertTrue(spaces.reaches(pods[0].space, address))

    def test_a_card_that_lost_everything_gets_it_again(self):
        pods = self.lab.pod(), self.lab.pod()
        self.add(pods[0], self.function(0))
        answer = self.add(pods[1], self.function(1))
        self.lab.opi_server.kill()
        self.lab.opi_server.start()
        until(lambda: len(self.lab.opi.ports()) == 2, 6, "both ports")
        self.assertTrue(spaces.reaches(pods[0].space, answer["ips"][0]["address"].split("/")[0]))

    def test_a_foreign_port_under_our_id_is_replaced(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        name, _ = self.lab.opi.port_of(function.mac)
        self.delete(pod, function)
        until(self.lab.idle, 5, "the port to go")
        self.lab.opi.create_port(name, "02:00:00:00:00:99", "vlan-10")
        self.add(pod, function)
        port = self.lab.opi.ports()[name]
        self.assertEqual(port["spec"]["mac_address"], function.mac)

    def test_a_stray_port_is_removed_and_others_are_left_alone(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        name, _ = self.lab.opi.port_of(function.mac)
        self.delete(pod, function)
        until(self.lab.idle, 5, "the port to go")
        self.lab.host_agent.stop()
        self.lab.opi.create_port(name, function.mac, "vlan-10")
        self.lab.opi.create_port("somebody-else", "02:00:00:00:00:98", "vlan-10")
        try:
            self.lab.host_agent.start()
            until(lambda: name not in self.lab.opi.ports(), 5, "our stray port to go")
            self.assertIn("somebody-else", self.lab.opi.ports())
        finally:
            self.lab.opi.faults()
            self.lab.opi.delete_port("somebody-else")

    def test_without_changes_the_card_is_left_in_peace(self):
        pod, function = self.lab.pod(), self.function()
        self.add(pod, function)
        before = len(self.lab.opi.requests())
        time.sleep(3)
        asked = self.lab.opi.requests()[before:]
        self.assertEqual({line["method"] for line in asked},
                         {"GetBridgePort", "GetLogicalBridge", "ListBridgePorts"})
        self.assertLessEqual(len(asked), 9, "three requests a resync, every two seconds")


class Restarts(LabCase):
    def test_killed_in_the_middle_of_an_add(self):
        pod, function = self.lab.pod(), self.function()
        self.lab.opi.faults({"method": "CreateBridgePort", "slow": 1.5})
        process = self.lab.cni_start("ADD", pod, function)
        until(lambda: self.lab.netdevs(), 5, "the agent to work on it")
        time.sleep(0.2)
        self.lab.host_agent.kill()
        self.assert_error(self.finish(process), 11)
        self.assert_untouched(function)
        self.lab.host_agent.start()
        self.add(pod, function)
        self.assert_attached(pod, function)

    def test_killed_at_many_moments_of_an_add(self):
        function = self.function()
        for moment in range(0, 100, 12):
            with self.subTest(milliseconds=moment):
                pod = self.lab.pod()
                self.attached = [(pod, function, "net1")]
                process = self.lab.cni_start("ADD", pod, function)
                time.sleep(moment / 1000)
                self.lab.host_agent.kill()
                outcome = self.finish(process)
                if outcome.code:
                    self.assert_error(outcome, 11)
                    self.assert_untouched(function)
                self.lab.host_agent.start()
                if outcome.code:
                    self.add(pod, function)
                self.assert_attached(pod, function)
                self.delete(pod, function)
                until(self.lab.idle, 5, "the port to go")

    def test_a_restart_keeps_ports_and_addresses(self):
        first, function = self.lab.pod(), self.function()
        given = [ip["address"] for ip in self.add(first, function)["ips"]]
        ports = self.lab.opi.ports()
        for end in (self.lab.host_agent.stop, self.lab.host_agent.kill):
            end()
            self.lab.host_agent.start()
            self.assertEqual(self.lab.netdevs()[function.pci]["addresses"], given)
            second = self.lab.pod()
            other = [ip["address"] for ip in self.add(second, self.function(1))["ips"]]
            self.assertFalse(set(given) & set(other), (given, other))
            self.delete(second, self.function(1))
        until(lambda: self.lab.opi.ports() == ports, 5, "only the first port, untouched")
        self.assertEqual(spaces.addresses(first.space, "net1"), set(given))

    def test_stops_cleanly_when_asked(self):
        self.assertEqual(self.lab.host_agent.stop(), 0, self.lab.host_agent.said())
        self.assertFalse(os.path.exists(self.lab.agent_socket), "its socket goes with it")

    def test_stops_in_the_middle_of_an_add(self):
        pod, function = self.lab.pod(), self.function()
        self.lab.opi.faults({"method": "CreateBridgePort", "hang": True})
        process = self.lab.cni_start("ADD", pod, function)
        until(lambda: self.lab.netdevs(), 5, "the agent to work on it")
        started = time.monotonic()
        self.assertEqual(self.lab.host_agent.stop(), 0, self.lab.host_agent.said())
        self.assert_quick(started)
        self.assert_error(self.finish(process), 11)
        self.assert_untouched(function)

    def test_a_second_one_on_the_same_directory_gives_up(self):
        second = self.lab.part("second-agent", self.lab.role("host-agent")).start()
        self.assertNotEqual(second.wait(5), 0)
        complaint = [line for line in second.said().splitlines() if "another host agent" in line]
        self.assertEqual(len(complaint), 1, second.said())
        self.assertIn(self.lab.run, complaint[0])
        self.assertNotIn("Error(", second.said())
        self.assertEqual(self.lab.cni("STATUS", version="1.1.0").code, 0, "the first goes on")

    def test_a_damaged_record_is_named_and_left_alone(self):
        path = os.path.join(self.lab.run, "netdevs", f"{self.function().pci}.json")
        self.lab.host_agent.stop()
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"version":1,"function":')
        try:
            self.lab.host_agent.start()
            self.assertIn(path, self.lab.host_agent.said())
            self.assertTrue(os.path.exists(path))
            self.add(self.lab.pod(), self.function(1))
        finally:
            os.unlink(path)


class Guests(LabCase):
    def test_the_socket_is_for_root_alone(self):
        mode = os.stat(self.lab.agent_socket).st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(stat.S_IMODE(mode), 0o600)
        self.assertEqual(agent_api.as_stranger(self.lab.agent_socket), "refused")

    def test_tools_find_out_what_the_socket_can_do(self):
        names, methods, health = agent_api.described(self.lab.agent_socket)
        self.assertIn(agent_api.SERVICE, names)
        self.assertIn("grpc.health.v1.Health", names)
        self.assertEqual(health, "SERVING")
        own = agent_api.protos.DESCRIPTOR.services_by_name["HostAgent"]
        self.assertEqual(methods, [method.name for method in own.methods])

    def test_a_stranger_is_turned_away_even_when_the_mode_lets_him_in(self):
        path = self.lab.agent_socket
        os.chmod(path, 0o666)
        try:
            self.assertEqual(agent_api.as_stranger(path), "bytes", "closed without a word")
        finally:
            os.chmod(path, 0o600)

    def test_other_directories_are_for_root_alone(self):
        self.add(self.lab.pod(), self.function())
        for name in ("attachments", "locks", "releases", "netdevs"):
            mode = stat.S_IMODE(os.stat(os.path.join(self.lab.run, name)).st_mode)
            self.assertEqual(mode, 0o700, name)
        for folder in ("attachments", "netdevs"):
            for name in os.listdir(os.path.join(self.lab.run, folder)):
                mode = stat.S_IMODE(os.stat(os.path.join(self.lab.run, folder, name)).st_mode)
                self.assertEqual(mode, 0o600, name)

    def test_requests_that_make_no_sense_are_refused(self):
        path, function = self.lab.agent_socket, self.function()
        usual = {"device_id": function.pci, "container_id": "c", "interface_name": "net1",
                 "mac_address": bytes.fromhex(function.mac.replace(":", ""))}
        for code, changes in [("INVALID_ARGUMENT", {"device_id": "eth0"}),
                              ("INVALID_ARGUMENT", {"mac_address": b"12345"}),
                              ("INVALID_ARGUMENT", {"container_id": ""}),
                              ("INVALID_ARGUMENT", {"interface_name": ""}),
                              ("NOT_FOUND", {"device_id": "ffff:ff:1f.7"})]:
            with self.subTest(changes=changes):
                refused = agent_api.refusal(path, "Attach", **{**usual, **changes})
                self.assertEqual(refused[0], code, refused)
        agent_api.call(path, "Detach", container_id="never-was", interface_name="net1")
        self.assertEqual(self.lab.netdevs(), {})
