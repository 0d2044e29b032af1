// SPDX-License-Identifier: Apache-2.0

public import Kubernetes
public import Logging
import Reconcile
public import Telemetry

/// Takes part in the election of a leader and lets the winner work.
///
/// Give it a client of its own: a request that waits behind others' must not cost the Lease.
///
/// Order of the end of a term: the work, then the Lease. The work is cancelled when the Lease is
/// lost, when the time for renewals is over, and when the candidate is told to stop; its own end
/// ends the term as well. A cancelled task makes no requests, so a candidate whose own task is
/// cancelled keeps the Lease, and others wait for its duration.
public struct Candidate: Sendable {
    private let box: LeaseBox
    private let identity: String
    private let timing: LeaseTiming
    private let metrics: LeaderMetrics?
    private let log: Logger

    /// A candidate for the Lease `key`.
    ///
    /// `identity` must be this process's alone; ``uniqueIdentity(_:)`` makes it so.
    public init(
        _ client: APIClient,
        for key: ObjectKey,
        identity: String,
        timing: LeaseTiming = .standard,
        metrics: LeaderMetrics? = nil,
        log: Logger
    ) {
        box = LeaseBox(client: client, key: key, patience: timing.renewal / 2)
        self.identity = identity
        self.timing = timing
        self.metrics = metrics
        self.log = log
    }

    /// A name that no other process has: `name_` and 16 random hexadecimal digits.
    public static func uniqueIdentity(_ name: String) -> String {
        let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        return name + "_" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Waits, leads, and waits again, until `stop` returns or the work ends by itself.
    ///
    /// `lead` is the work of one term; it is cancelled when the term is over, and must end soon.
    public func run(
        until stop: @escaping @Sendable () async -> Void,
        lead: @escaping @Sendable (Leadership) async -> Void
    ) async {
        let stopping = Board(false)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await stop()
                stopping.post(true)
            }
            var candidacy = Candidacy(identity: identity, timing: timing)
            while !Task.isCancelled, await acquire(&candidacy, unless: stopping) {
                guard await serve(&candidacy, lead, unless: stopping) else { break }
            }
            group.cancelAll()
        }
    }

    // MARK: - Not leading

    /// Returns true when the Lease is ours, false when the candidate is to stop.
    private func acquire(_ candidacy: inout Candidacy, unless stopping: Board<Bool>) async -> Bool {
        var told = ""
        metrics?.isLeading.set(0)
        while !Task.isCancelled, !stopping.value {
            do throws(LeaseFailure) {
                if try await take(&candidacy) { return true }
                told = ""
            } catch {
                tell("the lease cannot be read", error, &told)
            }
            let jitter = Double.random(in: 0..<LeaseTiming.jitter)
            await pause(timing.retry * (1 + jitter), unless: stopping)
        }
        return false
    }

    private func take(_ candidacy: inout Candidacy) async throws(LeaseFailure) -> Bool {
        let lease = try await box.read()
        guard let claim = candidacy.observed(lease, at: .now, wall: .now) else { return false }
        let sent = ContinuousClock.now
        do throws(LeaseFailure) {
            candidacy.won(try await box.write(claim), sentAt: sent)
            return true
        } catch {
            guard error.isRefusal else { throw error }
            candidacy.refused()
            return false
        }
    }

    // MARK: - Leading

    private enum Part: Sendable {
        case renewals(Candidacy)
        case deadline
        case work(isOver: Bool)
    }

    /// One term; true when there may be another.
    private func serve(
        _ candidacy: inout Candidacy,
        _ lead: @escaping @Sendable (Leadership) async -> Void,
        unless stopping: Board<Bool>
    ) async -> Bool {
        guard let term = candidacy.term else { return true }
        let leadership = Leadership(term)
        metrics?.isLeading.set(1)
        log.notice("leading", metadata: ["lease": "\(box.key)", "number": "\(term.fence.number)"])
        var isOver = false
        let begun = candidacy
        await withTaskGroup(of: Part.self) { group in
            group.addTask { .renewals(await renew(begun, leadership)) }
            group.addTask {
                await leadership.waitForDeadline()
                return .deadline
            }
            group.addTask { .work(isOver: await work(lead, leadership, unless: stopping)) }
            while let part = await group.next() {
                // Whatever ended first ends the others; nothing is written any more.
                leadership.end()
                group.cancelAll()
                switch part {
                case .renewals(let last): candidacy = last
                case .work(let over): isOver = over
                case .deadline: break
                }
            }
        }
        metrics?.isLeading.set(0)
        log.notice("leading no longer", metadata: ["lease": "\(box.key)"])
        await release(&candidacy)
        return !isOver && !stopping.value
    }

    /// The work of a term; true when it ended by itself or because the candidate is to stop.
    private func work(
        _ lead: @escaping @Sendable (Leadership) async -> Void,
        _ leadership: Leadership,
        unless stopping: Board<Bool>
    ) async -> Bool {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await lead(leadership) }
            group.addTask { await stopping.wait { $0 } }
            await group.next()
            // Work that ended because it was told that it leads no longer is not done.
            let isOver = leadership.isValid
            group.cancelAll()
            return isOver
        }
    }

    /// Renews until the Lease is lost or the task is cancelled; gives what is known of it by then.
    private func renew(_ candidacy: Candidacy, _ leadership: Leadership) async -> Candidacy {
        var candidacy = candidacy
        var told = ""
        while true {
            await leadership.waitForRenewal(timing.retry)
            if Task.isCancelled { return candidacy }
            candidacy.raise(to: leadership.wantedNumber)
            do throws(LeaseFailure) {
                guard try await renewOnce(&candidacy) else { return candidacy }
                if let term = candidacy.term { leadership.extend(term) }
                told = ""
            } catch {
                if !Task.isCancelled { tell("the lease cannot be renewed", error, &told) }
            }
        }
    }

    /// Renews, if need be after reading the Lease again; false when it is lost.
    private func renewOnce(_ candidacy: inout Candidacy) async throws(LeaseFailure) -> Bool {
        while let claim = candidacy.renewal(at: .now, wall: .now) {
            let sent = ContinuousClock.now
            do throws(LeaseFailure) {
                candidacy.renewed(try await box.write(claim), sentAt: sent)
                return true
            } catch {
                guard error.isRefusal else { throw error }
            }
            metrics?.slowRenewals.increment()
            guard candidacy.reread(try await box.read()) else { return false }
        }
        return false
    }

    /// Lets the Lease go, if it is still ours, so that nobody waits for it.
    private func release(_ candidacy: inout Candidacy) async {
        do throws(LeaseFailure) {
            // The renewal that was under way may have been accepted.
            guard candidacy.term != nil, candidacy.reread(try await box.read()),
                let claim = candidacy.end(wall: .now)
            else { return }
            _ = try await box.write(claim)
        } catch {
            log.warning("the lease was not released", metadata: ["error": "\(error)"])
        }
    }

    private func pause(_ duration: Duration, unless stopping: Board<Bool>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await stopping.wait { $0 } }
            group.addTask {
                do { try await Task.sleep(for: duration) } catch { return }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func tell(_ what: String, _ error: LeaseFailure, _ told: inout String) {
        let sentence = "\(error)"
        if sentence != told {
            log.warning("\(what)", metadata: ["lease": "\(box.key)", "error": "\(sentence)"])
        }
        told = sentence
    }
}
