// SPDX-License-Identifier: Apache-2.0

import Addressing
import Attachment
import CNI
import GRPC
import HostAPI
import JSON
import Kernel
import Links
import PCI
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct AddCommandTests {
    private let runtime: Runtime
    private let pod: Sandbox
    private let agent = FakeAgent()
    private var function: PCIAddress { runtime.function.address }
    private var socket: String { runtime.scratch["host-agent.sock"] }

    init() throws {
        (runtime, pod) = (try Runtime(), try Sandbox())
    }

    private func add(_ container: String = "c1") async throws -> Runtime.Answer {
        try await runtime.run("ADD", container: container, netns: pod.path)
    }

    /// Nothing is left of an ADD that failed.
    private func expectUntouched(_ before: Link?) throws {
        #expect(try runtime.function.link() == before)
        #expect(try pod.names() == ["lo"])
        #expect(try runtime.journal.record(of: function) == nil)
    }

    @Test func `moves the function into the pod and says so`() async throws {
        try await agent.listening(at: socket) {
            let answer = try await add()
            #expect(answer.code == 0)
            let text = answer.output.map { String(decoding: $0.encoded(), as: UTF8.self) }
            #expect(
                text == """
                    {"cniVersion":"1.1.0","interfaces":[{"name":"eth0","mac":"02:00:00:00:00:01",\
                    "sandbox":"\(pod.path)","mtu":1400,"pciID":"\(function)"}],\
                    "ips":[{"address":"10.0.0.2/24","gateway":"10.0.0.1","interface":0},\
                    {"address":"fd00::2/64","interface":0}],\
                    "routes":[{"dst":"0.0.0.0/0","gw":"10.0.0.1"}],"dns":{}}
                    """
            )
        }
        let link = try #require(try pod.json("link show eth0").first)
        #expect(link["mtu"] as? Int == 1400)
        #expect((link["flags"] as? [String])?.contains("UP") == true)
        let record = try #require(try runtime.journal.record(of: function))
        #expect(record.isComplete && record.homeName == "ens1f0v0" && record.mtu == 1450)
        #expect(record.addresses.map(\.description) == ["10.0.0.2/24", "fd00::2/64"])
        let request = try #require(agent.attached.first)
        #expect(request.deviceID == "\(function)")
        #expect(request.containerID == "c1" && request.interfaceName == "eth0")
        #expect(request.networkNamespace == pod.path)
        #expect(request.macAddress == runtime.function.mac.octets)
        #expect(request.pod?.name == "web-0" && request.pod?.namespace == "default")
        #expect(request.pod?.uid == "a-b-c")
        #expect(agent.detached.isEmpty)
    }

    @Test(arguments: [true, false])
    func `with no host agent changes nothing and says to try again`(isUp: Bool) async throws {
        if isUp {
            try runtime.function.home.ip("link set ens1f0v0 up")
            try runtime.function.home.ip("address add 192.0.2.1/24 dev ens1f0v0")
        }
        let before = try #require(try runtime.function.link())
        let addresses = try runtime.function.home.socket().addresses(of: before.index)
        let answer = try await add()
        #expect(answer.error == 11)
        #expect(answer.message.contains("host-agent.sock"))
        try expectUntouched(before)
        #expect(try runtime.function.home.socket().addresses(of: before.index) == addresses)
        // The agent may have heard of it all the same.
        #expect(try runtime.spool.pending().map(\.wish.containerID) == ["c1"])
    }

    @Test(arguments: [
        (StatusCode.unavailable, 11), (.deadlineExceeded, 11), (.aborted, 11),
        (.resourceExhausted, 11), (.failedPrecondition, 100), (.notFound, 102),
        (.invalidArgument, 7), (.internalError, 103), (.unimplemented, 999),
    ])
    func `what the agent refuses changes nothing`(status: StatusCode, code: Int) async throws {
        let before = try runtime.function.link()
        agent.refuse(Status(status, "the reason"))
        try await agent.listening(at: socket) {
            let answer = try await add()
            #expect(answer.error == code)
            #expect(answer.message.contains("the reason"))
        }
        try expectUntouched(before)
        #expect(agent.detached == ["c1"])
        #expect(try runtime.spool.pending().isEmpty)
    }

    @Test func `a route that the kernel refuses takes everything back`() async throws {
        let before = try runtime.function.link()
        agent.change { $0.routes[0].gateway = "192.0.2.1" }
        try await agent.listening(at: socket) {
            let answer = try await add()
            #expect(answer.error == 5)
            #expect(answer.message.contains("ENETUNREACH"), "\(answer.message)")
        }
        try expectUntouched(before)
        #expect(agent.detached == ["c1"])
    }

    @Test func `an answer that is no address takes everything back`() async throws {
        let before = try runtime.function.link()
        agent.change { $0.addresses[0].address = "10.0.0.2" }
        try await agent.listening(at: socket) {
            let found = try await add().error
            #expect(found == 999)
        }
        try expectUntouched(before)
        #expect(agent.detached == ["c1"])
    }

    @Test func `an interface of that name is found before anything is touched`() async throws {
        try pod.ip("link add eth0 type bridge")
        let before = try runtime.function.link()
        try await agent.listening(at: socket) {
            let found = try await add().error
            #expect(found == 101)
        }
        #expect(try runtime.function.link() == before)
        #expect(try pod.names() == ["eth0", "lo"])
        #expect(try runtime.journal.record(of: function) == nil)
        #expect(agent.attached.isEmpty)
    }

    @Test func `a second one is refused, also for another container`() async throws {
        try await agent.listening(at: socket) {
            #expect(try await add().code == 0)
            let record = try runtime.journal.record(of: function)
            #expect(try await add().error == 101)
            let other = try await add("c2")
            #expect(other.error == 100)
            #expect(other.message.contains("attached to container c1"))
            #expect(try runtime.journal.record(of: function) == record)
        }
        #expect(agent.attached.count == 1)
        #expect(try pod.names() == ["eth0", "lo"])
    }

    @Test func `clears up after one of the same container that died`() async throws {
        try runtime.journal.write(runtime.record("c1", in: pod, isComplete: false))
        try runtime.function.home.ip("link set ens1f0v0 mtu 1300 netns \(pod.name)")
        try pod.ip("link set ens1f0v0 name eth0 address 02:00:00:00:00:99")
        try await agent.listening(at: socket) {
            let found = try await add().code
            #expect(found == 0)
        }
        let record = try #require(try runtime.journal.record(of: function))
        #expect(record.homeName == "ens1f0v0" && record.mtu == 1450)
        #expect(record.mac == runtime.function.mac)
        #expect(record.isComplete)
    }

    @Test func `one of another container that died keeps the function until its DEL`() async throws
    {
        try runtime.journal.write(runtime.record("c0", in: pod, isComplete: false))
        try await agent.listening(at: socket) {
            let found = try await add().error
            #expect(found == 100)
        }
        #expect(agent.attached.isEmpty)
    }

    @Test func `a damaged record does not lock a function at home away`() async throws {
        try runtime.scratch.write("{", to: "attachments/\(function).json")
        try await agent.listening(at: socket) {
            let found = try await add().code
            #expect(found == 0)
        }
        #expect(try runtime.journal.record(of: function)?.isComplete == true)
    }

    @Test func `a function that is not at home is unknown`() async throws {
        let elsewhere = try Sandbox()
        try runtime.function.home.ip("link set ens1f0v0 netns \(elsewhere.name)")
        let answer = try await add()
        #expect(answer.error == 102)
        #expect(answer.message.contains("\(function)"))
        #expect(try runtime.journal.record(of: function) == nil)
    }

    @Test func `a function that somebody works on is tried again later`() async throws {
        let before = try runtime.function.link()
        try await agent.listening(at: socket) {
            let lock = try FileLock(runtime.scratch["locks/\(function)"], deadline: .now)
            let configuration = runtime.configuration().replacing(
                "\"timeoutSeconds\": 5",
                with: "\"timeoutSeconds\": 1"
            )
            let answer = try await runtime.run("ADD", netns: pod.path, configuration)
            #expect(answer.error == 11)
            withExtendedLifetime(lock) { _ in }
        }
        try expectUntouched(before)
    }

    @Test(arguments: ["/run/netns/gone", "/etc/hostname", "/proc/self/ns/uts"])
    func `a namespace that is none is refused`(path: String) async throws {
        let before = try runtime.function.link()
        #expect(try await runtime.run("ADD", netns: path).error == 8)
        try expectUntouched(before)
    }

    @Test func `so is the host's own`() async throws {
        let answer = try await runtime.run("ADD", netns: runtime.function.home.path)
        #expect(answer.error == 8)
        #expect(answer.message.contains("host's network namespace"))
    }

    @Test func `a configuration without a function is refused`() async throws {
        let text = runtime.configuration().replacing("\"deviceID\"", with: "\"other\"")
        #expect(try await runtime.run("ADD", netns: pod.path, text).error == 7)
    }
}
