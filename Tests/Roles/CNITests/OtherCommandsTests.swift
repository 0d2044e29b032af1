// SPDX-License-Identifier: Apache-2.0

import Attachment
import CNI
import Connections
import JSON
import Kernel
import Links
import PCI
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct OtherCommandsTests {
    private let runtime: Runtime
    private let pod: Sandbox
    private let agent = FakeAgent()
    private let before: Link?
    private var function: PCIAddress { runtime.function.address }

    init() throws {
        (runtime, pod) = (try Runtime(), try Sandbox())
        before = try runtime.function.link()
    }

    private func listening(_ body: () async throws -> Void) async throws {
        try await agent.listening(at: runtime.scratch["host-agent.sock"], body)
    }

    private func add(_ container: String = "c1") async throws {
        let answer = try await runtime.run("ADD", container: container, netns: pod.path)
        #expect(answer.code == 0, "\(answer.message)")
    }

    private func del(_ container: String = "c1", netns: String? = nil) async throws -> Int {
        try await runtime.run("DEL", container: container, netns: netns ?? pod.path).error
    }

    private func expectHome() throws {
        #expect(try runtime.function.link() == before)
        #expect(try pod.names() == ["lo"])
        #expect(try runtime.journal.record(of: function) == nil)
    }

    @Test func `DEL brings the function home and may be repeated`() async throws {
        try await listening {
            try await add()
            for _ in 0..<3 {
                let answer = try await runtime.run("DEL", netns: pod.path)
                #expect(answer.code == 0 && answer.output == nil)
                try expectHome()
            }
        }
        #expect(agent.detached == ["c1", "c1", "c1"])
    }

    @Test(arguments: ["", "/run/netns/gone", "/etc/hostname"])
    func `DEL needs neither agent nor the namespace's path`(path: String) async throws {
        try await listening { try await add() }
        #expect(try await del(netns: path) == 0)
        try expectHome()
        let waiting = try runtime.spool.pending().map(\.wish)
        #expect(
            waiting == [
                Release(deviceID: "\(function)", containerID: "c1", interfaceName: "eth0")
            ]
        )
    }

    @Test func `DEL of an unknown container is a success that the agent hears of`() async throws {
        try await listening {
            let found = try await del("c9")
            #expect(found == 0)
        }
        #expect(agent.detached == ["c9"])
        try expectHome()
    }

    @Test func `a late DEL takes nothing from a new pod`() async throws {
        let old = try Sandbox()
        try await listening {
            try await add("c2")
            let record = try runtime.journal.record(of: function)
            for netns in [old.path, pod.path, ""] {
                #expect(try await del("c1", netns: netns) == 0)
            }
            #expect(try runtime.journal.record(of: function) == record)
        }
        #expect(try pod.names() == ["eth0", "lo"])
        #expect(Set(agent.detached) == ["c1"])
    }

    @Test func `DEL of another interface of the container takes nothing`() async throws {
        try await listening {
            try await add()
            #expect(try await runtime.run("DEL", netns: "", name: "net1").error == 0)
        }
        #expect(try pod.names() == ["eth0", "lo"])
    }

    @Test(arguments: [nil, "{", #"{"version": 1}"#] as [String?])
    func `DEL finds the function in the pod though its record is lost`(text: String?) async throws {
        try await listening {
            try await add()
            try runtime.journal.remove(function)
            if let text { try runtime.scratch.write(text, to: "attachments/\(function).json") }
            #expect(try await del() == 0)
            #expect(try await del() == 0)
        }
        let link = try #require(try runtime.function.link())
        #expect(link.name == AttachmentRecord.spareName(for: function))
        #expect(link.mac == runtime.function.mac && !link.isUp)
        #expect(try pod.names() == ["lo"])
        #expect(try runtime.journal.record(of: function) == nil)
        #expect(agent.detached == ["c1", "c1"])
    }

    @Test func `a damaged record of a function at home does not fail DEL`() async throws {
        try runtime.scratch.write("{", to: "attachments/\(function).json")
        try await listening {
            let found = try await del()
            #expect(found == 0)
        }
        #expect(agent.detached == ["c1"])
    }

    @Test(arguments: [false, true])
    func `DEL takes back what a killed ADD left`(hasMoved: Bool) async throws {
        try runtime.journal.write(runtime.record("c1", in: pod, isComplete: false))
        if hasMoved { try runtime.function.home.ip("link set ens1f0v0 netns \(pod.name)") }
        try await listening {
            let found = try await del()
            #expect(found == 0)
        }
        try expectHome()
    }

    @Test func `CHECK agrees with what ADD made and names what differs`() async throws {
        func check() async throws -> Runtime.Answer {
            try await runtime.run("CHECK", netns: pod.path)
        }
        #expect(try await check().error == 104)
        try await listening { try await add() }
        #expect(try await check().code == 0)
        try pod.ip("address del 10.0.0.2/24 dev eth0")
        #expect(try await check().message == "eth0 has lost 10.0.0.2/24")
        try pod.ip("link set eth0 down")
        #expect(try await check().message == "eth0 is down or has another MAC address")
        try pod.ip("link set eth0 name other")
        #expect(try await check().message == "eth0 is not function \(function)")
        let old = runtime.configuration(version: "0.3.1")
        #expect(try await runtime.run("CHECK", netns: pod.path, old).error == 1)
    }

    @Test func `GC brings home what the runtime does not know`() async throws {
        func gc(_ list: String) async throws -> Int {
            let members = ", \"cni.dev/valid-attachments\": \(list)"
            return try await runtime.run("GC", runtime.configuration(members)).error
        }
        try await listening {
            try await add()
            #expect(try await runtime.run("GC").error == 7)
            #expect(try await gc(#"[{"containerID": "c1", "ifname": "eth0"}]"#) == 0)
            #expect(try pod.names() == ["eth0", "lo"])
            try runtime.scratch.write("{", to: "attachments/0000:00:00.0.json")
            #expect(try await gc(#"[{"containerID": "c1", "ifname": "net1"}]"#) == 0)
        }
        try expectHome()
        #expect(agent.detached == ["c1"])
    }

    @Test func `STATUS tells whether the agent listens`() async throws {
        #expect(try await runtime.run("STATUS").error == 50)
        try await listening {
            let found = try await runtime.run("STATUS").code
            #expect(found == 0)
        }
    }
}
