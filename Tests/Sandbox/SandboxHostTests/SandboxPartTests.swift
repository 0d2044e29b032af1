// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SandboxHost

@Suite struct SandboxPartTests {
    private func plan() throws -> SandboxPlan {
        try SandboxPlan(
            SandboxPlace(name: "a"),
            functions: 8,
            product: "/bin/opi-xpu",
            parts: "/bin/opi-xpu-sandbox",
            manifests: "/manifests"
        )
    }

    /// Part, program, namespace, and the words of its command line.
    @Test(
        arguments: [
            (
                SandboxPart.apiServer, "opi-xpu-sandbox", nil,
                """
                api-server --state F/api --listen 127.0.0.1:0 --listen 6443@a-host \
                --listen 6443@a-xpu --manifests /manifests --manifests F/cluster \
                --tokens F/config/tokens.csv
                """
            ),
            (
                .xpu, "opi-xpu-sandbox", "a-xpu",
                """
                xpu --listen unix:F/xpu/opi.sock --control F/xpu/control.sock --representors \
                F/xpu/representors.json --datapath bridges --log F/xpu/requests.jsonl
                """
            ),
            (.xpuAgent, "opi-xpu", "a-xpu", "xpu-agent --config F/config/xpu-agent.json"),
            (.hostAgent, "opi-xpu", "a-host", "host-agent --config F/config/node.json"),
            (
                .kubelet, "opi-xpu-sandbox", "a-host",
                """
                kubelet --state F/kubelet --device-plugins F/device-plugins --pod-resources \
                F/pod-resources/kubelet.sock --networks F/networks --cni-bin F/bin \
                --namespace-prefix a --node node-a
                """
            ),
            (.devicePlugin, "opi-xpu", "a-host", "device-plugin --config F/config/node.json"),
        ] as [(SandboxPart, String, String?, String)]
    )
    func `how a part is started`(
        part: SandboxPart,
        program: String,
        namespace: String?,
        words: String
    ) throws {
        let command = part.command(try plan())
        #expect(command.program == "/bin/\(program)")
        #expect(command.namespace == namespace)
        #expect(command.tells == (program == "opi-xpu-sandbox"))
        let line = command.arguments.joined(separator: " ")
        #expect(line.replacing("/run/opi-xpu-sandbox/a/", with: "F/") == words)
        #expect(command.arguments.allSatisfy { !$0.contains(" ") })
    }

    @Test(arguments: ["a-pod", "a-pod-b", "b-pod-x-pod", "x-pod-"])
    func `a name whose namespaces would be another's pods is refused`(name: String) {
        #expect(throws: SandboxError.badName(name)) { try SandboxPlace(name: name) }
    }

    @Test(arguments: ["pod", "pod-a", "podman", "a-podman", "a-host", "a-xpu"])
    func `a name that is like it is fine`(name: String) throws {
        let place = try SandboxPlace(name: name)
        let mine = [place.hostNamespace, place.xpuNamespace, "\(place.podPrefix)-x"]
        let other = try SandboxPlace(name: "a")
        #expect(!mine.contains { $0.hasPrefix("\(other.podPrefix)-") })
        #expect(!mine.contains(other.hostNamespace) && !mine.contains(other.xpuNamespace))
        #expect(mine.allSatisfy { !$0.isEmpty })
    }
}
