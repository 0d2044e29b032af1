// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import HPACK
import HTTP
import TestSupport
import Testing

/// Our two ends of HTTP/2 with the programs of nghttp2 at the other one, in plain text.
@Suite(.timeLimit(.minutes(20))) struct NghttpPeerTests {
    /// What nghttp asks and how; whatever it sends, the answer is the same.
    static let gets: [[String]] = [
        [], ["--padding=200"], ["--continuation"], ["--weight=1"], ["--window-bits=4"],
        ["--connection-window-bits=30"], ["--header-table-size=0"], ["--max-concurrent-streams=1"],
        ["--header-table-size=100", "--encoder-header-table-size=100"], ["--no-dep"],
    ]

    @Test(arguments: gets) func `nghttp gets from our server`(options: [String]) async throws {
        try await withConformanceServer { port, _ in
            let url = "http://127.0.0.1:\(port)/big?300000"
            let answer = try await tool("nghttp", options + [url])
            #expect(answer.status == 0)
            // Compared outside: on failure #expect would look for the difference, for minutes.
            let isWhole = answer.output == Data(repeating: UInt8(ascii: "x"), count: 300_000)
            #expect(isWhole)
            #expect(answer.errors == "")
        }
    }

    @Test(arguments: [[], ["--padding=255"], ["--trailer=x-sum: 1"]])
    func `nghttp posts to our server`(options: [String]) async throws {
        let scratch = try Scratch()
        let body = Data((0..<400_000).map { UInt8(truncatingIfNeeded: $0 / 7) })
        try body.write(to: URL(fileURLWithPath: scratch["body"]))
        try await withConformanceServer { port, _ in
            let url = "http://127.0.0.1:\(port)/echo"
            let answer = try await tool("nghttp", options + ["--data=\(scratch["body"])", url])
            #expect(answer.status == 0)
            let isWhole = answer.output == body
            #expect(isWhole)
        }
    }

    static let servers: [[String]] = [
        [], ["--padding=100"], ["--max-concurrent-streams=2"], ["--header-table-size=0"],
        ["--window-bits=8"], ["--trailer=x-sum: 1"], ["--encoder-header-table-size=0"],
    ]

    @Test(arguments: servers) func `our client gets from nghttpd`(options: [String]) async throws {
        let scratch = try Scratch()
        let body = Data((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 11) })
        try body.write(to: URL(fileURLWithPath: scratch["file"]))
        try Data("ok".utf8).write(to: URL(fileURLWithPath: scratch["small"]))
        try await withNghttpd(options + ["-d", scratch.path]) { client in
            let answer = try await client.send(
                HTTPRequest("GET", "/file"),
                deadline: .seconds(30),
                limit: 1 << 21
            )
            #expect(answer.head.status == 200)
            let isWhole = answer.body == [UInt8](body)
            #expect(isWhole)
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<50 { group.addTask { try await client.text("/small") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(texts == Array(repeating: "ok", count: 50))
        }
    }

    @Test(arguments: [[], ["--window-bits=6"]])
    func `our client posts to nghttpd`(options: [String]) async throws {
        let body = [UInt8](repeating: 3, count: 500_000)
        try await withNghttpd(options + ["--echo-upload"]) { client in
            let answer = try await client.send(
                HTTPRequest("POST", "/", body: body),
                deadline: .seconds(30),
                limit: 1 << 20
            )
            let isWhole = answer.body == body
            #expect(isWhole)
        }
    }

    /// 20,000 requests, or as many as `OPI_XPU_REQUESTS` says, and what they leave in memory.
    @Test func `h2load finds no error and no growth`() async throws {
        let setting = ProcessInfo.processInfo.environment["OPI_XPU_REQUESTS"]
        let count = setting.flatMap { Int($0) } ?? 20_000
        try await withConformanceServer { port, _ in
            let load = ["-c", "8", "-m", "10", "http://127.0.0.1:\(port)/big?100"]
            _ = try await tool("h2load", ["-n", "\(max(2000, count / 20))"] + load)
            let before = try residentBytes()
            let answer = try await tool("h2load", ["-n", "\(count)"] + load, seconds: 1100)
            let growth = try residentBytes() - before
            let report = String(decoding: answer.output, as: UTF8.self)
            #expect(answer.status == 0)
            let verdict = "\(count) done, \(count) succeeded, 0 failed, 0 errored, 0 timeout"
            #expect(report.contains(verdict), "\(report)")
            #expect(growth < 16 << 20, "grew by \(growth) bytes")
            if let line = report.split(separator: "\n").first(where: { $0.hasPrefix("finished") }) {
                print("h2load: \(line); growth \(growth / 1024) KiB")
            }
        }
    }

    private func residentBytes() throws -> Int {
        let statm = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (Int(statm.split(separator: " ")[1]) ?? 0) * 4096
    }

    /// Runs `body` with a client of an nghttpd with these options.
    private func withNghttpd(
        _ options: [String],
        _ body: (HTTPClient) async throws -> Void
    ) async throws {
        let port = try await freePort()
        let process = Foundation.Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/nghttpd")
        process.arguments = ["--no-tls", "--address=127.0.0.1"] + options + ["\(port)"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer { kill(process.processIdentifier, SIGKILL) }
        let client = HTTPClient(
            .tcp(host: "127.0.0.1", port: port),
            authority: "127.0.0.1:\(port)",
            options: DialOptions(),
            isSecure: false
        )
        for _ in 0..<200 {
            if let answer = try? await client.text("/nothing"), !answer.isEmpty { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        try await body(client)
        await client.close()
    }
}

/// How a program ended and what it wrote.
private struct ToolOutcome {
    let status: Int32
    let output: Data
    let errors: String
}

/// Runs a program to its end; files take what it writes, so that it never waits for us.
private func tool(
    _ name: String,
    _ arguments: [String],
    seconds: Int = 60
) async throws
    -> ToolOutcome
{
    let scratch = try Scratch()
    let process = Foundation.Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
    process.arguments = ["\(seconds)", name] + arguments
    process.standardInput = FileHandle.nullDevice
    for stream in ["out", "err"] {
        _ = FileManager.default.createFile(atPath: scratch[stream], contents: nil)
    }
    process.standardOutput = FileHandle(forWritingAtPath: scratch["out"])
    process.standardError = FileHandle(forWritingAtPath: scratch["err"])
    let status: Int32 = try await withCheckedThrowingContinuation { continuation in
        process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
        do {
            try process.run()
        } catch {
            process.terminationHandler = nil
            continuation.resume(throwing: error)
        }
    }
    let errors = try Data(contentsOf: URL(fileURLWithPath: scratch["err"]))
    return ToolOutcome(
        status: status,
        output: try Data(contentsOf: URL(fileURLWithPath: scratch["out"])),
        errors: String(decoding: errors, as: UTF8.self)
    )
}

/// A port of 127.0.0.1 that nobody listens on just now.
private func freePort() async throws -> UInt16 {
    let server = HTTPServer { _, _ in }
    let port = try await server.port(ListenOptions())
    server.shutDown()
    await server.run()
    return port
}
