# SPDX-License-Identifier: Apache-2.0
"""The device plugin against a kubelet that checks every message, dies, and comes back."""
import os
import stat
import time

import grpc
from cases import LabCase
from common import load
from parts import until

BLUE, GREEN = "opi.example.com/blue", "opi.example.com/green"
PROTOS, SERVICES = load("deviceplugin.proto")


class PluginCase(LabCase):
    def setUp(self):
        super().setUp()
        self.kubelet = self.lab.kubelet()
        self.addCleanup(self.close)
        self.lab.device_plugin.start()

    def close(self):
        violations = self.kubelet.close()
        self.lab.device_plugin.stop()
        for name in os.listdir(self.lab.plugins):
            os.unlink(os.path.join(self.lab.plugins, name))
        self.assertEqual(violations, [])

    def ready(self, registrations=2):
        """Waits until both resources are registered and their devices are known."""
        self.kubelet.do("wait-registrations", count=registrations, seconds=5)
        for resource, count in ((BLUE, 4), (GREEN, 1)):
            self.kubelet.do("wait-devices", count=count, healthy=True, resource=resource)

    def devices(self, resource=BLUE):
        known = self.kubelet.do("state")["resources"][resource]["devices"]
        return {device["ID"]: device for device in known}

    def ids(self, network="blue"):
        return {one.pci for one in self.lab.functions if one.network == network}


class Registration(PluginCase):
    def test_registers_both_networks(self):
        self.ready()
        requests = [event["request"] for event in self.kubelet.seen("register")]
        self.assertEqual({one["resource_name"] for one in requests}, {BLUE, GREEN})
        for one in requests:
            self.assertEqual(one["version"], "v1beta1")
            path = os.path.join(self.lab.plugins, one["endpoint"])
            mode = os.stat(path).st_mode
            self.assertTrue(stat.S_ISSOCK(mode))
            self.assertEqual(stat.S_IMODE(mode) & 0o077, 0, "for root alone")

    def test_devices_have_health_and_topology(self):
        self.ready()
        expected = {one.pci: {"ID": one.pci, "health": "Healthy",
                              "topology": {"nodes": [{"ID": one.numa} if one.numa else {}]}}
                    for one in self.lab.functions if one.network == "blue"}
        self.assertEqual(self.devices(), expected)
        self.assertEqual(set(self.devices(GREEN)), self.ids("green"))

    def test_a_restarted_kubelet_is_told_again(self):
        self.ready()
        before = self.devices()
        started = time.monotonic()
        self.kubelet.do("restart")
        self.ready(registrations=4)
        self.assert_quick(started)
        self.assertEqual(self.devices(), before)

    def test_a_kubelet_that_stays_away_for_a_while(self):
        self.ready()
        self.kubelet.do("down")
        time.sleep(1.5)
        self.kubelet.do("up")
        self.ready(registrations=4)

    def test_a_kubelet_that_refuses_at_first(self):
        self.ready()
        self.kubelet.do("refuse", text="not now")
        self.kubelet.do("restart")
        until(lambda: [event for event in self.kubelet.seen("register")
                       if not event["accepted"]], 5, "a refused registration")
        self.kubelet.do("refuse")
        self.ready(registrations=4)
        self.assertIn("not now", self.lab.device_plugin.said())

    def test_a_killed_plugin_comes_back_with_the_same_devices(self):
        self.ready()
        before = self.devices()
        self.lab.device_plugin.kill()
        until(lambda: len(self.kubelet.seen("stream-ended")) == 2, 5, "the streams to end")
        self.lab.device_plugin.start()
        self.ready(registrations=4)
        self.assertEqual(self.devices(), before)

    def test_a_stopped_plugin_leaves_no_socket(self):
        self.ready()
        self.assertEqual(self.lab.device_plugin.stop(), 0, self.lab.device_plugin.said())
        self.assertEqual(os.listdir(self.lab.plugins), ["kubelet.sock"])

    def test_a_removed_socket_of_one_resource_is_made_again(self):
        self.ready()
        endpoint = next(event["request"]["endpoint"] for event in self.kubelet.seen("register")
                        if event["request"]["resource_name"] == GREEN)
        os.unlink(os.path.join(self.lab.plugins, endpoint))
        self.ready(registrations=3)


class BeforeTheKubelet(LabCase):
    def check(self, pause):
        """The plugin starts, and `pause` seconds later the kubelet, which removes its sockets."""
        self.lab.device_plugin.start()
        time.sleep(pause)
        kubelet = self.lab.kubelet()
        try:
            kubelet.do("wait-registrations", count=2, seconds=3)
            kubelet.do("wait-devices", count=4, healthy=True, resource=BLUE)
            kubelet.do("wait-devices", count=1, healthy=True, resource=GREEN)
        finally:
            violations = kubelet.close()
            self.lab.device_plugin.stop()
        self.assertEqual(violations, [])

    def test_the_plugin_may_start_first(self):
        self.check(pause=1)

    def test_a_kubelet_that_starts_at_any_moment(self):
        # The peer itself needs about 0.3 s; the plugin looks at its sockets every quarter of one.
        for pause in (0, 0.05, 0.1, 0.15, 0.2, 0.25):
            with self.subTest(pause=pause):
                self.check(pause)


class Health(PluginCase):
    def test_a_function_that_leaves_the_bus_and_returns(self):
        self.ready()
        one = self.function(2)
        self.lab.card.unplug(one)
        try:
            self.kubelet.do("wait-health", device=one.pci, health="Unhealthy", resource=BLUE)
            others = {device["health"] for pci, device in self.devices().items()
                      if pci != one.pci}
            self.assertEqual(others, {"Healthy"})
            self.assertEqual(set(self.devices()), self.ids(), "it stays in the list")
        finally:
            self.lab.card.plug(one)
        self.kubelet.do("wait-health", device=one.pci, health="Healthy", resource=BLUE)

    def test_health_does_not_flip_without_a_reason(self):
        self.ready()
        before = len(self.kubelet.seen("devices"))
        pod = self.lab.pod()
        self.add(pod, self.function())
        self.lab.host_agent.kill()
        time.sleep(2.5)
        self.assertEqual(len(self.kubelet.seen("devices")), before, "nothing to tell")
        self.lab.host_agent.start()


class Allocation(PluginCase):
    def allocate(self, *ids, resource=BLUE):
        return self.kubelet.ask("allocate", ids=list(ids), resource=resource)

    def test_answers_the_environment_and_prepares_the_port(self):
        self.ready()
        one, two = self.function(0), self.function(1)
        reply = self.allocate(one.pci, two.pci)
        self.assertTrue(reply["ok"], reply)
        self.assertEqual(reply["response"], {"envs": {
            "PCIDEVICE_OPI_EXAMPLE_COM_BLUE": f"{one.pci},{two.pci}"}})
        until(lambda: len(self.lab.opi.ports()) == 2, 5, "both ports")
        pod = self.lab.pod()
        self.add(pod, one)
        self.assert_attached(pod, one)
        self.add(pod, two, "net2", runtimeConfig={"deviceID": two.pci})
        self.assert_attached(pod, two, "net2")

    def test_a_stranger_is_refused(self):
        self.ready()
        for ids in (["0000:ff:1f.7"], [self.function().pci, "nonsense"],
                    [self.function(0, "green").pci]):
            with self.subTest(ids=ids):
                reply = self.allocate(*ids)
                self.assertFalse(reply["ok"], reply)
                self.assertEqual(reply["code"], "INVALID_ARGUMENT")
                self.assertIn(ids[-1], reply["why"])
        self.assertEqual(self.lab.netdevs(), {})

    def test_works_while_the_agent_is_away(self):
        self.ready()
        self.lab.host_agent.stop()
        started = time.monotonic()
        reply = self.allocate(self.function().pci)
        self.assertTrue(reply["ok"], reply)
        self.assert_quick(started)
        self.assertEqual(reply["response"]["envs"],
                         {"PCIDEVICE_OPI_EXAMPLE_COM_BLUE": self.function().pci})
        self.lab.host_agent.start()
        pod = self.lab.pod()
        self.add(pod, self.function())
        self.assert_attached(pod, self.function())

    def test_of_a_function_that_is_still_in_a_pod(self):
        """The kubelet may hand a function on before the DEL of its last pod has come."""
        self.ready()
        old, new, one = self.lab.pod(), self.lab.pod(), self.function()
        self.add(old, one)
        self.assertTrue(self.allocate(one.pci)["ok"])
        self.assert_attached(old, one)
        self.assertIsNotNone(self.lab.opi.port_of(one.mac))
        self.delete(old, one)
        self.add(new, one)
        self.assert_attached(new, one)

    def tearDown(self):
        """Lets go of what was allocated and never attached, as ten minutes would."""
        for one in self.lab.functions:
            if self.lab.netdevs().get(one.pci, {}).get("holder", "none") is None:
                pod = self.lab.pod()
                self.add(pod, one)


class Calls(PluginCase):
    def stub(self):
        endpoint = next(event["request"]["endpoint"] for event in self.kubelet.seen("register")
                        if event["request"]["resource_name"] == BLUE)
        path = os.path.join(self.lab.plugins, endpoint)
        channel = grpc.insecure_channel(f"unix:{path}")
        self.addCleanup(channel.close)
        return SERVICES.DevicePluginStub(channel)

    def test_several_watchers_see_the_same(self):
        self.ready()
        stub = self.stub()
        streams = [stub.ListAndWatch(PROTOS.Empty()) for _ in range(5)]
        for stream in streams:
            self.assertEqual({device.ID for device in next(stream).devices}, self.ids())
        for stream in streams:
            stream.cancel()
        self.assertEqual(self.kubelet.seen("stream-ended"), [])

    def test_an_unknown_method_is_unimplemented(self):
        self.ready()
        with self.assertRaises(grpc.RpcError) as caught:
            self.stub().PreStartContainer(PROTOS.PreStartContainerRequest(), timeout=5)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNIMPLEMENTED)

    def test_its_options_promise_nothing(self):
        self.ready()
        options = self.stub().GetDevicePluginOptions(PROTOS.Empty(), timeout=5)
        self.assertFalse(options.pre_start_required)
        self.assertFalse(options.get_preferred_allocation_available)


class AllocationWithoutTheCard(PluginCase):
    """The agent waits a minute for the card; the kubelet does not wait for the agent's wait."""

    settings = {"opi": {"callTimeoutSeconds": 60}}

    def test_works_while_the_card_hangs(self):
        self.ready()
        self.lab.opi.faults({"hang": True})
        started = time.monotonic()
        reply = self.kubelet.ask("allocate", ids=[self.function().pci], resource=BLUE)
        self.assertTrue(reply["ok"], reply)
        self.assert_quick(started)
        self.lab.opi.faults()
        self.lab.opi_server.kill()  # which ends the calls that hang
        self.lab.opi_server.start()
        pod = self.lab.pod()
        until(lambda: self.lab.cni("ADD", pod, self.function()).code == 0, 10, "an ADD to work")
        self.attached.append((pod, self.function(), "net1"))
