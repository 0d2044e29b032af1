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
