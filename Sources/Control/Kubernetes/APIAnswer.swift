// SPDX-License-Identifier: Apache-2.0

import Gzip
import HPACK
import HTTP
import JSON
import Resources

/// Reads answers: objects, and the `Status` objects of refusals.
enum APIAnswer {
    /// Depth and size of what an API server may say.
    static let limits = JSONLimits(depth: 100, bytes: 64 << 20)

    /// The longest that a server can make its clients wait.
    private static let longestRest = 300

    /// Characters of a refusal's sentence that are kept.
    private static let longestMessage = 4096

    /// Text of a foreign answer that is shown.
    private static let excerpt = 120

    /// The body of an answer that grants the request.
    static func document(
        _ response: HTTPResponse,
        of request: APIRequest
    ) throws(APIError) -> JSONValue {
        let head = response.head
        if let foreign = foreign(response, to: request) { throw foreign }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: response.body, limits: limits)
        } catch {
            throw .damaged(what: request.summary, status: head.status, error)
        }
        guard (200..<300).contains(head.status) else {
            throw refusal(value, head) ?? unexpected(response, request)
        }
        return value
    }

    /// Why an answer is no JSON, going by what it says itself; nil when it says it is.
    private static func foreign(_ response: HTTPResponse, to request: APIRequest) -> APIError? {
        let head = response.head
        let type = mediaType(head)
        if type == "application/json" { return nil }
        // An API server answers paths it does not know in plain text.
        if head.status == 404, type == "text/plain" { return .unknownKind(request.type) }
        return .foreign(
            ForeignAnswer(
                what: request.summary,
                status: head.status,
                contentType: type,
                text: String(decoding: response.body.prefix(excerpt), as: UTF8.self),
                retryAfter: rest(head)
            )
        )
    }

    /// The media type in lower case, without its parameters.
    private static func mediaType(_ head: HTTPHead) -> String {
        let value = head.first("content-type") ?? ""
        let type = value.prefix { $0 != ";" && !$0.isWhitespace }
        return String(type.prefix(excerpt)).lowercased()
    }

    /// The response as it was before it was compressed.
    static func inflated(
        _ response: HTTPResponse,
        of request: APIRequest
    ) throws(APIError) -> HTTPResponse {
        switch response.head.first("content-encoding")?.lowercased() {
        case nil, "identity": return response
        case "gzip":
            do throws(GzipError) {
                let body = try Gzip.inflate(response.body, limit: request.limit)
                return HTTPResponse(head: response.head, body: body)
            } catch {
                throw .compressed(what: request.summary, reason: "\(error)")
            }
        case let other?:
            let name = String(other.prefix(excerpt)).debugDescription
            throw .compressed(what: request.summary, reason: "\(name) was not asked for")
        }
    }

    /// How long whoever answers wants to be left alone: seconds; a date is not used by Kubernetes.
    static func rest(_ head: HTTPHead) -> Duration? {
        head.first("retry-after").flatMap { Int($0) }.map(bounded)
    }

    private static func bounded(_ seconds: Int) -> Duration {
        .seconds(min(max(seconds, 0), longestRest))
    }

    /// What a `Status` object says; nil when the value is none.
    static func refusal(_ value: JSONValue, _ head: HTTPHead?) -> APIError? {
        guard value["kind"]?.string == "Status" else { return nil }
        let code = value["code"]?.integer ?? head?.status ?? 0
        let reason = value["reason"]?.string ?? ""
        let message = String((value["message"]?.string ?? "").prefix(longestMessage))
        if code == 410 || reason == "Expired" { return .gone(message) }
        let seconds = value["details"]?["retryAfterSeconds"]?.integer
        return .refused(
            APIStatus(
                code: code,
                reason: reason,
                message: message,
                // The body's 0 means that it says nothing.
                retryAfter: seconds.flatMap { $0 > 0 ? bounded($0) : nil } ?? head.flatMap(rest),
                causes: causes(value["details"]?["causes"])
            )
        )
    }

    private static func causes(_ value: JSONValue?) -> [APIStatus.Cause] {
        (value?.array ?? []).prefix(APIStatus.longestCauses).map { cause in
            APIStatus.Cause(
                reason: cause["reason"]?.string ?? "",
                field: cause["field"]?.string ?? "",
                message: cause["message"]?.string ?? ""
            )
        }
    }

    private static func unexpected(_ response: HTTPResponse, _ request: APIRequest) -> APIError {
        let text = String(decoding: response.body.prefix(excerpt), as: UTF8.self)
        return .unexpected(what: request.summary, status: response.head.status, text: text)
    }

    /// The object that `value` must be.
    static func object<R: Resource>(
        _ value: JSONValue,
        of request: APIRequest
    ) throws(APIError) -> R {
        do throws(JSONShapeError) {
            return try R(JSONNode(value))
        } catch {
            throw .misshapen(what: request.summary, error)
        }
    }
}
