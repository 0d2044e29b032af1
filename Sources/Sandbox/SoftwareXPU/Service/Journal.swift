// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import Logging
import Synchronization

/// Every request and every change of an object, as JSON lines.
final class Journal: Sendable {
    private struct State: ~Copyable {
        var file: AppendFile?
        var requests = 0
        var violations: [String] = []
    }

    /// Broken promises that are kept for the summary.
    private static let violationLimit = 1_000

    private let state: Mutex<State>
    private let log: Logger

    /// A journal into the file at `path`, which is made or continued.
    ///
    /// - Throws: what the kernel says of the file.
    init(path: String?, log: Logger) throws(KernelError) {
        self.log = log
        guard let path else {
            state = Mutex(State())
            return
        }
        state = Mutex(State(file: try AppendFile(path, mode: 0o644)))
    }

    var summary: XPUSummary {
        state.withLock { XPUSummary(requests: $0.requests, violations: $0.violations) }
    }

    func request(_ line: JSONValue, method: String, violations: [String]) {
        state.withLock { state in
            state.requests += 1
            let room = Self.violationLimit - state.violations.count
            state.violations += violations.prefix(room).map { "\(method): \($0)" }
            write(line, &state)
        }
    }

    func event(_ event: Store.Event) {
        var line: JSONValue = ["time": Self.now]
        switch event {
        case .up(let name): (line["event"], line["name"]) = ("up", .string(name))
        case .gone(let name): (line["event"], line["name"]) = ("gone", .string(name))
        case .failed(let name, let why):
            (line["event"], line["name"]) = ("error", .string(name))
            line["why"] = .string(why)
        }
        state.withLock { write(line, &$0) }
    }

    /// Seconds since 1970.
    static var now: JSONValue {
        let microseconds = Clocks.realtimeNanoseconds / 1_000
        return JSONNumber(Double(microseconds) / 1e6).map { .number($0) } ?? 0
    }

    private func write(_ line: JSONValue, _ state: inout State) {
        guard let file = state.file.take() else { return }
        do {
            try file.append(line.encoded() + [0x0a])
            state.file = consume file
        } catch {
            log.error("the journal ends here: \(error)")
        }
    }
}

/// What a software xPU has seen in its time.
public struct XPUSummary: Hashable, Sendable {
    /// OPI calls, answered or not.
    public var requests: Int
    /// What callers did that our own client promises not to do.
    public var violations: [String]
}
