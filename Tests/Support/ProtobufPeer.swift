// SPDX-License-Identifier: Apache-2.0

import Bytes
import Foundation
public import Protobuf

/// Compares messages with python-protobuf, any number of types in one process.
///
/// Both directions end in bytes: what Swift encoded must come back the same after the peer has
/// parsed and serialised it, and what the peer made up must come back the same from Swift.
public struct ProtobufPeer: Sendable {
    private var jobs: [Job] = []

    /// The Swift types added so far.
    public var types: [String] { jobs.map(\.type) }

    /// Nothing to compare yet.
    public init() {}

    /// Adds a message type.
    ///
    /// - Parameters:
    ///   - type: The Swift message.
    ///   - name: The message's full name, such as `google.protobuf.Timestamp`.
    ///   - proto: The file that declares it, relative to the repository's root.
    ///   - values: Messages to encode here and check there.
    ///   - random: Messages to make up there and check here.
    ///   - mangled: Messages to damage there, for both sides to judge.
    public mutating func add<M: Message>(
        _ type: M.Type,
        named name: String,
        proto: String,
        values: [M] = [],
        random: Int = 0,
        mangled: Int = 0
    ) {
        jobs.append(
            Job(
                type: "\(type)",
                proto: Peer.root.appendingPathComponent(proto).path,
                name: name,
                encoded: values.map { $0.encoded() },
                random: random,
                mangled: mangled,
                judge: { Verdict($0, by: M.self) },
                check: { bytes in
                    let message = try M(decoding: bytes)
                    guard message.unknownFields.isEmpty else { return "has unknown fields" }
                    let ours = message.encoded()
                    return ours == bytes ? nil : "comes back as \(hex(ours))"
                }
            )
        )
    }

    /// Adds bytes for both sides to judge as a message of the type that was added last.
    public mutating func judge(_ bytes: [[UInt8]]) {
        jobs[jobs.count - 1].judged += bytes
    }

    /// Runs the peer and lists where it and Swift differ, at most five lines a type.
    ///
    /// - Throws: ``Peer/PeerError``, also when the peer cannot parse a message of ours or finds a
    ///   field in it that the `.proto` file does not have.
    public func disagreements() async throws -> [String] {
        let output = try await Peer.output(
            of: "protobuf_batch.py",
            input: try input(),
            seconds: 600
        )
        let bytes = [UInt8](output)
        var reader = ByteReader(bytes.span)
        var found: [String] = []
        for job in jobs {
            var lines: [String] = []
            for (index, ours) in job.encoded.enumerated() {
                let theirs = try reader.array(Int(reader.bigEndian(UInt32.self)))
                guard theirs != ours else { continue }
                lines.append("\(job.name) \(index): ours \(hex(ours)), theirs \(hex(theirs))")
            }
            for bytes in job.judged {
                let theirs = try Verdict(from: &reader)
                guard let problem = job.judge(bytes).difference(from: theirs) else { continue }
                lines.append("\(job.name): \(hex(bytes)) \(problem)")
            }
            for _ in 0..<job.random {
                let theirs = try reader.array(Int(reader.bigEndian(UInt32.self)))
                guard let problem = job.problem(with: theirs) else { continue }
                lines.append("\(job.name): theirs \(hex(theirs)) \(problem)")
            }
            for _ in 0..<job.mangled {
                let damaged = try reader.array(Int(reader.bigEndian(UInt32.self)))
                let theirs = try Verdict(from: &reader)
                guard let problem = job.judge(damaged).difference(from: theirs) else { continue }
                lines.append("\(job.name): damaged \(hex(damaged)) \(problem)")
            }
            found += lines.prefix(5)
        }
        return found
    }

    /// The request of `protobuf_batch.py`.
    private func input() throws -> Data {
        let header = Header(
            jobs: jobs.enumerated().map { index, job in
                Header.Job(
                    proto: job.proto,
                    message: job.name,
                    echo: job.encoded.count,
                    judge: job.judged.count,
                    random: job.random,
                    mangled: job.mangled,
                    seed: index + 1
                )
            }
        )
        var writer = ByteWriter()
        for bytes in jobs.flatMap({ $0.encoded + $0.judged }) {
            writer.bigEndian(UInt32(bytes.count))
            writer.append(bytes)
        }
        return try JSONEncoder().encode(header) + Data([0x0a]) + Data(writer.bytes)
    }

    private struct Job: Sendable {
        var type: String
        var proto: String
        var name: String
        var encoded: [[UInt8]]
        var judged: [[UInt8]] = []
        var random: Int
        var mangled: Int
        var judge: @Sendable ([UInt8]) -> Verdict
        var check: @Sendable ([UInt8]) throws -> String?

        func problem(with bytes: [UInt8]) -> String? {
            do {
                return try check(bytes)
            } catch {
                return "is refused: \(error)"
            }
        }
    }

    private struct Header: Encodable {
        var jobs: [Job]

        struct Job: Encodable {
            var proto: String
            var message: String
            var echo: Int
            var judge: Int
            var random: Int
            var mangled: Int
            var seed: Int
        }
    }
}
