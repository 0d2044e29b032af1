// SPDX-License-Identifier: Apache-2.0

public import Reconcile
public import Resources
import Synchronization

/// Knows the objects of one scope and says which have changed.
///
/// ```
///            list ok                      watch ended: watch again from the last version
/// listing ───────────► watching ──────────────────────────────────────┐
///    ▲  ▲ failed: pause   │    ▲                                      │
///    │  └─────────────────┤    └──────────────────────────────────────┘
///    └── 410 Gone ────────┘  failed: pause, then watch again from the last version
/// ```
///
/// "Cannot read" is never "deleted": while the server is away the objects stay as they were.
public final class Informer<R: Resource>: Sendable {
    private let client: APIClient
    private let scope: ListScope
    private let backoff: Backoff
    private let onChange: @Sendable (ObjectKey) -> Void
    private let onTrouble: @Sendable (_ trouble: String?) -> Void
    private let state = Mutex(State())

    private struct State {
        var store = ObjectStore<R>()
        var trouble: String?
        /// Whether anything was said of troubles, or of none, yet.
        var hasTold = false
    }

    /// A watch that tells nothing and ends within this time is a failure.
    private static var shortest: Duration { .seconds(1) }

    /// An informer that does nothing until ``run()``.
    ///
    /// `onChange` names each object that has come, changed or gone; `onTrouble` is given a sentence
    /// when something new keeps the objects from being read, and nil when all is well again.
    public init(
        _ client: APIClient,
        _ scope: ListScope,
        backoff: Backoff = Backoff(base: .milliseconds(200), ceiling: .seconds(15)),
        onTrouble: @escaping @Sendable (_ trouble: String?) -> Void,
        onChange: @escaping @Sendable (ObjectKey) -> Void
    ) {
        self.client = client
        self.scope = scope
        self.backoff = backoff
        self.onTrouble = onTrouble
        self.onChange = onChange
    }

    /// Whether the objects were read at least once.
    public var isSynced: Bool { state.withLock { $0.store.isSynced } }

    /// What keeps the objects from being read now; nil when nothing does, or nothing is known yet.
    public var trouble: String? { state.withLock { $0.trouble } }

    /// All objects.
    public var objects: [R] { state.withLock { Array($0.store.objects.values) } }

    /// Whether there is an object of that name that cannot be read: it is not gone.
    public func isUnreadable(_ key: ObjectKey) -> Bool {
        state.withLock { $0.store.unreadable.contains(key) }
    }

    /// The object, nil when there is none.
    public func object(_ key: ObjectKey) -> R? { state.withLock { $0.store.objects[key] } }

    /// Takes over what the server answered to our own write, so that it is seen at once.
    public func absorb(_ object: R) {
        if state.withLock({ $0.store.absorb(object) }) { onChange(object.key) }
    }

    /// Lists and watches until the task is cancelled.
    public func run() async {
        var plan = RetryPlan(backoff)
        var mustList = true
        var pageSize: Int? = 500
        while !Task.isCancelled {
            let pause: Duration
            do throws(APIError) {
                if mustList { try await list(pageSize) }
                mustList = false
                pageSize = 500
                if try await follow(&plan) {
                    plan.worked()
                    continue
                }
                pause = plan.endedEarly(fraction: .random(in: 0..<1))
            } catch {
                if error.isGone {
                    // Without pages a list cannot expire half-way.
                    if mustList { pageSize = nil }
                    mustList = true
                }
                pause = plan.failed(error, fraction: .random(in: 0..<1))
                if plan.isTrouble, !Task.isCancelled { note(trouble: "\(error)") }
            }
            do {
                try await Task.sleep(for: pause)
            } catch {
                return  // cancelled
            }
        }
    }

    private func list(_ pageSize: Int?) async throws(APIError) {
        let listing: Listing<R> = try await client.list(R.self, in: scope, pageSize: pageSize)
        for sentence in listing.unreadable { onTrouble(sentence) }
        for key in state.withLock({ $0.store.replace(with: listing) }) { onChange(key) }
    }

    /// Watches until the server ends it; false when it ended before it told anything.
    private func follow(_ plan: inout RetryPlan) async throws(APIError) -> Bool {
        let start = ContinuousClock.now
        var hasTold = false
        let version = state.withLock { $0.store.version }
        var watch = try await Watch<R>(client, scope, after: version)
        plan.accepted()
        note(trouble: nil)
        let ending = watch.expiry
        async let _: Void = ending.wait()
        while let events = try await watch.events() {
            for event in events {
                if !hasTold { plan.worked() }
                hasTold = true
                if case .unreadable(let sentence, _, _) = event { onTrouble(sentence) }
                if let key = state.withLock({ $0.store.apply(event) }) { onChange(key) }
            }
        }
        return hasTold || ContinuousClock.now - start > Self.shortest
    }

    private func note(trouble: String?) {
        let isNew = state.withLock { state in
            defer {
                state.trouble = trouble
                state.hasTold = true
            }
            return !state.hasTold || state.trouble != trouble
        }
        if isNew { onTrouble(trouble) }
    }
}
