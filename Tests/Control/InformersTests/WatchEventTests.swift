// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Resources
import Testing

@testable import Informers

@Suite struct WatchEventTests {
    private func line(_ text: String) throws(BrokenLine) -> WatchLine<Lease> {
        try WatchLine(Array(text.utf8).span)
    }

    private func event(_ text: String) throws -> WatchEvent<Lease> {
        guard case .event(let event) = try line(text) else { throw BrokenLine(reason: "no event") }
        return event
    }

    private func refusal(_ text: String) throws -> APIError? {
        guard case .refusal(let error) = try line(text) else { return nil }
        return error
    }

    private let lease = """
        {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"a",\
        "namespace":"n","uid":"u","resourceVersion":"7","managedFields":[{"x":[1,2]}]},"spec":{}}
        """

    @Test(arguments: ["ADDED", "MODIFIED"])
    func `a change has the object`(type: String) throws {
        let text = #"{"type":"\#(type)","object":\#(lease)}"#
        guard case .changed(let entry) = try event(text) else {
            Issue.record("not a change")
            return
        }
        #expect(entry.object.metadata.name == "a" && entry.version == "7")
        #expect(entry.bytes == text.utf8.count)
    }

    @Test func `a deletion says which object, whatever else is in it`() throws {
        for body in [
            lease,
            #"{"metadata":{"name":"a","namespace":"n","uid":"u","resourceVersion":"7"},"spec":7}"#,
        ] {
            guard
                case .deleted(let key, let uid, let version) =
                    try event(#"{"type":"DELETED","object":\#(body)}"#)
            else {
                Issue.record("not a deletion")
                return
            }
            #expect(key == ObjectKey(namespace: "n", name: "a") && uid == "u" && version == "7")
        }
    }

    @Test func `the type may come last`() throws {
        let found = try event(#"{"object":\#(lease),"more":[{}],"type":"MODIFIED"}"#)
        #expect(found.version == "7")
    }

    @Test func `a bookmark has a version, and may end the initial events`() throws {
        let mark = #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}"#
        guard case .bookmark("9", endsInitialEvents: false) = try event(mark) else {
            Issue.record("not a bookmark")
            return
        }
        let end = """
            {"type":"BOOKMARK","object":{"kind":"Lease","metadata":{"resourceVersion":"9",\
            "annotations":{"k8s.io/initial-events-end":"true"}}}}
            """
        guard case .bookmark("9", endsInitialEvents: true) = try event(end) else {
            Issue.record("not the end")
            return
        }
    }

    @Test func `an object of a newer release is told and passed over`() throws {
        let text = """
            {"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"8"},\
            "spec":{"leaseDurationSeconds":"soon"}}}
            """
        guard case .unreadable(let sentence, let key, let version) = try event(text) else {
            Issue.record("it was read")
            return
        }
        #expect(version == "8" && key == ObjectKey(name: "a"))
        #expect(sentence.contains("leaseDurationSeconds"))
    }

    @Test func `an ERROR event is the server's refusal`() throws {
        let gone = """
            {"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired",\
            "message":"too old resource version: 1 (2)"}}
            """
        #expect(try refusal(gone) == .gone("too old resource version: 1 (2)"))
        let busy = """
            {"type":"ERROR","object":{"kind":"Status","code":429,"reason":"TooManyRequests",\
            "message":"later","details":{"retryAfterSeconds":3}}}
            """
        #expect(try refusal(busy)?.retryAfter == .seconds(3))
    }

    @Test(arguments: [
        "", "{", "<html>", "[]", #"{"type":"ADDED"}"#, #"{"object":{}}"#, #"{"type":"WHAT"}"#,
        #"{"type":"DELETED","object":{}}"#, #"{"type":"ERROR","object":{"kind":"Lease"}}"#,
        #"{"type":"ADDED","object":{"metadata":{"name":"a"}}"#,
    ])
    func `what is no event is an error`(text: String) {
        #expect(throws: BrokenLine.self) { try line(text) }
    }

    @Test func `ten thousand levels are an error, wanted or not`() {
        let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        for member in ["spec", "status"] {
            let text = #"{"type":"ADDED","object":{"metadata":{"name":"a"},"\#(member)":\#(deep)}}"#
            #expect(throws: BrokenLine.self) { try line(text) }
        }
    }

    // MARK: - Lines

    private func lines(_ text: [UInt8], pieces size: Int) -> [[UInt8]]? {
        var splitter = LineSplitter()
        var lines: [[UInt8]] = []
        for start in stride(from: 0, to: text.count, by: size) {
            let piece = Array(text[start..<min(start + size, text.count)])
            let isShort = splitter.add(piece) { line in
                lines.append((0..<line.count).map { line[$0] })
            }
            guard isShort else { return nil }
        }
        return lines
    }

    @Test func `lines are the same however they are cut`() {
        let text = Array("one\n\ntwo\nthree\nrest".utf8)
        let wanted = ["one", "two", "three"].map { Array($0.utf8) }
        for size in 1...text.count { #expect(lines(text, pieces: size) == wanted, "of \(size)") }
    }

    @Test func `a line that never ends is refused, whole or in pieces`() {
        let long = [UInt8](repeating: 0x20, count: LineSplitter.longest + 1)
        #expect(lines(long, pieces: 1 << 20) == nil)
        #expect(lines(long, pieces: long.count) == nil)
        #expect(lines(long + [UInt8(ascii: "\n")], pieces: long.count + 1) == nil)
        #expect(lines(Array(long.dropLast()), pieces: 1 << 20) == [])
    }
}
