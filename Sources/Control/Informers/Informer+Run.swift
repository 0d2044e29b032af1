// SPDX-License-Identifier: Apache-2.0

import JSON
import Kubernetes
import Resources

extension Informer {
    /// Lists and watches until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            let step = withReflector { $0.next(at: .now, chance: .random(in: 0..<1)) }
            do throws(APIError) {
                try await take(step)
            } catch {
                fail(error)
            }
            count()
        }
    }

    private func fail(_ error: APIError) {
        let isTrouble = withReflector { reflector in
            reflector.failed(error, at: .now, chance: .random(in: 0..<1))
            return reflector.machine.isTrouble
        }
        if isTrouble, !Task.isCancelled { note(trouble: "\(error)") }
    }

    private func take(_ step: ListWatch.Step) async throws(APIError) {
        switch step {
        case .pause(let duration):
            do {
                try await Task.sleep(for: duration)
            } catch {
                return  // cancelled
            }
        case .list(let request): try await list(request)
        case .stream(let source, let seconds):
            var query = [("sendInitialEvents", "true"), ("resourceVersionMatch", "NotOlderThan")]
            if case .notOlderThan(let version) = source {
                query.append(("resourceVersion", version))
            }
            try await watch(query, seconds: seconds)
        case .watch(let version, let seconds):
            try await watch([("resourceVersion", version)], seconds: seconds)
        }
    }

    private func list(
        _ request: ListWatch.ListRequest
    ) async throws(APIError) {
        let query = request.query
        let stream = try await client.stream(R.self, in: scope, query, asList: true)
        withReflector { $0.heard(at: .now) }
        async let _: Void = endSilence(of: stream)
        var page = ListPage<R>()
        while let piece = try await stream.next() {
            let items = try page.add(piece, of: stream)
            for case .unreadable(let sentence, _) in items { complain(sentence) }
            withReflector { reflector in
                reflector.heard(at: .now)
                reflector.add(items)
            }
        }
        let (version, next) = try page.end(of: stream)
        update { $0.page(version: version, next: next) }
    }

    private func watch(
        _ query: [(String, String)],
        seconds: Int
    ) async throws(APIError) {
        let all =
            query + [
                ("watch", "1"), ("allowWatchBookmarks", "true"), ("timeoutSeconds", "\(seconds)"),
            ]
        let stream = try await client.stream(R.self, in: scope, all, asList: false)
        withReflector { $0.opened(at: .now) }
        async let _: Void = endSilence(of: stream)
        if isSynced { note(trouble: nil) }
        var splitter = LineSplitter()
        while let piece = try await stream.next() {
            withReflector { $0.heard(at: .now) }
            let isShort = try splitter.add(piece) { (line) throws(APIError) in
                try handle(line, of: stream)
            }
            guard isShort else { throw stream.tooLarge(limit: LineSplitter.longest) }
        }
        withReflector { $0.ended(at: .now, chance: .random(in: 0..<1)) }
    }

    private func handle(_ line: Span<UInt8>, of stream: APIStream) throws(APIError) {
        let said: WatchLine<R>
        do throws(BrokenLine) {
            said = try WatchLine(line)
        } catch {
            throw stream.unexpected(line)
        }
        switch said {
        case .refusal(let error): throw error
        case .event(let event):
            if case .unreadable(let sentence, _, _) = event { complain(sentence) }
            let wasSynced = isSynced
            update { $0.apply(event, at: .now) }
            if !wasSynced, isSynced { note(trouble: nil) }
        }
    }

    /// Ends from this side what its server has forgotten to end: a proxy in between may answer
    /// pings for a server that is gone.
    private func endSilence(of stream: APIStream) async {
        while let deadline = withReflector({ $0.machine.deadline }) {
            guard deadline > .now else { return stream.expire(after: ListWatch.patience) }
            do {
                try await Task.sleep(until: deadline)
            } catch {
                return  // cancelled: it has ended by itself
            }
        }
    }
}

extension ListWatch.ListRequest {
    /// Objects on a page; a page of the largest objects is then 1.5 GiB at worst, of Netdevs 1 MiB.
    private static let pageSize = 500

    /// The list as parts of a query.
    var query: [(String, String)] {
        // What continues a list has its version in its token.
        if !next.isEmpty { return [("limit", "\(Self.pageSize)"), ("continue", next)] }
        var query: [(String, String)] = []
        if isPaged { query.append(("limit", "\(Self.pageSize)")) }
        if case .notOlderThan(let version) = source {
            query += [("resourceVersion", version), ("resourceVersionMatch", "NotOlderThan")]
        }
        return query
    }
}
