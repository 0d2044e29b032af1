// SPDX-License-Identifier: Apache-2.0

import Connections
import HTTP
import JSON
import Reconcile
import Resources
import Synchronization

/// A client of one API server; all requests share one connection.
public final class APIClient: Sendable {
    /// Where the server is, for people.
    public let server: ServerURL

    /// What holds for all requests.
    public let options: APIClientOptions

    private let observer: APIClientObserver
    private let credentials: CredentialSource
    private let uplink: Uplink
    private let bucket: Mutex<TokenBucket?>
    /// Kinds that the server is known to have.
    let discovered = Mutex<Set<ResourceType>>([])

    /// A client that connects with the first request.
    ///
    /// - Throws: ``AccessError`` when certificates or keys cannot be used.
    public init(
        _ access: ClusterAccess,
        options: APIClientOptions = APIClientOptions(),
        observer: APIClientObserver = APIClientObserver()
    ) throws(AccessError) {
        self.observer = observer
        server = access.server
        self.options = options
        credentials = CredentialSource(access.credential)
        uplink = try Uplink(access, observer)
        bucket = Mutex(options.rate.map { TokenBucket($0) })
    }

    /// A client that calls itself `userAgent`, and its writes too.
    ///
    /// - Throws: ``AccessError`` when certificates or keys cannot be used.
    public convenience init(
        _ access: ClusterAccess,
        userAgent: String,
        observer: APIClientObserver = APIClientObserver()
    ) throws(AccessError) {
        try self.init(access, options: APIClientOptions(name: userAgent), observer: observer)
    }

    /// Ends all requests and the connection.
    public func close() async {
        await uplink.close()
    }

    // MARK: - Requests

    /// The document of the answer that grants a request; see ``RetryRule`` for what is asked again.
    func document(
        _ request: APIRequest,
        deadline: Duration? = nil
    ) async throws(APIError) -> JSONValue {
        let end = ContinuousClock.now + (deadline ?? options.deadline)
        var rule = RetryRule(isRead: request.isRead)
        while true {
            let pause: Duration
            do throws(APIError) {
                let response = try await send(request, by: end)
                let head = response.head
                let asked = rule.answered(head.status, rest: APIAnswer.rest(head))
                guard let asked, asked < end - .now else {
                    return try APIAnswer.document(response, of: request)
                }
                pause = asked
            } catch {
                guard case .unanswered(_, let failure) = error,
                    let lost = rule.failed(failure, fraction: .random(in: 0..<1)),
                    lost < end - .now
                else { throw error }
                pause = lost
            }
            try await rest(pause)
        }
    }

    /// An answer, after another reading of the credential when the server did not accept it.
    private func send(
        _ request: APIRequest,
        by end: ContinuousClock.Instant
    ) async throws(APIError) -> HTTPResponse {
        let identity = try await credentials.identity()
        var response = try await send(request, as: identity, by: end)
        if response.head.status == 401, credentials.distrust(identity) {
            response = try await send(request, as: try await credentials.identity(), by: end)
        }
        if response.head.status == 401 { throw unauthorized }
        return try APIAnswer.inflated(response, of: request)
    }

    private func send(
        _ request: APIRequest,
        as identity: Identity,
        by end: ContinuousClock.Instant
    ) async throws(APIError) -> HTTPResponse {
        try await takeTurn(by: end)
        let http = try door(for: identity)
        let prepared = prepared(request, identity, compressed: true)
        return try await observed(request) { () async throws(HTTPFailure) in
            let limit = request.limit
            let answer = try await http.send(prepared, deadline: end - .now, limit: limit)
            return (answer, answer.head.status)
        }
    }

    /// Starts a watch; its head has come.
    func open(_ request: APIRequest) async throws(APIError) -> HTTPBody {
        let identity = try await credentials.identity()
        var body = try await stream(request, as: identity)
        if body.head.status == 401, credentials.distrust(identity) {
            body = try await stream(request, as: try await credentials.identity())
        }
        if body.head.status == 401 { throw unauthorized }
        return body
    }

    private func stream(
        _ request: APIRequest,
        as identity: Identity
    ) async throws(APIError) -> HTTPBody {
        let end = ContinuousClock.now + options.deadline
        try await takeTurn(by: end)
        let http = try door(for: identity)
        let prepared = prepared(request, identity, compressed: !request.isWatch)
        return try await observed(request) { () async throws(HTTPFailure) in
            let body = try await http.stream(prepared, deadline: end - .now)
            return (body, body.head.status)
        }
    }

    private func observed<Answer>(
        _ request: APIRequest,
        _ exchange: () async throws(HTTPFailure) -> (Answer, status: Int)
    ) async throws(APIError) -> Answer {
        let start = ContinuousClock.now
        do throws(HTTPFailure) {
            let (answer, status) = try await exchange()
            observer.onRequest(request.method, status, .now - start)
            return answer
        } catch {
            observer.onRequest(request.method, nil, .now - start)
            throw .unanswered(server: "\(server)", error)
        }
    }

    private func prepared(
        _ request: APIRequest,
        _ identity: Identity,
        compressed: Bool
    ) -> HTTPRequest {
        request.http(
            prefix: server.prefix,
            userAgent: options.name,
            token: identity.token,
            compressed: compressed
        )
    }

    private func door(for identity: Identity) throws(APIError) -> HTTPClient {
        do throws(AccessError) {
            return try uplink.http(identity.certificate)
        } catch {
            let reason = "the client certificate cannot be used: \(error)"
            throw .noCredential(.malformed(command: credentials.origin, reason))
        }
    }

    /// Waits until the rate of requests lets one more through.
    private func takeTurn(by end: ContinuousClock.Instant) async throws(APIError) {
        let now = ContinuousClock.now
        let turn = bucket.withLock { $0?.take(at: now, patience: end - now) }
        guard let (wait, isTaken) = turn else { return }
        guard isTaken else { throw .heldBack(wait) }
        if wait > .zero { try await rest(wait) }
    }

    func rest(_ time: Duration) async throws(APIError) {
        do {
            try await Task.sleep(for: time)
        } catch {
            throw .unanswered(server: "\(server)", .cancelled)
        }
    }

    private var unauthorized: APIError {
        .unauthorized(server: "\(server)", credential: credentials.origin)
    }
}
