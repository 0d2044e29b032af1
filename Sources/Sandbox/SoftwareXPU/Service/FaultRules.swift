// SPDX-License-Identifier: Apache-2.0

import GRPC
import JSON

/// Misbehaviour on demand: the first rule that fits a request is used.
///
/// The text holds one JSON object or a list.
///
/// | member | meaning |
/// |---|---|
/// | `method` | only this call, a regular expression over its name; all when absent |
/// | `times` | only so many times, then the rule is spent |
/// | `slow` | seconds to wait before anything else |
/// | `hang` | true: never answer |
/// | `apply` | true: do the work first, so that only the answer is lost |
/// | `fail` | `UNAVAILABLE:some text`: answer this status |
/// | `component` | an error text: what was asked for is accepted and then never comes up |
struct FaultRules: Sendable {
    struct Rule: Sendable {
        var method: String?
        var times: Int?
        var slow = Duration.zero
        var hangs = false
        var applies = false
        var failure: Status?
        var component: String?

        /// Whether the request's work is to be done.
        var works: Bool { applies || (failure == nil && !hangs) }
    }

    private var rules: [Rule] = []

    init() {}

    /// - Throws: ``FaultError``.
    init(parsing text: [UInt8]) throws(FaultError) {
        if text.allSatisfy({ $0 == 0x20 || (9...13).contains($0) }) { return }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: text)
        } catch {
            throw FaultError(why: "\(error)")
        }
        for rule in value.array ?? [value] { rules.append(try Rule(rule)) }
    }

    /// The rule for a request, which counts as used.
    mutating func take(for method: String) -> Rule? {
        take { $0.component == nil && $0.covers(method) }
    }

    /// The error text that the data path shall report now, which counts as used.
    mutating func takeComponentError() -> String? {
        take { $0.component != nil }?.component
    }

    private mutating func take(_ fits: (Rule) -> Bool) -> Rule? {
        guard let index = rules.firstIndex(where: { $0.times != 0 && fits($0) }) else { return nil }
        if let times = rules[index].times { rules[index].times = times - 1 }
        return rules[index]
    }
}

/// Why rules cannot be used.
struct FaultError: Error, Hashable, Sendable, CustomStringConvertible {
    let why: String

    var description: String { "fault rules: \(why)" }
}

extension FaultRules.Rule {
    private static let keys: Set<String> = [
        "method", "times", "slow", "hang", "apply", "fail", "component",
    ]

    init(_ value: JSONValue) throws(FaultError) {
        guard let members = value.members else { throw FaultError(why: "a rule is no object") }
        if let stranger = members.keys.first(where: { !Self.keys.contains($0) }) {
            throw FaultError(why: "'\(stranger)' means nothing")
        }
        method = value["method"]?.string
        times = value["times"]?.integer
        slow = .seconds(max(0, min(value["slow"]?.double ?? 0, 86_400)))
        hangs = value["hang"]?.bool ?? false
        applies = value["apply"]?.bool ?? false
        component = value["component"]?.string
        if let method { _ = try Self.expression(method) }
        if let fail = value["fail"]?.string { failure = try Self.status(fail) }
    }

    func covers(_ name: String) -> Bool {
        guard let method else { return true }
        do {
            return try Self.expression(method).wholeMatch(in: name) != nil
        } catch {
            return false  // it was tried when the rules were read
        }
    }

    private static func expression(
        _ text: String
    ) throws(FaultError) -> Regex<AnyRegexOutput> {
        do {
            return try Regex(text)
        } catch {
            throw FaultError(why: "'\(text)' is no regular expression")
        }
    }

    /// `UNAVAILABLE:text` as a status.
    private static func status(_ text: String) throws(FaultError) -> Status {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let codes = (0...16).map(StatusCode.init(rawValue:))
        guard let code = codes.first(where: { "\($0)" == parts[0] }) else {
            throw FaultError(why: "'\(parts[0])' is no status code")
        }
        return Status(code, parts.count > 1 ? String(parts[1]) : "")
    }
}
