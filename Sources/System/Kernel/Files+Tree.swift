// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What a path names.
public enum FileKind: Sendable, Hashable {
    /// A plain file.
    case regular
    /// A directory.
    case directory
    /// A symbolic link.
    case symbolicLink
    /// A Unix socket.
    case socket
    /// A device or pipe.
    case other
}

/// A file's identity while it exists: two paths with the same one are the same file.
public struct FileIdentity: Sendable, Hashable {
    /// The device the file lives on (`st_dev`).
    public let device: UInt64
    /// Its number there (`st_ino`); namespaces are told apart by it.
    public let inode: UInt64

    /// An identity seen before, for instance one kept in a journal.
    public init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

extension FileIdentity: CustomStringConvertible {
    /// The two numbers, `device:inode`.
    public var description: String { "\(device):\(inode)" }
}

extension Files {
    /// The sorted names in a directory, without `.` and `..`.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func list(_ directory: String) throws(KernelError) -> [String] {
        try refuseZeroByte(in: directory)
        guard let stream = unsafe opendir(directory) else {
            throw .refused(call: "opendir", subject: directory, errno: .last)
        }
        defer { _ = unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            // `d_name` ends in a zero byte and is valid until the next readdir.
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        if errno != 0 { throw .refused(call: "readdir", subject: directory, errno: .last) }
        return names.sorted()
    }

    /// Creates a directory; with `parents` also those above it, and an existing one is fine.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func makeDirectory(
        _ path: String,
        mode: Mode = 0o755,
        parents: Bool = false
    ) throws(KernelError) {
        do {
            try system("mkdir", path: path) { unsafe mkdir(path, mode) }
        } catch {
            guard parents else { throw error }
            if error.errno == .exists, try followedKind(of: path) == .directory { return }
            guard error.errno == .noSuchFile, let above = parent(of: path) else { throw error }
            try makeDirectory(above, mode: mode, parents: true)
            try makeDirectory(path, mode: mode, parents: true)
        }
    }

    /// Removes an empty directory.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``; not for a missing one if
    ///   `missingOK`.
    public static func removeDirectory(
        _ path: String,
        missingOK: Bool = false
    ) throws(KernelError) {
        do {
            try system("rmdir", path: path) { unsafe rmdir(path) }
        } catch {
            if missingOK, error.errno == .noSuchFile { return }
            throw error
        }
    }

    /// Removes a directory with all that is in it, links and not what they point to; fine when it
    /// is missing.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func removeTree(_ path: String) throws(KernelError) {
        switch try kind(of: path) {
        case nil: return
        case .directory:
            for name in try list(path) { try removeTree("\(path)/\(name)") }
            try removeDirectory(path, missingOK: true)
        default: try remove(path, missingOK: true)
        }
    }

    /// What `path` itself names, not what a link there points to; nil when nothing is there.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)`` for any reason but absence.
    public static func kind(of path: String) throws(KernelError) -> FileKind? {
        try status("lstat", path) { unsafe lstat(path, &$0) }.map { FileKind(mode: $0.st_mode) }
    }

    /// Whether something is at the end of `path`, links followed.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)`` for any reason but absence.
    public static func exists(_ path: String) throws(KernelError) -> Bool {
        try identity(of: path) != nil
    }

    /// The identity of what is at the end of `path`, links followed; nil when nothing is.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)`` for any reason but absence.
    public static func identity(of path: String) throws(KernelError) -> FileIdentity? {
        try status("stat", path) { unsafe stat(path, &$0) }.map { FileIdentity($0) }
    }

    /// Where a symbolic link points, as it is written.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``, with ``Errno/invalid`` when it is no
    ///   link.
    public static func target(ofLink path: String) throws(KernelError) -> String {
        try refuseZeroByte(in: path)
        let bytes = try receive("readlink", path, upTo: 4096) { buffer in
            // A char is a byte; the buffer is lent for the call.
            unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { return 0 }
                return unsafe readlink(path, start, characters.count)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Makes a symbolic link at `path` that points to `target`.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func link(_ path: String, to target: String) throws(KernelError) {
        try refuseZeroByte(in: target)
        try system("symlink", path: path) { unsafe symlink(target, path) }
    }

    private static func followedKind(of path: String) throws(KernelError) -> FileKind? {
        try status("stat", path) { unsafe stat(path, &$0) }.map { FileKind(mode: $0.st_mode) }
    }

    static func status(
        _ call: StaticString,
        _ path: String,
        _ body: (inout stat) -> Int32
    ) throws(KernelError) -> stat? {
        var found = stat()
        do {
            try system(call, path: path) { body(&found) }
            return found
        } catch {
            if error.errno == .noSuchFile || error.errno == .notDirectory { return nil }
            throw error
        }
    }

    private static func parent(of path: String) -> String? {
        guard let cut = path.lastIndex(of: "/"), cut > path.startIndex else { return nil }
        return String(path[..<cut])
    }
}

extension FileKind {
    fileprivate init(mode: UInt32) {
        self =
            switch mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            case S_IFSOCK: .socket
            default: .other
            }
    }
}

extension FileIdentity {
    init(_ status: stat) {
        self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}

extension Descriptor {
    /// The identity of the open file.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public func identity() throws(KernelError) -> FileIdentity {
        var found = stat()
        try system("fstat", "descriptor \(rawValue)") { unsafe fstat(rawValue, &found) }
        return FileIdentity(found)
    }
}
