// SPDX-License-Identifier: Apache-2.0

import HTTP
import Kubernetes
import Reconcile
import Resources

/// A store that follows a collection.
///
/// ``ListWatch`` says what to ask, ``ObjectStore`` keeps what was answered. A value without clock
/// or tasks.
struct Reflector<R: Resource>: ~Copyable, Sendable {
    typealias Instant = ContinuousClock.Instant

    private(set) var store = ObjectStore<R>()
    private(set) var machine: ListWatch
    /// Whole lists that were read.
    private(set) var lists = 0

    private let scope: ListScope

    init(_ scope: ListScope, backoff: Backoff, usesStreams: Bool) {
        self.scope = scope
        machine = ListWatch(backoff, usesStreams: usesStreams)
    }

    /// What to do now.
    mutating func next(at now: Instant, chance: Double) -> ListWatch.Step {
        let step = machine.next(at: now, chance: chance)
        switch step {
        case .list(let request) where request.next.isEmpty: store.beginList()
        case .stream: store.beginList()
        case .list, .watch, .pause: break
        }
        return step
    }

    /// Something has come of a list or watch, whole or not.
    mutating func heard(at now: Instant) {
        machine.heard(at: now)
    }

    /// Objects of a list's page.
    mutating func add(_ items: [ListItem<R>]) {
        store.add(items)
    }

    /// A page is complete.
    mutating func page(version: String, next: String) -> [Change<R>] {
        machine.page(version: version, next: next)
        guard case .listed(let version) = machine.state else { return [] }
        return endList(version)
    }

    /// The server has accepted a watch or a streaming list.
    mutating func opened(at now: Instant) {
        machine.opened(at: now)
    }

    /// An event of a watch or a streaming list.
    mutating func apply(_ event: WatchEvent<R>, at now: Instant) -> [Change<R>] {
        guard case .streaming = machine.state else {
            machine.event(version: event.version)
            return store.apply(event)
        }
        guard case .bookmark(let version, endsInitialEvents: true) = event else {
            store.add(event)
            return []
        }
        machine.initialEventsEnded(version: version, at: now)
        return endList(version)
    }

    private mutating func endList(_ version: String) -> [Change<R>] {
        lists += 1
        return store.endList(version: version)
    }

    /// The server has ended the watch.
    mutating func ended(at now: Instant, chance: Double) {
        machine.ended(at: now, chance: chance)
    }

    /// A request or a watch has failed; one that was given up for its silence has stalled.
    mutating func failed(_ error: APIError, at now: Instant, chance: Double) {
        if case .unanswered(_, .timedOut) = error, let deadline = machine.deadline, now >= deadline
        {
            machine.stalled(at: now, chance: chance)
        } else {
            machine.failed(ListWatch.Failure(error), at: now, chance: chance)
        }
    }

    /// What the server answered to our own write.
    mutating func absorb(_ object: R) -> [Change<R>] {
        store.absorb(object, isInside: scope.contains(object.metadata))
    }

    /// The server has removed an object at our wish.
    mutating func absorbDeletion(of key: ObjectKey, uid: String) -> [Change<R>] {
        store.absorbDeletion(of: key, uid: uid)
    }
}

extension ListWatch.Failure {
    /// What an error means for what is asked next.
    init(_ error: APIError) {
        if error.isGone {
            self = .expired
            return
        }
        switch error {
        case .unanswered(_, .tooLarge): self = .broken
        case .unanswered: self = .silent
        case .refused where error.isResourceVersionTooLarge: self = .tooNew
        case .refused(let status) where status.code == 422 || status.code == 400:
            self = .unsupported
        case .refused, .foreign: self = .refused(retryAfter: error.retryAfter)
        case .heldBack, .noToken, .badToken, .noCredential, .unauthorized, .unknownKind,
            .noneServed:
            self = .refused(retryAfter: nil)
        case .unexpected, .damaged, .compressed, .misshapen, .gone: self = .broken
        }
    }
}
