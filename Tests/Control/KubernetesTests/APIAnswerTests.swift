// SPDX-License-Identifier: Apache-2.0

import Gzip
import HPACK
import JSON
import Resources
import Testing

@testable import HTTP
@testable import Kubernetes

/// What an answer, whoever gives it, means.
@Suite struct APIAnswerTests {
    private let request = APIRequest.list(Lease.type, in: ListScope(namespace: "n"))

    private func response(
        _ status: Int,
        _ body: [UInt8],
        _ fields: [String: String] = ["content-type": "application/json"]
    ) throws -> HTTPResponse {
        let more = fields.map { HeaderField($0.key, $0.value) }
        let head = try #require(HTTPHead([HeaderField(":status", "\(status)")] + more))
        return HTTPResponse(head: head, body: body)
    }

    private func refusal(
        _ status: Int,
        _ body: String,
        _ fields: [String: String] = ["content-type": "application/json"]
    ) throws -> APIError? {
        let response = try response(status, Array(body.utf8), fields)
        do throws(APIError) {
            _ = try APIAnswer.document(response, of: request)
            return nil
        } catch {
            return error
        }
    }

    private func status(_ code: Int, _ reason: String, _ more: String = "") -> String {
        """
        {"kind":"Status","apiVersion":"v1","status":"Failure","code":\(code),
         "reason":"\(reason)","message":"m"\(more)}
        """
    }

    /// A predicate and what it is called.
    struct Predicate: Sendable, CustomTestStringConvertible {
        let name: String
        let holds: @Sendable (APIError) -> Bool

        init(_ name: String, _ holds: @escaping @Sendable (APIError) -> Bool) {
            (self.name, self.holds) = (name, holds)
        }

        var testDescription: String { name }
    }

    static let predicates = [
        Predicate("not found") { $0.isNotFound }, Predicate("exists") { $0.isAlreadyExists },
        Predicate("conflict") { $0.isConflict }, Predicate("gone") { $0.isGone },
        Predicate("invalid") { $0.isInvalid }, Predicate("bad request") { $0.isBadRequest },
        Predicate("forbidden") { $0.isForbidden },
        Predicate("unauthorized") { $0.isUnauthorized },
        Predicate("too many") { $0.isTooManyRequests },
        Predicate("unavailable") { $0.isUnavailable }, Predicate("timeout") { $0.isTimeout },
        Predicate("internal") { $0.isInternal },
    ]

    @Test(arguments: [
        (404, "NotFound", ["not found"]), (409, "AlreadyExists", ["exists"]),
        (409, "Conflict", ["conflict"]), (410, "Gone", ["gone"]), (410, "Expired", ["gone"]),
        (422, "Invalid", ["invalid"]), (400, "BadRequest", ["bad request"]),
        (403, "Forbidden", ["forbidden"]), (401, "Unauthorized", ["unauthorized"]),
        (429, "TooManyRequests", ["too many"]), (503, "ServiceUnavailable", ["unavailable"]),
        (504, "Timeout", ["timeout"]), (500, "ServerTimeout", ["timeout", "internal"]),
        (500, "InternalError", ["internal"]),
    ])
    func `each reason is told from the others`(code: Int, reason: String, names: [String]) throws {
        let error = try #require(try refusal(code, status(code, reason)))
        #expect(Self.predicates.filter { $0.holds(error) }.map(\.name) == names)
        #expect("\(error)" == "m")
    }

    @Test func `what is not valid is told with its places`() throws {
        let causes = """
            ,"details":{"causes":[{"reason":"FieldValueInvalid","message":"too small",
            "field":"spec.mtu"},{"reason":"FieldValueRequired","field":"spec.xpuRef"},7]}
            """
        let error = try #require(try refusal(422, status(422, "Invalid", causes)))
        #expect(
            error.causes == [
                .init(reason: "FieldValueInvalid", field: "spec.mtu", message: "too small"),
                .init(reason: "FieldValueRequired", field: "spec.xpuRef"), .init(reason: ""),
            ]
        )
        let owned = #","details":{"causes":[{"reason":"FieldManagerConflict","field":".spec"}]}"#
        #expect(try refusal(409, status(409, "Conflict", owned))?.isFieldManagerConflict == true)
        #expect(try refusal(409, status(409, "Conflict"))?.isFieldManagerConflict == false)
    }

    @Test func `no more causes are kept than anybody reads`() throws {
        let many = Array(repeating: #"{"reason":"x"}"#, count: 5000).joined(separator: ",")
        let error = try refusal(422, status(422, "Invalid", ",\"details\":{\"causes\":[\(many)]}"))
        #expect(error?.causes.count == APIStatus.longestCauses)
        let long = String(repeating: "w", count: 1 << 20)
        let wordy = try refusal(500, #"{"kind":"Status","message":"\#(long)"}"#)
        #expect("\(try #require(wordy))".count == 4096)
    }

    @Test func `a version from the future`() throws {
        let cause =
            #","details":{"causes":[{"reason":"ResourceVersionTooLarge"}],"retryAfterSeconds":1}"#
        let error = try #require(try refusal(504, status(504, "Timeout", cause)))
        #expect(error.isResourceVersionTooLarge && error.retryAfter == .seconds(1))
        #expect(try refusal(504, status(504, "Timeout"))?.isResourceVersionTooLarge == false)
        let old = #"{"kind":"Status","reason":"Timeout","message":"Too large resource version: 9"}"#
        #expect(try refusal(504, old)?.isResourceVersionTooLarge == true)
    }

    @Test(arguments: [
        (",\"details\":{\"retryAfterSeconds\":7}", "9", 7), ("", "9", 9), ("", "", nil),
        (",\"details\":{\"retryAfterSeconds\":0}", "9", 9), ("", "99999999", 300),
        ("", "-5", 0), ("", "Wed, 21 Oct 2015 07:28:00 GMT", nil),
    ])
    func `how long to wait stands in the body or in a field`(
        details: String,
        field: String,
        seconds: Int?
    ) throws {
        var fields = ["content-type": "application/json"]
        if !field.isEmpty { fields["retry-after"] = field }
        let error = try refusal(429, status(429, "TooManyRequests", details), fields)
        #expect(error?.retryAfter == seconds.map { .seconds($0) })
        let page = try refusal(503, "<html>", ["content-type": "text/html", "retry-after": "3"])
        #expect(page?.retryAfter == .seconds(3))
    }

    @Test func `a path that the server does not know is a missing definition`() throws {
        let fields = ["content-type": "text/plain; charset=utf-8"]
        #expect(try refusal(404, "404 page not found\n", fields) == .unknownKind(Lease.type))
    }

    @Test(arguments: [
        (502, "<html>Bad Gateway</html>", "text/html; charset=utf-8", "text/html"),
        (200, "<html>log in</html>", "TEXT/HTML", "text/html"),
        (200, "{}", "", ""), (404, "<h1>", "text/html", "text/html"),
        (
            200, "k8s\0", "application/vnd.kubernetes.protobuf",
            "application/vnd.kubernetes.protobuf"
        ),
    ])
    func `what is no JSON is told with its type and its beginning`(
        status: Int,
        body: String,
        type: String,
        meaning: String
    ) throws {
        let error = try refusal(status, body, type.isEmpty ? [:] : ["content-type": type])
        let answer = ForeignAnswer(
            what: "GET leases",
            status: status,
            contentType: meaning,
            text: body
        )
        #expect(error == .foreign(answer))
        let page = try refusal(500, String(repeating: "x", count: 1 << 20), [:])
        #expect("\(try #require(page))".count < 300)
    }

    @Test func `JSON that is no answer`() throws {
        guard case .unexpected(_, 500, #"{"a":1}"#) = try refusal(500, #"{"a":1}"#) else {
            Issue.record("taken for an answer")
            return
        }
        guard case .damaged(_, 200, .unexpected(nil, _, _)) = try refusal(200, #"{"kind":"#) else {
            Issue.record("taken for whole")
            return
        }
        for deep in [
            String(repeating: "[", count: 10_000), String(repeating: #"{"a":"#, count: 10_000),
        ] {
            guard case .damaged(_, 200, .tooDeep) = try refusal(200, deep) else {
                Issue.record("taken for flat")
                return
            }
        }
    }

    // MARK: - Compression

    private func inflated(
        _ body: [UInt8],
        encoding: String,
        of request: APIRequest? = nil
    ) throws -> Result<[UInt8], APIError> {
        let response = try response(200, body, ["content-encoding": encoding])
        do throws(APIError) {
            return .success(try APIAnswer.inflated(response, of: request ?? self.request).body)
        } catch {
            return .failure(error)
        }
    }

    @Test func `a compressed answer is inflated, within the limit`() throws {
        let text = [UInt8](repeating: 0x20, count: 100_000)
        let packed = try #require(Gzip.deflate(text))
        #expect(try inflated(packed, encoding: "gzip") == .success(text))
        #expect(try inflated(text, encoding: "identity") == .success(text))
        var small = request
        small.limit = 99_999
        let bomb = try inflated(packed, encoding: "gzip", of: small)
        let cut = try inflated(packed.dropLast(9), encoding: "gzip")
        let other = try inflated(text, encoding: "br")
        for (result, words) in [
            (bomb, "limit of 99999"), (cut, "cut short"), (other, "\"br\" was not asked for"),
        ] {
            guard case .failure(let error) = result, case .compressed = error else {
                Issue.record("\(words): inflated")
                continue
            }
            #expect("\(error)".contains(words))
        }
    }
}
