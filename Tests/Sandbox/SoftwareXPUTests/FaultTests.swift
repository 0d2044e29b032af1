// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRPC
import TestSupport
import Testing

@testable import SoftwareXPU

@Suite struct FaultTests {
    private func rules(_ text: String) throws(FaultError) -> FaultRules {
        try FaultRules(parsing: Array(text.utf8))
    }

    @Test func `the first rule that fits is used`() throws {
        var rules = try rules(
            """
            [{"method": "Create.*", "fail": "ABORTED:lost", "apply": true},
             {"method": "GetSvi", "slow": 0.5}, {"hang": true}]
            """
        )
        let createRule = rules.take(for: "CreateSvi")
        let create = try #require(createRule)
        #expect(create.failure == Status(.aborted, "lost") && create.works)
        let getRule = rules.take(for: "GetSvi")
        let get = try #require(getRule)
        #expect(get.slow == .milliseconds(500) && get.works && !get.hangs)
        let otherRule = rules.take(for: "GetSvis")
        let other = try #require(otherRule)
        #expect(other.hangs && !other.works)
    }

    @Test func `a method is the whole name`() throws {
        var rules = try rules(#"{"method": "Get", "hang": true}"#)
        #expect(rules.take(for: "GetSvi") == nil)
        #expect(rules.take(for: "Get") != nil)
    }

    @Test func `a rule is spent after its times`() throws {
        var rules = try rules(#"{"fail": "UNAVAILABLE:try later", "times": 2}"#)
        #expect(rules.take(for: "X")?.failure?.message == "try later")
        #expect(rules.take(for: "X") != nil)
        #expect(rules.take(for: "X") == nil)
    }

    @Test func `a component's error is not a request's`() throws {
        var rules = try rules(#"{"component": "no such device", "times": 1}"#)
        #expect(rules.take(for: "X") == nil)
        #expect(rules.takeComponentError() == "no such device")
        #expect(rules.takeComponentError() == nil)
    }

    @Test(arguments: ["", " \n", "[]", "{}"]) func `such a text is no rule that hurts`(
        text: String
    ) throws {
        var rules = try rules(text)
        let rule = rules.take(for: "X")
        #expect(rule == nil || rule?.works == true)
    }

    @Test(
        arguments: [
            "[", "7", "[7]", #"{"fail": "NO_SUCH_CODE:x"}"#, #"{"method": "("}"#,
            #"{"colour": 1}"#,
        ]
    )
    func `such a text is refused`(text: String) {
        #expect(throws: FaultError.self) { try rules(text) }
    }

    @Test func `the file counts from the next request on, a broken one not at all`() throws {
        let folder = try Scratch()
        let path = folder["faults.json"]
        let faults = Faults(file: path)
        #expect(faults.take(for: "X") == nil)
        try Data(#"{"hang": true, "times": 1}"#.utf8).write(to: URL(fileURLWithPath: path))
        #expect(faults.take(for: "X")?.hangs == true)
        #expect(faults.take(for: "X") == nil, "spent")
        let half = Data(#"{"fail": "#.utf8)
        try half.write(to: URL(fileURLWithPath: path))
        #expect(faults.take(for: "X") == nil)
        let whole = Data(#"{"fail": "ABORTED:x"}"#.utf8)
        try whole.write(to: URL(fileURLWithPath: path))
        #expect(faults.take(for: "X")?.failure?.code == .aborted)
        faults.command(try rules(#"{"hang": true}"#))
        #expect(faults.take(for: "X")?.hangs == true, "what is commanded comes first")
        faults.command(FaultRules())
        try FileManager.default.removeItem(atPath: path)
        #expect(faults.take(for: "X") == nil)
    }
}
