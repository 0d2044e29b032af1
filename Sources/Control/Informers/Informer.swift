// SPDX-License-Identifier: Apache-2.0

public import Kubernetes
public import Reconcile
public import Resources
import Synchronization
public import Telemetry

/// Knows the objects of one scope and says which have changed.
///
/// ``ListWatch`` has the states. "Cannot read" is never "deleted": while the server is away the
/// objects stay as they were.
///
/// Whoever writes gives the server's answers to ``absorb(_:)`` and ``absorbDeletion(of:uid:)``;
/// then nobody who reads here ever acts on a state older than that write.
public final class Informer<R: Resource>: Sendable {
    let client: APIClient
    let scope: ListScope
    private let indexes: [any ObjectIndex<R>]
    private let onChange: @Sendable (Change<R>) -> Void
    private let onTrouble: @Sendable (_ trouble: String?) -> Void
    private let metrics: InformerMetrics?
    private let state: Mutex<State>

    private struct State: ~Copyable {
        var reflector: Reflector<R>
        var trouble: String?
        /// Whether anything was said of troubles, or of none, yet.
        var hasTold = false
        /// What was not told yet; one task at a time tells, so that all is told in order.
        var untold: [Change<R>] = []
        var isTelling = false
        /// What the metrics have counted.
        var counted = Counted()
    }

    private struct Counted {
        var lists = 0
        var restarts: [ListWatch.Restart: Int] = [:]
    }

    /// An informer that does nothing until ``run()``.
    ///
    /// `onChange` is told of each object that has come, changed or gone, in order, one call at a
    /// time; `onTrouble` is given a sentence when something new keeps the objects from being read,
    /// and nil when all is well again. `indexes` are kept current before `onChange` is called.
    /// `usesStreams` asks for lists as the beginning of a watch, with a fallback to lists.
    /// `metrics` gets the metrics of this kind; of two informers of a kind, the last one's size.
    public init(
        _ client: APIClient,
        _ scope: ListScope,
        backoff: Backoff = Backoff(base: .milliseconds(200), ceiling: .seconds(15)),
        usesStreams: Bool = false,
        indexes: [any ObjectIndex<R>] = [],
        metrics: MetricRegistry? = nil,
        onTrouble: @escaping @Sendable (_ trouble: String?) -> Void,
        onChange: @escaping @Sendable (Change<R>) -> Void
    ) {
        self.client = client
        self.scope = scope
        self.indexes = indexes
        self.onTrouble = onTrouble
        self.onChange = onChange
        let reflector = Reflector<R>(scope, backoff: backoff, usesStreams: usesStreams)
        state = Mutex(State(reflector: reflector))
        self.metrics = metrics.map { InformerMetrics($0, resource: R.type.plural) }
        self.metrics?.follow(
            objects: { [weak self] in Double(self?.statistics.objects ?? 0) },
            bytes: { [weak self] in Double(self?.statistics.bytes ?? 0) }
        )
    }

    // MARK: - What is known

    /// Whether the objects were read at least once.
    public var isSynced: Bool { state.withLock { $0.reflector.store.isSynced } }

    /// What keeps the objects from being read now; nil when nothing does, or nothing is known yet.
    public var trouble: String? { state.withLock { $0.trouble } }

    /// All objects.
    public var objects: [R] {
        state.withLock { $0.reflector.store.entries.values.map(\.object) }
    }

    /// Whether there is an object of that name that cannot be read: it is not gone.
    public func isUnreadable(_ key: ObjectKey) -> Bool {
        state.withLock { $0.reflector.store.unreadable.contains(key) }
    }

    /// The object, nil when there is none.
    public func object(_ key: ObjectKey) -> R? {
        state.withLock { $0.reflector.store.entries[key]?.object }
    }

    /// Whether everything is known that has happened up to a version of this kind of object.
    ///
    /// Versions are those of one resource of one server (KEP-5504).
    public func hasSeen(_ version: String) -> Bool {
        state.withLock { $0.reflector.store.hasSeen(version) }
    }

    /// Figures of this moment.
    public var statistics: InformerStatistics {
        state.withLock { state in
            var restarts: [String: Int] = [:]
            for (reason, count) in state.reflector.machine.restarts {
                restarts[reason.rawValue] = count
            }
            return InformerStatistics(
                objects: state.reflector.store.entries.count,
                bytes: state.reflector.store.bytes,
                lists: state.reflector.lists,
                restarts: restarts,
                usesStreams: state.reflector.machine.usesStreams
            )
        }
    }

    // MARK: - Our own writes

    /// Takes over what the server answered to our own write, so that it is seen at once.
    public func absorb(_ object: R) {
        update { $0.absorb(object) }
    }

    /// Takes over that the server has removed an object at our wish: one without finalizers that we
    /// deleted, or one whose last finalizer we took away.
    public func absorbDeletion(of key: ObjectKey, uid: String) {
        update { $0.absorbDeletion(of: key, uid: uid) }
    }

    // MARK: - For the tasks

    /// Asks or tells the machine something.
    func withReflector<Result>(_ body: (inout Reflector<R>) -> Result) -> Result {
        state.withLock { body(&$0.reflector) }
    }

    /// Tells the machine something, and then everybody what has changed by it.
    func update(_ body: (inout Reflector<R>) -> [Change<R>]) {
        state.withLock { state in
            let changes = body(&state.reflector)
            guard !changes.isEmpty else { return }
            for index in indexes {
                for change in changes { index.apply(change) }
            }
            state.untold += changes
        }
        tell()
    }

    private func tell() {
        while let changes = takeUntold() {
            for change in changes { onChange(change) }
            state.withLock { $0.isTelling = false }
        }
    }

    private func takeUntold() -> [Change<R>]? {
        state.withLock { state in
            guard !state.isTelling, !state.untold.isEmpty else { return nil }
            state.isTelling = true
            defer { state.untold = [] }
            return state.untold
        }
    }

    /// Counts what has happened since it was last called.
    func count() {
        guard let metrics else { return }
        state.withLock { state in
            let reflector = (state.reflector.lists, state.reflector.machine.restarts)
            metrics.lists.increment(by: UInt64(reflector.0 - state.counted.lists))
            for (reason, times) in reflector.1 {
                let more = times - state.counted.restarts[reason, default: 0]
                if more > 0 { metrics.restarted(reason.rawValue, times: more) }
            }
            state.counted = Counted(lists: reflector.0, restarts: reflector.1)
        }
    }

    /// Tells of something that keeps an object from being read.
    func complain(_ sentence: String) {
        onTrouble(sentence)
    }

    /// Tells what keeps the objects from being read, or that nothing does, when that is news.
    func note(trouble: String?) {
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

/// Figures of an informer, for metrics.
public struct InformerStatistics: Hashable, Sendable {
    /// Objects that are known.
    public let objects: Int
    /// The length of their documents as the server sent them, in bytes.
    public let bytes: Int
    /// Whole lists that were read.
    public let lists: Int
    /// How often a list or a watch was made again, by reason, such as `expired`.
    public let restarts: [String: Int]
    /// Whether lists begin as watches.
    public let usesStreams: Bool
}
