// SPDX-License-Identifier: Apache-2.0

import Election
import JSON
import Kernel
import Kubernetes
import Logging
import Reconcile
import Resources
import Synchronization
import Telemetry

/// `elect KUBECONFIG NAMESPACE LEASE IDENTITY TARGET DURATION RENEWAL RETRY`, times in ms.
///
/// A candidate that, while it leads, counts in an annotation of the Lease TARGET, with its fence.
/// It says `{"leads": NUMBER}`, `{"leads": null}`, `{"wrote": "COUNT"}`, `{"refused": "…"}`.
///
/// Told `{"do": "blind"}`, it also writes as a leader does that never looks at its clock, with the
/// number that it has, and says `{"blind": "…"}` when it gives up; `{"do": "metrics"}` is answered
/// `{"metrics": "…"}`. It ends, and lets the Lease go, when its standard input does.
enum Elect {
    static func run(_ arguments: [String]) async throws {
        let times = arguments.dropFirst(5).compactMap { Int($0) }.map { Duration.milliseconds($0) }
        guard arguments.count == 8, times.count == 3,
            let timing = LeaseTiming(duration: times[0], renewal: times[1], retry: times[2])
        else {
            Lines.fail("elect KUBECONFIG NAMESPACE LEASE IDENTITY TARGET DURATION RENEWAL RETRY")
        }
        let access = try ClusterAccess(kubeconfig: arguments[0])
        let registry = MetricRegistry()
        let (clients, writers) = (try APIClient(access), try APIClient(access))
        let candidate = Candidate(
            clients,
            for: ObjectKey(namespace: arguments[1], name: arguments[2]),
            identity: Candidate.uniqueIdentity(arguments[3]),
            timing: timing,
            metrics: LeaderMetrics(registry, name: arguments[2]),
            log: Logger(label: "elect")
        )
        let work = Counting(
            client: writers,
            target: ObjectKey(namespace: arguments[1], name: arguments[4])
        )
        let asked = Lines.asked
        await candidate.run {
            for await command in asked {
                switch command["do"]?.string {
                case "blind": await work.writeBlindly()
                case "metrics": Lines.say(["metrics": .string(registry.text)])
                default: Lines.fail("unknown: \(command)")
                }
            }
        } lead: { leadership in
            await work.run(leadership)
        }
        await clients.close()
        await writers.close()
    }
}

/// The work of a leader: as many writes as it can.
private final class Counting: Sendable {
    private let client: APIClient
    private let target: ObjectKey
    private let fence = Mutex<Fence?>(nil)

    init(client: APIClient, target: ObjectKey) {
        self.client = client
        self.target = target
    }

    /// One term.
    func run(_ leadership: Leadership) async {
        do throws(FencedError) {
            let fence = try leadership.fence()
            self.fence.withLock { $0 = fence }
            Lines.say(["leads": .number(JSONNumber(fence.number))])
        } catch {
            return
        }
        let writer = FencedWriter(client, leadership)
        var object: Lease?
        while !Task.isCancelled {
            do throws(FencedError) {
                object = try await count(with: writer, from: object)
            } catch {
                Lines.say(["refused": .string("\(error)")])
                object = nil
                guard case .request = error, await pause() else { break }
            }
        }
        Lines.say(["leads": .null])
    }

    /// Writes with the number of this moment until a later leader is met.
    func writeBlindly() async {
        guard let fence = fence.withLock({ $0 }) else { Lines.fail("it never led") }
        let writer = FencedWriter(client, frozen: fence)
        var object: Lease?
        Lines.say(["blind": "begun"])
        while true {
            do throws(FencedError) {
                object = try await count(with: writer, from: object)
            } catch {
                guard case .request = error, await pause() else {
                    Lines.say(["blind": .string("\(error)")])
                    return
                }
                object = nil
            }
        }
    }

    private func count(
        with writer: FencedWriter,
        from object: Lease?
    ) async throws(FencedError) -> Lease {
        let written = try await writer.change(try await base(object)) { object in
            let count = object.metadata.annotations["count"].flatMap { Int($0) } ?? 0
            return ["metadata": ["annotations": ["count": .string("\(count + 1)")]]]
        }
        Lines.say(["wrote": written.metadata.annotations["count"].map(JSONValue.string) ?? .null])
        return written
    }

    private func base(_ object: Lease?) async throws(FencedError) -> Lease {
        if let object { return object }
        do throws(APIError) {
            return try await client.get(Lease.self, target)
        } catch {
            throw .request(error)
        }
    }

    /// False when the task is cancelled.
    private func pause() async -> Bool {
        do { try await Task.sleep(for: .milliseconds(50)) } catch { return false }
        return true
    }
}
