// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// The kernel's reason for refusing a call.
///
/// Source: errno(3).
public struct Errno: RawRepresentable, Hashable, Sendable {
    /// The number, above 0 for every real error.
    public let rawValue: Int32

    /// Wraps a number as the kernel gave it.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// What the last call of this thread left behind.
    static var last: Errno { Errno(rawValue: errno) }
}

extension Errno {
    /// `EPERM`.
    public static let notPermitted = Errno(rawValue: EPERM)
    /// `ENOENT`.
    public static let noSuchFile = Errno(rawValue: ENOENT)
    /// `ESRCH`.
    public static let noSuchProcess = Errno(rawValue: ESRCH)
    /// `EINTR`.
    public static let interrupted = Errno(rawValue: EINTR)
    /// `ENXIO`.
    public static let noSuchAddress = Errno(rawValue: ENXIO)
    /// `EAGAIN`.
    public static let tryAgain = Errno(rawValue: EAGAIN)
    /// `EACCES`.
    public static let accessDenied = Errno(rawValue: EACCES)
    /// `EBUSY`.
    public static let busy = Errno(rawValue: EBUSY)
    /// `EEXIST`.
    public static let exists = Errno(rawValue: EEXIST)
    /// `ENODEV`.
    public static let noSuchDevice = Errno(rawValue: ENODEV)
    /// `ENOTDIR`.
    public static let notDirectory = Errno(rawValue: ENOTDIR)
    /// `EISDIR`.
    public static let isDirectory = Errno(rawValue: EISDIR)
    /// `EINVAL`.
    public static let invalid = Errno(rawValue: EINVAL)
    /// `ENOTTY`.
    public static let notTerminal = Errno(rawValue: ENOTTY)
    /// `ENOSPC`.
    public static let noSpace = Errno(rawValue: ENOSPC)
    /// `EPIPE`.
    public static let brokenPipe = Errno(rawValue: EPIPE)
    /// `ERANGE`.
    public static let outOfRange = Errno(rawValue: ERANGE)
    /// `ENAMETOOLONG`.
    public static let nameTooLong = Errno(rawValue: ENAMETOOLONG)
    /// `ENOTEMPTY`.
    public static let notEmpty = Errno(rawValue: ENOTEMPTY)
    /// `EADDRINUSE`.
    public static let addressInUse = Errno(rawValue: EADDRINUSE)
    /// `EADDRNOTAVAIL`.
    public static let addressNotAvailable = Errno(rawValue: EADDRNOTAVAIL)
    /// `ENETDOWN`.
    public static let networkDown = Errno(rawValue: ENETDOWN)
    /// `ENOBUFS`.
    public static let noBuffers = Errno(rawValue: ENOBUFS)
    /// `ECONNRESET`.
    public static let connectionReset = Errno(rawValue: ECONNRESET)
    /// `ECONNREFUSED`.
    public static let connectionRefused = Errno(rawValue: ECONNREFUSED)
    /// `EOPNOTSUPP`.
    public static let notSupported = Errno(rawValue: EOPNOTSUPP)
}

extension Errno: CustomStringConvertible {
    /// Name and meaning, for example `EEXIST: File exists`.
    public var description: String {
        // Both calls return null or a constant that lives as long as the program.
        guard let name = unsafe clinux_error_name(rawValue),
            let meaning = unsafe clinux_error_description(rawValue)
        else { return "error \(rawValue)" }
        return unsafe String(cString: name) + ": " + String(cString: meaning)
    }
}
