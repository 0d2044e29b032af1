// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A thread of its own for work that changes what a thread is, such as its network namespace.
enum DedicatedThread {
    private final class Job {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// Runs `body` on a new thread, waits until it has ended, and lets the thread end with it.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)`` when there can be no thread.
    static func run(_ body: () -> Void) throws(KernelError) {
        let failure = withoutActuallyEscaping(body) { body in
            let job = Job(body)
            return withExtendedLifetime(job) { start(job) }
        }
        if failure != 0 {
            let errno = Errno(rawValue: failure)
            throw .refused(call: "pthread_create", subject: "dedicated thread", errno: errno)
        }
    }

    private static func start(_ job: Job) -> Int32 {
        var thread = pthread_t()
        // The job is alive until the join below, which is the last moment the thread uses it.
        let context = unsafe Unmanaged.passUnretained(job).toOpaque()
        let failure = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<Job>.fromOpaque(context).takeUnretainedValue().body()
                return nil
            },
            context
        )
        if failure == 0 { _ = pthread_join(thread, nil) }
        return failure
    }
}

extension DedicatedThread {
    /// Runs `body` on a new thread while the calling task is suspended, so that no thread of the
    /// pool blocks.
    ///
    /// The body gets something to poll that becomes readable when the task is cancelled; it must
    /// return soon after that.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)`` when there can be no thread, or what
    ///   the body throws.
    static func detached<Value: Sendable>(
        _ body: @escaping @Sendable (CancellationPipe) throws(KernelError) -> Value
    ) async throws(KernelError) -> Value {
        let cancelled = try CancellationPipe()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation {
                (waiter: CheckedContinuation<Result<Value, KernelError>, Never>) in
                launch(waiter) { () throws(KernelError) in try body(cancelled) }
            }
        } onCancel: {
            cancelled.fire()
        }
        return try outcome.get()
    }

    private static func launch<Value: Sendable>(
        _ waiter: CheckedContinuation<Result<Value, KernelError>, Never>,
        _ body: @escaping @Sendable () throws(KernelError) -> Value
    ) {
        let job = Job {
            do throws(KernelError) {
                waiter.resume(returning: .success(try body()))
            } catch {
                waiter.resume(returning: .failure(error))
            }
        }
        var thread = pthread_t()
        // The thread takes the job over; only when there is no thread is it ours again.
        let context = unsafe Unmanaged.passRetained(job).toOpaque()
        let failure = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<Job>.fromOpaque(context).takeRetainedValue().body()
                return nil
            },
            context
        )
        if failure == 0 {
            _ = pthread_detach(thread)
            return
        }
        unsafe Unmanaged<Job>.fromOpaque(context).release()
        let errno = Errno(rawValue: failure)
        waiter.resume(
            returning: .failure(
                .refused(call: "pthread_create", subject: "detached thread", errno: errno)
            )
        )
    }
}
