// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// Runs tasks on the thread of an event loop.
///
/// A task that lives there takes what a connection brings, and gives it what to send, without
/// waking another thread. It must not block: the connections of the loop wait meanwhile.
///
/// SwiftNIO looks at its sockets only when nothing is left to run, so tasks that always have more
/// to do would keep every connection waiting. After a while without a pause they wait until the
/// sockets were looked at, which a ``LoopBell`` tells.
///
/// ```
///             a piece is queued; the series is young
///            ┌──────────────────────────────────────┐
///            ▼                                      │
///         running ──────────────────────────────────┘
///            │ a piece is queued; the series is old
///            ▼
///         pausing: pieces are held ── the bell was heard ──► running, all that was held
/// ```
///
/// Source: SE-0417.
public final class LoopExecutor: TaskExecutor {
    private struct State {
        var isRunning = false
        /// When the last piece ended.
        var lastEnd = NIODeadline.uptimeNanoseconds(0)
        /// Since when there was always something to run.
        var start = NIODeadline.uptimeNanoseconds(0)
        /// What waits for the end of a pause, nil while there is none.
        var held: [UnownedJob]?
        /// Made for the first pause: most loops never need one.
        var bell = Bell.none
    }

    private enum Bell {
        case none
        case ready(LoopBell)
        /// There are no descriptors left for it.
        case broken
    }

    /// How long the sockets may go without a look.
    private static var longestSeries: TimeAmount { .milliseconds(2) }
    /// With nothing to run for so long, the sockets were looked at: less than a call takes.
    private static var gap: TimeAmount { .microseconds(50) }
    /// A pause without a bell: long enough that nothing is left to run before it ends.
    private static var blindPause: TimeAmount { .milliseconds(2) }

    private let loop: any EventLoop
    private let state: NIOLoopBoundBox<State>

    /// Runs tasks on `loop`.
    public init(_ loop: any EventLoop) {
        self.loop = loop
        state = .makeBoxSendingValue(State(), eventLoop: loop)
    }

    /// Queues the next piece of a task.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard loop.inEventLoop else { return loop.execute { self.run(job) } }
        guard state.value.held == nil else {
            state.value.held?.append(job)
            return
        }
        let now = NIODeadline.now()
        if !state.value.isRunning, now - state.value.lastEnd > Self.gap { state.value.start = now }
        guard now - state.value.start > Self.longestSeries else {
            return loop.execute { self.run(job) }
        }
        state.value.held = [job]
        pause()
    }

    private func run(_ job: UnownedJob) {
        state.value.isRunning = true
        unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        state.value.isRunning = false
        state.value.lastEnd = .now()
    }

    private func pause() {
        switch state.value.bell {
        case .ready(let bell): bell.ring()
        case .none: hangBell()
        case .broken: loop.scheduleTask(in: Self.blindPause) { self.resume() }
        }
    }

    private func hangBell() {
        LoopBell.make(on: loop) { [weak self] in self?.resume() }.whenComplete { result in
            switch result {
            case .success(let bell): self.state.value.bell = .ready(bell)
            case .failure: self.state.value.bell = .broken
            }
            self.pause()
        }
    }

    private func resume() {
        let held = state.value.held ?? []
        state.value.held = nil
        state.value.start = .now()
        for job in held { loop.execute { self.run(job) } }
    }
}
