// SPDX-License-Identifier: Apache-2.0

import Records
import Resources
import Testing

/// A book whose verbs can stand in an expectation.
private final class Notebook {
    private var book = EventBook(component: "agent")

    func note(
        _ note: EventBook.Note,
        at now: ContinuousClock.Instant,
        wall: Timestamp
    ) -> Event? {
        book.note(note, at: now, wall: wall)
    }

    func forgotten(_ event: Event, wall: Timestamp) -> Event {
        book.forgotten(event, wall: wall)
    }

    func accepted(_ event: Event) { book.accepted(event) }
}

@Suite struct EventBookTests {
    private let start = ContinuousClock.now

    private func wall(_ seconds: Int = 0) -> Timestamp {
        Timestamp(unixNanoseconds: (1_790_000_000 + seconds) * 1_000_000_000)
    }

    private func object(_ name: String = "nd-1", namespace: String = "n") -> ObjectReference {
        var lease = Lease(
            metadata: ObjectMeta(name: name, namespace: namespace),
            spec: Lease.Spec()
        )
        lease.metadata.uid = "u-\(name)"
        return ObjectReference(lease)
    }

    private func note(_ message: String, about name: String = "nd-1") -> EventBook.Note {
        EventBook.Note(object(name), .warning, reason: "Refused", message: message)
    }

    /// The event as the server has it.
    private func made(_ event: Event) -> Event {
        var event = event
        if event.metadata.resourceVersion.isEmpty { event.metadata.resourceVersion = "1" }
        return event
    }

    @Test func `the same again is a count`() throws {
        let book = Notebook()
        let first = try #require(book.note(note("no"), at: start, wall: wall()))
        #expect(first.count == 1)
        #expect(first.metadata.resourceVersion == "")
        #expect(first.metadata.name.hasPrefix("nd-1."))
        #expect(first.metadata.namespace == "n")
        #expect(first.component == "agent")
        book.accepted(made(first))
        let again = try #require(book.note(note("no"), at: start, wall: wall(60)))
        #expect(again.count == 2)
        #expect(again.metadata.name == first.metadata.name)
        #expect(again.metadata.resourceVersion == "1")
        #expect(again.firstTimestamp == wall().seconds)
        #expect(again.lastTimestamp == wall(60).seconds)
    }

    @Test func `what was not accepted is made, not changed`() throws {
        let book = Notebook()
        let first = try #require(book.note(note("no"), at: start, wall: wall()))
        let second = try #require(book.note(note("no"), at: start, wall: wall()))
        #expect(second.metadata.resourceVersion == "")
        #expect(second.metadata.name != first.metadata.name)
    }

    @Test func `another sentence, object or reason is another event`() throws {
        let book = Notebook()
        book.accepted(made(try #require(book.note(note("a"), at: start, wall: wall()))))
        var other = note("a")
        other.reason = "Other"
        for next in [note("b"), note("a", about: "nd-2"), other] {
            #expect(book.note(next, at: start, wall: wall())?.metadata.resourceVersion == "")
        }
    }

    @Test func `many sentences of one reason become one event`() throws {
        let book = Notebook()
        for index in 0..<10 {
            let event = try #require(book.note(note("try \(index)"), at: start, wall: wall()))
            #expect(event.message == "try \(index)")
            book.accepted(made(event))
        }
        let eleventh = try #require(book.note(note("try 10"), at: start, wall: wall()))
        #expect(eleventh.message == "(combined from similar events): try 10")
        #expect(eleventh.count == 1)
        book.accepted(made(eleventh))
        let twelfth = try #require(book.note(note("try 11"), at: start, wall: wall()))
        #expect(twelfth.message == "(combined from similar events): try 11")
        #expect(twelfth.metadata.name == eleventh.metadata.name)
        #expect(twelfth.count == 2)
        let later = start + .seconds(601)
        #expect(book.note(note("try 12"), at: later, wall: wall())?.message == "try 12")
    }

    @Test func `a flood about one object leaves the others alone`() {
        let book = Notebook()
        let count = (0..<1000).count { _ in
            book.note(note("no"), at: start, wall: wall()) != nil
        }
        #expect(count == 25)
        #expect(book.note(note("no", about: "nd-2"), at: start, wall: wall()) != nil)
        #expect(book.note(note("no"), at: start + .seconds(299), wall: wall()) == nil)
        #expect(book.note(note("no"), at: start + .seconds(300), wall: wall()) != nil)
        #expect(book.note(note("no"), at: start + .seconds(301), wall: wall()) == nil)
    }

    @Test func `what the server has forgotten is made anew`() throws {
        let book = Notebook()
        book.accepted(made(try #require(book.note(note("no"), at: start, wall: wall()))))
        let again = try #require(book.note(note("no"), at: start, wall: wall(60)))
        let anew = book.forgotten(again, wall: wall(60))
        #expect(anew.count == 1)
        #expect(anew.metadata.resourceVersion == "")
        #expect(anew.metadata.name != again.metadata.name)
        #expect(anew.firstTimestamp == wall(60).seconds)
    }

    @Test func `names are unique and no longer than allowed`() throws {
        let book = Notebook()
        let long = String(repeating: "x", count: 253)
        var names: Set<String> = []
        for index in 0..<100 {
            let note = note("a", about: "\(index)" + long.dropLast(3))
            let event = try #require(book.note(note, at: start, wall: wall()))
            #expect(event.metadata.name.utf8.count <= 253)
            names.insert(event.metadata.name)
        }
        #expect(names.count == 100)
    }

    @Test func `an object without a namespace has its events in default`() {
        let book = Notebook()
        let note = EventBook.Note(object(namespace: ""), .normal, reason: "A", message: "b")
        #expect(book.note(note, at: start, wall: wall())?.metadata.namespace == "default")
    }

    @Test func `many objects do not take the memory`() {
        let book = Notebook()
        for index in 0..<20_000 {
            let event = book.note(note("a", about: "nd-\(index)"), at: start, wall: wall())
            if let event { book.accepted(made(event)) }
        }
        // The oldest is forgotten, the newest is not.
        #expect(book.note(note("a", about: "nd-0"), at: start, wall: wall())?.count == 1)
        #expect(book.note(note("a", about: "nd-19999"), at: start, wall: wall())?.count == 2)
    }
}
