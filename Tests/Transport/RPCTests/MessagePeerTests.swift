// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import RPC

/// Every message against python-protobuf, both directions.
@Suite struct MessagePeerTests {
    private static let folder = "Sources/Transport/RPC"
    private static let interopFile = "Tests/Transport/RPCTests/InteropMessages.swift"

    @Test func `python and we agree on every message of health and reflection`() async throws {
        let (health, reflection) = ("Tests/peers/health.proto", "Tests/peers/reflection.proto")
        var peer = ProtobufPeer()
        peer.add("grpc.health.v1.HealthCheckRequest", proto: health) { fields in
            HealthMessages.Request { $0.service = fields.text() }
        }
        peer.add("grpc.health.v1.HealthCheckResponse", proto: health) { fields in
            HealthMessages.Response { $0.status = fields.integer() }
        }
        let package = "grpc.reflection.v1."
        peer.add(package + "ServerReflectionRequest", proto: reflection) { $0.question() }
        peer.add(package + "ExtensionRequest", proto: reflection) { $0.asked() }
        peer.add(package + "ServerReflectionResponse", proto: reflection) { $0.reply() }
        peer.add(package + "FileDescriptorResponse", proto: reflection) { $0.files() }
        peer.add(package + "ExtensionNumberResponse", proto: reflection) { $0.numbers() }
        peer.add(package + "ListServiceResponse", proto: reflection) { $0.list() }
        peer.add(package + "ServiceResponse", proto: reflection) { $0.service() }
        peer.add(package + "ErrorResponse", proto: reflection) { $0.failure() }
        // Declaration is only ever read.
        let expected = try Declarations.messages(in: Self.folder).filter { $0 != "Declaration" }
        #expect(peer.types.sorted() == expected)
        for line in try await peer.disagreements() { Issue.record("\(line)") }
    }

    @Test func `python and we agree on every message of the interoperability tests`() async throws {
        let (proto, package) = ("Tests/peers/interop.proto", "grpc.testing.")
        var peer = ProtobufPeer()
        peer.add(package + "Empty", proto: proto) { _ in Interop.Empty() }
        peer.add(package + "BoolValue", proto: proto) { $0.truth() }
        peer.add(package + "Payload", proto: proto) { $0.payload() }
        peer.add(package + "EchoStatus", proto: proto) { $0.echoStatus() }
        peer.add(package + "SimpleRequest", proto: proto) { $0.simple() }
        peer.add(package + "SimpleResponse", proto: proto) { fields in
            Interop.SimpleResponse {
                $0.payload = fields.maybe { $0.payload() }
                $0.username = fields.text()
                $0.scope = fields.text()
            }
        }
        peer.add(package + "StreamingInputCallRequest", proto: proto) { fields in
            Interop.StreamingInputCallRequest {
                $0.payload = fields.maybe { $0.payload() }
                $0.expectCompressed = fields.maybe { $0.truth() }
            }
        }
        peer.add(package + "StreamingInputCallResponse", proto: proto) { fields in
            Interop.StreamingInputCallResponse { $0.aggregatedPayloadSize = fields.integer() }
        }
        peer.add(package + "ResponseParameters", proto: proto) { $0.parameters() }
        peer.add(package + "StreamingOutputCallRequest", proto: proto) { fields in
            Interop.StreamingOutputCallRequest {
                $0.responseType = fields.integer()
                $0.responseParameters = fields.list { $0.parameters() }
                $0.payload = fields.maybe { $0.payload() }
                $0.responseStatus = fields.maybe { $0.echoStatus() }
            }
        }
        peer.add(package + "StreamingOutputCallResponse", proto: proto) { fields in
            Interop.StreamingOutputCallResponse { $0.payload = fields.maybe { $0.payload() } }
        }
        #expect(try peer.types.sorted() == Declarations.messages(in: Self.interopFile))
        for line in try await peer.disagreements() { Issue.record("\(line)") }
    }
}

/// Random messages of reflection.
extension FieldGenerator {
    fileprivate mutating func question() -> ReflectionMessages.Request {
        ReflectionMessages.Request {
            $0.host = text()
            $0.question =
                maybe { .fileByName($0.text()) } ?? maybe { .fileContainingSymbol($0.text()) }
                ?? maybe { .fileContainingExtension($0.asked()) }
                ?? maybe { .extensionNumbers($0.text()) } ?? maybe { .listServices($0.text()) }
        }
    }

    fileprivate mutating func asked() -> ReflectionMessages.Extension {
        ReflectionMessages.Extension {
            $0.type = text()
            $0.number = integer()
        }
    }

    fileprivate mutating func reply() -> ReflectionMessages.Response {
        ReflectionMessages.Response {
            $0.validHost = text()
            $0.originalRequest = maybe { $0.question() }
            $0.reply =
                maybe { .files($0.files()) } ?? maybe { .extensions($0.numbers()) }
                ?? maybe { .services($0.list()) } ?? maybe { .error($0.failure()) }
        }
    }

    fileprivate mutating func files() -> ReflectionMessages.Files {
        ReflectionMessages.Files { $0.descriptors = list { $0.octets() } }
    }

    fileprivate mutating func numbers() -> ReflectionMessages.Extensions {
        ReflectionMessages.Extensions {
            $0.type = text()
            $0.numbers = list { $0.integer() }
        }
    }

    fileprivate mutating func list() -> ReflectionMessages.ServiceList {
        ReflectionMessages.ServiceList { $0.services = list { $0.service() } }
    }

    fileprivate mutating func service() -> ReflectionMessages.ServiceName {
        ReflectionMessages.ServiceName { $0.name = text() }
    }

    fileprivate mutating func failure() -> ReflectionMessages.Failure {
        ReflectionMessages.Failure {
            $0.code = integer()
            $0.message = text()
        }
    }
}

/// Random messages of the interoperability tests.
extension FieldGenerator {
    fileprivate mutating func truth() -> Interop.BoolValue {
        Interop.BoolValue { $0.value = flag() }
    }

    fileprivate mutating func payload() -> Interop.Payload {
        Interop.Payload {
            $0.type = integer()
            $0.body = octets()
        }
    }

    fileprivate mutating func echoStatus() -> Interop.EchoStatus {
        Interop.EchoStatus {
            $0.code = integer()
            $0.message = text()
        }
    }

    fileprivate mutating func parameters() -> Interop.ResponseParameters {
        Interop.ResponseParameters {
            $0.size = integer()
            $0.intervalMicroseconds = integer()
            $0.compressed = maybe { $0.truth() }
        }
    }

    fileprivate mutating func simple() -> Interop.SimpleRequest {
        Interop.SimpleRequest {
            $0.responseType = integer()
            $0.responseSize = integer()
            $0.payload = maybe { $0.payload() }
            $0.fillUsername = flag()
            $0.fillScope = flag()
            $0.responseCompressed = maybe { $0.truth() }
            $0.responseStatus = maybe { $0.echoStatus() }
            $0.expectCompressed = maybe { $0.truth() }
        }
    }
}
