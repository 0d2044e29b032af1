// SPDX-License-Identifier: Apache-2.0

import HTTP
package import JSON
package import Resources

/// A granted request whose answer is taken piece by piece: a list or a watch.
package struct APIStream: Sendable {
    /// What was asked for, for an error message.
    package let summary: String
    private let body: HTTPBody
    private let server: String

    fileprivate init(_ body: HTTPBody, of request: APIRequest, server: String) {
        self.body = body
        summary = request.summary
        self.server = server
    }

    /// The next bytes, nil at the end.
    ///
    /// - Throws: ``APIError/unanswered(server:_:)``.
    package func next() async throws(APIError) -> [UInt8]? {
        do throws(HTTPFailure) {
            return try await body.next()
        } catch {
            throw .unanswered(server: server, error)
        }
    }

    /// Ends it from this side after so long a silence; whoever reads gets an error.
    package func expire(after silence: Duration) {
        body.expire(after: silence)
    }

    /// The error for bytes that are not what an API server sends.
    package func unexpected(_ bytes: Span<UInt8>) -> APIError {
        var text: [UInt8] = []
        for index in 0..<min(bytes.count, 120) { text.append(bytes[index]) }
        return .unexpected(
            what: summary,
            status: body.head.status,
            text: String(decoding: text, as: UTF8.self)
        )
    }

    /// The error for a line or an item that is longer than anybody's.
    package func tooLarge(limit: Int) -> APIError {
        .unanswered(server: server, .tooLarge(limit: limit))
    }
}

extension APIClient {
    /// Asks for the objects of a scope, as a list or a watch, and returns when they begin to come.
    ///
    /// - Throws: ``APIError``, also for every answer that is not 200.
    package func stream<R: Resource>(
        _ type: R.Type,
        in scope: ListScope,
        _ query: [(String, String)],
        asList: Bool
    ) async throws(APIError) -> APIStream {
        var request = APIRequest.list(R.type, in: scope)
        request.query += query
        request.accept = asList ? R.form.listType : R.form.mediaType
        let body = try await open(request)
        let stream = APIStream(body, of: request, server: "\(server)")
        if body.head.status == 200 { return stream }
        var bytes: [UInt8] = []
        while bytes.count < 64 << 10, let piece = try await stream.next() { bytes += piece }
        let answer = HTTPResponse(head: body.head, body: bytes)
        _ = try APIAnswer.document(answer, of: request)
        throw .unexpected(what: request.summary, status: body.head.status, text: "no list")
    }
}

extension APIError {
    /// What a `Status` object of a watch says; nil when the value is none.
    package init?(status: JSONValue) {
        guard let refusal = APIAnswer.refusal(status, nil) else { return nil }
        self = refusal
    }
}
