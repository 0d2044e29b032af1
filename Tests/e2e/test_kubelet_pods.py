# SPDX-License-Identifier: Apache-2.0
"""Pods of the kubelet stand-in over the real device plugin, host agent and CNI plugin."""
import os
import subprocess
import time

import grpc
import spaces
from cases import LabCase
from parts import until
from standin import PROTOS, SANDBOX, StandIn, wait_for

BLUE, GREEN = "opi.example.com/blue", "opi.example.com/green"
KILLS = int(os.environ.get("OPI_XPU_KILLS", "5"))


class PodCase(LabCase):
    # A pod cannot have two default routes, so green has no gateway.
    settings = {"networks": {"green": {"ipam": {"subnets": [
        {"cidr": "10.20.0.0/24"}, {"cidr": "fd00:20::/64"}]}}}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.lab.file("kubelet")
        os.makedirs(folder)
        cls.standin = StandIn(folder, cls.lab.plugins, os.path.dirname(cls.lab.cni_binary),
                              cls.lab.prefix, before=spaces.inside(cls.lab.host))
        cls.addClassCleanup(cls.standin.stop)
        for one in cls.lab.functions:
            config = {key: value for key, value in cls.lab.cni_config(one).items()
                      if key not in ("deviceID", "name")}
            cls.standin.network(one.network, f"opi.example.com/{one.network}", config)
        cls.standin.start()
        cls.lab.device_plugin.start()
        cls.ready()

    @classmethod
    def ready(cls):
        for resource, count in ((BLUE, 4), (GREEN, 1)):
            wait_for(cls.standin, resource, count)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.no_pods)

    def no_pods(self):
        """Deletes what is left, and asserts that nothing of any pod is there any more."""
        for name in self.standin.list():
            try:
                self.standin.delete(name)
            except grpc.RpcError as error:
                self.assertEqual(error.code(), grpc.StatusCode.NOT_FOUND, error.details())
        self.nothing_left()

    def nothing_left(self):
        until(lambda: not self.standin.list(), 40, "the pods to go")
        self.assertEqual(self.standin.assigned(), [])
        self.assertEqual(spaces.ours(f"{self.lab.prefix}-pod-"), [])
        self.assertEqual(os.listdir(f"{self.standin.state}/pods"), [])
        self.assertEqual([name for name in os.listdir(self.lab.plugins) if name[0] == "."], [])

    def space(self, pod):
        return os.path.basename(pod.network_namespace)


class Pods(PodCase):
    def test_two_pods_reach_each_other(self):
        one, two = (self.standin.run(name, "blue") for name in ("one", "two"))
        address = one.pod.interfaces[0].addresses[0]
        self.assertEqual(spaces.addresses(self.space(one.pod), "eth0"),
                         set(one.pod.interfaces[0].addresses))
        self.assertTrue(spaces.reaches(self.space(two.pod), address.partition("/")[0]))
        for answer in (one, two):
            self.assertEqual(answer.attempts, 1)
            self.assertGreater(answer.allocate_seconds, 0)
            self.assertGreater(answer.pod.interfaces[0].add_seconds, 0)
        gone = self.standin.delete("one")
        self.assertGreater(gone.interfaces[0].del_seconds, 0)
        self.assertEqual(list(self.standin.list()), ["two"])
        self.assertFalse(os.path.exists(one.pod.network_namespace))

    def test_a_pod_on_two_networks(self):
        pod = self.standin.run("both", "green", "blue").pod
        self.assertEqual([(one.network, one.interface) for one in pod.interfaces],
                         [("green", "eth0"), ("blue", "net1")])
        for one in pod.interfaces:
            self.assertEqual(spaces.link(self.space(pod), one.interface)["address"],
                             one.mac_address)
            self.assertEqual(spaces.addresses(self.space(pod), one.interface),
                             set(one.addresses))

    def test_as_many_pods_as_functions_and_one_more(self):
        for number in range(4):
            self.standin.run(f"pod-{number}", "blue")
        with self.assertRaises(grpc.RpcError) as caught:
            self.standin.run("one-more", "blue")
        self.assertIn("Requested: 1, Available: 0", caught.exception.details())
        self.standin.delete("pod-2")
        self.standin.run("one-more", "blue")

    def test_a_card_that_is_away_for_a_while(self):
        self.lab.opi_server.stop()
        request = PROTOS.RunPodRequest(name="late", networks=["blue"], timeout_seconds=60)
        running = self.standin.pods.RunPod.future(request, timeout=90)
        time.sleep(2)
        self.lab.opi_server.start()
        self.assertEqual(running.result().pod.phase, "Running")

    def test_the_command_line(self):
        def run(*words):
            return subprocess.run([SANDBOX, *words, "-o", "json", "--state", self.standin.state],
                                  capture_output=True, text=True, timeout=60)

        done = run("run-pod", "typed", "--network", "blue")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn('"phase":"Running"', done.stdout)
        self.assertIn('"name":"typed"', run("pods").stdout)
        again = run("run-pod", "typed", "--network", "blue")
        self.assertEqual(again.returncode, 1)
        self.assertIn("exists already", again.stderr)
        self.assertEqual(run("delete-pod", "typed").returncode, 0)
        self.assertEqual(run("pods").stdout, '{"pods":[]}\n')


class Killed(PodCase):
    """kill -9 of the stand-in at moments spread over a pod's life; nothing may leak."""

    def restart(self):
        self.standin.kill()
        self.standin.start()
        until(lambda: all(one.phase == "Running" for one in self.standin.list().values()), 40,
              "what was being made to be taken down")
        self.ready()

    def in_the_middle(self, call, request, pause):
        future = call.future(request, timeout=60)
        time.sleep(pause)
        self.restart()
        try:
            future.result()
        except grpc.RpcError:
            pass  # it was in the middle, as wanted

    def unheld(self):
        """What was allocated and never attached stays known for ten minutes, held by nobody."""
        return not any(one["holder"] for one in self.lab.netdevs().values())

    def tearDown(self):
        """Lets go of that, as ten minutes would."""
        for one in self.lab.functions:
            if self.lab.netdevs().get(one.pci, {}).get("holder", "none") is None:
                pod = self.lab.pod()
                self.add(pod, one)
                self.delete(pod, one)

    def took(self, work):
        started = time.monotonic()
        work()
        return time.monotonic() - started

    def test_while_a_pod_is_made(self):
        whole = self.took(lambda: self.standin.run("measure", "blue", "green"))
        self.standin.delete("measure")
        for number in range(KILLS):
            name = f"made-{number}"
            with self.subTest(number=number):
                self.in_the_middle(
                    self.standin.pods.RunPod,
                    PROTOS.RunPodRequest(name=name, networks=["blue", "green"],
                                         timeout_seconds=20),
                    whole * number / KILLS)
                if name in self.standin.list():
                    self.standin.delete(name)
                self.nothing_left()
                until(self.unheld, 10, "the agent to forget the pod")
                self.assertEqual(self.blemishes(), [])

    def test_while_a_pod_is_deleted(self):
        self.standin.run("measure", "blue", "green")
        whole = self.took(lambda: self.standin.delete("measure"))
        for number in range(KILLS):
            with self.subTest(number=number):
                self.standin.run("dying", "blue", "green")
                self.in_the_middle(self.standin.pods.DeletePod,
                                   PROTOS.DeletePodRequest(name="dying", timeout_seconds=20),
                                   whole * number / KILLS)
                if "dying" in self.standin.list():
                    self.standin.delete("dying")
                self.nothing_left()
                self.assertEqual(self.blemishes(), [])

    def test_while_pods_run(self):
        one = self.standin.run("one", "blue").pod
        self.restart()
        self.assertEqual(self.standin.list()["one"], one)
        self.assertEqual(self.standin.assigned(), [one.interfaces[0].device_id])
        two = self.standin.run("two", "blue").pod
        self.assertNotEqual(two.interfaces[0].device_id, one.interfaces[0].device_id)
        address = one.interfaces[0].addresses[0].partition("/")[0]
        self.assertTrue(spaces.reaches(self.space(two), address))
