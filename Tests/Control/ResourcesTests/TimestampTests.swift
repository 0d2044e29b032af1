// SPDX-License-Identifier: Apache-2.0

import Foundation
import Resources
import TestSupport
import Testing

/// Foundation is the oracle.
@Suite struct TimestampTests {
    @Test func `writes what Foundation writes`() throws {
        let formatter = ISO8601DateFormatter()
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        var generator = SeededGenerator(seed: 1)
        // From 1678 to 2262 in seconds, so that every kind of leap year is met.
        let seconds = (0..<5000).map { _ in
            Int64.random(in: -9_214_560_000...9_223_372_035, using: &generator)
        }
        for second in seconds + [-1, 0, 1, 951_782_400, 951_868_799, 4_107_542_400] {
            let nanosecond = Int64.random(in: 0..<1_000_000_000, using: &generator)
            let time = Timestamp(unixNanoseconds: second * 1_000_000_000 + nanosecond)
            let text = formatter.string(from: Date(timeIntervalSince1970: Double(second)))
            #expect(time.seconds == text)
            let digits = String(1_000_000 + nanosecond / 1000).dropFirst()
            #expect(time.micro == "\(text.dropLast()).\(digits)Z")
            #expect(Timestamp(text)?.unixNanoseconds == second * 1_000_000_000)
            let micro = try #require(Timestamp(time.micro))
            #expect(time.unixNanoseconds - micro.unixNanoseconds == nanosecond % 1000)
        }
    }

    @Test(arguments: [
        ("2026-11-24T08:00:00Z", 1_795_507_200_000_000_000),
        ("2026-11-24T08:00:00.000001Z", 1_795_507_200_000_001_000),
        ("2026-11-24T08:00:00.5Z", 1_795_507_200_500_000_000),
        ("2026-11-24T08:00:00.1234567899Z", 1_795_507_200_123_456_789),
        ("2026-11-24T10:30:00+02:30", 1_795_507_200_000_000_000),
        ("2026-11-24T00:00:00-08:00", 1_795_507_200_000_000_000),
        ("2000-02-29T00:00:00Z", 951_782_400_000_000_000),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("2262-04-11T23:47:16.854775807Z", Int64.max),
        ("1677-09-21T00:12:43.145224192Z", Int64.min),
    ])
    func `reads RFC 3339`(text: String, nanoseconds: Int64) {
        #expect(Timestamp(text)?.unixNanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "", "2026-11-24", "2026-11-24T08:00:00", "2026-11-24 08:00:00Z", "2026-11-24t08:00:00z",
        "2026-11-24T08:00:00.Z", "2026-11-24T08:00Z", "2026-11-24T08:00:00ZZ",
        "2026-11-24T08:00:00+0100", "2026-11-24T08:00:00+24:00", "2026-11-24T24:00:00Z",
        "2026-11-24T08:60:00Z", "2026-11-24T08:00:60Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-04-00T00:00:00Z", "26-04-01T00:00:00Z",
        "+026-04-01T00:00:00Z", "2262-04-11T23:47:16.854775808Z", "1677-09-21T00:12:43.145224191Z",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    ])
    func `refuses what is none`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func `orders by time and does not leave its range`() {
        #expect(Timestamp(unixNanoseconds: -1) < Timestamp(unixNanoseconds: 0))
        #expect(Timestamp(unixNanoseconds: Int64.max).micro == "2262-04-11T23:47:16.854775Z")
        #expect(Timestamp(unixNanoseconds: Int64.min).micro == "1677-09-21T00:12:43.145224Z")
        #expect(Timestamp(unixNanoseconds: UInt64.max).unixNanoseconds == Int64.max)
    }
}
