# SPDX-License-Identifier: Apache-2.0
"""The node in a bottle, with an API server between the host and the card, a real one by default.

The host agent writes Netdevs, the xPU agent turns them into calls of the OPI server; both run with
the shipped roles and bound tokens. The control plane lives in the host's namespace.
"""
import json
import os
import signal

from control_plane import NAMESPACE, ControlPlane
from lab import NETWORKS, Lab
from memory_plane import MemoryPlane
from parts import until

NODE, XPU = "node-a", "card-1"
HOST_ACCOUNT, XPU_ACCOUNT = "opi-xpu-host-agent", "opi-xpu-xpu-agent"
# Where the agents' metrics are, in the host's namespace.
METRICS = {"host-agent": "127.0.0.1:9464", "xpu-agent": "127.0.0.1:9465"}
API = "xpu.opiproject.org/v1alpha1"
# OPI_XPU_PLANE=memory takes the sandbox's API server instead of the real one.
PLANE = MemoryPlane if os.environ.get("OPI_XPU_PLANE") == "memory" else ControlPlane


class KubeLab(Lab):
    heartbeat = {"intervalSeconds": 1, "durationSeconds": 3}

    def _build(self):
        super()._build()
        self.plane = PLANE(self.file("control-plane"), self.host)
        self.plane.up()
        self.cluster_config = self.file("cluster.json")
        self.xpu_config = self.file("xpu-agent.json")
        self.xpu_run = self.file("xpu-run")
        self.write_cluster_config()
        self.host_agent.command = self.watched("host-agent", self.cluster_config)
        self.device_plugin.command = self.role("device-plugin", self.cluster_config)
        self.xpu_agent = self.part("xpu-agent", self.watched("xpu-agent", self.xpu_config))

    def watched(self, name, config):
        return [*self.role(name, config), "--metrics", METRICS[name]]

    def start(self):
        """Everything, up to an xPU agent that the host agent has seen."""
        self.plane.apply(*self.resources())
        self.opi_server.start()
        self.xpu_agent.start()
        self.host_agent.start()
        seen = "what=leases [Informers] being watched"
        until(lambda: seen in self.host_agent.said(), 20, "the lease to be seen")
        return self

    def down(self):
        if self.folder and hasattr(self, "plane"):
            self.plane.down(signal.SIGKILL)
        super().down()

    # What an administrator writes.

    def resources(self):
        return [
            {"apiVersion": "v1", "kind": "Node", "metadata": {
                "name": NODE, "labels": {"opi.example.com/dpu": "yes"}}},
            {"apiVersion": API, "kind": "XPU", "metadata": {"name": XPU},
             "spec": {"hostNode": NODE, "infraNode": "dpu-a", "serialNumber": "MT0001"}},
            *[self.network(name) for name in NETWORKS
              if any(one.network == name for one in self.functions)]]

    def network(self, name, **changes):
        facts = NETWORKS[name]
        return {"apiVersion": API, "kind": "DPUNetwork", "metadata": {"name": name}, "spec": {
            "nodeSelector": {"opi.example.com/dpu": "yes"},
            "resourceName": f"opi.example.com/{name}", "mtu": facts["mtu"],
            "logicalBridge": {"vlan": facts["vlan"], "vni": facts["vni"]},
            "ipam": {"subnets": [
                {"cidr": f"{facts['v4']}.0/24", "gateway": f"{facts['v4']}.1"},
                {"cidr": f"{facts['v6']}:/64", "gateway": f"{facts['v6']}:1"}]},
            "deviceSelector": {"pciAddresses": [
                one.pci for one in self.functions if one.network == name]},
            **changes}}

    # Configuration.

    def write_cluster_config(self, host_kubeconfig=None, xpu_kubeconfig=None, **changes):
        def cluster(account, given):
            return {"kubeconfig": given or self.plane.kubeconfig(account),
                    "namespace": NAMESPACE, "resyncSeconds": 2}
        self._write(self.cluster_config, {
            "version": 1, "node": NODE, "kubernetes": cluster(HOST_ACCOUNT, host_kubeconfig),
            "paths": {"run": self.run, "sysfs": self.card.sysfs, "devicePlugins": self.plugins},
            "functionIdentity": "alias"})
        self._write(self.xpu_config, {
            "version": 1, "xpu": XPU, "identity": "dpu-a",
            "kubernetes": cluster(XPU_ACCOUNT, xpu_kubeconfig),
            "opi": {"server": f"unix:{self.file('opi.sock')}", **self.opi_settings},
            "heartbeat": self.heartbeat, "paths": {"run": self.xpu_run}, **changes})

    @staticmethod
    def _write(path, value):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1)

    # What the cluster says.

    def cluster_netdevs(self):
        """The Netdevs of the cluster by PCI address."""
        found = self.plane.objects("netdevs", "-n", NAMESPACE)
        return {one["spec"]["pciAddress"]: one for one in found}

    def label_of(self, xpu):
        """The label by which an XPU's agent finds its Netdevs: FNV-1a, mixed once more."""
        mask = 2 ** 64 - 1
        value = 0xcbf29ce484222325
        for byte in xpu.encode():
            value = (value ^ byte) * 0x100000001b3 & mask
        value = (value ^ value >> 33) * 0xff51afd7ed558ccd & mask
        value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53 & mask
        return f"{value ^ value >> 33:016x}"

    def phase(self, function):
        netdev = self.cluster_netdevs().get(function.pci, {})
        return netdev.get("status", {}).get("phase")

    def idle(self):
        """Whether agents, cluster and card have forgotten every pod."""
        return super().idle() and not self.cluster_netdevs()
