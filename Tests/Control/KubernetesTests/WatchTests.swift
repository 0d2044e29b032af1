// SPDX-License-Identifier: Apache-2.0

import HPACK
import JSON
import Resources
import Testing

@testable import HTTP
@testable import Kubernetes

@Suite struct WatchTests {
    private func event(_ text: String) throws(APIError) -> WatchEvent<Lease> {
        try WatchEvent(line: Array(text.utf8))
    }

    private func error(_ text: String) -> APIError? {
        do throws(APIError) {
            _ = try event(text)
            return nil
        } catch {
            return error
        }
    }

    private let lease = """
        {"apiVersion":"coordination.k8s.io/v1","kind":"Lease",\
        "metadata":{"name":"a","namespace":"n","resourceVersion":"7"},"spec":{}}
        """

    @Test func `reads what happened`() throws {
        guard case .changed(let added) = try event(#"{"type":"ADDED","object":\#(lease)}"#) else {
            Issue.record("not a change")
            return
        }
        #expect(added.metadata.name == "a")
        guard case .deleted = try event(#"{"type":"DELETED","object":\#(lease)}"#) else {
            Issue.record("not a deletion")
            return
        }
        let mark = """
            {"type":"BOOKMARK","object":{"kind":"Lease","metadata":{"resourceVersion":"9"}}}
            """
        #expect(try event(mark).version == "9")
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
        #expect(version == "8")
        #expect(key == ObjectKey(name: "a"))
        #expect(sentence.contains("leaseDurationSeconds"))
    }

    @Test func `an ERROR event is the server's refusal`() {
        let gone = """
            {"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired",\
            "message":"too old resource version: 1 (2)"}}
            """
        #expect(error(gone) == .gone("too old resource version: 1 (2)"))
        #expect(error(gone)?.isGone == true)
        let busy = """
            {"type":"ERROR","object":{"kind":"Status","code":429,"reason":"TooManyRequests",\
            "message":"later","details":{"retryAfterSeconds":3}}}
            """
        #expect(error(busy)?.retryAfter == .seconds(3))
    }

    @Test(arguments: ["", "{", "<html>", "[]", #"{"type":"ADDED"}"#, #"{"object":{}}"#])
    func `what is no event is an error`(text: String) {
        #expect(error(text) != nil)
    }

    @Test func `lines are the same however they are cut`() throws {
        let text = Array("one\n\ntwo\nthree\n".utf8)
        let wanted = ["one", "two", "three"].map { Array($0.utf8) }
        for size in 1...text.count {
            var splitter = LineSplitter()
            var lines: [[UInt8]] = []
            for start in stride(from: 0, to: text.count, by: size) {
                lines += try splitter.add(Array(text[start..<min(start + size, text.count)]))
            }
            #expect(lines == wanted, "pieces of \(size)")
        }
    }

    @Test func `a line that never ends is refused`() throws {
        var splitter = LineSplitter()
        let piece = [UInt8](repeating: 0x20, count: 1 << 20)
        #expect(throws: LineTooLong.self) {
            for _ in 0...(LineSplitter.longest >> 20) { _ = try splitter.add(piece) }
        }
    }

    // MARK: - Answers

    private func refusal(
        _ status: Int,
        _ body: String,
        _ type: String = "application/json"
    )
        throws -> APIError?
    {
        let head = try #require(
            HTTPHead([.init(":status", "\(status)"), .init("content-type", type)])
        )
        let request = APIRequest.list(Lease.type, in: ListScope(namespace: "n"))
        do throws(APIError) {
            let response = HTTPResponse(head: head, body: Array(body.utf8))
            _ = try APIAnswer.document(response, of: request)
            return nil
        } catch {
            return error
        }
    }

    @Test func `refusals keep the server's words`() throws {
        let conflict = """
            {"kind":"Status","code":409,"reason":"Conflict","message":"it has changed"}
            """
        let error = try #require(try refusal(409, conflict))
        #expect(error.isConflict && !error.isAlreadyExists && "\(error)" == "it has changed")
        let exists = #"{"kind":"Status","code":409,"reason":"AlreadyExists","message":"m"}"#
        #expect(try refusal(409, exists)?.isAlreadyExists == true)
        let missing = #"{"kind":"Status","code":404,"reason":"NotFound","message":"m"}"#
        #expect(try refusal(404, missing)?.isNotFound == true)
        let gone = #"{"kind":"Status","code":410,"reason":"Gone","message":"m"}"#
        #expect(try refusal(410, gone)?.isGone == true)
    }

    @Test func `a path that the server does not know is a missing definition`() throws {
        let error = try refusal(404, "404 page not found\n", "text/plain")
        #expect(error == .unknownKind(Lease.type))
    }

    @Test(arguments: [
        (502, "<html>Bad Gateway</html>"), (200, "<html>log in</html>"), (500, #"{"a":1}"#),
        (200, #"{"kind":"#),
    ])
    func `a proxy's page is no answer`(status: Int, body: String) throws {
        guard case .unexpected(_, status, _) = try refusal(status, body) else {
            Issue.record("taken for an answer")
            return
        }
    }
}
