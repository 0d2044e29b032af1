// SPDX-License-Identifier: Apache-2.0

public import Foundation
import Kernel
public import Links
import Synchronization

/// A network namespace made for one test, with `ip` as the independent witness.
public final class Sandbox: Sendable {
    /// Its name for `ip netns`.
    public let name: String
    private static let counter = Atomic(0)

    /// Makes a new one, with nothing but a loopback in it.
    public init() throws {
        let number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
        name = "opi-test-\(Kernel.Process.id)-\(number)"
        try run("ip", ["netns", "add", name])
    }

    deinit {
        do {
            try run("ip", ["netns", "del", name])
        } catch {
            print("\(name) was not removed: \(error)")
        }
    }

    /// Where it is mounted.
    public var path: String { "/run/netns/\(name)" }

    /// A socket inside.
    public func socket() throws -> RouteSocket {
        let namespace = try NetworkNamespace(path: path)
        return try RouteSocket(in: namespace)
    }

    /// Runs `ip` inside, its words separated by blanks.
    @discardableResult
    public func ip(_ words: String) throws -> Data {
        try run("ip", ["-n", name] + words.split(separator: " ").map(String.init))
    }

    /// What `ip -j` says: a list of objects.
    public func json(_ words: String) throws -> [[String: any Sendable]] {
        try Self.objects(try ip("-j -d \(words)"))
    }

    /// What `ip -j` says in the namespace of the tests themselves.
    public static func machine(_ words: String) throws -> [[String: any Sendable]] {
        try objects(try run("ip", ["-j", "-d"] + words.split(separator: " ").map(String.init)))
    }

    private static func objects(_ data: Data) throws -> [[String: any Sendable]] {
        let objects = try JSONSerialization.jsonObject(with: data.isEmpty ? Data("[]".utf8) : data)
        return (objects as? [[String: any Sendable]])?.filter { !$0.isEmpty } ?? []
    }

    /// The links inside, in order.
    public func names() throws -> [String] {
        try json("link show").compactMap { $0["ifname"] as? String }.sorted()
    }
}

/// A command that ended badly.
public struct CommandFailure: Error, Sendable {
    /// What was run.
    public let command: String
    /// What it said.
    public let output: String

    init(command: String, output: String) {
        (self.command, self.output) = (command, output)
    }
}

@discardableResult
private func run(_ program: String, _ arguments: [String]) throws -> Data {
    let process = Foundation.Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    try process.run()
    let told = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        let command = ([program] + arguments).joined(separator: " ")
        throw CommandFailure(command: command, output: String(decoding: complaint, as: UTF8.self))
    }
    return told
}
