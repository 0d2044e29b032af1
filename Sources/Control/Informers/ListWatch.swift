// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Reconcile

/// How to keep up with a collection: what to ask the server next.
///
/// A value without clock or tasks.
///
/// ```
///                     page (continued)
///                        ┌─────┐
///            next        ▼     │ last page           next          opened
///   empty ─────────► listing ──┴──────────► listed ───────► opening ───────► watching
///     ▲ ▲               │  initial events end  ▲                │               │
///     │ └─── failed ────┘  (streaming list) ───┼────────────────┼──────────────►┤
///     │                                        └──── failed ────┴──── ended ────┤
///     └─────────── 410 Gone: list again; version too large: list anew ──────────┘
/// ```
///
/// The first list is consistent (no version asked for): one "from any version" may be older than
/// what this very process has seen before it was restarted, as servers of one cluster lag behind
/// each other. A list after 410 is asked not to be older than what is known, which the server can
/// answer from its memory; only when that fails is it consistent again.
///
/// Source: Kubernetes API concepts (resource versions, watches, streaming lists), KEP-956,
/// KEP-3157, KEP-5504.
struct ListWatch: ~Copyable, Sendable {
    typealias Instant = ContinuousClock.Instant

    /// Where the content of a list is to come from.
    enum Source: Hashable, Sendable {
        /// As it is at this moment, by a quorum.
        case consistent
        /// As it was at this version or at a later one.
        case notOlderThan(String)
    }

    /// What to ask for as a list.
    struct ListRequest: Hashable, Sendable {
        var source = Source.consistent
        /// Whether pages are asked for; without them a list cannot expire half-way.
        var isPaged = true
        /// Where the next page begins; empty for the first.
        var next = ""
    }

    /// What to do now.
    enum Step: Hashable, Sendable {
        /// Ask for a list, or its next page.
        case list(ListRequest)
        /// Ask for a list as the beginning of a watch.
        case stream(Source, seconds: Int)
        /// Watch what follows after a version.
        case watch(after: String, seconds: Int)
        /// Do nothing for so long.
        case pause(Duration)
    }

    /// What kept a request or a watch from its end.
    enum Failure: Hashable, Sendable {
        /// The history or the page is gone: 410, as status or as event.
        case expired
        /// The version lies in the future of the server that was asked.
        case tooNew
        /// The server refuses such a request: it does not know streaming lists.
        case unsupported
        /// There was no answer, or the connection was lost.
        case silent
        /// The server refused, and may have said for how long.
        case refused(retryAfter: Duration?)
        /// What came is not what an API server sends.
        case broken
    }

    /// Why a watch or a list had to be made again, for metrics.
    enum Restart: String, Hashable, Sendable, CaseIterable {
        case ended, early, stalled, expired, tooNew, unsupported, silent, refused, broken
    }

    enum State: Hashable, Sendable {
        /// Nothing is known, or it is too old to go on from.
        case empty(ListRequest)
        /// A list is under way.
        case listing(ListRequest)
        /// A list has begun as a watch.
        case streaming(Source, since: Instant)
        /// Everything up to this version is known, and nothing is under way.
        case listed(version: String)
        /// A watch was asked for.
        case opening(version: String, seconds: Int)
        /// Events come in.
        case watching(version: String, since: Instant, end: Instant, hasTold: Bool)
    }

    /// Where it stands.
    private(set) var state = State.empty(ListRequest())

    /// How often what had to be made again.
    private(set) var restarts: [Restart: Int] = [:]

    /// Whether lists begin as watches; a server that has failed at it is not asked again.
    private(set) var usesStreams: Bool

    private var plan: RetryPlan
    private var pauseEnd: Instant?
    private var lastHeard: Instant?

    /// The server ends a watch after so many seconds, at random so that not all begin anew at once.
    static let duration = 240...300
    /// How long a watch may outlast the time that its server was to end it at.
    static let grace = Duration.seconds(30)
    /// A watch that tells nothing and ends within this time is a failure.
    static let shortest = Duration.seconds(1)
    /// Silence that ends a list, and a streaming list whose end is not told: a proxy or an old
    /// server may take the request for an ordinary watch.
    static let patience = Duration.seconds(10)
    /// A streaming list that has not ended by then never will.
    static let longestStream = Duration.seconds(120)

    init(_ backoff: Backoff, usesStreams: Bool = false) {
        plan = RetryPlan(backoff)
        self.usesStreams = usesStreams
    }

    /// Whether the trouble is more than the usual 410 of a watch that was cut.
    var isTrouble: Bool { plan.isTrouble }

    /// When silence has lasted too long, nil when nothing has begun to come.
    var deadline: Instant? {
        switch state {
        case .empty, .listed, .opening: nil
        case .listing: lastHeard.map { $0 + Self.patience }
        case .streaming(_, let since):
            lastHeard.map { min($0 + Self.patience, since + Self.longestStream) }
        case .watching(_, _, let end, _): end
        }
    }
}

// MARK: - What is next

extension ListWatch {
    /// What to do now; asked again before anything has come of it, the same.
    mutating func next(at now: Instant, chance: Double) -> Step {
        if let pauseEnd, now < pauseEnd { return .pause(pauseEnd - now) }
        pauseEnd = nil
        switch state {
        case .empty(let request):
            lastHeard = nil
            if usesStreams {
                state = .streaming(request.source, since: now)
                return .stream(request.source, seconds: Self.seconds(chance))
            }
            state = .listing(request)
            return .list(request)
        case .listing(let request): return .list(request)
        case .streaming(let source, _):
            return .stream(source, seconds: Self.seconds(chance))
        case .listed(let version):
            let seconds = Self.seconds(chance)
            state = .opening(version: version, seconds: seconds)
            return .watch(after: version, seconds: seconds)
        case .opening(let version, let seconds): return .watch(after: version, seconds: seconds)
        case .watching(let version, _, _, _):
            return .watch(after: version, seconds: Self.seconds(chance))
        }
    }

    private static func seconds(_ chance: Double) -> Int {
        duration.lowerBound + Int(chance * Double(duration.count))
    }
}

// MARK: - What has happened

extension ListWatch {
    /// Something of a list or watch has come.
    mutating func heard(at now: Instant) {
        lastHeard = now
    }

    /// A page has come; `next` is where the one after it begins, empty for none.
    mutating func page(version: String, next: String) {
        guard case .listing(var request) = state else { return }
        lastHeard = nil
        request.next = next
        state = next.isEmpty ? .listed(version: version) : .listing(request)
    }

    /// The server has accepted a watch.
    mutating func opened(at now: Instant) {
        switch state {
        case .opening(let version, let seconds):
            let end = now + .seconds(seconds) + Self.grace
            state = .watching(version: version, since: now, end: end, hasTold: false)
            plan.accepted()
        case .streaming(let source, _):
            lastHeard = now
            state = .streaming(source, since: now)
        case .empty, .listing, .listed, .watching: return
        }
    }

    /// An event or bookmark has come that moves the version.
    mutating func event(version: String) {
        guard case .watching(let known, let since, let end, _) = state else { return }
        let isNewer = !version.isEmpty && ResourceVersion.isNewer(version, than: known)
        state = .watching(
            version: isNewer ? version : known,
            since: since,
            end: end,
            hasTold: true
        )
        plan.worked()
    }

    /// The bookmark has come that ends the initial events of a streaming list.
    mutating func initialEventsEnded(version: String, at now: Instant) {
        guard case .streaming(_, let since) = state else { return event(version: version) }
        let end = since + .seconds(Self.duration.upperBound) + Self.grace
        state = .watching(version: version, since: now, end: end, hasTold: true)
        plan.worked()
    }

    /// A watch was ended by its server.
    mutating func ended(at now: Instant, chance: Double) {
        switch state {
        case .empty, .listing, .listed: return
        case .streaming(let source, _):
            giveUpStreaming(source, .ended)
        case .opening(let version, _):
            count(.early)
            pauseEnd = now + plan.endedEarly(chance: chance)
            state = .listed(version: version)
        case .watching(let version, let since, _, let hasTold):
            state = .listed(version: version)
            if hasTold || now - since > Self.shortest {
                count(.ended)
                plan.worked()
            } else {
                count(.early)
                pauseEnd = now + plan.endedEarly(chance: chance)
            }
        }
    }

    /// Nothing has come until ``deadline``: what was under way was given up.
    mutating func stalled(at now: Instant, chance: Double) {
        switch state {
        case .empty, .listed, .opening: return
        case .streaming(let source, _): giveUpStreaming(source, .stalled)
        case .watching(let version, _, _, _):
            count(.stalled)
            state = .listed(version: version)
        case .listing(let request):
            count(.stalled)
            pauseEnd = now + plan.failed(.silent, chance: chance)
            state = .empty(request.first)
        }
    }

    /// A request or a watch has failed.
    mutating func failed(_ failure: Failure, at now: Instant, chance: Double) {
        count(Restart(failure))
        if case .streaming(let source, _) = state, failure == .unsupported || failure == .broken {
            return giveUpStreaming(source, nil)
        }
        pauseEnd = now + plan.failed(failure, chance: chance)
        switch state {
        case .empty, .listed: return
        case .listing(let request): state = .empty(request.after(failure))
        case .streaming(let source, _):
            state = .empty(ListRequest(source: source).after(failure))
        case .opening(let version, _), .watching(let version, _, _, _):
            switch failure {
            case .expired: state = .empty(.init(source: .notOlderThan(version), isPaged: false))
            case .tooNew: state = .empty(ListRequest())
            case .unsupported, .silent, .refused, .broken: state = .listed(version: version)
            }
        }
    }

    private mutating func giveUpStreaming(_ source: Source, _ reason: Restart?) {
        if let reason { count(reason) }
        usesStreams = false
        let isPaged = source == .consistent
        state = .empty(ListRequest(source: source, isPaged: isPaged))
    }

    private mutating func count(_ restart: Restart) {
        restarts[restart, default: 0] += 1
    }
}

extension ListWatch.ListRequest {
    /// The same list from its beginning.
    fileprivate var first: Self { Self(source: source, isPaged: isPaged) }

    /// The list that cures a failure of this one.
    fileprivate func after(_ failure: ListWatch.Failure) -> Self {
        switch failure {
        // Half-way through the pages: one list without pages cannot expire.
        case .expired: Self(isPaged: next.isEmpty)
        case .tooNew: Self()
        case .unsupported, .silent, .refused, .broken: first
        }
    }
}

extension ListWatch.Restart {
    fileprivate init(_ failure: ListWatch.Failure) {
        self =
            switch failure {
            case .expired: .expired
            case .tooNew: .tooNew
            case .unsupported: .unsupported
            case .silent: .silent
            case .refused: .refused
            case .broken: .broken
            }
    }
}
