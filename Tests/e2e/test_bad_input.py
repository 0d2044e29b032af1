# SPDX-License-Identifier: Apache-2.0
"""Whatever is wrong with what we are given: one clear sentence, and no change left behind."""
import json
import os
import re
import subprocess
import time
import unittest

import agent_api
import grpc
import spaces
from agent_api import PREFACE, SETTINGS
from cases import LabCase
from lab import Lab
from parts import BINARY

GOAWAY = 7
TRACES = re.compile(r"Fatal error|Stack dump|\bat /.*\.swift|0x[0-9a-f]{8,}|Optional\(|Error\(")


def frame(kind, flags, stream, payload=b"", length=None):
    """An HTTP/2 frame; its length may be a lie."""
    size = len(payload) if length is None else length
    return size.to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def kinds(text):
    """The types of the frames in what we heard."""
    found = []
    while len(text) >= 9:
        found.append(text[3])
        text = text[9 + int.from_bytes(text[:3], "big"):]
    return found


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(1, 0).up()
        cls.addClassCleanup(cls.lab.down)

    def run_role(self, *words, env=None):
        return subprocess.run([*spaces.inside(self.lab.host), BINARY, *words], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=20,
                              env={"PATH": os.environ["PATH"], **(env or {})})

    def assert_refused(self, done, *words):
        """A non-zero exit, silence on stdout, and a sentence on stderr with these words."""
        self.assertGreater(done.returncode, 0, done)
        self.assertEqual(done.stdout, "", done)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertIsNone(TRACES.search(done.stderr), done.stderr)

    def test_help_of_every_role(self):
        for words in ([], ["host-agent"], ["device-plugin"], ["cni"]):
            with self.subTest(role=words):
                done = self.run_role(*words, "--help")
                self.assertEqual(done.returncode, 0, done)
                self.assertIn("opi-xpu", done.stdout)
                self.assertEqual(done.stderr, "")

    def test_help_names_every_role(self):
        text = self.run_role("--help").stdout
        for role in ("host-agent", "device-plugin", "cni"):
            self.assertIn(role, text)

    def test_an_unknown_role(self):
        self.assert_refused(self.run_role("host-agnet"), "host-agnet")

    def test_an_unknown_flag(self):
        for role in ("host-agent", "device-plugin"):
            self.assert_refused(self.run_role(role, "--confg", "x"), "--confg")

    def test_a_flag_without_its_value(self):
        self.assert_refused(self.run_role("host-agent", "--config"), "--config")

    def test_an_unknown_log_level(self):
        done = self.run_role("host-agent", "--config", self.lab.config, "--log-level", "loud")
        self.assert_refused(done, "loud")

    def refused_configuration(self, path, *words):
        for role in ("host-agent", "device-plugin"):
            done = self.run_role(role, "--config", path)
            self.assert_refused(done, path, *words)
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            self.assertEqual(len(lines), 1, f"one sentence, not {lines}")
        self.assertFalse(os.path.exists(self.lab.agent_socket))

    def test_a_configuration_that_cannot_be_read(self):
        self.refused_configuration("/nowhere/config.json", "ENOENT")
        self.refused_configuration(self.lab.folder, "EISDIR")

    def test_a_configuration_that_is_not_yaml(self):
        for text in ("", "{", "a: b: c", "a: &b c", "a: *b", "a: 1\na: 2", "\tversion: 1", "a: 'b",
                     "--- {}\n--- {}", "1: 2", "<<: {}", "a: 0755", "\0\0\0\0", "[" * 9999):
            with self.subTest(text=text[:20]):
                path = self.lab.file("broken.yaml")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                self.refused_configuration(path, "is not valid YAML")

    def test_a_configuration_that_is_no_configuration(self):
        for text in ("version: 1", '{"version":1,}', "[1]", '"x"', "yes", "- version: 1"):
            with self.subTest(text=text):
                path = self.lab.file("strange.yaml")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                self.refused_configuration(path)

    def test_a_configuration_that_is_too_large(self):
        path = self.lab.file("large.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"version":1' + " " * (2 << 20) + "}")
        self.refused_configuration(path)

    def test_a_configuration_that_says_something_wrong(self):
        with open(self.lab.config, encoding="utf-8") as file:
            good = json.load(file)
        blue, green = good["networks"]

        def networks(**changes):
            return {"networks": [{**blue, **changes}, green]}

        for changes, words in [
                ({"version": 2}, ["version", "2"]),
                ({"version": None}, ["version"]),
                ({"colour": "blue"}, ["colour"]),
                ({"opi": {}}, ["opi.server"]),
                ({"opi": {"server": 7}}, ["opi.server"]),
                ({"opi": {"server": "nonsense"}}, ["nonsense"]),
                ({"opi": {"server": "h:99999"}}, ["99999"]),
                ({"opi": {**good["opi"], "callTimeoutSeconds": 0}}, ["opi.callTimeoutSeconds"]),
                ({"opi": {**good["opi"], "retries": 3}}, ["opi.retries"]),
                ({"paths": {"run": "relative"}}, ["paths.run", "relative"]),
                ({"functionIdentity": "guess"}, ["functionIdentity", "guess"]),
                ({"networks": {}}, ["networks"]),
                ({"networks": [blue, blue]}, ["networks[1]", "blue"]),
                (networks(name="Blue!"), ["networks[0].name", "Blue!"]),
                (networks(resourceName="blue"), ["networks[0].resourceName"]),
                (networks(logicalBridge={"vlan": 4095}), ["networks[0].logicalBridge.vlan"]),
                (networks(logicalBridge={"vlan": 10, "vni": 1 << 24}), ["logicalBridge.vni"]),
                (networks(mtu=5), ["networks[0].mtu"]),
                (networks(ipam={"subnets": [{"cidr": "10.0.0.0/33"}]}),
                 ["networks[0].ipam.subnets[0].cidr", "10.0.0.0/33"]),
                (networks(ipam={"subnets": [{"cidr": "10.0.0.0/24", "gateway": "10.9.0.1"}]}),
                 ["gateway", "10.9.0.1"]),
                (networks(ipam=green["ipam"]), ["networks[1]", "10.20.0.0/24"]),
                (networks(routes=[{"dst": "everywhere"}]), ["routes[0].dst", "everywhere"]),
                (networks(deviceSelector={"pciAddresses": ["eth0"]}),
                 ["networks[0].deviceSelector.pciAddresses[0]", "eth0"]),
                (networks(deviceSelector={}), ["pciAddresses"])]:
            with self.subTest(changes=changes):
                path = self.lab.file("wrong.json")
                config = {key: value for key, value in {**good, **changes}.items()
                          if value is not None}
                with open(path, "w", encoding="utf-8") as file:
                    json.dump(config, file)
                self.refused_configuration(path, *words)

    def test_a_device_plugin_without_a_resource(self):
        path = self.lab.write_config(self.lab.file("plain.json"), networks=[])
        self.assert_refused(self.run_role("device-plugin", "--config", path), "resourceName")

    def test_a_run_directory_that_cannot_be_made(self):
        path = self.lab.write_config(self.lab.file("file-as-folder.json"),
                                     paths={"run": f"{self.lab.config}/run"})
        self.assert_refused(self.run_role("host-agent", "--config", path), "ENOTDIR",
                            self.lab.config)


class CNI(LabCase):
    settings = {"blue": 1, "green": 0}

    def cni(self, command="ADD", **options):
        pod = self.lab.pod()
        outcome = self.lab.cni(command, pod, self.function(), **options)
        self.assert_untouched(self.function())
        self.assertEqual(len(spaces.ip(pod.space, "link", "show")), 1)
        return outcome

    def test_missing_variables_are_all_named(self):
        missing = ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"]
        outcome = self.cni(env=dict.fromkeys(missing))
        self.assert_error(outcome, 4, *missing, version="1.1.0")
        outcome = self.cni("DEL", env=dict.fromkeys(missing))
        self.assert_error(outcome, 4, "CNI_CONTAINERID", "CNI_IFNAME", "CNI_PATH",
                          version="1.1.0")
        self.assertNotIn("CNI_NETNS", outcome.answer["msg"], "DEL does not need it")
        for name in missing:
            with self.subTest(name=name):
                self.assert_error(self.cni(env={name: ""}), 4, name, version="1.1.0")

    def test_no_command_and_a_strange_one(self):
        self.assert_error(self.cni(env={"CNI_COMMAND": None}), 4, "CNI_COMMAND", version="1.1.0")
        self.assert_error(self.cni("UPDATE"), 4, "UPDATE", version="1.1.0")

    def test_input_that_is_not_json(self):
        for text in ("", "{", "cniVersion: 1.0.0", '{"cniVersion":"1.0.0",}', b"\xff\xfe",
                     '{"a":"\\ud800"}', "[" * 100_000, '{"a":1}{"b":2}'):
            with self.subTest(text=text[:20]):
                outcome = self.cni(stdin=text)
                self.assert_error(outcome, 6, version="1.1.0")

    def test_input_of_another_shape(self):
        for text in ("[]", "null", "7", '"x"'):
            with self.subTest(text=text):
                outcome = self.cni(stdin=text)
                self.assertEqual(outcome.code, 1, outcome)
                self.assertIn(outcome.answer["code"], (6, 7), outcome)

    def test_input_without_end(self):
        outcome = self.cni(stdin=b'{"name":"' + b"x" * (3 << 20) + b'"}')
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn(outcome.answer["code"], (5, 6), outcome)

    def test_a_missing_name(self):
        self.assert_error(self.cni(name=None), 7, "name")

    def test_unknown_versions(self):
        for version in ("9.9.9", "0.2.0", "1.0", ""):
            with self.subTest(version=version):
                outcome = self.cni(version=version)
                self.assertEqual(outcome.code, 1, outcome)
                self.assertIn(outcome.answer["code"], (1, 7), outcome)
        self.assert_error(self.cni(version="9.9.9"), 1, "9.9.9", version="1.1.0")
        self.assert_error(self.cni(version=None), 1, "0.1.0", version="1.1.0")

    def test_bad_interface_names(self):
        for name in ("sixteen-letters-", "a/b", "a b", ".", "..", "a:b", "tab\t", "ünïcödé-name",
                     "new\nline"):
            with self.subTest(name=name):
                self.assert_error(self.cni(ifname=name), 4, "CNI_IFNAME", version="1.1.0")

    def test_bad_container_ids(self):
        for name in ("-starts-badly", "../../etc", "a/b", "a b", "ü", ".hidden"):
            with self.subTest(name=name):
                outcome = self.cni(env={"CNI_CONTAINERID": name})
                self.assert_error(outcome, 4, "CNI_CONTAINERID", version="1.1.0")

    def test_bad_fields(self):
        for changes, word in [({"deviceID": "eth0"}, "deviceID"), ({"deviceID": 7}, "deviceID"),
                              ({"deviceID": "0000:3b:00.9"}, "0000:3b:00.9"),
                              ({"deviceID": "../../../etc/passwd"}, "deviceID"),
                              ({"runDirectory": "here"}, "runDirectory"),
                              ({"sysfs": 1}, "sysfs"),
                              ({"functionIdentity": "x"}, "functionIdentity"),
                              ({"timeoutSeconds": 0}, "timeoutSeconds"),
                              ({"timeoutSeconds": 1e99}, "timeoutSeconds"),
                              ({"runtimeConfig": []}, "runtimeConfig")]:
            with self.subTest(changes=changes):
                self.assert_error(self.cni(**changes), 7, word)

    def test_capabilities_that_we_do_not_have(self):
        for capability in ("mac", "ips"):
            outcome = self.cni(runtimeConfig={capability: ["x"]})
            self.assert_error(outcome, 2, capability)

    def test_a_damaged_record_of_a_function_at_home_is_replaced(self):
        path = os.path.join(self.lab.run, "attachments", f"{self.function().pci}.json")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        for text in ('{"version":1,', "", "\0" * 400, "[]"):
            with self.subTest(text=text[:5]):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                pod = self.lab.pod()
                self.assertEqual(self.lab.cni("DEL", pod, None).code, 0)
                self.attached.append((pod, self.function(), "net1"))
                outcome = self.lab.cni("ADD", pod, self.function())
                self.assertEqual(outcome.code, 0, outcome)
                self.assertIn(path, outcome.said, "somebody should hear of it")
                self.assert_attached(pod, self.function())
                self.delete(pod, self.function())
                self.assert_untouched(self.function())

    def test_a_run_directory_that_cannot_be_made(self):
        self.assert_error(self.cni(runDirectory=f"{self.lab.config}/x"), 5, "ENOTDIR")


class Socket(LabCase):
    settings = {"blue": 1, "green": 0}

    def assert_serving(self):
        """The agent lives and still does its work, quickly."""
        self.assertTrue(self.lab.host_agent.alive, self.lab.host_agent.said())
        started = time.monotonic()
        agent_api.call(self.lab.agent_socket, "Detach", container_id="x", interface_name="y")
        self.assert_quick(started)

    def send(self, data, seconds=3):
        """Sends bytes; what came back and whether the agent then closed."""
        with agent_api.dial(self.lab.agent_socket) as connection:
            try:
                connection.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass
            return agent_api.heard(connection, seconds)

    def test_what_is_not_http2(self):
        for data in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\0" * 4096, b"\xff" * 70_000,
                     PREFACE[:-1] + b"X", b"{}" * 50):
            with self.subTest(data=data[:12]):
                _, closed = self.send(data)
                self.assertTrue(closed, "left open")
                self.assert_serving()

    def test_frames_that_break_the_rules(self):
        headers = bytes.fromhex("828684")
        for name, frames in {
                "a frame of 16 MiB": frame(0, 0, 1, b"x" * 1000, length=0xFFFFFF),
                "SETTINGS on a stream": frame(4, 0, 1),
                "SETTINGS of 5 bytes": frame(4, 0, 0, b"12345"),
                "PING of 7 bytes": frame(6, 0, 0, b"1234567"),
                "DATA on stream 0": frame(0, 0, 0, b"x"),
                "DATA on an idle stream": frame(0, 0, 5, b"x"),
                "HEADERS on an even stream": frame(1, 5, 2, headers),
                "CONTINUATION alone": frame(9, 4, 1, headers),
                "HEADERS and then a PING": frame(1, 0, 1, headers) + frame(6, 0, 0, b"12345678"),
                "bad HPACK": frame(1, 5, 1, b"\xff\xff\xff\xff\xff\xff"),
                "WINDOW_UPDATE of 0": frame(8, 0, 0, b"\0\0\0\0"),
                "PUSH_PROMISE": frame(5, 4, 1, b"\0\0\0\2" + headers)}.items():
            with self.subTest(name=name):
                text, closed = self.send(PREFACE + SETTINGS + frames)
                self.assertTrue(closed, "left open")
                self.assertIn(GOAWAY, kinds(text), "nobody says why")
                self.assert_serving()

    def test_an_endless_header(self):
        """CONTINUATION after CONTINUATION: memory must be bounded."""
        flood = frame(1, 0, 1, b"\x82") + frame(9, 0, 1, b"\0" * 16_000) * 500
        _, closed = self.send(PREFACE + SETTINGS + flood)
        self.assertTrue(closed)
        self.assert_serving()

    def test_a_message_that_is_too_large(self):
        refused = agent_api.refusal(self.lab.agent_socket, "Detach", container_id="x" * (8 << 20))
        self.assertEqual(refused[0], "RESOURCE_EXHAUSTED", refused)
        self.assert_serving()

    def test_a_message_that_is_no_message(self):
        with grpc.insecure_channel(f"unix:{self.lab.agent_socket}") as channel:
            for method in ("Attach", "Detach", "Allocate"):
                call = channel.unary_unary(f"/opi_xpu.host.v1.HostAgent/{method}")
                for data in (b"\x0a", b"\x0a\xff\xff\xff\xff\x0f", b"\xff" * 20, b"\x0b\x0b",
                             b"\x0a\x02\xff\xfe"):
                    with self.subTest(method=method, data=data):
                        with self.assertRaises(grpc.RpcError) as caught:
                            call(data, timeout=5)
                        self.assertIn(caught.exception.code(), (
                            grpc.StatusCode.INTERNAL, grpc.StatusCode.INVALID_ARGUMENT))
            call = channel.unary_unary("/opi_xpu.host.v1.HostAgent/Explode")
            with self.assertRaises(grpc.RpcError) as caught:
                call(b"", timeout=5)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.UNIMPLEMENTED)
        self.assert_serving()

    def test_ten_thousand_resets(self):
        """Streams opened and reset at once (CVE-2023-44487) cost us the connection at most."""
        headers = bytes.fromhex("83868404012f")  # POST, http, / and a path
        flood = b"".join(frame(1, 5, 2 * i + 1, headers) + frame(3, 0, 2 * i + 1, b"\0\0\0\x08")
                         for i in range(10_000))
        self.send(PREFACE + SETTINGS + flood)
        self.assert_serving()

    def test_connections_that_say_nothing(self):
        """A few dozen slow guests hinder nobody, and are shown out in the end."""
        guests = [agent_api.dial(self.lab.agent_socket) for _ in range(32)]
        try:
            for number, guest in enumerate(guests):
                guest.sendall(PREFACE[:number % 20])
            self.assert_serving()
            pod = self.lab.pod()
            self.add(pod, self.function())
            started = time.monotonic()
            for guest in guests:
                _, closed = agent_api.heard(guest, max(30 - (time.monotonic() - started), 0.1))
                self.assertTrue(closed, "still open after 30 s")
        finally:
            for guest in guests:
                guest.close()
        self.assert_serving()
