// SPDX-License-Identifier: Apache-2.0

import Configuration
import TestSupport
import Testing

@Suite struct ClusterConfigurationTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func node(_ text: String) throws -> NodeConfiguration {
        try NodeConfiguration(contentsOf: try scratch.write(text, to: "node.yaml"))
    }

    private func xpu(_ text: String) throws -> XPUConfiguration {
        try XPUConfiguration(contentsOf: try scratch.write(text, to: "xpu.yaml"))
    }

    private func complaint(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func `a node of a cluster needs little`() throws {
        let node = try node("{version: 1, node: a, kubernetes: {}}")
        guard case .cluster(let options) = node.topology else {
            Issue.record("not a cluster")
            return
        }
        #expect(options.kubeconfig == nil)
        #expect(options.namespace == "opi-xpu")
        #expect(options.resyncInterval == .seconds(60))
        #expect(node.networks == [] && node.opi == nil)
    }

    @Test(arguments: ["opi: {server: \"unix:/x\"}", "networks: []"])
    func `what a cluster says is not said twice`(line: String) {
        let complaint = complaint { _ = try node("version: 1\nkubernetes: {}\n\(line)\n") }
        let key = line.split(separator: ":")[0]
        #expect(complaint.contains("\(key): "))
        #expect(complaint.contains("together with kubernetes"))
    }

    @Test func `a card's agent has defaults`() throws {
        let xpu = try xpu(
            """
            version: 1
            xpu: card-1
            identity: dpu-a
            opi: {server: "unix:/run/opi.sock"}
            kubernetes: {kubeconfig: /etc/k, namespace: other, resyncSeconds: 5}
            """
        )
        #expect(xpu.xpu == "card-1" && xpu.identity == "dpu-a")
        #expect(xpu.cluster.kubeconfig == "/etc/k" && xpu.cluster.namespace == "other")
        #expect(xpu.heartbeat.interval == .seconds(10) && xpu.heartbeat.durationSeconds == 40)
        #expect(xpu.runDirectory == "/run/opi-xpu-agent")
    }

    @Test(arguments: [
        ("xpu: card-1", "xpu is missing"),
        ("opi: {server: \"unix:/s\"}", "opi is missing"),
        ("kubernetes: {}", "kubernetes is missing"),
    ])
    func `what must be there is named`(line: String, words: String) {
        let all = ["version: 1", "xpu: card-1", "opi: {server: \"unix:/s\"}", "kubernetes: {}"]
        let text = all.filter { $0 != line }.joined(separator: "\n")
        #expect(complaint { _ = try xpu(text) }.contains(words))
    }

    @Test(arguments: [
        ("heartbeat: {intervalSeconds: 10, durationSeconds: 10}", "heartbeat.durationSeconds"),
        ("heartbeat: {intervalSeconds: 0}", "heartbeat.intervalSeconds"),
        ("paths: {run: run}", "paths.run"), ("networks: []", "networks is not a known key"),
    ])
    func `what cannot be is named`(line: String, words: String) {
        let text = """
            version: 1
            xpu: card-1
            opi: {server: "unix:/s"}
            kubernetes: {}
            \(line)
            """
        #expect(complaint { _ = try xpu(text) }.contains(words))
    }
}
