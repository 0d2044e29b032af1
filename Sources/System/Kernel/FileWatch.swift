// SPDX-License-Identifier: Apache-2.0

import Bytes
import CLinux
import Glibc

/// What happened to a name in a watched directory.
public struct FileEvent: Sendable, Hashable {
    /// The kinds of change that are told apart.
    public enum Change: Sendable, Hashable {
        /// The name appeared: created or moved in.
        case appeared
        /// The name went: deleted or moved away.
        case disappeared
        /// The watched directory itself is gone, and so is this watch of it.
        case directoryGone
        /// The kernel dropped events; the directory must be listed again.
        case overflowed
    }

    /// The number that ``FileWatch/watch(_:)`` returned, -1 for an overflow.
    public let watch: Int32
    /// What happened.
    public let change: Change
    /// The name within the directory, empty when the event is about the directory.
    public let name: String
}

/// Tells when names appear in or disappear from directories.
///
/// Source: inotify(7).
public struct FileWatch: ~Copyable, Sendable {
    private let queue: Descriptor

    /// A watch of nothing yet.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public init() throws(KernelError) {
        let flags = Int32(O_CLOEXEC | O_NONBLOCK)
        queue = Descriptor(adopting: try system("inotify_init1", "watch") { inotify_init1(flags) })
    }

    /// The descriptor's number, lent: it becomes readable when there are events.
    public var descriptor: Int32 { queue.rawValue }

    /// Adds a directory and returns the number its events carry.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public func watch(_ directory: String) throws(KernelError) -> Int32 {
        let mask = IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE_SELF
        let kinds = UInt32(mask) | UInt32(IN_MOVE_SELF) | UInt32(IN_ONLYDIR)
        let number = queue.rawValue
        return try system("inotify_add_watch", path: directory) {
            unsafe inotify_add_watch(number, directory, kinds)
        }
    }

    /// The events that are there now, none if there are none.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``; ``KernelError/malformed(subject:)``.
    public func events() throws(KernelError) -> [FileEvent] {
        let bytes: [UInt8]
        do {
            bytes = try queue.read(upTo: 16384)
        } catch {
            if error.errno == .tryAgain { return [] }
            throw error
        }
        return try Self.parse(bytes.span)
    }

    /// Waits for at least one event.
    ///
    /// - Throws: ``KernelError/deadlineExceeded(call:subject:)`` and what ``events()`` throws.
    public func events(until deadline: Deadline) throws(KernelError) -> [FileEvent] {
        try queue.wait(for: .readable, until: deadline, call: "inotify", subject: "watch")
        return try events()
    }

    /// Takes apart what a read of the descriptor returned.
    ///
    /// | bytes | field |
    /// |---|---|
    /// | 4 | watch number |
    /// | 4 | mask |
    /// | 4 | cookie |
    /// | 4 | length of the name field, its zero padding included |
    ///
    /// - Throws: ``KernelError/malformed(subject:)``.
    public static func parse(_ bytes: Span<UInt8>) throws(KernelError) -> [FileEvent] {
        var reader = ByteReader(bytes)
        var events: [FileEvent] = []
        do {
            while !reader.isAtEnd {
                let watch = Int32(bitPattern: try reader.native(UInt32.self))
                let mask = try reader.native(UInt32.self)
                try reader.skip(4)
                let name = try reader.array(Int(try reader.native(UInt32.self)))
                guard let change = FileEvent.Change(mask: mask) else { continue }
                let text = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
                events.append(FileEvent(watch: watch, change: change, name: text))
            }
        } catch {
            throw .malformed(subject: "inotify events")
        }
        return events
    }
}

extension FileEvent.Change {
    fileprivate init?(mask: UInt32) {
        func has(_ bits: Int32) -> Bool { mask & UInt32(bitPattern: bits) != 0 }
        if has(Int32(IN_Q_OVERFLOW)) {
            self = .overflowed
        } else if has(Int32(IN_CREATE | IN_MOVED_TO)) {
            self = .appeared
        } else if has(Int32(IN_DELETE | IN_MOVED_FROM)) {
            self = .disappeared
        } else if has(Int32(IN_DELETE_SELF | IN_MOVE_SELF)) {
            self = .directoryGone
        } else {
            return nil
        }
    }
}
