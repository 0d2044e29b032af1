// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import GRPC

@Suite struct StatusTests {
    @Test(arguments: [
        (Status(.unavailable, "nobody listens"), "UNAVAILABLE: nobody listens"),
        (Status(.ok), "OK"),
        (Status(StatusCode(rawValue: 99), "?"), "STATUS_99: ?"),
    ])
    func `reads as code and message`(status: Status, text: String) {
        #expect("\(status)" == text)
    }

    @Test(arguments: [
        ("plain text", "plain text"), ("50%", "50%25"), ("a\nb", "a%0Ab"), ("ü", "%C3%BC"),
        ("", ""), ("~ !", "~ !"), ("\u{7f}", "%7F"), ("🛜", "%F0%9F%9B%9C"),
    ])
    func `escapes a message and reads it back`(text: String, escaped: String) {
        #expect(PercentEncoding.encode(text) == escaped)
        #expect(PercentEncoding.decode(escaped) == text)
    }

    @Test(arguments: [
        ("100%", "100%"), ("%4", "%4"), ("%zz%41", "%zzA"), ("%c3%bc", "ü"), ("%FF", "\u{fffd}"),
        ("%%41", "%A"), ("ü", "ü"),
    ])
    func `leaves broken escapes as they are`(escaped: String, text: String) {
        #expect(PercentEncoding.decode(escaped) == text)
    }

    @Test func `survives the way through trailers`() {
        let status = Status(.notFound, "no port \"nd1\"\n", details: hex("08 05 12 00 ff"))
        #expect(Status(trailers: status.trailers) == status)
        #expect(Status(trailers: [HeaderField("x", "y")]) == nil)
    }

    @Test(arguments: ["", "-1", "x", "70000", "1.0"])
    func `an unreadable number is UNKNOWN`(text: String) {
        #expect(Status(trailers: [HeaderField("grpc-status", text)])?.code == .unknown)
    }

    @Test func `a number without a name is kept`() {
        #expect(Status(trailers: [HeaderField("grpc-status", "42")])?.code.rawValue == 42)
    }

    @Test func `cuts a message that would not fit the trailers`() throws {
        let status = Status(.unknown, String(repeating: "ü", count: 5000))
        let read = try #require(Status(trailers: status.trailers))
        #expect(read.message.utf8.count == 2048)
    }

    @Test(arguments: [
        ("400", StatusCode.internalError), ("401", .unauthenticated), ("403", .permissionDenied),
        ("404", .unimplemented), ("429", .unavailable), ("431", .internalError),
        ("502", .unavailable), ("503", .unavailable), ("504", .unavailable), ("500", .unknown),
        ("200", .unknown),
    ])
    func `maps HTTP status codes`(http: String, code: StatusCode) {
        #expect(Status(httpStatus: http).code == code)
    }

    @Test(
        arguments: [
            (0, StatusCode.internalError), (1, .internalError), (2, .internalError),
            (3, .internalError), (4, .internalError), (6, .internalError), (7, .unavailable),
            (8, .cancelled), (9, .internalError), (10, .internalError), (11, .resourceExhausted),
            (12, .permissionDenied), (13, .unknown), (4_000_000_000, .unknown),
        ] as [(UInt32, StatusCode)]
    )
    func `maps HTTP/2 error codes`(reset: UInt32, code: StatusCode) {
        #expect(Status(resetCode: reset).code == code)
    }
}

@Suite struct TimeoutTests {
    @Test(arguments: [
        (Duration.nanoseconds(1), "1n"), (.zero, "1n"), (.seconds(-5), "1n"),
        (Duration(secondsComponent: 0, attosecondsComponent: 1), "1n"),
        (.nanoseconds(99_999_999), "99999999n"), (.nanoseconds(100_000_000), "100000u"),
        (.nanoseconds(100_000_001), "100001u"), (.seconds(30), "30000000u"),
        (.seconds(100), "100000m"), (.seconds(100_000), "100000S"),
        (.seconds(100_000_000), "1666667M"), (.seconds(Int64.max), "99999999H"),
    ])
    func `encodes in eight digits, rounding up`(duration: Duration, text: String) {
        #expect(Timeout.encode(duration) == text)
    }

    @Test(arguments: [
        ("1n", Duration.nanoseconds(1)), ("00000005m", .milliseconds(5)), ("0S", .zero),
        ("99999999H", .seconds(99_999_999 * 3600)), ("2M", .seconds(120)), ("7u", .microseconds(7)),
    ])
    func `decodes every unit`(text: String, duration: Duration) {
        #expect(Timeout.decode(text) == duration)
    }

    @Test(arguments: ["", "S", "1", "123456789S", "-1S", "1s", "1.5S", " 1S", "1 S", "１S", "1é"])
    func `refuses what is not a timeout`(text: String) {
        #expect(Timeout.decode(text) == nil)
    }

    @Test func `never comes back shorter`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<1000 {
            let seconds = Int64.random(
                in: 0...1_000_000_000_000 >> Int.random(in: 0...40),
                using: &generator
            )
            let duration = Duration.nanoseconds(seconds)
            let decoded = Timeout.decode(Timeout.encode(duration))
            #expect((decoded ?? .zero) >= duration)
        }
    }
}
