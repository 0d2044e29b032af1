// SPDX-License-Identifier: Apache-2.0

/// Why a request to the kernel did not succeed.
public enum KernelError: Error, Equatable, Sendable {
    /// The kernel refused `call` on `subject`, a path, socket or namespace.
    case refused(call: String, subject: String, errno: Errno)
    /// `call` on `subject` was still waiting when its deadline passed.
    case deadlineExceeded(call: String, subject: String)
    /// `subject` holds more than the `limit` bytes its reader accepts.
    case tooLarge(subject: String, limit: Int)
    /// `path` contains a zero byte, which would silently cut it short.
    case zeroByte(path: String)
    /// The kernel's own structure in `subject` does not add up.
    case malformed(subject: String)
}

extension KernelError {
    /// The kernel's reason, nil when it was not the kernel that refused.
    public var errno: Errno? {
        guard case .refused(_, _, let errno) = self else { return nil }
        return errno
    }
}

extension KernelError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .refused(let call, let subject, let errno):
            "\(call) \(subject): \(errno)"
        case .deadlineExceeded(let call, let subject):
            "\(call) \(subject): deadline exceeded"
        case .tooLarge(let subject, let limit):
            "\(subject): larger than \(limit) bytes"
        case .zeroByte(let path):
            "path \(path.debugDescription): contains a zero byte"
        case .malformed(let subject):
            "\(subject): malformed answer of the kernel"
        }
    }
}
