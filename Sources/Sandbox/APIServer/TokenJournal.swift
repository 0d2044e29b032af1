// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import Logging
import Synchronization

/// Issued tokens on disk, for their owners only, so that they outlive the server as signed ones do.
///
/// A line is `{"token":…,"namespace":…,"name":…,"uid":…,"expiry":…}`.
final class TokenJournal: Sendable {
    private let path: String
    private let log: Logger
    private let file = Mutex<AppendFile?>(nil)

    private static let limit = 64 << 20

    init(_ path: String, log: Logger) {
        self.path = path
        self.log = log
    }

    /// What was issued; a line that was cut off was never given to anybody.
    ///
    /// - Throws: `KernelError`.
    func load() throws(KernelError) -> [Tokens.Issued] {
        var issued: [Tokens.Issued] = []
        if try Files.exists(path) {
            let bytes = try Files.read(path, limit: Self.limit)
            issued = bytes.split(separator: UInt8(ascii: "\n")).compactMap(Self.read)
        }
        try file.withLock { (file) throws(KernelError) in file = try AppendFile(path) }
        return issued
    }

    func append(_ issued: Tokens.Issued) {
        let line: JSONValue = [
            "token": .string(issued.token), "namespace": .string(issued.account.namespace),
            "name": .string(issued.account.name), "uid": .string(issued.uid),
            "expiry": .number(JSONNumber(issued.expiry)),
        ]
        do throws(KernelError) {
            try file.withLock { (file) throws(KernelError) in
                try file?.append(line.encoded() + [UInt8(ascii: "\n")])
            }
        } catch {
            log.error("a restart would lose a token", metadata: ["why": "\(error)"])
        }
    }

    private static func read(_ line: some Sequence<UInt8>) -> Tokens.Issued? {
        guard let value = try? JSONValue(parsing: Array(line)),
            let token = value["token"]?.string, let namespace = value["namespace"]?.string,
            let name = value["name"]?.string, let uid = value["uid"]?.string,
            let expiry = value["expiry"]?.integer, expiry >= 0
        else { return nil }
        return Tokens.Issued(
            token: token,
            account: ObjectKey(namespace: namespace, name: name),
            uid: uid,
            expiry: UInt64(expiry)
        )
    }
}
