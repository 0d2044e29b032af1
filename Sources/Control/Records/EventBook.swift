// SPDX-License-Identifier: Apache-2.0

import Reconcile
public import Resources

/// What to write of what happens: repeats are counted, floods are summed up, and then dropped.
///
/// A value without clock. Three rules, with client-go's numbers:
///
/// - What happened before in the same words is a count, not another object.
/// - More than 10 different sentences about one object, of one reason, within 10 minutes become one
///   object, whose sentence is the last one.
/// - About one object there are 25 writes, and then one every 5 minutes.
///
/// Source: kubernetes/client-go `tools/record/events_cache.go`.
public struct EventBook: Sendable {
    /// What happened.
    public struct Note: Hashable, Sendable {
        /// To which object.
        public var involved: ObjectReference
        /// Whether it is as it should be.
        public var severity: Event.Severity
        /// One word in camel case.
        public var reason: String
        /// A sentence.
        public var message: String

        /// Something that happened to an object.
        public init(
            _ involved: ObjectReference,
            _ severity: Event.Severity,
            reason: String,
            message: String
        ) {
            self.involved = involved
            self.severity = severity
            self.reason = reason
            self.message = message
        }
    }

    private struct Similar: Sendable {
        /// Hashes, as sentences may be long.
        var messages: Set<Int> = []
        var lastSeen: ContinuousClock.Instant
    }

    private let component: String
    private var written = RecentValues<Note, Event>()
    private var similar = RecentValues<Note, Similar>()
    private var budgets = RecentValues<ObjectReference, TokenBucket>()
    private var lastName: Int64 = 0

    private static let similarLimit = 10
    private static let similarWindow = Duration.seconds(600)
    /// Of the writes about one object.
    private static let budget = TokenBucket(interval: .seconds(300), burst: 25)
    private static let longestName = 253
    private static let longestMessage = 1024

    /// A book of what `component` notices.
    public init(component: String) {
        self.component = component
    }

    /// Takes in what happened; gives the event to write, nil when it is one too many.
    ///
    /// An event that has a resourceVersion exists; its count, time and sentence are to be changed.
    public mutating func note(
        _ note: Note,
        at now: ContinuousClock.Instant,
        wall: Timestamp
    ) -> Event? {
        var budget = budgets[note.involved] ?? Self.budget
        let isAllowed = budget.take(at: now, patience: .zero).isTaken
        budgets[note.involved] = budget
        guard isAllowed else { return nil }
        let (key, message) = summedUp(note, at: now)
        if var event = written[key] {
            event.count += 1
            event.lastTimestamp = wall.seconds
            event.message = message
            written[key] = event
            return event
        }
        return fresh(key, message, wall)
    }

    /// The same as an event that does not exist yet: the server has forgotten it.
    public mutating func forgotten(_ event: Event, wall: Timestamp) -> Event {
        fresh(key(of: event), event.message, wall)
    }

    /// The server has accepted an event.
    public mutating func accepted(_ event: Event) {
        written[key(of: event)] = event
    }

    private mutating func fresh(_ key: Note, _ message: String, _ wall: Timestamp) -> Event {
        lastName = max(wall.unixNanoseconds, lastName + 1)
        let end = "." + String(lastName, radix: 16)
        let name = key.involved.name.prefix(Self.longestName - end.utf8.count) + end
        let namespace = key.involved.namespace.isEmpty ? "default" : key.involved.namespace
        return Event(
            metadata: ObjectMeta(name: String(name), namespace: namespace),
            involved: key.involved,
            severity: key.severity,
            reason: key.reason,
            message: message,
            component: component,
            timestamp: wall.seconds
        )
    }

    /// The note under which this one is counted, and what its event says.
    private mutating func summedUp(
        _ note: Note,
        at now: ContinuousClock.Instant
    ) -> (key: Note, message: String) {
        var key = note
        key.message = ""
        let message = String(note.message.prefix(Self.longestMessage))
        var similar = similar[key] ?? Similar(lastSeen: now)
        if now - similar.lastSeen > Self.similarWindow { similar.messages = [] }
        similar.lastSeen = now
        if similar.messages.count <= Self.similarLimit {
            similar.messages.insert(message.hashValue)
        }
        self.similar[key] = similar
        if similar.messages.count > Self.similarLimit {
            return (key, Self.combined + message)
        }
        key.message = message
        return (key, message)
    }

    private static let combined = "(combined from similar events): "

    private func key(of event: Event) -> Note {
        let isCombined = event.message.hasPrefix(Self.combined)
        return Note(
            event.involved,
            event.severity,
            reason: event.reason,
            message: isCombined ? "" : event.message
        )
    }
}
