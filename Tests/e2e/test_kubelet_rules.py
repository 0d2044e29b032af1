# SPDX-License-Identifier: Apache-2.0
"""What a kubelet does to a device plugin: the same cases against our peer and our stand-in."""
import json
import os
import shutil
import stat
import tempfile
import time
import unittest
from concurrent import futures

import grpc
import spaces
from common import load
from fake_plugin import RESOURCE, FakePlugin
from parts import Kubelet, until
from standin import PROTOS, LikeThePeer, StandIn

# A CNI plugin that always works, and writes down how it was called.
CNI = """#!/bin/sh
env | grep ^CNI_ | sort | tr '\\n' '|' >> "{log}"
cat >> "{log}"
echo >> "{log}"
[ "$CNI_COMMAND" = DEL ] || echo '{{"cniVersion": "1.0.0", "ips": [{{"address": "10.9.0.2/24"}}]}}'
"""
# The same with a file that says how often ADD and DEL still fail.
BROKEN = """#!/bin/sh
left=$(cat "{folder}/$CNI_COMMAND" 2>/dev/null || echo 0)
echo "$CNI_COMMAND $CNI_CONTAINERID $CNI_IFNAME $left" >> "{log}"
if [ "$left" -gt 0 ]; then
    echo $((left - 1)) > "{folder}/$CNI_COMMAND"
    echo '{{"cniVersion": "1.0.0", "code": 11, "msg": "not yet"}}'
    exit 1
fi
[ "$CNI_COMMAND" = DEL ] || echo '{{"cniVersion": "1.0.0"}}'
"""
# One whose ADD takes its time.
SLOW = """#!/bin/sh
echo "$CNI_COMMAND begins" >> "{log}"
[ "$CNI_COMMAND" = DEL ] || sleep 1.5
echo "$CNI_COMMAND ends" >> "{log}"
[ "$CNI_COMMAND" = DEL ] || echo '{{"cniVersion": "1.0.0"}}'
"""


class Case(unittest.TestCase):
    """A folder for plugins and a kubelet that serves it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix=f"{spaces.PREFIX}{os.getpid()}-rules-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.plugins = f"{self.folder}/plugins"
        os.mkdir(self.plugins)
        self.kubelet = self.make()
        self.addCleanup(lambda: self.assertEqual(self.kubelet.close(), []))

    def plugin(self, *arguments, register=True, **options):
        plugin = FakePlugin(self.plugins, *arguments, **options)
        self.addCleanup(plugin.close)
        if register:
            plugin.register()
        return plugin

    def refused(self, plugin, **changes):
        with self.assertRaises(grpc.RpcError) as caught:
            plugin.register(**changes)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNKNOWN)
        return caught.exception.details()

    def resource(self, name=RESOURCE):
        return self.kubelet.do("state")["resources"][name]

    def healthy(self, count, resource=RESOURCE):
        self.kubelet.do("wait-devices", count=count, healthy=True, resource=resource)


class Rules:
    """The cases that both kubelets know."""

    def test_a_registration_is_accepted_and_the_devices_are_known(self):
        self.plugin()
        self.healthy(3)
        state = self.kubelet.do("state")
        self.assertEqual([(one["resource_name"], one["accepted"])
                          for one in state["registrations"]], [(RESOURCE, True)])
        self.assertEqual(self.resource()["endpoint"], "plugin.sock")
        self.assertTrue(self.resource()["connected"])
        self.assertEqual({one["ID"] for one in self.resource()["devices"]}, {"a", "b", "c"})

    def test_the_plugin_is_dialled_before_the_answer(self):
        plugin = self.plugin(register=False)
        self.assertEqual(plugin.said("options"), [])
        plugin.register()
        self.assertEqual(plugin.said("options"), [None])

    def test_a_wrong_version_is_refused(self):
        plugin = self.plugin(register=False)
        self.assertEqual(
            self.refused(plugin, version="v1"),
            'requested API version "v1" is not supported by kubelet. '
            'Supported version is ["v1beta1"]')
        self.assertEqual(plugin.said("options"), [])
        self.assertEqual(self.kubelet.do("state")["resources"], {})

    def test_a_name_that_is_no_extended_resource_is_refused(self):
        plugin = self.plugin(register=False)
        for name in ("", "cpu", "kubernetes.io/x", "x.kubernetes.io/y", "a/b/c", "opi.org/",
                     "requests.opi.org/x", "Opi.org/x", "opi.org/" + "x" * 64):
            with self.subTest(name=name):
                self.assertEqual(self.refused(plugin, resource_name=name),
                                 f'the ResourceName "{name}" is invalid')
        self.assertFalse(any(one["accepted"]
                             for one in self.kubelet.do("state")["registrations"]))

    def test_a_second_resource_is_another_one(self):
        self.plugin()
        self.plugin(["x"], "other.sock", "opi.org/other")
        self.healthy(3)
        self.healthy(1, "opi.org/other")

    def test_a_second_registration_replaces_the_first(self):
        first = self.plugin()
        self.healthy(3)
        self.plugin(["d", "e"], "second.sock")
        self.healthy(2)
        self.assertEqual(self.resource()["endpoint"], "second.sock")
        until(lambda: not first.watchers, 5, "the first one's stream to be ended")
        first.tell(a="Unhealthy")
        first.close()
        self.healthy(2)
        self.assertTrue(self.resource()["connected"], "the first one's end means nothing")

    def test_a_lost_plugin_leaves_unhealthy_devices(self):
        plugin = self.plugin()
        self.healthy(3)
        plugin.end_streams()
        self.healthy(0)
        self.assertEqual(len(self.resource()["devices"]), 3, "they are kept")
        self.assertFalse(self.resource()["connected"])
        plugin.register()
        self.healthy(3)
        self.assertTrue(self.resource()["connected"])

    def test_health_follows_the_plugin(self):
        plugin = self.plugin()
        self.healthy(3)
        for health in ("Unhealthy", "Healthy", "Unhealthy"):
            plugin.tell(b=health)
            self.kubelet.do("wait-health", device="b", health=health, resource=RESOURCE)
        plugin.tell(c=None)
        self.kubelet.do("wait-health", device="c", health="Gone", resource=RESOURCE)

    def test_a_restart_removes_every_socket_and_takes_registrations_again(self):
        plugin = self.plugin()
        self.healthy(3)
        with open(f"{self.plugins}/a-file", "w", encoding="utf-8"):
            pass
        self.kubelet.do("restart")
        self.assertFalse(os.path.exists(f"{self.plugins}/plugin.sock"))
        self.assertTrue(os.path.exists(f"{self.plugins}/a-file"), "only sockets go")
        self.assertTrue(stat.S_ISSOCK(os.stat(f"{self.plugins}/kubelet.sock").st_mode))
        plugin.server.stop(0).wait()
        plugin.serve()
        plugin.register()
        self.healthy(3)


class Peer(Rules, Case):
    """The kubelet peer on grpcio, which the device plugin is tested with."""

    def make(self):
        return Kubelet(self.plugins, f"{self.folder}/log")


class StandInCase(Case):
    def make(self):
        self.cni = f"{self.folder}/bin"
        os.mkdir(self.cni)
        self.cni_log = f"{self.folder}/cni.log"
        for name, text in (("fake-cni", CNI), ("broken-cni", BROKEN), ("slow-cni", SLOW)):
            with open(f"{self.cni}/{name}", "w", encoding="utf-8") as file:
                file.write(text.format(log=self.cni_log, folder=self.folder))
            os.chmod(f"{self.cni}/{name}", 0o755)
        prefix = f"{spaces.PREFIX}{os.getpid()}-rules"
        self.standin = StandIn(self.folder, self.plugins, self.cni, prefix)
        self.addCleanup(lambda: self.assertEqual(spaces.ours(prefix), []))
        self.addCleanup(self.forget_pods)
        for name, kind in (("vf", "fake-cni"), ("broken", "broken-cni"), ("slow", "slow-cni")):
            self.standin.network(name, RESOURCE, {"cniVersion": "1.0.0", "type": kind})
        return LikeThePeer(self.standin)

    def forget_pods(self):
        """Namespaces of pods that a test leaves running."""
        for space in spaces.ours(f"{self.standin.prefix}-pod-"):
            spaces.delete(space)

    def run_pod(self, name, *networks, seconds=20):
        return self.standin.run(name, *(networks or ["vf"]), seconds=seconds)

    def failed(self, name, *networks, seconds=20):
        with self.assertRaises(grpc.RpcError) as caught:
            self.run_pod(name, *networks, seconds=seconds)
        return caught.exception.code().name, caught.exception.details()

    def device(self, answer):
        return [one.device_id for one in answer.pod.interfaces]

    def breaks(self, command, times):
        """How often the broken plugin shall still fail."""
        with open(f"{self.folder}/{command}", "w", encoding="utf-8") as file:
            file.write(str(times))

    def calls(self):
        with open(self.cni_log, encoding="utf-8") as file:
            return file.read().splitlines()

    def again(self, plugin):
        """The plugin as it comes back after the kubelet has removed its socket."""
        plugin.server.stop(0).wait()
        plugin.serve()
        plugin.register()
        self.healthy(len(plugin.devices))


class StandInRules(Rules, StandInCase):
    """The stand-in in the peer's place."""


class Registration(StandInCase):
    """What the peer would call a violation, since our own plugin must not do it."""

    def test_a_plugin_that_listens_late_is_waited_for(self):
        plugin = self.plugin(register=False)
        plugin.close()
        with futures.ThreadPoolExecutor() as pool:
            done = pool.submit(plugin.register)
            time.sleep(0.5)
            self.assertFalse(done.done())
            plugin.serve()
            done.result(timeout=10)
        self.healthy(3)

    def test_a_plugin_that_does_not_listen_is_refused(self):
        plugin = self.plugin(register=False)
        self.assertRegex(self.refused(plugin, endpoint="nobody.sock"),
                         "^failed to dial device plugin: ")


class Allocation(StandInCase):
    """Which devices a pod gets; the peer leaves the choice to its test."""

    def test_only_free_and_healthy_devices_are_given(self):
        plugin = self.plugin()
        self.healthy(3)
        plugin.tell(a="Unhealthy")
        self.healthy(2)
        self.assertEqual(self.device(self.run_pod("one")), ["b"])
        self.assertEqual(self.device(self.run_pod("two")), ["c"])
        self.assertEqual(self.failed("three"), (
            "FAILED_PRECONDITION", "UnexpectedAdmissionError: Allocate failed due to requested "
            f"number of devices unavailable for {RESOURCE}. Requested: 1, Available: 0, which is "
            "unexpected"))
        plugin.tell(a="Healthy")
        self.healthy(3)
        self.assertEqual(self.device(self.run_pod("three")), ["a"])
        self.standin.delete("two")
        self.assertEqual(self.device(self.run_pod("four")), ["c"])
        self.assertEqual(plugin.said("allocate"), [[["b"]], [["c"]], [["a"]], [["c"]]])

    def test_a_pod_with_two_devices_is_one_call(self):
        plugin = self.plugin()
        self.healthy(3)
        self.assertEqual(self.device(self.run_pod("one", "vf", "vf")), ["a", "b"])
        self.assertEqual(plugin.said("allocate"), [[["a", "b"]]])
        self.assertEqual(self.standin.known().assignments[0].environment, {"IDS": "a,b"})

    def test_pods_that_come_at_once_get_different_devices(self):
        names = [f"d{number:02}" for number in range(16)]
        plugin = self.plugin(names, get_preferred_allocation_available=True)
        plugin.preferred = ["d07"]  # all want the same one
        self.healthy(16)
        with futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda name: self.run_pod(f"pod-{name}"), names))
            self.assertEqual(sorted(one for each in answers for one in self.device(each)), names)
            self.assertEqual(self.standin.assigned(), names)
            list(pool.map(lambda name: self.standin.delete(f"pod-{name}"), names))
        self.assertEqual((self.standin.assigned(), self.standin.list()), ([], {}))

    def test_a_preference_is_heard_as_far_as_it_can_be(self):
        plugin = self.plugin(get_preferred_allocation_available=True)
        self.healthy(3)
        plugin.preferred = ["c"]
        self.assertEqual(self.device(self.run_pod("one")), ["c"])
        plugin.preferred = ["c", "nonsense"]
        self.assertEqual(self.device(self.run_pod("two")), ["a"], "c is taken")
        plugin.preferred = []
        self.assertEqual(self.device(self.run_pod("three")), ["b"])
        self.assertEqual(plugin.said("preferred"),
                         [(["a", "b", "c"], 1), (["a", "b"], 1), (["b"], 1)])

    def test_a_plugin_that_announces_no_preference_is_not_asked(self):
        plugin = self.plugin()
        self.healthy(3)
        self.run_pod("one")
        self.assertEqual(plugin.said("preferred"), [])
        self.assertEqual(plugin.said("pre-start"), [])

    def test_a_failed_preference_fails_the_pod(self):
        plugin = self.plugin(get_preferred_allocation_available=True)
        self.healthy(3)
        plugin.preference_error = "no idea"
        code, text = self.failed("one")
        self.assertEqual(code, "FAILED_PRECONDITION")
        self.assertIn("GetPreferredAllocation rpc failed with err: no idea", text)
        self.assertEqual(self.standin.assigned(), [])

    def test_the_start_is_announced_if_wanted(self):
        plugin = self.plugin(pre_start_required=True)
        self.healthy(3)
        self.run_pod("one")
        self.assertEqual(plugin.said("pre-start"), [["a"]])

    def test_a_refused_allocation_fails_the_pod_for_good_and_frees_the_device(self):
        plugin = self.plugin()
        self.healthy(3)
        plugin.refuse = "no device a"
        code, text = self.failed("one")
        self.assertEqual(code, "FAILED_PRECONDITION")
        self.assertRegex(text, "^UnexpectedAdmissionError: .*no device a")
        self.assertEqual(len(plugin.said("allocate")), 1, "it is not tried again")
        self.assertEqual((self.standin.assigned(), self.standin.list()), ([], {}))
        plugin.refuse = None
        self.assertEqual(self.device(self.run_pod("one")), ["a"])

    def test_nothing_is_given_without_a_plugin(self):
        self.assertIn(f"cannot allocate unregistered device {RESOURCE}", self.failed("one")[1])
        plugin = self.plugin()
        self.healthy(3)
        plugin.end_streams()
        self.healthy(0)
        self.assertIn(f"no healthy devices present; cannot allocate unhealthy devices {RESOURCE}",
                      self.failed("one")[1])

    def test_requests_that_can_never_work(self):
        self.plugin()
        self.healthy(3)
        self.run_pod("one")
        self.assertEqual(self.failed("one")[0], "ALREADY_EXISTS")
        self.assertEqual(self.failed("No-label")[0], "INVALID_ARGUMENT")
        for network in ("nowhere", "../vf", ""):
            self.assertEqual(self.failed("two", network)[0], "INVALID_ARGUMENT")
        with self.assertRaises(grpc.RpcError) as caught:
            self.standin.delete("two")
        self.assertEqual(caught.exception.code(), grpc.StatusCode.NOT_FOUND)


class OverRestarts(StandInCase):
    """The checkpoint, which the peer does not keep."""

    def saved(self):
        with open(self.standin.checkpoint, encoding="utf-8") as file:
            return json.load(file)["Data"]

    def test_assignments_outlive_a_kill(self):
        plugin = self.plugin()
        self.healthy(3)
        pod = self.run_pod("one").pod
        entry = self.saved()["PodDeviceEntries"][0]
        self.assertEqual((entry["PodUID"], entry["ContainerName"], entry["ResourceName"],
                          entry["DeviceIDs"]), (pod.uid, "main", RESOURCE, {"-1": ["a"]}))
        self.kubelet.do("restart")
        self.assertEqual(self.standin.assigned(), ["a"])
        self.assertEqual(self.standin.list()["one"].phase, "Running")
        self.assertIn("no healthy devices present", self.failed("two")[1], "not registered yet")
        self.again(plugin)
        self.assertEqual(self.device(self.run_pod("two")), ["b"])
        self.standin.delete("one")
        self.assertEqual(self.device(self.run_pod("three")), ["a"])

    def test_a_corrupt_checkpoint_is_told_and_forgotten(self):
        plugin = self.plugin()
        self.healthy(3)
        self.run_pod("one")
        for text in ("", "{", '{"Data": {}, "Checksum": 1}'):
            with self.subTest(text=text):
                self.standin.kill()
                with open(self.standin.checkpoint, "w", encoding="utf-8") as file:
                    file.write(text)
                self.standin.start()
                self.assertIn("failing to read checkpoint file", self.standin.said())
                self.assertIn("checkpoint is corrupted", self.standin.said())
                self.assertEqual(self.standin.assigned(), [])
        self.again(plugin)

    def test_a_changed_checkpoint_is_corrupt(self):
        self.plugin()
        self.healthy(3)
        self.run_pod("one")
        self.standin.kill()
        with open(self.standin.checkpoint, encoding="utf-8") as file:
            text = file.read()
        with open(self.standin.checkpoint, "w", encoding="utf-8") as file:
            file.write(text.replace('["a"]', '["z"]'))
        self.standin.start()
        self.assertEqual(self.standin.assigned(), [])

    def test_a_second_stand_in_does_not_start(self):
        second = StandIn(self.folder, self.plugins, self.cni, self.standin.prefix)
        with self.assertRaises(AssertionError):
            second.start()
        self.assertNotEqual(second.kill(), 0)


class Sandboxes(StandInCase):
    """What a CNI plugin is told, and how often."""

    def test_the_plugin_is_called_as_runtimes_do(self):
        self.plugin()
        self.healthy(3)
        pod = self.run_pod("web", "vf", "vf").pod
        self.assertEqual([one.interface for one in pod.interfaces], ["eth0", "net1"])
        self.assertEqual(list(pod.interfaces[0].addresses), ["10.9.0.2/24"])
        self.assertRegex(pod.container_id, "^[0-9a-f]{64}$")
        self.assertEqual(pod.network_namespace, spaces.path(f"{self.standin.prefix}-pod-web"))
        self.assertIn("UP", spaces.link(os.path.basename(pod.network_namespace), "lo")["flags"])
        self.standin.delete("web")
        calls = [line.rpartition("|") for line in self.calls()]
        seen = [(dict(word.split("=", 1) for word in words.split("|")), json.loads(config))
                for words, _, config in calls]
        self.assertEqual([(env["CNI_COMMAND"], env["CNI_IFNAME"], config["deviceID"])
                          for env, config in seen],
                         [("ADD", "eth0", "a"), ("ADD", "net1", "b"), ("DEL", "net1", "b"),
                          ("DEL", "eth0", "a")])
        env, config = seen[0]
        self.assertEqual(env["CNI_ARGS"], (
            "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;"
            f"K8S_POD_INFRA_CONTAINER_ID={pod.container_id};K8S_POD_UID={pod.uid}"))
        self.assertEqual((env["CNI_CONTAINERID"], env["CNI_NETNS"], env["CNI_PATH"]),
                         (pod.container_id, pod.network_namespace, self.cni))
        self.assertEqual(config, {"cniVersion": "1.0.0", "type": "fake-cni", "name": "vf",
                                  "deviceID": "a", "pciBusID": "a"})

    def test_a_failed_add_is_taken_down_and_tried_anew(self):
        plugin = self.plugin()
        self.healthy(3)
        self.breaks("ADD", 2)
        answer = self.run_pod("one", "broken")
        self.assertEqual(answer.attempts, 3)
        self.assertEqual(self.device(answer), ["a"])
        self.assertEqual(len(plugin.said("allocate")), 1, "the same device all the time")
        calls = [line.split() for line in self.calls()]
        self.assertEqual([call[0] for call in calls], ["ADD", "DEL", "ADD", "DEL", "ADD"])
        ids = [call[1] for call in calls]
        self.assertEqual((ids[0], ids[2]), (ids[1], ids[3]))
        self.assertEqual(len(set(ids)), 3, "a new sandbox each time")

    def test_the_last_error_of_the_cni_is_told(self):
        self.plugin()
        self.healthy(3)
        self.breaks("ADD", 1000)
        code, text = self.failed("one", "broken", seconds=1)
        self.assertEqual((code, text), (
            "DEADLINE_EXCEEDED", "CNI ADD of network broken, code 11: not yet"))
        self.assertEqual((self.standin.assigned(), self.standin.list()), ([], {}))
        self.assertEqual(spaces.ours(self.standin.prefix), [])

    def test_del_is_repeated_until_it_succeeds(self):
        self.plugin()
        self.healthy(3)
        self.run_pod("one", "broken")
        self.breaks("DEL", 3)
        answer = self.standin.delete("one")
        self.assertEqual([one.interface for one in answer.interfaces], ["eth0"])
        self.assertEqual([line.split()[0] for line in self.calls()], ["ADD"] + ["DEL"] * 4)

    def test_a_del_that_takes_too_long_goes_on_behind_the_scenes(self):
        self.plugin()
        self.healthy(3)
        self.run_pod("one", "broken")
        self.breaks("DEL", 6)
        with self.assertRaises(grpc.RpcError) as caught:
            self.standin.delete("one", seconds=0.3)
        self.assertEqual(caught.exception.details(), "CNI DEL of network broken, code 11: not yet")
        self.assertEqual(self.standin.assigned(), ["a"], "its device is not given away")
        until(lambda: not self.standin.list(), 20, "the pod to go")
        self.assertEqual(self.standin.assigned(), [])

    def test_a_plugin_that_outlives_the_stand_in_is_waited_for(self):
        self.plugin()
        self.healthy(3)
        request = PROTOS.RunPodRequest(name="one", networks=["slow"], timeout_seconds=60)
        running = self.standin.pods.RunPod.future(request, timeout=70)
        until(lambda: os.path.exists(self.cni_log), 5, "the ADD to begin")
        self.kubelet.do("restart")
        self.assertIsNotNone(running.exception())
        self.standin.delete("one")
        self.assertEqual(self.calls(), ["ADD begins", "ADD ends", "DEL begins", "DEL ends"])
        self.assertEqual((self.standin.assigned(), self.standin.list()), ([], {}))

    def test_a_pod_can_be_deleted_while_it_is_being_made(self):
        self.plugin()
        self.healthy(3)
        self.breaks("ADD", 1000)
        request = PROTOS.RunPodRequest(name="one", networks=["broken"], timeout_seconds=60)
        running = self.standin.pods.RunPod.future(request, timeout=70)
        until(lambda: "one" in self.standin.list(), 5, "the pod to be there")
        self.standin.delete("one")
        self.assertEqual(running.exception().code(), grpc.StatusCode.ABORTED)
        self.assertEqual((self.standin.assigned(), self.standin.list()), ([], {}))


class Resources(StandInCase):
    """The pod resources API, which the peer does not serve."""

    def setUp(self):
        super().setUp()
        self.protos, services = load("podresources.proto")
        channel = grpc.insecure_channel(f"unix:{self.standin.resources}")
        self.addCleanup(channel.close)
        self.lister = services.PodResourcesListerStub(channel)

    def test_tells_who_has_what(self):
        plugin = self.plugin()
        self.healthy(3)
        self.run_pod("one", "vf", "vf")
        plugin.tell(b="Unhealthy")
        self.healthy(2)
        pods = self.lister.List(self.protos.ListPodResourcesRequest(), timeout=5).pod_resources
        self.assertEqual([(pod.name, pod.namespace) for pod in pods], [("one", "default")])
        devices = pods[0].containers[0].devices
        self.assertEqual([(one.resource_name, list(one.device_ids)) for one in devices],
                         [(RESOURCE, ["a"]), (RESOURCE, ["b"])])
        one = self.lister.Get(self.protos.GetPodResourcesRequest(
            pod_name="one", pod_namespace="default"), timeout=5)
        self.assertEqual(one.pod_resources, pods[0])
        could = self.lister.GetAllocatableResources(
            self.protos.AllocatableResourcesRequest(), timeout=5)
        self.assertEqual([list(one.device_ids) for one in could.devices], [["a"], ["c"]])
        with self.assertRaises(grpc.RpcError) as caught:
            self.lister.Get(self.protos.GetPodResourcesRequest(
                pod_name="two", pod_namespace="default"), timeout=5)
        self.assertEqual(caught.exception.details(), "pod two in namespace default not found")
