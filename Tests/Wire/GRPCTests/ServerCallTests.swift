// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import GRPC

@Suite struct ServerCallTests {
    private static let request = ClientCall.Request(path: "/a.B/C", timeout: .seconds(1)).headers

    private func run(_ inputs: [Input], _ shape: CallShape = .unary) -> [ServerCall.Output] {
        var call = ServerCall(limit: 100)
        return inputs.flatMap { feed($0, to: &call, shape) }
    }

    private func feed(
        _ input: Input,
        to call: inout ServerCall,
        _ shape: CallShape = .unary
    ) -> [ServerCall.Output] {
        let outputs = feedAlone(input, to: &call)
        guard case .accepted = outputs.first else { return outputs }
        return outputs + call.expect(shape)
    }

    private func feedAlone(_ input: Input, to call: inout ServerCall) -> [ServerCall.Output] {
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
        #expect(outputs.dropFirst() == [.message(Frame([0xaa])), .end])
    }

    @Test(arguments: [CallShape.clientStreaming, .bidirectional])
    func `hands over a stream as it comes`(shape: CallShape) {
        let begun = run([.headers(Self.request), .data(one + "00 0000")], shape)
        #expect(begun.dropFirst() == [.message(Frame([0xaa]))])
        let whole = run(
            [
                .headers(Self.request), .data(one + "00 0000"), .data("0001 bb"),
                .data("", end: true),
            ],
            shape
        )
        #expect(whole.dropFirst() == [.message(Frame([0xaa])), .message(Frame([0xbb])), .end])
        let ended = run([.headers(Self.request), .data(one + one, end: true)], shape)
        #expect(ended.dropFirst() == [.message(Frame([0xaa])), .message(Frame([0xaa])), .end])
    }

    @Test(
        arguments: [
            [.headers(request, end: true)], [.headers(request), .data("", end: true)],
        ] as [[Input]]
    )
    func `a stream may have no message`(inputs: [Input]) {
        #expect(run(inputs, .clientStreaming).dropFirst() == [.end])
    }

    @Test(
        arguments: [
            ([.data(one), .data("00 00", end: true)], .internalError),
            ([.data(one), .data("00 00000065")], .resourceExhausted),
            ([.data(one), .data("01 00000001")], .internalError),
            ([.data(one), .headers(request)], .internalError),
        ] as [([Input], StatusCode)]
    )
    func `refuses a stream in the middle`(inputs: [Input], code: StatusCode) {
        let outputs = run(
            [.headers(Self.request)] + inputs + [.data(one, end: true)],
            .bidirectional
        )
        #expect(outputs.dropFirst().first == .message(Frame([0xaa])))
        #expect(refusals(outputs) == [code])
        #expect(outputs.count == 3)
    }

    @Test func `hands over what is compressed, with its encoding`() {
        let headers = Self.request + [HeaderField("grpc-encoding", "gzip")]
        let outputs = run(
            [.headers(headers), .data("01 00000001 aa"), .data(one, end: true)],
            .clientStreaming
        )
        #expect(
            outputs.dropFirst() == [
                .message(Frame([0xaa], encoding: .gzip)), .message(Frame([0xaa])), .end,
            ]
        )
    }

    @Test func `tells which encodings there are when one is missing`() {
        var call = ServerCall()
        let headers = Self.request + [HeaderField("grpc-encoding", "br")]
        let outputs = feed(.headers(headers), to: &call)
        #expect(refusals(outputs) == [.unimplemented])
        guard case .trailersOnly(let fields) = call.finish(Status(.unimplemented)) else {
            Issue.record("not trailers only")
            return
        }
        #expect(fields.contains(HeaderField("grpc-accept-encoding", "identity,gzip")))
    }

    @Test(arguments: [
        ("gzip", true), ("identity, gzip", true), ("deflate", false), ("xgzip", false),
    ])
    func `knows whether the client can undo gzip`(accepted: String, isAccepted: Bool) throws {
        let headers = Self.request + [HeaderField("grpc-accept-encoding", accepted)]
        guard case .accepted(let request) = run([.headers(headers)]).first else {
            Issue.record("not accepted")
            return
        }
        #expect(request.acceptsGzip == isAccepted)
    }

    @Test func `a stream may be answered, and ended, before its end`() {
        var call = ServerCall()
        _ = feed(.headers(Self.request), to: &call, .bidirectional)
        let headers = call.start()
        #expect(headers != nil)
        let more = feed(.data(one), to: &call)
        #expect(more == [.message(Frame([0xaa]))])
        let ending = call.finish(.ok)
        #expect(ending == .trailers([HeaderField("grpc-status", "0")]))
        let requestHasEnded = call.requestHasEnded
        #expect(!requestHasEnded)
        let late = feed(.data(one, end: true), to: &call)
        #expect(late.isEmpty)
    }

    @Test(
        arguments: [.data(one), .data("", end: true), .headers(request)] as [Input]
    )
    func `what comes before the method is looked up is refused`(input: Input) {
        var call = ServerCall()
        _ = feedAlone(.headers(Self.request), to: &call)
        #expect(refusals(feedAlone(input, to: &call)) == [.internalError])
        let late = call.expect(.bidirectional)
        #expect(late.isEmpty)
    }

    @Test func `a method that is not there is refused before its messages come`() {
        var call = ServerCall()
        _ = feedAlone(.headers(Self.request), to: &call)
        guard case .trailersOnly = call.finish(Status(.unimplemented)) else {
            Issue.record("not trailers only")
            return
        }
        let late = call.expect(.unary) + feedAlone(.data(one, end: true), to: &call)
        #expect(late.isEmpty)
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
                [
                    .headers(request + [HeaderField("grpc-encoding", "deflate")]),
                    .data("01 00000001"),
                ],
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
