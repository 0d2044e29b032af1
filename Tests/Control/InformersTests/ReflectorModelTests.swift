// SPDX-License-Identifier: Apache-2.0

import HTTP
import Kubernetes
import Reconcile
import Resources
import Testing

@testable import Informers

/// Chance that can be repeated (splitmix64).
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }
}

/// A server with a history: what a collection is, and every event that made it so.
private struct Server {
    struct Event {
        var version: Int
        var isDeletion: Bool
        var lease: Lease
    }

    var version = 1
    var objects: [String: Lease] = [:]
    var events: [Event] = []
    /// Events up to this version are forgotten.
    var compacted = 0
    var nextUID = 1

    mutating func write(_ name: String) -> Lease {
        version += 1
        var lease = objects[name] ?? Lease(metadata: ObjectMeta(name: name), spec: Lease.Spec())
        if objects[name] == nil {
            lease.metadata.uid = "uid-\(nextUID)"
            nextUID += 1
        }
        lease.metadata.resourceVersion = "\(version)"
        objects[name] = lease
        events.append(Event(version: version, isDeletion: false, lease: lease))
        return lease
    }

    mutating func delete(_ name: String) -> Lease? {
        guard var lease = objects.removeValue(forKey: name) else { return nil }
        version += 1
        lease.metadata.resourceVersion = "\(version)"
        events.append(Event(version: version, isDeletion: true, lease: lease))
        return lease
    }
}

/// What the handler was told, checked against what a handler may be told.
private struct Listener {
    var known: [String: (uid: String, version: String)] = [:]
    var faults: [String] = []
    /// What we were told to have deleted ourselves.
    var gone: Set<String> = []

    mutating func hear(_ changes: [Change<Lease>]) {
        for change in changes {
            let (name, uid) = (change.key.name, change.object.metadata.uid)
            let version = change.object.metadata.resourceVersion
            let before = known[name]
            if change.kind != .deleted, gone.contains(uid) {
                faults.append("\(name) came back after our deletion")
            }
            switch change.kind {
            case .added:
                if before != nil { faults.append("\(name) added while it is there") }
                known[name] = (uid, version)
            case .changed:
                if before?.uid != uid { faults.append("\(name) changed into another") }
                if let before, !ResourceVersion.isNewer(version, than: before.version) {
                    faults.append("\(name) went back from \(before.version) to \(version)")
                }
                known[name] = (uid, version)
            case .deleted:
                if before?.uid != uid { faults.append("\(name) deleted, but not this one") }
                known[name] = nil
            }
        }
    }
}

@Suite struct ReflectorModelTests {
    private static let names = ["a", "b", "c", "d", "e", "f"]

    /// A server and an informer of it in thousands of random steps: writes (ours among them, whose
    /// answers come at any time), lists of several pages, watches that are cut, history that goes.
    @Test(arguments: 0..<200)
    func `whatever happens, the store ends as the server's list`(seed: Int) {
        var dice = Dice(state: UInt64(seed))
        var server = Server()
        var listener = Listener()
        var reflector = Reflector<Lease>(
            ListScope(),
            backoff: Backoff(),
            usesStreams: seed % 3 == 0
        )
        var now = ContinuousClock.now
        var step = ListWatch.Step.pause(.zero)
        var snapshot: (version: Int, rest: [Lease])?
        var sent = 0  // events up to this version were sent in the watch that is open
        var answers: [(lease: Lease, isDeletion: Bool)] = []

        func ask() {
            now += .milliseconds(1)
            step = reflector.next(at: now, chance: 0)
            if case .pause(let duration) = step {
                now += duration
                step = reflector.next(at: now, chance: 0)
            }
            switch step {
            case .list(let request) where request.next.isEmpty: snapshot = nil
            case .watch(let version, _): sent = Int(version) ?? -1
            case .list, .stream, .pause: break
            }
        }

        /// One move of the server towards the informer.
        func serve(_ canFail: Bool) {
            let isUnlucky = canFail && Int.random(in: 0..<12, using: &dice) == 0
            if isUnlucky {
                let error: APIError =
                    Bool.random(using: &dice)
                    ? .gone("too old") : .unanswered(server: "s", .timedOut(.seconds(1)))
                reflector.failed(error, at: now, chance: 0)
                return ask()
            }
            switch step {
            case .pause: ask()
            case .list(let request):
                if snapshot == nil {
                    snapshot = (server.version, server.objects.values.shuffled(using: &dice))
                }
                guard var page = snapshot else { return }
                let count = min(2, page.rest.count)
                reflector.add(page.rest.prefix(count).map { .object($0, bytes: 1) })
                page.rest.removeFirst(count)
                snapshot = page
                // A list without pages comes bit by bit as well.
                if !request.isPaged, !page.rest.isEmpty { return }
                let next = page.rest.isEmpty ? "" : "more"
                listener.hear(reflector.page(version: "\(page.version)", next: next))
                ask()
            case .stream:
                reflector.opened(at: now)
                for lease in server.objects.values.shuffled(using: &dice) {
                    listener.hear(reflector.apply(.changed(Entry(lease)), at: now))
                }
                let end = WatchEvent<Lease>.bookmark(
                    version: "\(server.version)",
                    endsInitialEvents: true
                )
                listener.hear(reflector.apply(end, at: now))
                sent = server.version
                step = .watch(after: "\(sent)", seconds: 1)
            case .watch(_, _):
                guard sent >= server.compacted else {
                    reflector.failed(.gone("too old"), at: now, chance: 0)
                    return ask()
                }
                reflector.opened(at: now)
                if let event = server.events.first(where: { $0.version > sent }) {
                    sent = event.version
                    let (key, uid) = (event.lease.key, event.lease.metadata.uid)
                    let said: WatchEvent<Lease> =
                        event.isDeletion
                        ? .deleted(key, uid: uid, version: "\(sent)")
                        : .changed(Entry(event.lease))
                    listener.hear(reflector.apply(said, at: now))
                } else if canFail, Bool.random(using: &dice) {
                    now += .seconds(2)
                    reflector.ended(at: now, chance: 0)
                    ask()
                }
            }
        }

        func hearAnswer() {
            guard !answers.isEmpty else { return }
            let (lease, isDeletion) = answers.removeFirst()
            let isKnown = reflector.store.entries[lease.key]?.uid == lease.metadata.uid
            if isDeletion, isKnown || !reflector.store.isSynced {
                listener.gone.insert(lease.metadata.uid)
            }
            listener.hear(
                isDeletion
                    ? reflector.absorbDeletion(of: lease.key, uid: lease.metadata.uid)
                    : reflector.absorb(lease)
            )
            guard !isDeletion, let mine = listener.known[lease.key.name] else { return }
            // Our own write was read: nobody is older than it.
            let isOlder = ResourceVersion.isNewer(
                lease.metadata.resourceVersion,
                than: mine.version
            )
            if isOlder, reflector.store.isSynced { listener.faults.append("older than our write") }
        }

        ask()
        for _ in 0..<2000 {
            let name = Self.names.randomElement(using: &dice) ?? "a"
            switch Int.random(in: 0..<20, using: &dice) {
            case 0..<4:
                let lease = server.write(name)
                if Bool.random(using: &dice) { answers.append((lease, false)) }
            case 4..<6:
                if let lease = server.delete(name), Bool.random(using: &dice) {
                    answers.append((lease, true))
                }
            case 6: server.compacted = server.version
            case 7..<10: hearAnswer()
            default: serve(true)
            }
        }
        while !answers.isEmpty { hearAnswer() }
        for _ in 0..<5000 {
            serve(false)
            if reflector.store.version == "\(server.version)", reflector.store.isSynced { break }
        }
        let found = reflector.store.entries.mapValues { "\($0.uid)@\($0.version)" }
        let wanted = server.objects.values.map {
            ($0.key, "\($0.metadata.uid)@\($0.metadata.resourceVersion)")
        }
        #expect(found == Dictionary(uniqueKeysWithValues: wanted), "seed \(seed)")
        let heard = listener.known.mapValues { "\($0.uid)@\($0.version)" }
        let names = found.map { ($0.key.name, $0.value) }
        #expect(heard == Dictionary(uniqueKeysWithValues: names), "seed \(seed)")
        #expect(listener.faults == [], "seed \(seed)")
    }
}
