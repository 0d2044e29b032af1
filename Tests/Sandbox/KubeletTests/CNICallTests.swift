// SPDX-License-Identifier: Apache-2.0

import JSON
import Kubelet
import Testing

@Suite struct CNICallTests {
    @Test func `the environment is a runtime's`() throws {
        let pod = try #require(PodKey(namespace: "", name: "web-1"))
        let call = CNICall(
            .add,
            containerID: "cafe",
            networkNamespace: "/run/netns/x-pod-web-1",
            interfaceName: "net1",
            pod: pod,
            podUID: "u-1",
            folder: "/opt/cni/bin"
        )
        #expect(
            call.environment(path: "/bin") == [
                "CNI_COMMAND": "ADD", "CNI_CONTAINERID": "cafe", "CNI_IFNAME": "net1",
                "CNI_NETNS": "/run/netns/x-pod-web-1", "CNI_PATH": "/opt/cni/bin", "PATH": "/bin",
                "CNI_ARGS": "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-1;"
                    + "K8S_POD_INFRA_CONTAINER_ID=cafe;K8S_POD_UID=u-1",
            ]
        )
    }

    @Test func `interfaces are named as Multus does`() {
        #expect((0..<3).map(CNICall.interfaceName) == ["eth0", "net1", "net2"])
    }

    @Test func `the device is put into the configuration`() {
        let network: JSONValue = ["type": "opi-xpu-cni", "deviceID": "old"]
        let expected: JSONValue = ["type": "opi-xpu-cni", "deviceID": "d", "pciBusID": "d"]
        #expect(CNICall.configuration(network, device: "d") == expected)
    }

    @Test func `a result is read`() throws {
        let text = """
            {"cniVersion": "1.0.0", "ips": [{"address": "10.0.0.2/24"}, {"address": "fd00::2/64"}],
             "interfaces": [{"name": "host", "mac": "x"}, {"name": "eth0", "mac": "02:00"}]}
            """
        let value = JSONNode(try JSONValue(parsing: Array(text.utf8)))
        let answer = try CNIAnswer(value, interface: "eth0")
        #expect(answer.addresses == ["10.0.0.2/24", "fd00::2/64"])
        #expect(answer.macAddress == "02:00")
        #expect(throws: JSONShapeError.self) { _ = try CNIAnswer(JSONNode(.null), interface: "a") }
        #expect(throws: JSONShapeError.self) {
            _ = try CNIAnswer(JSONNode(["ips": [[:]]]), interface: "a")
        }
    }

    @Test func `a failure is one sentence`() {
        let failure = CNIFailure(.del, network: "blue", code: 11, message: "no port")
        #expect("\(failure)" == "CNI DEL of network blue, code 11: no port")
    }
}

@Suite struct PodRecordTests {
    @Test(arguments: ["a", "web-1", "0", String(repeating: "x", count: 63)])
    func `names are DNS labels`(name: String) {
        #expect(PodKey(namespace: "", name: name)?.fileName == "default_\(name).json")
    }

    @Test(arguments: ["", "-a", "a-", "A", "a.b", "a/b", "a_b", String(repeating: "x", count: 64)])
    func `nothing else is a name`(name: String) {
        #expect(PodKey(namespace: "", name: name) == nil)
        if !name.isEmpty { #expect(PodKey(namespace: name, name: "a") == nil) }
    }

    @Test func `a record comes back`() throws {
        let key = try #require(PodKey(namespace: "prod", name: "web"))
        var interface = PodRecord.Interface(
            network: "blue",
            name: "eth0",
            resourceName: "opi.org/blue",
            configuration: ["type": "opi-xpu-cni", "cniVersion": "1.0.0"]
        )
        interface.deviceID = "0000:3b:00.2"
        interface.addresses = ["10.0.0.2/24"]
        interface.addSeconds = 0.125
        var record = PodRecord(
            key: key,
            uid: "u",
            networkNamespace: "/run/netns/x",
            interfaces: [interface]
        )
        for phase in [PodRecord.Phase.creating, .running, .terminating] {
            record.phase = phase
            record.containerID = phase == .creating ? "" : "cafe"
            let read = try PodRecord(JSONNode(try JSONValue(parsing: record.json.encoded())))
            #expect(read == record)
        }
        var damaged = record.json
        damaged["phase"] = "Sleeping"
        #expect(throws: JSONShapeError.self) { _ = try PodRecord(JSONNode(damaged)) }
    }
}
