// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
public import Kubernetes
public import Logging
public import Resources

/// Writes Kubernetes Events without ever holding up or failing whoever has something to tell.
///
/// What is told waits in a bounded queue for ``run()``; when the queue is full it is lost. An event
/// that the server does not take is tried again a few times and then lost as well: events are for
/// people, and nothing may depend on them.
public final class EventRecorder: Sendable {
    private let client: APIClient
    private let component: String
    private let log: Logger
    private let notes: AsyncStream<EventBook.Note>
    private let told: AsyncStream<EventBook.Note>.Continuation

    /// How much may wait.
    public static let limit = 1000

    private static let attempts = 4
    private static let pause = Duration.seconds(2)

    /// A recorder of what `component` notices, which writes nothing until ``run()``.
    public init(_ client: APIClient, component: String, log: Logger) {
        self.client = client
        self.component = component
        self.log = log
        (notes, told) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.limit))
    }

    /// Tells what happened to an object; never waits.
    ///
    /// - Returns: false when it is lost, because too much is waiting.
    @discardableResult
    public func record(
        _ object: some Resource,
        _ severity: Event.Severity,
        reason: String,
        _ message: String
    ) -> Bool {
        let note = EventBook.Note(
            ObjectReference(object),
            severity,
            reason: reason,
            message: message
        )
        guard case .enqueued = told.yield(note) else { return false }
        return true
    }

    /// Writes until the task is cancelled; once.
    public func run() async {
        var book = EventBook(component: component)
        for await note in notes {
            guard let event = book.note(note, at: .now, wall: Self.wall) else {
                log.debug("an event too many", metadata: ["about": "\(note.involved.name)"])
                continue
            }
            await write(event, &book)
        }
    }

    private func write(_ event: Event, _ book: inout EventBook) async {
        var event = event
        for attempt in 1...Self.attempts {
            do throws(APIError) {
                book.accepted(try await send(event))
                return
            } catch {
                if error.isNotFound, !event.metadata.resourceVersion.isEmpty {
                    event = book.forgotten(event, wall: Self.wall)
                    continue
                }
                // Without an answer it may have been made.
                if error.isAlreadyExists { return }
                guard !Task.isCancelled, attempt < Self.attempts else {
                    return log.debug("an event is lost", metadata: ["error": "\(error)"])
                }
            }
            do { try await Task.sleep(for: Self.pause) } catch { return }
        }
    }

    private func send(_ event: Event) async throws(APIError) -> Event {
        guard !event.metadata.resourceVersion.isEmpty else { return try await client.create(event) }
        let patch: JSONValue = [
            "count": .number(JSONNumber(event.count)),
            "lastTimestamp": .string(event.lastTimestamp),
            "message": .string(event.message),
        ]
        return try await client.patch(Event.self, event.key, with: patch)
    }

    private static var wall: Timestamp {
        Timestamp(unixNanoseconds: Int64(clamping: Clocks.realtimeNanoseconds))
    }
}
