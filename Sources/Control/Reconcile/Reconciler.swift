// SPDX-License-Identifier: Apache-2.0

/// Brings one thing from what it is to what it should be.
///
/// A reconciler is told *which* thing to look at, never what changed: it observes, plans with a
/// pure function and takes idempotent steps, so a lost, doubled or late call does no harm.
public protocol Reconciler<Key>: Sendable {
    /// Names one thing.
    associatedtype Key: Hashable & Sendable

    /// Why a step could not be taken.
    associatedtype Failure: Error

    /// One pass over the thing that `key` names.
    ///
    /// - Throws: what stopped the pass; the controller calls again with exponential backoff.
    func reconcile(_ key: Key) async throws(Failure) -> Verdict
}

/// What a pass that did not fail says about the next one.
public enum Verdict: Hashable, Sendable {
    /// Everything is as it should be; wait for the next change.
    case settled
    /// Look again after this long, for things that announce no change.
    ///
    /// Where somebody waits for the outcome it is as urgent as a change; a look for the sake of
    /// certainty is ``Priority/background``.
    case again(after: Duration, priority: Priority = .change)
}
