// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What files of the repository declare, to be compared with what tests cover.
public enum Declarations: Sendable {
    /// The Swift types below `directory` that are messages, in order.
    ///
    /// - Throws: what Foundation has to say of a directory that cannot be read.
    public static func messages(in directory: String) throws -> [String] {
        try messagesByFile(in: directory).values.flatMap(\.self).sorted()
    }

    /// The Swift types below `directory`, or in a file, that are messages, in order, by the files
    /// that have any; paths are relative to the repository's root.
    ///
    /// - Throws: what Foundation has to say of a file or directory that cannot be read.
    public static func messagesByFile(in directory: String) throws -> [String: [String]] {
        let message =
            /(?:struct|class|enum|extension) (\w+)(?:<[^{]*?>)?: (?:[\w.]+, )*Message\b/
        let root = Peer.root.appendingPathComponent(directory)
        let files =
            directory.hasSuffix(".swift")
            ? [directory]
            : try FileManager.default.subpathsOfDirectory(atPath: root.path)
                .filter { $0.hasSuffix(".swift") }
                .map { "\(directory)/\($0)" }
        var found: [String: [String]] = [:]
        for file in files {
            let path = Peer.root.appendingPathComponent(file)
            let code = try String(contentsOf: path, encoding: .utf8)
                .split(separator: "\n")
                .filter { !$0.drop(while: \.isWhitespace).hasPrefix("//") }
            let types = code.flatMap { $0.matches(of: message) }
            if !types.isEmpty { found[file] = types.map { String($0.1) }.sorted() }
        }
        return found
    }

    /// The calls that a `.proto` file declares, in order.
    ///
    /// Each reads `/package.Service/Method (Request) Response`, types without their package;
    /// streams are not told apart.
    ///
    /// - Throws: what Foundation has to say of a file that cannot be read.
    public static func calls(in proto: String) throws -> [String] {
        let text = try String(contentsOf: Peer.root.appendingPathComponent(proto), encoding: .utf8)
        let package = text.firstMatch(of: /\npackage ([\w.]+);/).map { "\($0.1)." } ?? ""
        return text.matches(of: /\nservice (\w+) \{([^}]*)\}/).flatMap { service in
            let calls = /rpc (\w+)\((?:stream )?([\w.]+)\) returns \((?:stream )?([\w.]+)\)/
            return service.2.matches(of: calls).map { call in
                let types = [call.2, call.3].map { $0.split(separator: ".").last ?? "" }
                return "/\(package)\(service.1)/\(call.1) (\(types[0])) \(types[1])"
            }
        }
        .sorted()
    }
}
