// SPDX-License-Identifier: Apache-2.0

import GRPC
import NIOCore
import Synchronization

/// The attempts at one streaming call, of which the last one counts.
///
/// There is another one only while no answer, nor what comes ahead of it, has come. When the last
/// reader is gone, the call is cancelled.
final class Attempts: Sendable {
    /// Makes a call with so much time, after so many attempts that failed.
    typealias Make = @Sendable (Duration?, Int) -> OutgoingCall

    private struct State: Sendable {
        var call: OutgoingCall
        var retries: Retries
        var isOver = false
    }

    private let state: Mutex<State>
    private let end: NIODeadline?

    /// Keeps the channel, because its connection goes with it.
    private let make: Make

    /// Makes the first attempt.
    init(_ retries: Retries, until end: NIODeadline?, _ make: @escaping Make) {
        self.end = end
        self.make = make
        state = Mutex(State(call: make(Self.left(until: end), 0), retries: retries))
    }

    /// A call that cannot be made again, because its request is gone.
    init(_ call: OutgoingCall, over channel: Channel) {
        end = nil
        make = { [channel] _, _ in
            _ = channel
            return call
        }
        state = Mutex(State(call: call, retries: Retries(nil, nil), isOver: true))
    }

    deinit {
        cancel()
    }

    /// The last attempt.
    var call: OutgoingCall { state.withLock { $0.call } }

    /// Waits until the call may be made again, and makes it.
    ///
    /// - Throws: `status`, with which the last attempt ended, when it may not; `CANCELLED` with the
    ///   task or by ``cancel()``.
    func again(after status: Status) async throws(Status) {
        var (retries, call, isOver) = state.withLock { ($0.retries, $0.call, $0.isOver) }
        if isOver { throw status }
        do throws(Status) {
            try await retries.wait(after: call.outcome(status), until: end)
        } catch {
            state.withLock { $0.isOver = true }
            throw error
        }
        let next = make(Self.left(until: end), retries.failed)
        isOver = state.withLock { state in
            if !state.isOver { (state.call, state.retries) = (next, retries) }
            return state.isOver
        }
        guard isOver else { return }
        next.fail(.cancelled)
        throw .cancelled
    }

    /// The call has ended well.
    func succeeded() {
        let retries: Retries? = state.withLock { state in
            defer { state.isOver = true }
            return state.isOver ? nil : state.retries
        }
        retries?.succeeded()
    }

    /// Ends the call, and makes no other.
    func cancel() {
        let call = state.withLock { state in
            state.isOver = true
            return state.call
        }
        call.fail(.cancelled)
    }

    private static func left(until end: NIODeadline?) -> Duration? {
        end.map { .nanoseconds(($0 - .now()).nanoseconds) }
    }
}

extension Retries {
    /// Waits until there may be another attempt.
    ///
    /// - Throws: the last one's status when there is none, `CANCELLED` with the task.
    mutating func wait(after outcome: Outcome, until end: NIODeadline?) async throws(Status) {
        var generator = SystemRandomNumberGenerator()
        let left = end.map { Duration.nanoseconds(($0 - .now()).nanoseconds) }
        guard let pause = pause(after: outcome, left: left, using: &generator) else {
            throw outcome.status
        }
        guard pause > .zero else { return }
        do {
            try await Task.sleep(for: pause)
        } catch {
            throw .cancelled
        }
    }
}
