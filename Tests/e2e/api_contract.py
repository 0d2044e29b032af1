# SPDX-License-Identifier: Apache-2.0
"""The contract of a Kubernetes API server, as cases that a real and an in-memory one must pass.

Each case is named after the rule it proves. The cases are in api_contract_*.py and run nowhere by
themselves: test_api_contract_real.py and test_api_contract_memory.py run them, one server each.
"""
import itertools
import os
import shutil
import signal
import tempfile
import unittest

import httpx

from api_client import Client
from control_plane import ADMIN_TOKEN, NAMESPACE, ControlPlane
from deviations import reason_for
from memory_plane import MemoryPlane

API = "xpu.opiproject.org/v1alpha1"
GROUP = f"/apis/{API}"
CORE = "/api/v1"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
LEASES = "/apis/coordination.k8s.io/v1"
counter = itertools.count(1)


class RealServer:
    """kube-apiserver 1.20 with an etcd of its own."""

    old, in_memory = True, False
    flags = []  # of the server, beyond the usual ones

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix=f"oxl-{os.getpid()}-")
        self.plane = ControlPlane(self.folder)
        self.plane.extra += self.flags
        self.plane.up()
        self.client = Client(self.plane.server, self.plane.file("ca.crt"), ADMIN_TOKEN)

    def compact(self):
        """Forgets history: what was before the last change can no longer be listed."""
        etcd = f"http://127.0.0.1:{self.plane.ports[0]}/v3/kv"
        status = httpx.post(f"{etcd}/range", json={"key": "AA=="}).json()
        httpx.post(f"{etcd}/compaction", json={"revision": status["header"]["revision"],
                                               "physical": True}).raise_for_status()

    def down(self):
        self.plane.down(signal.SIGKILL)
        self.client.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class MemoryServer(RealServer):
    """The sandbox's server, which is as servers are today."""

    old, in_memory = False, True

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix=f"oxl-{os.getpid()}-")
        self.plane = MemoryPlane(self.folder)
        self.plane.up()
        self.client = Client(self.plane.server, self.plane.file("ca.crt"), self.plane.admin_token)

    def compact(self):
        answer = self.client.post("/sandbox/faults", {"compact": True})
        assert answer.code in (200, 204), answer


class ApiCase:
    """What every case has: the server, an administrator's client, a namespace of its own."""

    server = None

    def setUp(self):
        self.api = self.server.client
        self.old, self.in_memory = self.server.old, self.server.in_memory
        self.ns = f"t{next(counter)}"
        self.assert_code(self.api.post(f"{CORE}/namespaces", {
            "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.ns}}), 201)
        self.netdevs = f"{GROUP}/namespaces/{self.ns}/netdevs"
        self.maps = f"{CORE}/namespaces/{self.ns}/configmaps"

    # Objects.

    def netdev(self, name, metadata=None, **spec):
        return {"apiVersion": API, "kind": "Netdev", "metadata": {"name": name, **(metadata or {})},
                "spec": {"nodeName": "node-a", "xpuRef": "card-1", "pciAddress": "0000:3b:00.2",
                         "macAddress": "02:00:00:00:00:01", "networkRef": "blue", **spec}}

    def network(self, name, **spec):
        return {"apiVersion": API, "kind": "DPUNetwork", "metadata": {"name": name}, "spec": {
            "deviceSelector": {"pciAddresses": ["0000:3b:00.2"]}, "logicalBridge": {"vlan": 10},
            **spec}}

    def block(self, name, node="node-a"):
        return {"apiVersion": API, "kind": "AddressBlock", "metadata": {"name": name}, "spec": {
            "cidr": "10.10.0.0/28", "networkRef": {"name": "blue", "uid": "u"}, "nodeName": node,
            "xpuRef": "card-1"}}

    def config_map(self, name, metadata=None, **data):
        return {"apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": name, **(metadata or {})}, "data": data}

    def lease(self, name, holder="a"):
        return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": name},
                "spec": {"holderIdentity": holder, "leaseDurationSeconds": 15}}

    def create(self, *names, metadata=None, **spec):
        """New Netdevs; the last one as it was answered."""
        for name in names:
            answer = self.api.post(self.netdevs, self.netdev(name, metadata, **spec))
            self.assert_code(answer, 201)
        return answer.body

    def path(self, name, *more):
        return "/".join([self.netdevs, name, *more])

    def now(self):
        """The resourceVersion of an empty look at the namespace's Netdevs."""
        return self.api.get(self.netdevs).meta["resourceVersion"]

    # What must be so.

    def assert_code(self, answer, code):
        self.assertEqual(answer.code, code, answer)

    def assert_failure(self, answer, code, reason, text=None, details=None):
        """A Status of that kind; `details` are those that must be among its details."""
        self.assertEqual((answer.code, answer.get("kind"), answer.get("reason")),
                         (code, "Status", reason), answer)
        self.assertEqual((answer["apiVersion"], answer["status"], answer["code"]),
                         ("v1", "Failure", code), answer)
        if text:
            self.assertIn(text, answer["message"])
        if details is not None:
            found = answer.get("details", {})
            self.assertEqual({key: found.get(key) for key in details}, details, answer)

    def expect(self, entry, found, today, then):
        """`found` is what servers answer today; of the old one, what the table's entry means."""
        if not self.old:
            return self.assertEqual(found, today)
        self.assertNotEqual(today, then, f"nothing differs by {entry}")
        return self.assertEqual(found, then, f"{entry}: {reason_for(entry)}")

    def only_old(self, entry):
        """Whether this is the old server, which lacks what the case is about."""
        return self.old and bool(reason_for(entry))


def cases_for(home, server_class, *modules):
    """Test classes of these modules' cases for the module `home`, and its server's fixtures."""
    found, holder = {}, {}
    for module in modules:
        for name, case in vars(module).items():
            if isinstance(case, type) and issubclass(case, ApiCase) and case is not ApiCase:
                found[name] = type(name, (case, unittest.TestCase), {"__module__": home})

    def up():
        holder["it"] = server_class()
        for case in found.values():
            case.server = holder["it"]

    def down():
        holder.pop("it").down()

    return {**found, "setUpModule": up, "tearDownModule": down}


__all__ = ["API", "CORE", "GROUP", "LEASES", "NAMESPACE", "RBAC", "ApiCase", "MemoryServer",
           "RealServer", "cases_for"]
