// SPDX-License-Identifier: Apache-2.0

import GRPC
import Protobuf
import TestSupport

@testable import RPC

/// `grpc.testing.TestService`, ours.
///
/// Source: grpc/grpc doc/interop-test-descriptions.md, "Server features".
extension Interop {
    typealias Output = Method<StreamingOutputCallRequest, StreamingOutputCallResponse>
    typealias Input = Method<StreamingInputCallRequest, StreamingInputCallResponse>

    static let service = "grpc.testing.TestService"
    static let emptyCall = Method<Empty, Empty>(service, "EmptyCall")
    static let unaryCall = Method<SimpleRequest, SimpleResponse>(service, "UnaryCall")
    static let outputCall = Output(service, "StreamingOutputCall")
    static let inputCall = Input(service, "StreamingInputCall")
    static let fullDuplexCall = Output(service, "FullDuplexCall")
    static let unimplementedCall = Method<Empty, Empty>(service, "UnimplementedCall")
    static let unimplementedService = Method<Empty, Empty>(
        "grpc.testing.UnimplementedService",
        "UnimplementedCall"
    )

    static let initialName = "x-grpc-test-echo-initial"
    static let trailingName = "x-grpc-test-echo-trailing-bin"

    static func payload(_ size: Int) -> Payload {
        Payload { $0.body = [UInt8](repeating: 0, count: size) }
    }

    static func services() -> Services {
        var services = Services()
        services.handle(emptyCall) { (request, _) throws(Status) in request }
        services.handle(unaryCall) { (request, context) throws(Status) in
            try echo(context)
            try expect(request.expectCompressed, context)
            try end(request.responseStatus)
            if request.responseCompressed?.value == true { context.compress(.standard) }
            return SimpleResponse { $0.payload = payload(Int(request.responseSize)) }
        }
        services.stream(outputCall) { (request, writer, context) throws(Status) in
            context.compress(.standard)
            try await answer(request, writer)
        }
        services.collect(inputCall) { (requests, context) throws(Status) in
            var size = 0
            for try await request in requests {
                try expect(request.expectCompressed, context)
                size += request.payload?.body.count ?? 0
            }
            return StreamingInputCallResponse { $0.aggregatedPayloadSize = Int32(size) }
        }
        services.converse(fullDuplexCall) { (requests, writer, context) throws(Status) in
            try echo(context)
            for try await request in requests {
                try end(request.responseStatus)
                try await answer(request, writer)
            }
        }
        return services
    }

    private static func echo(_ context: CallContext) throws(Status) {
        do throws(MetadataError) {
            var initial = Metadata()
            for value in context.metadata.values(of: initialName) {
                try initial.add(initialName, value)
            }
            if !initial.isEmpty { context.send(metadata: initial) }
            var trailing = Metadata()
            for bytes in context.metadata.bytes(of: trailingName) {
                try trailing.add(trailingName, bytes: bytes)
            }
            context.add(trailers: trailing)
        } catch {
            throw Status(.internalError, "\(error)")
        }
    }

    private static func end(_ status: EchoStatus?) throws(Status) {
        guard let status, status.code != 0 else { return }
        throw Status(StatusCode(rawValue: Int(status.code)), status.message)
    }

    private static func expect(_ wish: BoolValue?, _ context: CallContext) throws(Status) {
        guard wish?.value == true, !context.wasCompressed else { return }
        throw Status(.invalidArgument, "the message was to be compressed")
    }

    private static func answer(
        _ request: StreamingOutputCallRequest,
        _ writer: ResponseWriter<StreamingOutputCallResponse>
    ) async throws(Status) {
        for wish in request.responseParameters {
            do {
                try await Task.sleep(for: .microseconds(wish.intervalMicroseconds))
            } catch {
                throw .cancelled
            }
            let answer = StreamingOutputCallResponse { $0.payload = payload(Int(wish.size)) }
            try await writer.send(answer, compressed: wish.compressed?.value ?? true)
        }
    }
}
