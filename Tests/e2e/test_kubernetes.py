# SPDX-License-Identifier: Apache-2.0
"""The main job through a real kube-apiserver: Allocate, Netdev, port, ADD, ping, DEL."""
import json

import spaces
from cases import LabCase
from control_plane import NAMESPACE
from kube_lab import KubeLab
from parts import until


class KubeCase(LabCase):
    """One node and one control plane for a class."""

    @classmethod
    def setUpClass(cls):
        cls.lab = KubeLab(**cls.settings).up()
        cls.addClassCleanup(cls.close_lab)
        cls.lab.start()

    def check_world(self):
        lab = self.lab
        if not lab.plane.pids.get("etcd"):
            lab.plane.start("etcd")
        if not lab.plane.pids.get("apiserver"):
            lab.plane.start("apiserver")
        if not lab.xpu_agent.alive:
            lab.xpu_agent.start()
        lab.opi.faults()
        for part in (lab.opi_server, lab.host_agent):
            if not part.alive:
                part.start()
        super().check_world()


class PathTest(KubeCase):
    def test_two_pods_ping_each_other_and_leave_nothing(self):
        lab = self.lab
        first, second = self.function(0), self.function(1)
        one, two = lab.pod(), lab.pod()
        answer = self.add(one, first)
        other = self.add(two, second)
        address = other["ips"][0]["address"].split("/")[0]
        self.assertTrue(spaces.reaches(one.space, address))
        netdevs = lab.cluster_netdevs()
        self.assertEqual({first.pci, second.pci}, set(netdevs))
        netdev = netdevs[first.pci]
        self.assertEqual(netdev["status"]["phase"], "Connected")
        self.assertEqual([ip["address"] for ip in answer["ips"]], netdev["status"]["ips"])
        self.assertEqual(netdev["spec"]["containerID"], one.container)
        self.assertIsNotNone(lab.opi.port_of(netdev["spec"]["macAddress"]))
        self.delete(one, first)
        self.delete(two, second)
        until(lab.idle, 10, "everything to be gone")
