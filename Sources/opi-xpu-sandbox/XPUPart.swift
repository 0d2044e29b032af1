// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Connections
import JSON
import Kernel
import Logging
import SoftwareXPU
import Startup
import Synchronization

/// The part `xpu`: the card.
struct XPUPart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "xpu",
        abstract: "The card: an OPI server with the kernel of its network namespace behind it.",
        discussion: """
            Prints {"ready": ADDRESS} when it listens, and at the end a summary. It then exits 3 \
            when a request was not as our own agents make them, else 0.
            """
    )

    enum DataPath: String, ExpressibleByArgument, CaseIterable { case none, bridges }

    @Option(help: "Where the OPI server listens: unix:PATH or HOST:PORT.")
    var listen: String

    @Option(help: "The Unix socket of the knobs; none without it.")
    var control: String?

    @Option(help: "JSON file: MAC of a function -> its representor's interface.")
    var representors: String?

    @Option(help: "What forwards: none or bridges.")
    var datapath = DataPath.none

    @Option(help: "Seconds until an object is up, or gone.")
    var delay = 0.05

    @Option(help: "File that gets requests and events as JSON lines.")
    var log: String?

    @Option(help: "File with rules of misbehaviour, read for every request.")
    var fault: String?

    @Option(help: "Oddities to have, with commas between, or none.")
    var traps = Trap.standard.map(\.rawValue).sorted().joined(separator: ",")

    @OptionGroup var options: RoleOptions

    func run() async throws {
        let settings = try settings()
        let summary = Mutex<XPUSummary?>(nil)
        try await options.run(label: "xpu") { log, _ in
            let xpu = try XPU(settings, log: log)
            do {
                try await xpu.run { Self.tell(["ready": .string("\($0)")], log) }
            } catch is CancellationError {
                log.debug("asked to end, and ended")
            }
            summary.withLock { $0 = xpu.summary }
        }
        guard let summary = summary.withLock(\.self) else { return }
        let end: JSONValue = [
            "stopped": .string(listen),
            "requests": .number(JSONNumber(summary.requests)),
            "violations": .array(summary.violations.map { .string($0) }),
        ]
        Self.tell(end, Logger(label: "xpu"))
        if !summary.violations.isEmpty { throw ExitCode(3) }
    }

    private func settings() throws -> XPUSettings {
        var settings = XPUSettings(listen: try Endpoint(parsing: listen))
        settings.control = control
        settings.journal = log
        settings.faults = fault
        settings.traps = try Trap.set(parsing: traps)
        guard (0...3600).contains(delay) else { throw ValidationError("--delay \(delay)?") }
        settings.delay = .seconds(delay)
        if datapath == .bridges {
            guard let representors else {
                throw ValidationError("--datapath bridges needs --representors")
            }
            settings.dataPath = .bridges(representors: representors)
        }
        return settings
    }

    /// One line on standard output, for whoever has started it.
    private static func tell(_ line: JSONValue, _ log: Logger) {
        do {
            try Process.writeOutput(line.encoded() + [0x0a])
        } catch {
            log.warning("standard output: \(error)")
        }
    }
}
