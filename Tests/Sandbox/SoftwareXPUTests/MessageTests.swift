// SPDX-License-Identifier: Apache-2.0

import RPC
import SoftwareXPU
import TestSupport
import Testing

/// The knobs' messages and calls against `xpu.proto`.
@Suite struct MessageTests {
    private static let proto = "Sources/Sandbox/SoftwareXPU/xpu.proto"
    private static let folder = "Sources/Sandbox/SoftwareXPU/Messages"

    @Test(arguments: ControlGoldens.all) func `is what protoc encodes`(golden: Golden) throws {
        #expect(try golden.difference() == nil)
    }

    @Test func `every message has a golden`() throws {
        let types = Set(ControlGoldens.all.map(\.type)).sorted()
        #expect(try types == Declarations.messages(in: Self.folder))
    }

    @Test func `calls are those of the proto file, all of them`() throws {
        let declared = try Declarations.calls(in: Self.proto)
        let ours = [
            ControlMethods.pause.call, ControlMethods.resume.call, ControlMethods.reboot.call,
            ControlMethods.status.call, ControlMethods.setFaults.call,
            ControlMethods.setTraps.call,
        ]
        #expect(declared == ours.sorted())
        #expect(ControlMethods.pause.path == "/opi_xpu.sandbox.v1.SoftwareXPU/Pause")
        #expect(ControlMethods.setTraps.path == "/opi_xpu.sandbox.v1.SoftwareXPU/SetTraps")
    }

    @Test func `python and we agree on every message of the knobs`() async throws {
        let (proto, package) = (Self.proto, "opi_xpu.sandbox.v1.")
        var peer = ProtobufPeer()
        peer.add(package + "PauseRequest", proto: proto) { fields in
            PauseRequest { $0.seconds = fields.seconds() }
        }
        peer.add(package + "RebootRequest", proto: proto) { fields in
            RebootRequest { $0.seconds = fields.seconds() }
        }
        peer.add(package + "ResumeRequest", proto: proto) { _ in ResumeRequest() }
        peer.add(package + "StatusRequest", proto: proto) { _ in StatusRequest() }
        peer.add(package + "Done", proto: proto) { _ in Done() }
        peer.add(package + "SetFaultsRequest", proto: proto) { fields in
            SetFaultsRequest { $0.rules = fields.text() }
        }
        peer.add(package + "SetTrapsRequest", proto: proto) { fields in
            SetTrapsRequest { $0.traps = fields.list { $0.text() } }
        }
        peer.add(package + "ObjectState", proto: proto) { $0.object() }
        peer.add(package + "PortState", proto: proto) { $0.port() }
        peer.add(package + "PortCounters", proto: proto) { $0.counters() }
        peer.add(package + "XPUStatus", proto: proto) { $0.status() }
        #expect(try peer.types.sorted() == Declarations.messages(in: Self.folder))
        for line in try await peer.disagreements() { Issue.record("\(line)") }
    }
}

extension Method {
    /// The call as ``Declarations/calls(in:)`` has it.
    fileprivate var call: String { "\(path) (\(Request.self)) \(Response.self)" }
}

/// Random messages of the knobs.
extension FieldGenerator {
    fileprivate mutating func seconds() -> Double {
        let number: Int32 = integer()
        return Double(number) / 8
    }

    fileprivate mutating func counters() -> PortCounters {
        PortCounters {
            $0.packets = integer()
            $0.bytes = integer()
            $0.drops = integer()
        }
    }

    fileprivate mutating func object() -> ObjectState {
        ObjectState {
            $0.name = text()
            $0.state = text()
            $0.details = text()
        }
    }

    fileprivate mutating func port() -> PortState {
        PortState {
            $0.name = text()
            $0.macAddress = text()
            $0.representor = text()
            $0.bridge = text()
            $0.received = maybe { $0.counters() }
            $0.sent = maybe { $0.counters() }
        }
    }

    fileprivate mutating func status() -> XPUStatus {
        XPUStatus {
            $0.state = text()
            $0.uptimeSeconds = seconds()
            $0.objects = list { $0.object() }
            $0.ports = list { $0.port() }
            $0.traps = list { $0.text() }
        }
    }
}
