// SPDX-License-Identifier: Apache-2.0

import Configuration
import Kernel
import Kubernetes
import Logging
import Resources

/// The Lease by which the agent of a card shows that it lives, and keeps others away from the card.
///
/// ```
///             free, ours, or silent for its duration
/// waiting ─────────────────────────────────────────────► holding ──► released (at the end)
///    ▲                                                      │
///    └──────────── somebody else has it by now ─────────────┘
/// ```
///
/// An agent that starts again on its machine has the same identity and goes on at once. An agent
/// that cannot reach the API server goes on as well: nobody else can take the Lease meanwhile
/// without the server, and whoever did makes the next renewal fail.
struct Heartbeat: Sendable {
    let client: APIClient
    let key: ObjectKey
    let identity: String
    let options: XPUConfiguration.Heartbeat
    let log: Logger

    /// Waits until the Lease is ours, and gives it; nil when the task was cancelled before.
    func acquire() async -> Lease? {
        var life = LifeSigns()
        var told = ""
        while !Task.isCancelled {
            do throws(APIError) {
                if let lease = try await take(&life) { return lease }
                tell("another agent serves the card", &told)
            } catch {
                if !Task.isCancelled { tell("\(error)", &told) }
            }
            do {
                try await Task.sleep(for: min(options.interval, .seconds(1)))
            } catch {
                return nil
            }
        }
        return nil
    }

    /// Renews until somebody else has the Lease, or the task is cancelled.
    func hold(_ lease: Lease) async {
        var lease = lease
        var told = ""
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: options.interval)
            } catch {
                return  // cancelled: the caller looks
            }
            do throws(APIError) {
                lease.spec.renewTime = now
                lease = try await client.replace(lease)
                told = ""
            } catch {
                if error.isNotFound { return }
                if error.isConflict, await !isStillOurs(&lease) { return }
                if !Task.isCancelled { tell("\(error)", &told) }
            }
        }
    }

    /// Lets the Lease go, so that everybody knows at once that nobody serves the card.
    func release() async {
        do throws(APIError) {
            var lease: Lease = try await client.get(Lease.self, key)
            guard lease.spec.holderIdentity == identity else { return }
            lease.spec.holderIdentity = ""
            lease.spec.renewTime = now
            _ = try await client.replace(lease)
        } catch {
            log.warning("the lease was not released", metadata: ["error": "\(error)"])
        }
    }

    /// Whether whoever changed the Lease left it to us; so it seems while nobody can tell.
    private func isStillOurs(_ lease: inout Lease) async -> Bool {
        do throws(APIError) {
            lease = try await client.get(Lease.self, key)
        } catch {
            return !error.isNotFound
        }
        guard lease.spec.holderIdentity != identity else { return true }
        log.error("another agent has taken the card")
        return false
    }

    /// Takes the Lease if it may be taken now.
    private func take(_ life: inout LifeSigns) async throws(APIError) -> Lease? {
        var lease: Lease
        do throws(APIError) {
            lease = try await client.get(Lease.self, key)
        } catch {
            guard error.isNotFound else { throw error }
            let metadata = ObjectMeta(name: key.name, namespace: key.namespace)
            let fresh = Lease(metadata: metadata, spec: spec(transitions: 0))
            return try await client.create(fresh)
        }
        let holder = lease.spec.holderIdentity ?? ""
        if !holder.isEmpty, holder != identity {
            life.observe(lease, at: .now)
            guard case .silent = life.verdict(at: .now) else { return nil }
            log.notice("taking over from an agent that is silent", metadata: ["was": "\(holder)"])
        }
        let transitions = lease.spec.leaseTransitions ?? 0
        lease.spec = spec(transitions: holder == identity ? transitions : transitions + 1)
        do throws(APIError) {
            return try await client.replace(lease)
        } catch {
            guard error.isConflict else { throw error }
            return nil
        }
    }

    private func spec(transitions: Int) -> Lease.Spec {
        Lease.Spec(
            holderIdentity: identity,
            leaseDurationSeconds: options.durationSeconds,
            acquireTime: now,
            renewTime: now,
            leaseTransitions: transitions
        )
    }

    private var now: String {
        Timestamp(unixNanoseconds: Int64(clamping: Clocks.realtimeNanoseconds)).micro
    }

    private func tell(_ sentence: String, _ told: inout String) {
        if sentence != told { log.warning("lease", metadata: ["error": "\(sentence)"]) }
        told = sentence
    }
}
