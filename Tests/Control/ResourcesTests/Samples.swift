// SPDX-License-Identifier: Apache-2.0

import JSON
import Resources

/// Objects as `kubectl get -o json` prints them, each with something that we do not know.
enum Samples {
    static let netdev = """
        {
            "apiVersion": "xpu.opiproject.org/v1alpha1",
            "kind": "Netdev",
            "metadata": {
                "creationTimestamp": "2026-11-24T08:00:00Z",
                "deletionGracePeriodSeconds": 0,
                "deletionTimestamp": "2026-11-24T09:00:00Z",
                "finalizers": ["xpu.opiproject.org/port"],
                "generation": 2,
                "labels": {
                    "xpu.opiproject.org/node": "47e73c9b4c3c6e74",
                    "xpu.opiproject.org/xpu": "82a2a958a9bece5b"
                },
                "managedFields": [{"manager": "opi-xpu", "operation": "Apply"}],
                "name": "worker-1.0000-3b-00-2",
                "namespace": "opi-xpu",
                "resourceVersion": "4711",
                "uid": "0b0e2b3c-7a52-4a27-8f0e-0a4f6c1f3c11"
            },
            "spec": {
                "backend": "SF",
                "containerID": "c0ffee",
                "futureKey": {"a": [1]},
                "ifName": "net1",
                "interfaceRole": "Primary",
                "macAddress": "02:00:5e:10:00:01",
                "mtu": 1400,
                "networkRef": "blue",
                "nodeName": "worker-1",
                "pciAddress": "0000:3b:00.2",
                "podRef": {"name": "web-0", "namespace": "shop", "uid": "u-1"},
                "xpuRef": "a"
            },
            "status": {
                "conditions": [{
                    "lastTransitionTime": "2026-11-24T08:00:01Z",
                    "message": "the card has the port",
                    "observedGeneration": 2,
                    "reason": "PortUp",
                    "status": "True",
                    "type": "PortReady"
                }],
                "gateways": ["10.0.0.1", "fd00::1"],
                "ips": ["10.0.0.5/24", "fd00::5/64"],
                "observedGeneration": 2,
                "opiPort": {"name": "ports/nd1", "operStatus": "Up", "server": "card:50151"},
                "phase": "Connected",
                "routes": [{"dst": "0.0.0.0/0", "gw": "10.0.0.1"}, {"dst": "10.1.0.0/16"}]
            }
        }
        """

    static let network = """
        {
            "apiVersion": "xpu.opiproject.org/v1alpha1",
            "kind": "DPUNetwork",
            "metadata": {
                "annotations": {"who": "kubectl"}, "creationTimestamp": "2026-11-24T08:00:00Z",
                "generation": 1, "name": "blue", "resourceVersion": "7", "uid": "u-7"
            },
            "spec": {
                "deviceSelector": {"pciAddresses": ["0000:3b:00.2", "0000:3b:00.3"]},
                "futureKey": true,
                "interfaceRole": "Secondary",
                "ipam": {"subnets": [
                    {"cidr": "10.10.0.0/24", "exclude": ["10.10.0.128/25"],
                     "gateway": "10.10.0.1", "perNodeBlock": 28},
                    {"cidr": "fd00:10::/64"}
                ]},
                "logicalBridge": {"vlan": 10, "vni": 10010},
                "mtu": 1500,
                "nodeSelector": {"example.com/xpu": "yes", "zone": "a"},
                "priority": -3,
                "resourceName": "opi.example.com/blue",
                "routes": [{"dst": "10.0.0.0/8", "gw": "10.10.0.1"}]
            }
        }
        """

    static let xpu = """
        {
            "apiVersion": "xpu.opiproject.org/v1alpha1",
            "kind": "XPU",
            "metadata": {"name": "card-1", "resourceVersion": "9", "uid": "u-9"},
            "spec": {
                "allowed": {
                    "cidrs": ["10.0.0.0/8", "fd00::/8"],
                    "vlans": [{"first": 10, "last": 19}, {"first": 4094, "last": 4094}],
                    "vnis": []
                },
                "futureKey": null,
                "hostNode": "worker-1",
                "infraNode": "card-node",
                "serialNumber": "MT2147X00000"
            },
            "status": {
                "agent": {"identity": "card-node_1", "version": "0.2.0"},
                "conditions": [{
                    "lastTransitionTime": "2026-11-24T08:00:01Z", "message": "",
                    "reason": "AgentGone", "status": "Unknown", "type": "Ready"
                }],
                "dialect": "EVPNGateway",
                "observedGeneration": 1,
                "opiServer": "192.168.100.2:50151",
                "ports": 0
            }
        }
        """

    static let block = """
        {
            "apiVersion": "xpu.opiproject.org/v1alpha1",
            "kind": "AddressBlock",
            "metadata": {"name": "10.10.0.16-28", "uid": "u-3"},
            "spec": {
                "cidr": "10.10.0.16/28", "networkRef": {"name": "blue", "uid": "u-7"},
                "nodeName": "worker-1", "xpuRef": "card-1"
            }
        }
        """

    static let lease = """
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": "xpu-card-1", "namespace": "opi-xpu", "resourceVersion": "12"},
            "spec": {
                "acquireTime": "2026-11-24T08:00:00.000000Z",
                "holderIdentity": "card-node_1",
                "leaseDurationSeconds": 15,
                "leaseTransitions": 1,
                "renewTime": "2026-11-24T08:00:10.123456Z"
            }
        }
        """

    static let node = """
        {
            "metadata": {
                "labels": {"kubernetes.io/hostname": "worker-1"}, "name": "worker-1", "uid": "u-2"
            },
            "spec": {"podCIDR": "10.244.0.0/24"},
            "status": {"capacity": {"cpu": "4"}}
        }
        """

    static func read<R: Resource>(_ text: String, as: R.Type = R.self) throws -> R {
        try R(JSONNode(JSONValue(parsing: Array(text.utf8))))
    }

    /// The text's document without what we do not know or do not use.
    static func known(_ text: String, in kind: any Resource.Type) throws -> JSONValue {
        var value = try JSONValue(parsing: Array(text.utf8))
        value["apiVersion"] = .string(kind.type.apiVersion)
        value["kind"] = .string(kind.type.kind)
        value["metadata"]?["managedFields"] = nil
        value["metadata"]?["deletionGracePeriodSeconds"] = nil
        value["spec"]?["futureKey"] = nil
        if kind == Node.self {
            value["spec"] = nil
            value["status"] = nil
        }
        return value
    }
}
