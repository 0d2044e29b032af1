// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// Another implementation, in Python, to compare ours with.
///
/// The scripts lie in `Tests/peers`; the interpreter, which has their packages, is named by the
/// environment variable `OPI_XPU_PYTHON`. A test that needs a peer and has none fails.
public enum Peer: Sendable {
    /// How a peer's process ended and what it wrote.
    public struct Outcome: Sendable {
        /// The exit status, 124 when the deadline passed.
        public var status: Int32

        /// Standard output.
        public var output: Data

        /// Standard error as text.
        public var errors: String
    }

    /// Why there is nothing to compare with.
    public enum PeerError: Error, Sendable, CustomStringConvertible {
        /// `OPI_XPU_PYTHON` is not set.
        case noInterpreter

        /// The peer refused its input or broke.
        case failed(script: String, status: Int32, errors: String)

        /// One clause for a test's failure.
        public var description: String {
            switch self {
            case .noInterpreter:
                """
                no peer: OPI_XPU_PYTHON names no Python interpreter with hpack, protobuf and \
                grpcio-tools (scripts/test sets it)
                """
            case .failed(let script, let status, let errors):
                "peer \(script) ended with status \(status): \(errors)"
            }
        }
    }

    /// The repository's root directory.
    public static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Runs a script of `Tests/peers` to its end.
    ///
    /// Files stand in for pipes, so neither side can wait for the other; `timeout` sets a deadline.
    ///
    /// - Throws: ``PeerError/noInterpreter``, or what keeps the process from starting.
    public static func run(
        script: String,
        arguments: [String] = [],
        input: Data = Data(),
        seconds: Int = 120
    ) async throws -> Outcome {
        let environment = ProcessInfo.processInfo.environment
        guard let python = environment["OPI_XPU_PYTHON"], !python.isEmpty else {
            throw PeerError.noInterpreter
        }
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("peer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let streams = ["in", "out", "err"].map { directory.appendingPathComponent($0) }
        try input.write(to: streams[0])
        try Data().write(to: streams[1])
        try Data().write(to: streams[2])

        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        let path = root.appendingPathComponent("Tests/peers/\(script)").path
        process.arguments = ["\(seconds)", python, path] + arguments
        process.standardInput = try FileHandle(forReadingFrom: streams[0])
        process.standardOutput = try FileHandle(forWritingTo: streams[1])
        process.standardError = try FileHandle(forWritingTo: streams[2])
        let status = try await process.ended()
        return Outcome(
            status: status,
            output: try Data(contentsOf: streams[1]),
            errors: String(decoding: try Data(contentsOf: streams[2]), as: UTF8.self)
        )
    }

    /// Runs a script like ``run(script:arguments:input:seconds:)`` and returns its output.
    ///
    /// - Throws: Also ``PeerError/failed(script:status:errors:)`` when the status is not 0.
    public static func output(
        of script: String,
        arguments: [String] = [],
        input: Data = Data(),
        seconds: Int = 120
    ) async throws -> Data {
        let outcome = try await run(
            script: script,
            arguments: arguments,
            input: input,
            seconds: seconds
        )
        guard outcome.status == 0 else {
            throw PeerError.failed(
                script: script,
                status: outcome.status,
                errors: outcome.errors
            )
        }
        return outcome.output
    }
}

extension Process {
    /// Starts the process and waits for its end.
    fileprivate func ended() async throws -> Int32 {
        try await withCheckedThrowingContinuation { continuation in
            terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try run()
            } catch {
                terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }
}
