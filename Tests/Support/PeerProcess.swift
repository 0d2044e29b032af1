// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// Another implementation in Python that runs beside the test: a server, or a client that waits.
///
/// The script says that it is ready with its first line of output.
public final class PeerProcess: @unchecked Sendable {
    // Foundation's Process takes signals and answers questions from any thread.
    private let process: Process
    private let directory: URL

    /// The words of the line with which the script said that it is ready.
    public private(set) var greeting: [String] = []

    /// Starts a script of `Tests/peers` and waits for its first line.
    ///
    /// - Throws: ``Peer/PeerError``.
    public init(script: String, arguments: [String] = [], seconds: Int = 120) async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let python = environment["OPI_XPU_PYTHON"], !python.isEmpty else {
            throw Peer.PeerError.noInterpreter
        }
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("peer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let output = directory.appendingPathComponent("out")
        let errors = directory.appendingPathComponent("err")
        try Data().write(to: output)
        try Data().write(to: errors)
        process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        let path = Peer.root.appendingPathComponent("Tests/peers/\(script)").path
        process.arguments = ["-u", path] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        for _ in 0..<(seconds * 50) {
            let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
            if let end = text.firstIndex(of: "\n") {
                greeting = text[..<end].split(separator: " ").map(String.init)
                return
            }
            guard process.isRunning else { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        let status = process.isRunning ? 124 : process.terminationStatus
        let text = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
        throw Peer.PeerError.failed(script: script, status: status, errors: text)
    }

    deinit {
        signal(SIGKILL)
        try? FileManager.default.removeItem(at: directory)
    }

    /// What the script has written, once it has so many lines or has ended.
    ///
    /// - Throws: What keeps the output from being read.
    public func output(lines: Int, seconds: Int = 30) async throws -> Data {
        let file = directory.appendingPathComponent("out")
        for _ in 0..<(seconds * 50) {
            let isRunning = process.isRunning
            let data = try Data(contentsOf: file)
            let count = data.count { $0 == UInt8(ascii: "\n") }
            if count >= lines || !isRunning { return data }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try Data(contentsOf: file)
    }

    /// Sends a signal to the process.
    public func signal(_ number: Int32) {
        if process.isRunning { kill(process.processIdentifier, number) }
    }

    /// The process's number.
    public var identifier: Int32 { process.processIdentifier }
}
