// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What a wait on a descriptor is for.
enum Readiness {
    case readable
    case writable

    var events: Int16 {
        switch self {
        case .readable: Int16(POLLIN)
        case .writable: Int16(POLLOUT)
        }
    }
}

extension Descriptor {
    /// Blocks until the next call would not, or until `deadline`.
    ///
    /// An error condition counts as ready: the call that follows will name it.
    func wait(
        for readiness: Readiness,
        until deadline: Deadline,
        call: String,
        subject: String
    ) throws(KernelError) {
        var entry = pollfd(fd: rawValue, events: readiness.events, revents: 0)
        // The timeout is computed anew when a signal interrupts the wait.
        let ready = try system("poll", subject) { unsafe poll(&entry, 1, deadline.pollTimeout) }
        if ready == 0, deadline.hasPassed {
            throw .deadlineExceeded(call: call, subject: subject)
        }
    }
}
