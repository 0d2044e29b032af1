// SPDX-License-Identifier: Apache-2.0

import HTTP
import JSON
import Resources

/// What a watch tells.
enum WatchEvent<R: Resource>: Sendable {
    /// The object is new or has changed.
    case changed(R)
    /// The object is gone; this was its last state.
    case deleted(R)
    /// Nothing happened up to this version.
    case bookmark(version: String)
    /// The object cannot be read: the sentence says why.
    case unreadable(String, ObjectKey?, version: String)

    /// The version from which a watch goes on after this event.
    var version: String {
        switch self {
        case .changed(let object), .deleted(let object): object.metadata.resourceVersion
        case .bookmark(let version), .unreadable(_, _, let version): version
        }
    }

    /// Reads one line.
    ///
    /// - Throws: the server's refusal when the event is an `ERROR`, which carries a `Status`.
    init(line: [UInt8]) throws(APIError) {
        let what = "watch of \(R.type.plural)"
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: line, limits: APIAnswer.limits)
        } catch {
            let text = String(decoding: line.prefix(120), as: UTF8.self)
            throw .unexpected(what: what, status: 200, text: text)
        }
        guard let kind = value["type"]?.string, let object = value["object"] else {
            throw .misshapen(what: what, .missing(path: "type, object"))
        }
        let version = object["metadata"]?["resourceVersion"]?.string ?? ""
        if kind == "ERROR" {
            throw APIAnswer.refusal(object, nil) ?? .misshapen(what: what, .missing(path: "Status"))
        }
        if kind == "BOOKMARK" {
            self = .bookmark(version: version)
            return
        }
        do throws(JSONShapeError) {
            let readable = try R(JSONNode(object, path: what))
            self = kind == "DELETED" ? .deleted(readable) : .changed(readable)
        } catch {
            self = .unreadable("\(error)", ObjectKey(of: object), version: version)
        }
    }
}

/// A running watch.
struct Watch<R: Resource>: Sendable {
    private let body: HTTPBody
    private let server: String
    private let seconds: Int
    private var splitter = LineSplitter()

    /// The server ends a watch after so many seconds, at random so that not all begin anew at once.
    private static var duration: ClosedRange<Int> { 240...300 }

    /// Follows what happens to the objects of `scope` after `version`.
    ///
    /// - Throws: ``APIError``; see ``APIError/isGone``.
    init(_ client: APIClient, _ scope: ListScope, after version: String) async throws(APIError) {
        var request = APIRequest.list(R.type, in: scope)
        seconds = Int.random(in: Self.duration)
        request.query += [
            ("watch", "1"), ("resourceVersion", version), ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", String(seconds)),
        ]
        server = "\(client.server)"
        body = try await client.open(request)
        guard body.head.status != 200 else { return }
        var bytes: [UInt8] = []
        while bytes.count < 64 << 10, let piece = try await next() { bytes += piece }
        let answer = HTTPResponse(head: body.head, body: bytes)
        _ = try APIAnswer.document(answer, of: request)
        throw .unexpected(what: request.summary, status: body.head.status, text: "no watch")
    }

    /// What ends a watch that its server has forgotten to end.
    var expiry: WatchExpiry { WatchExpiry(body: body, after: .seconds(seconds) + .seconds(30)) }

    /// The next events, nil when the server has ended the watch.
    ///
    /// - Throws: ``APIError``.
    mutating func events() async throws(APIError) -> [WatchEvent<R>]? {
        guard let piece = try await next() else { return nil }
        let lines: [[UInt8]]
        do throws(LineTooLong) {
            lines = try splitter.add(piece)
        } catch {
            let limit = LineSplitter.longest
            throw .unanswered(server: server, .tooLarge(limit: limit))
        }
        var events: [WatchEvent<R>] = []
        for line in lines { events.append(try WatchEvent(line: line)) }
        return events
    }

    private func next() async throws(APIError) -> [UInt8]? {
        do throws(HTTPFailure) {
            return try await body.next()
        } catch {
            throw .unanswered(server: server, error)
        }
    }
}

/// Ends a watch from this side: a proxy in between may answer pings for a server that is gone.
struct WatchExpiry: Sendable {
    let body: HTTPBody
    let after: Duration

    /// Returns when the task is cancelled, or after the time, with the watch ended.
    func wait() async {
        do {
            try await Task.sleep(for: after)
            body.expire(after: after)
        } catch {
            return  // cancelled: the watch ended by itself
        }
    }
}
