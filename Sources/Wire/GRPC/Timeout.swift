// SPDX-License-Identifier: Apache-2.0

/// The value of `grpc-timeout`: at most eight digits and a unit.
///
/// Source: gRPC doc/PROTOCOL-HTTP2.md, "Timeout".
enum Timeout {
    static let field = "grpc-timeout"

    private static let mostDigits = 8
    private static let largest: Int128 = 99_999_999

    /// Units from fine to coarse, in nanoseconds.
    private static let units: [(letter: Character, nanoseconds: Int128)] = [
        ("n", 1), ("u", 1_000), ("m", 1_000_000), ("S", 1_000_000_000),
        ("M", 60_000_000_000), ("H", 3_600_000_000_000),
    ]

    /// The finest form that fits, rounded up so that a short wait never becomes none.
    static func encode(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let wanted =
            Int128(seconds) * 1_000_000_000 + (Int128(attoseconds) + 999_999_999) / 1_000_000_000
        let nanoseconds = max(1, wanted)
        for unit in units {
            let count = (nanoseconds + unit.nanoseconds - 1) / unit.nanoseconds
            if count <= largest { return "\(count)\(unit.letter)" }
        }
        return "\(largest)H"
    }

    /// The duration, nil when the text is not a timeout.
    static func decode(_ text: String) -> Duration? {
        let digits = text.utf8.dropLast()
        guard let letter = text.last, let unit = units.first(where: { $0.letter == letter }),
            (1...mostDigits).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        let count = digits.reduce(into: Int128(0)) { $0 = $0 * 10 + Int128($1 - UInt8(ascii: "0")) }
        let nanoseconds = count * unit.nanoseconds
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return Duration(
            secondsComponent: Int64(seconds),
            attosecondsComponent: Int64(rest) * 1_000_000_000
        )
    }
}
