// SPDX-License-Identifier: Apache-2.0

import Kernel

/// CNI plugins that outlived the stand-in which had started them.
///
/// Two operations on one container at a time are forbidden, so a restart waits for the first one
/// before it calls DEL.
///
/// Source: CNI specification 1.1.0 § 3, "Lifecycle & Ordering".
enum Survivors {
    private static let pollInterval = Duration.milliseconds(50)
    private static let environmentLimit = 1 << 20

    /// Waits until no process works on one of the sandboxes any more, or the deadline; false when
    /// one still does.
    static func wait(for containerIDs: Set<String>, deadline: Deadline) async -> Bool {
        let marks = Set(containerIDs.filter { !$0.isEmpty }.map { "CNI_CONTAINERID=\($0)" })
        while !Task.isCancelled, areAlive(marks) {
            guard !deadline.hasPassed else { return false }
            await pause(for: pollInterval)
        }
        return true
    }

    private static func areAlive(_ marks: Set<String>) -> Bool {
        guard !marks.isEmpty else { return false }
        do throws(KernelError) {
            return try Files.list("/proc").contains { name in
                name.allSatisfy(\.isNumber) && hasMark(of: marks, process: name)
            }
        } catch {
            return false  // no /proc: nobody can be found there
        }
    }

    private static func hasMark(of marks: Set<String>, process: String) -> Bool {
        do throws(KernelError) {
            let bytes = try Files.read("/proc/\(process)/environ", limit: environmentLimit)
            return bytes.split(separator: 0).contains { entry in
                marks.contains(String(decoding: entry, as: UTF8.self))
            }
        } catch {
            return false  // it has ended, or is a thread of the kernel
        }
    }
}
