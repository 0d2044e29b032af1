// SPDX-License-Identifier: Apache-2.0

import Connections
import Kernel
import Logging
import Pages
import Telemetry

/// The pages of a running role: `/metrics` for Prometheus, `/healthz` for probes.
struct MetricsPage: Sendable {
    let registry: MetricRegistry
    let log: Logger

    /// Serves at `host:port` until the task is cancelled.
    ///
    /// - Throws: ``Connections/ConnectionFailure`` when nobody can listen there.
    func serve(host: String, port: UInt16) async throws {
        countProcess()
        let registry = registry
        let server = try await PageServer.listen(
            host: host,
            port: port,
            pages: [
                "/metrics": {
                    PageServer.Page(contentType: TextFormat.contentType, text: registry.text)
                },
                "/healthz": { PageServer.Page(text: "ok\n") },
            ]
        )
        log.info("metrics are served", metadata: ["at": "\(server.endpoint)"])
        do {
            while true { try await Task.sleep(for: .seconds(3600)) }
        } catch {
            await server.close()  // cancelled
        }
    }

    /// What Prometheus' own clients tell of their process, by the same names.
    ///
    /// Source: Prometheus, "Writing client libraries", section "Process metrics".
    private func countProcess() {
        let start = registry.gauge(
            "process_start_time_seconds",
            "When the process started, in seconds since 1970 (UTC)."
        )
        start[].set(Double(Clocks.realtimeNanoseconds) / 1e9)
        let memory = registry.gauge(
            "process_resident_memory_bytes",
            "Memory that is resident, in bytes."
        )
        memory[].follow { Self.residentMemory ?? .nan }
        let files = registry.gauge("process_open_fds", "Open file descriptors.")
        files[].follow { Self.openFiles ?? .nan }
    }

    /// In bytes; nil when the kernel does not tell.
    private static var residentMemory: Double? {
        do throws(KernelError) {
            let text = String(
                decoding: try Files.read("/proc/self/status", limit: 64 << 10),
                as: UTF8.self
            )
            let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
            return line?.split(separator: " ").dropFirst().first.flatMap { Double($0) }.map {
                $0 * 1024
            }
        } catch {
            return nil
        }
    }

    /// Nil when the kernel does not tell.
    private static var openFiles: Double? {
        do throws(KernelError) {
            return Double(try Files.list("/proc/self/fd").count - 1)
        } catch {
            return nil
        }
    }
}
