// SPDX-License-Identifier: Apache-2.0

/// A moment as Kubernetes writes it: RFC 3339 in UTC, years 1677 to 2262.
public struct Timestamp: Hashable, Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public let unixNanoseconds: Int64

    /// A moment of the system's clock; the nearest that fits.
    public init(unixNanoseconds: some BinaryInteger) {
        self.unixNanoseconds = Int64(clamping: unixNanoseconds)
    }

    /// To the second, as `metav1.Time` is: `2026-11-24T08:00:00Z`.
    public var seconds: String { date + "Z" }

    /// To the microsecond, as `metav1.MicroTime` is: `2026-11-24T08:00:00.000000Z`.
    public var micro: String {
        let remainder = unixNanoseconds % 1_000_000_000
        let nanoseconds = remainder < 0 ? remainder + 1_000_000_000 : remainder
        return "\(date).\(Self.padded(nanoseconds / 1000, 6))Z"
    }

    /// The second it is in, rounded towards the past.
    private var second: Int64 {
        let (quotient, remainder) = unixNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    private var date: String {
        let days = (second >= 0 ? second : second - 86_399) / 86_400
        let clock = second - days * 86_400
        let (year, month, day) = Self.civil(days)
        let time = [clock / 3600, clock / 60 % 60, clock % 60].map { Self.padded($0, 2) }
        return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
            + "T\(time.joined(separator: ":"))"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar.
    ///
    /// Years are counted from March, so that the leap day is the last of its year.
    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let leaps = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leaps) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// The inverse of ``civil(_:)``.
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }
}

extension Timestamp: Comparable {
    /// The order of time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.unixNanoseconds < right.unixNanoseconds
    }
}

extension Timestamp: CustomStringConvertible {
    /// The form to the microsecond.
    public var description: String { micro }
}
