// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import GRPC

@Suite struct ServerCallTests {
    private static let request = ClientCall.Request(path: "/a.B/C", timeout: .seconds(1)).headers

    private func run(_ inputs: [Input]) -> [ServerCall.Output] {
        var call = ServerCall(limit: 100)
        return inputs.flatMap { feed($0, to: &call) }
    }

    private func feed(_ input: Input, to call: inout ServerCall) -> [ServerCall.Output] {
        switch input {
        case .headers(let fields, let end): call.receive(headers: fields, endStream: end)
        case .data(let text, let end): call.receive(data: hex(text).span, endStream: end)
        case .trailers: []
        case .reset, .fail: call.receiveReset()
        }
    }

    private static func replacing(_ name: String, with value: String?) -> [HeaderField] {
        request.filter { $0.name != name } + (value.map { [HeaderField(name, $0)] } ?? [])
    }

    @Test func `hands over the request and then its message`() throws {
        let outputs = run([
            .headers(Self.request), .data("00 0000"), .data("0001 aa"), .data("", end: true),
        ])
        guard case .accepted(let request) = outputs.first else {
            Issue.record("not accepted: \(outputs)")
            return
        }
        #expect(request.path == "/a.B/C")
        #expect(request.timeout == .seconds(1))
        #expect(request.authority == "localhost")
        #expect(request.metadata.isEmpty)
        #expect(outputs.dropFirst() == [.message([0xaa])])
    }

    @Test(
        arguments: [
            (replacing(":path", with: "/"), .unimplemented),
            (replacing(":path", with: "a.B/C"), .unimplemented),
            (replacing(":path", with: "/a.B/"), .unimplemented),
            (replacing(":path", with: "/a.B/C/D"), .unimplemented),
            (replacing(":path", with: nil), .unimplemented),
            (replacing("grpc-timeout", with: "soon"), .internalError),
        ] as [([HeaderField], StatusCode)]
    )
    func `refuses headers`(headers: [HeaderField], code: StatusCode) {
        #expect(refusals(run([.headers(headers), .data(one, end: true)])) == [code])
    }

    @Test(
        arguments: [
            ([.headers(request, end: true)], .unimplemented),
            ([.headers(request), .data("", end: true)], .unimplemented),
            ([.headers(request), .data(one + one)], .unimplemented),
            ([.headers(request), .data("00 00000001", end: true)], .internalError),
            ([.headers(request), .data("00 00000065")], .resourceExhausted),
            ([.headers(request), .data("01 00000001")], .internalError),
            (
                [.headers(request + [HeaderField("grpc-encoding", "gzip")]), .data("01 00000001")],
                .unimplemented
            ),
            ([.headers(request), .headers(request)], .internalError),
            ([.data(one)], .internalError),
        ] as [([Input], StatusCode)]
    )
    func `refuses bodies`(inputs: [Input], code: StatusCode) {
        #expect(refusals(run(inputs + [.data(one, end: true)])) == [code])
    }

    @Test(arguments: [
        (replacing(":method", with: "GET"), "405"),
        (replacing("content-type", with: "application/json"), "415"),
        (replacing("content-type", with: nil), "415"),
    ])
    func `answers what is not gRPC in HTTP`(headers: [HeaderField], status: String) {
        let outputs = run([.headers(headers), .data(one, end: true)])
        #expect(outputs == [.rejected([HeaderField(":status", status)])])
    }

    @Test func `an answer with messages has headers and trailers`() {
        var call = ServerCall()
        #expect(call.start() == nil)
        _ = feed(.headers(Self.request), to: &call)
        _ = feed(.data(one, end: true), to: &call)
        #expect(
            call.start()?.map(\.description) == [":status: 200", "content-type: application/grpc"]
        )
        #expect(call.start() == nil)
        #expect(call.finish(.ok) == .trailers([HeaderField("grpc-status", "0")]))
        #expect(call.finish(.ok) == nil)
        #expect(feed(.reset(8), to: &call).isEmpty)
    }

    @Test func `an answer without messages is trailers only`() {
        var call = ServerCall()
        _ = feed(.headers(Self.request), to: &call)
        _ = feed(.data(one, end: true), to: &call)
        let fields = [":status: 200", "content-type: application/grpc", "grpc-status: 5"]
        guard case .trailersOnly(let headers) = call.finish(Status(.notFound)) else {
            Issue.record("not trailers only")
            return
        }
        #expect(headers.map(\.description) == fields)
    }

    @Test(
        arguments: [
            [.headers(request)], [.headers(request), .data(one)],
            [.headers(request), .data(one, end: true)],
        ] as [[Input]]
    )
    func `a reset cancels once and silences the answer`(inputs: [Input]) {
        var call = ServerCall()
        for input in inputs { _ = feed(input, to: &call) }
        #expect(feed(.reset(8), to: &call) == [.cancelled])
        #expect(feed(.reset(8), to: &call).isEmpty)
        #expect(feed(.headers(Self.request), to: &call).isEmpty)
        #expect(feed(.data(one, end: true), to: &call).isEmpty)
        #expect(call.start() == nil)
        #expect(call.finish(.ok) == nil)
    }

    @Test func `knows whether the client has finished`() {
        var call = ServerCall(limit: 1)
        _ = feed(.headers(Self.request), to: &call)
        _ = feed(.data("00 00000009"), to: &call)
        let before = call.requestHasEnded
        _ = feed(.data("00", end: true), to: &call)
        let after = call.requestHasEnded
        #expect(!before && after)
    }

    private func refusals(_ outputs: [ServerCall.Output]) -> [StatusCode] {
        outputs.compactMap { output in
            guard case .refused(let status) = output else { return nil }
            return status.code
        }
    }
}
