// SPDX-License-Identifier: Apache-2.0

import GRPC
import Kernel
import Logging
import OPI
import Protobuf
import RPC
import Synchronization

/// The OPI server from one boot to the next: the store, who may ask it, and who works for it.
final class Session: Sendable {
    let faults: Faults
    let gate: Gate
    let journal: Journal
    let dataPath: any DataPath
    /// Asks for a reboot: how long to be away.
    let reboots: AsyncStream<Duration>
    let began = Clocks.monotonicNanoseconds

    private let store: Mutex<Store>
    private let log: Logger
    private let rebootSignal: AsyncStream<Duration>.Continuation
    private let wake: AsyncStream<Void>.Continuation
    private let wakes: AsyncStream<Void>

    /// The longest time without a look at what is due.
    private static let look = Duration.milliseconds(20)

    init(_ parts: Parts, traps: Set<Trap>, delay: Duration) {
        faults = parts.faults
        gate = parts.gate
        journal = parts.journal
        dataPath = parts.dataPath
        log = parts.log
        let prefix = Session.randomDigits(8)
        store = Mutex(Store(traps: traps, delay: delay, tokenPrefix: prefix))
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (reboots, rebootSignal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// What outlives a reboot.
    struct Parts: Sendable {
        let faults: Faults
        let gate: Gate
        let journal: Journal
        let dataPath: any DataPath
        let log: Logger
    }

    var uptime: Duration { now }

    private var now: Duration {
        .nanoseconds(Int64(clamping: Clocks.monotonicNanoseconds - began))
    }

    /// Every object, by name.
    var objects: [any GatewayObject] {
        store.withLock { $0.entries.values.map(\.object) }.sorted { $0.name < $1.name }
    }

    func set(_ traps: Set<Trap>) {
        store.withLock { $0.traps = traps }
    }

    func reboot(away duration: Duration) {
        rebootSignal.yield(duration)
    }

    // Requests.

    func create<Object: GatewayObject>(
        _ request: CreateRequest<Object>
    ) throws(Status) -> Object {
        try change { (store, now) throws(Status) in
            try store.create(
                request.object,
                id: request.id,
                fallbackID: Self.randomID(),
                now: now
            )
        }
    }

    func get<Object: GatewayObject>(_ request: GetRequest<Object>) throws(Status) -> Object {
        try change { (store, _) throws(Status) in try store.get(Object.self, request.name) }
    }

    func list<Object: GatewayObject>(
        _ request: ListRequest<Object>
    ) throws(Status) -> ListResponse<Object> {
        try change { (store, _) throws(Status) in
            let page = try store.list(
                Object.self,
                size: request.pageSize,
                token: request.pageToken
            )
            var answer = ListResponse<Object>()
            answer.objects = page.objects
            answer.nextPageToken = page.next
            return answer
        }
    }

    func delete<Object: GatewayObject>(
        _ request: DeleteRequest<Object>
    ) throws(Status) -> Empty {
        try change { (store, now) throws(Status) in
            try store.delete(
                Object.self,
                request.name,
                allowMissing: request.allowMissing,
                now: now
            )
            return Empty()
        }
    }

    func update<Object: GatewayObject>(
        _ request: UpdateRequest<Object>
    ) throws(Status) -> Object {
        try change { (store, now) throws(Status) in
            try store.update(
                request.object,
                mask: request.updateMask?.paths ?? [],
                allowMissing: request.allowMissing,
                now: now
            )
        }
    }

    private func change<Answer: Sendable>(
        _ body: (inout Store, Duration) throws(Status) -> Answer
    ) throws(Status) -> Answer {
        let now = now
        let result = store.withLock { store in
            do throws(Status) {
                return Result<Answer, Status>.success(try body(&store, now))
            } catch {
                return .failure(error)
            }
        }
        wake.yield()
        return try result.get()
    }

    // Work.

    /// Has the data path do what the store wants, one thing after another, until it is cancelled.
    ///
    /// - Throws: `CancellationError`.
    func work() async throws {
        wake.yield()
        for await _ in wakes {
            while let due = store.withLock({ $0.nextDue }) {
                try await gate.passage()
                let now = now
                if due > now {
                    // Short sleeps, because something else may be due before.
                    try await Task.sleep(for: min(due - now, Self.look))
                } else if let work = store.withLock({ $0.nextWork(now: now) }) {
                    realise(work)
                }
            }
        }
        try Task.checkCancellation()
    }

    private func realise(_ work: Store.Work) {
        let problem = faults.takeComponentError() ?? work.lost ?? attempt(work)
        let now = now
        guard let event = store.withLock({ $0.finish(work, problem: problem, now: now) }) else {
            return
        }
        if let problem { log.warning("\(work.object.name): \(problem)") }
        journal.event(event)
    }

    private func attempt(_ work: Store.Work) -> String? {
        do throws(DataPathError) {
            if work.isRemoval {
                try dataPath.remove(work.object)
            } else {
                try dataPath.apply(work.object)
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static func randomDigits(_ bytes: Int) -> String {
        hexadecimal(Machine.randomBytes(bytes)).filter { $0 != ":" }
    }

    /// A UUID of version 4.
    private static func randomID() -> String {
        var bytes = Machine.randomBytes(16)
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = Array(hexadecimal(bytes).filter { $0 != ":" })
        let cuts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return cuts.map { String(digits[$0]) }.joined(separator: "-")
    }
}

extension Store.Work {
    /// Why it cannot be removed, ever.
    var lost: String? {
        isHopeless ? "the references of \(object.name) are lost since its update" : nil
    }
}
