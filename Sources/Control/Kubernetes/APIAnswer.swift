// SPDX-License-Identifier: Apache-2.0

import HTTP
import JSON
import Resources

/// Reads answers: objects, and the `Status` objects of refusals.
enum APIAnswer {
    /// Depth and size of what an API server may say.
    static let limits = JSONLimits(depth: 100, bytes: 64 << 20)

    /// The body of an answer that grants the request.
    static func document(
        _ response: HTTPResponse,
        of request: APIRequest
    ) throws(APIError) -> JSONValue {
        let isGranted = (200..<300).contains(response.head.status)
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: response.body, limits: limits)
        } catch {
            // An API server answers paths it does not know in plain text.
            if response.head.status == 404 { throw .unknownKind(request.type) }
            throw unexpected(response, request)
        }
        guard isGranted else {
            throw refusal(value, response.head) ?? unexpected(response, request)
        }
        return value
    }

    /// What a `Status` object says; nil when the value is none.
    static func refusal(_ value: JSONValue, _ head: HTTPHead?) -> APIError? {
        guard value["kind"]?.string == "Status" else { return nil }
        let seconds =
            value["details"]?["retryAfterSeconds"]?.integer
            ?? head?.first("retry-after").flatMap { Int($0) }
        let code = value["code"]?.integer ?? head?.status ?? 0
        let reason = value["reason"]?.string ?? ""
        let message = value["message"]?.string ?? ""
        if code == 410 || reason == "Expired" { return .gone(message) }
        return .refused(
            APIStatus(
                code: code,
                reason: reason,
                message: message,
                retryAfter: seconds.map { .seconds(min(max($0, 0), 300)) }
            )
        )
    }

    private static func unexpected(_ response: HTTPResponse, _ request: APIRequest) -> APIError {
        let text = String(decoding: response.body.prefix(120), as: UTF8.self)
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
