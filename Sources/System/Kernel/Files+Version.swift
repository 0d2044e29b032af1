// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What tells a file's contents from others that the same path has had.
public struct FileVersion: Sendable, Hashable {
    /// The file, which changes when another is renamed over it or a link is turned.
    public let identity: FileIdentity
    /// Bytes.
    public let size: UInt64
    /// When the contents were last written, nanoseconds since 1970 (`st_mtim`); can be set.
    public let modified: UInt64
    /// When contents or status last changed, nanoseconds since 1970 (`st_ctim`); cannot be set.
    ///
    /// The clock ticks every few milliseconds: two writes within a tick have the same time.
    public let changed: UInt64

    /// A version by its parts.
    package init(identity: FileIdentity, size: UInt64, modified: UInt64, changed: UInt64) {
        self.identity = identity
        self.size = size
        self.modified = modified
        self.changed = changed
    }
}

extension Files {
    /// The version of what is at the end of `path`, links followed; nil when nothing is.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)`` for any reason but absence.
    public static func version(of path: String) throws(KernelError) -> FileVersion? {
        try status("stat", path) { unsafe stat(path, &$0) }.map { FileVersion($0) }
    }
}

extension FileVersion {
    fileprivate init(_ status: stat) {
        func nanoseconds(_ time: timespec) -> UInt64 {
            UInt64(clamping: time.tv_sec) * 1_000_000_000 + UInt64(clamping: time.tv_nsec)
        }
        self.init(
            identity: FileIdentity(status),
            size: UInt64(clamping: status.st_size),
            modified: nanoseconds(status.st_mtim),
            changed: nanoseconds(status.st_ctim)
        )
    }
}
