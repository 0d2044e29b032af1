// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// The running program, seen from outside.
public enum Process: Sendable {
    /// The command line; the first word is the name it was started by.
    public static var arguments: [String] { CommandLine.arguments }

    /// The number of this process in its process namespace.
    public static var id: Int32 { getpid() }

    /// The effective user; 0 is root.
    public static var user: UInt32 { geteuid() }

    /// One environment variable, nil when it is not set.
    public static func environment(_ name: String) -> String? {
        // The pointer is copied from at once; nothing in the program calls setenv.
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// All environment variables.
    public static var environment: [String: String] {
        var all: [String: String] = [:]
        // The list ends with a null pointer, each entry with a zero byte.
        guard var entry = unsafe clinux_environment() else { return all }
        while let text = unsafe entry.pointee {
            let parts = unsafe String(cString: text).split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            if parts.count == 2 { all[String(parts[0])] = String(parts[1]) }
            unsafe entry += 1
        }
        return all
    }

    /// Everything on standard input.
    ///
    /// - Throws: ``KernelError/tooLarge(subject:limit:)``;
    ///   ``KernelError/refused(call:subject:errno:)``.
    public static func readInput(limit: Int) throws(KernelError) -> [UInt8] {
        try borrow(STDIN_FILENO) { (input) throws(KernelError) in
            try input.readAll(limit: limit, subject: "standard input")
        }
    }

    /// Writes to standard output.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func writeOutput(_ bytes: [UInt8]) throws(KernelError) {
        try borrow(STDOUT_FILENO) { (output) throws(KernelError) in
            try output.write(bytes, subject: "standard output")
        }
    }

    /// Writes to standard error.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func writeError(_ bytes: [UInt8]) throws(KernelError) {
        try borrow(STDERR_FILENO) { (output) throws(KernelError) in
            try output.write(bytes, subject: "standard error")
        }
    }

    /// Ends the program at once with `code`, 0 to 255.
    public static func exit(_ code: Int32) -> Never {
        Glibc.exit(code)
    }

    /// Uses a standard stream without ever closing it.
    private static func borrow<Result>(
        _ number: Int32,
        _ body: (borrowing Descriptor) throws(KernelError) -> Result
    ) throws(KernelError) -> Result {
        let stream = Descriptor(adopting: number)
        let result: Swift.Result<Result, KernelError>
        do throws(KernelError) {
            result = .success(try body(stream))
        } catch {
            result = .failure(error)
        }
        _ = stream.release()
        return try result.get()
    }
}
