// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import GRPC

/// One input of a call, so that a test is a list of them.
enum Input: Sendable {
    case headers([HeaderField], end: Bool = false)
    case data(String, end: Bool = false)
    case trailers([HeaderField])
    case reset(UInt32)
    case fail(Status)
}

let accepted = [
    HeaderField(":status", "200"), HeaderField("content-type", "application/grpc+proto"),
]
let fine = [HeaderField("grpc-status", "0")]
let missing = [HeaderField("grpc-status", "5"), HeaderField("grpc-message", "no%20port")]
let one = "00 00000001 aa"

@Suite struct ClientCallTests {
    private func run(_ inputs: [Input], _ shape: CallShape = .unary) -> [ClientCall.Output] {
        var call = ClientCall(shape, limit: 100)
        return inputs.flatMap { input in
            switch input {
            case .headers(let fields, let end): call.receive(headers: fields, endStream: end)
            case .data(let text, let end): call.receive(data: hex(text).span, endStream: end)
            case .trailers(let fields): call.receive(trailers: fields)
            case .reset(let code): call.receive(reset: code)
            case .fail(let status): call.fail(status)
            }
        }
    }

    @Test func `sends headers in the order of the protocol`() throws {
        var metadata = Metadata()
        try metadata.add("x-id", "7")
        let request = ClientCall.Request(path: "/a.B/C", timeout: .seconds(2), metadata: metadata)
        #expect(
            request.headers.map(\.description) == [
                ":method: POST", ":scheme: http", ":path: /a.B/C", ":authority: localhost",
                "grpc-timeout: 2000000u", "te: trailers", "content-type: application/grpc",
                "user-agent: opi-xpu", "x-id: 7",
            ]
        )
    }

    @Test func `a unary call gives metadata, message and status`() {
        let outputs = run([
            .headers(accepted + [HeaderField("x", "1")]), .data("00 000000"), .data("01 aa"),
            .trailers(fine + [HeaderField("y", "2")]),
        ])
        let metadata = Metadata(received: [HeaderField("x", "1")])
        let trailers = Metadata(received: [HeaderField("y", "2")])
        #expect(
            outputs == [
                .metadata(metadata), .message(Frame([0xaa])), .finished(.ok, trailers: trailers),
            ]
        )
    }

    @Test func `a stream gives every message`() {
        let outputs = run(
            [.headers(accepted), .data(one + one), .data(one), .trailers(fine)],
            .serverStreaming
        )
        #expect(outputs.filter { $0 == .message(Frame([0xaa])) }.count == 3)
        #expect(outputs.last == .finished(.ok, trailers: Metadata()))
    }

    @Test(
        arguments: [
            // Trailers only, with and without a status.
            ([.headers(accepted + missing, end: true)], .notFound),
            ([.headers(accepted, end: true)], .unknown),
            ([.headers([HeaderField(":status", "503")], end: true)], .unavailable),
            ([.headers([HeaderField(":status", "503")] + missing, end: true)], .notFound),
            ([.trailers(missing)], .notFound),
            // A status in real trailers, after nothing, one message and half a message.
            ([.headers(accepted), .trailers(missing)], .notFound),
            ([.headers(accepted), .data(one), .trailers(missing)], .notFound),
            ([.headers(accepted), .data("00 00"), .trailers(missing)], .notFound),
            ([.headers(accepted), .data(one), .data("00 00"), .trailers(fine)], .internalError),
            ([.headers(accepted), .trailers([])], .unknown),
            // The wrong number of messages.
            ([.headers(accepted), .trailers(fine)], .unimplemented),
            // An end without trailers.
            ([.headers(accepted), .data(one, end: true)], .unknown),
            ([.headers(accepted), .data("", end: true)], .unknown),
            // Ends from below and from this side.
            ([.reset(7)], .unavailable),
            ([.headers(accepted), .reset(8)], .cancelled),
            ([.fail(Status(.deadlineExceeded)), .headers(accepted)], .deadlineExceeded),
            ([.headers(accepted), .fail(Status(.unavailable)), .trailers(fine)], .unavailable),
        ] as [([Input], StatusCode)]
    )
    func `ends by itself`(inputs: [Input], code: StatusCode) {
        let outputs = run(inputs)
        #expect(!outputs.contains(.reset))
        #expect(ends(outputs) == [code])
    }

    @Test(
        arguments: [
            (
                [.headers([HeaderField(":status", "404")]), .data("3c 68", end: true)],
                .unimplemented
            ),
            ([.headers([HeaderField(":status", "502")])], .unavailable),
            (
                [
                    .headers([
                        HeaderField(":status", "200"), HeaderField("content-type", "text/html"),
                    ])
                ], .unknown
            ),
            ([.headers([HeaderField(":status", "200")])], .unknown),
            ([.headers([])], .unknown),
            ([.data(one)], .internalError),
            ([.headers(accepted), .headers(accepted)], .internalError),
            ([.headers(accepted), .data(one + one)], .unimplemented),
            ([.headers(accepted), .data("00 00000065")], .resourceExhausted),
            ([.headers(accepted), .data("01 00000001 aa")], .internalError),
            (
                [
                    .headers(accepted + [HeaderField("grpc-encoding", "deflate")]),
                    .data("01 00000001"),
                ], .internalError
            ),
        ] as [([Input], StatusCode)]
    )
    func `resets what it cannot use`(inputs: [Input], code: StatusCode) {
        let outputs = run(inputs + [.data(one), .trailers(fine), .reset(0), .fail(.ok)])
        #expect(outputs.contains(.reset))
        #expect(ends(outputs) == [code])
    }

    @Test func `hands over what is compressed, with its encoding`() {
        let headers = accepted + [HeaderField("grpc-encoding", "gzip")]
        let outputs = run([.headers(headers), .data("01 00000001 aa"), .trailers(fine)])
        #expect(outputs.contains(.message(Frame([0xaa], encoding: .gzip))))
        #expect(ends(outputs) == [.ok])
    }

    @Test func `announces its encodings`() {
        var request = ClientCall.Request(path: "/a.B/C")
        request.encoding = .gzip
        request.acceptsEncodings = true
        #expect(
            request.headers.suffix(2).map(\.description) == [
                "grpc-encoding: gzip", "grpc-accept-encoding: identity,gzip",
            ]
        )
    }

    @Test func `skips informational headers`() {
        let outputs = run([
            .headers([HeaderField(":status", "103")]), .headers(accepted), .data(one),
            .trailers(fine),
        ])
        #expect(ends(outputs) == [.ok])
    }

    @Test(arguments: [
        ("application/grpc", true), ("application/grpc+proto", true), ("Application/GRPC", true),
        ("application/grpc;charset=utf-8", true), ("application/grpc-web", false),
        ("application/json", false), ("", false),
    ])
    func `knows its content type`(type: String, isGRPC: Bool) {
        #expect(ContentType.isGRPC(type) == isGRPC)
    }

    private func ends(_ outputs: [ClientCall.Output]) -> [StatusCode] {
        outputs.compactMap { output in
            guard case .finished(let status, _) = output else { return nil }
            return status.code
        }
    }
}
