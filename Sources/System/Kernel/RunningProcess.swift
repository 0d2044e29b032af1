// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// A process of the machine that is not our child, held so that another one which gets its number
/// is not taken for it.
public struct RunningProcess: ~Copyable, Sendable {
    /// Its number in our process namespace.
    public let id: Int32
    private let pidfd: Descriptor

    /// A hold on the process of that number, nil when there is none.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public init?(id: Int32) throws(KernelError) {
        let number: Int32
        do throws(KernelError) {
            number = try system("pidfd_open", "process \(id)") { clinux_pidfd_open(id) }
        } catch {
            if error.errno == .noSuchProcess || error.errno == .invalid { return nil }
            throw error
        }
        self.id = id
        pidfd = Descriptor(adopting: number)
    }

    /// The numbers of all processes of the machine but our own.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func all() throws(KernelError) -> [Int32] {
        try Files.list("/proc").compactMap { Int32($0) }.filter { $0 != getpid() }
    }

    /// Whether it was started with this variable of that value; false when it has ended.
    public func hasEnvironment(_ name: String, _ value: String) -> Bool {
        guard let bytes = contents("environ") else { return false }
        return bytes.split(separator: 0).contains { $0.elementsEqual("\(name)=\(value)".utf8) }
    }

    /// Whether one of its threads is in this network namespace; false when it has ended.
    public func isInside(_ namespace: FileIdentity) -> Bool {
        do throws(KernelError) {
            let its = try NetworkNamespace(path: "/proc/\(id)/ns/net").identity
            return its == namespace && isAlive
        } catch {
            return false
        }
    }

    /// The words of its command line, its own name first; none when it has ended.
    public var words: [String] {
        let words = (contents("cmdline") ?? []).split(separator: 0)
        return words.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether it still runs; one that nobody has waited for does not.
    public var isAlive: Bool {
        var entry = pollfd(fd: pidfd.rawValue, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 0
    }

    /// Sends it a signal; nothing happens when it has ended.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public func signal(_ signal: ChildProcess.Signal) throws(KernelError) {
        let descriptor = pidfd.rawValue
        do throws(KernelError) {
            try system("pidfd_send_signal", "process \(id)") {
                clinux_pidfd_send_signal(descriptor, signal.number)
            }
        } catch {
            if error.errno != .noSuchProcess { throw error }
        }
    }

    private func contents(_ file: String) -> [UInt8]? {
        do throws(KernelError) {
            let bytes = try Files.read("/proc/\(id)/\(file)", limit: 4 << 20)
            // Only if it lives now were they its own: its number is free as soon as it has ended.
            return isAlive ? bytes : nil
        } catch {
            return nil  // it has ended while we looked
        }
    }
}
