// SPDX-License-Identifier: Apache-2.0

package import JSON
public import Resources

extension APIClient {
    /// All objects of a scope and the version at which that was so; those that cannot be read are
    /// named instead.
    ///
    /// When a page expires before the last one was read, the whole list is asked for once more, in
    /// one piece.
    ///
    /// - Throws: ``APIError``.
    public func list<R: Resource>(
        _ type: R.Type,
        in scope: ListScope,
        pageSize: Int = 500
    ) async throws(APIError) -> Listing<R> {
        do throws(APIError) {
            return try await pages(R.self, in: scope, size: pageSize)
        } catch {
            guard error.isGone else { throw error }
            return try await pages(R.self, in: scope, size: nil)
        }
    }

    private func pages<R: Resource>(
        _ type: R.Type,
        in scope: ListScope,
        size: Int?
    ) async throws(APIError) -> Listing<R> {
        var listing = Listing<R>()
        var next = ""
        repeat {
            var query: [(String, String)] = []
            if let size { query.append(("limit", String(size))) }
            if !next.isEmpty { query.append(("continue", next)) }
            let stream = try await stream(R.self, in: scope, query, asList: true)
            var page = ListPage<R>()
            while let piece = try await stream.next() {
                for item in try page.add(piece, of: stream) { listing.add(item) }
            }
            (listing.version, next) = try page.end(of: stream)
        } while !next.isEmpty
        return listing
    }
}

/// What a list request brought.
public struct Listing<R: Resource>: Sendable {
    /// The objects.
    public private(set) var objects: [R] = []
    /// A sentence for each object that cannot be read.
    public private(set) var unreadable: [String] = []
    /// The version of the collection, from which a watch goes on.
    public fileprivate(set) var version = ""

    fileprivate mutating func add(_ item: ListItem<R>) {
        switch item {
        case .object(let object, _): objects.append(object)
        case .unreadable(let sentence, _): unreadable.append(sentence)
        }
    }
}

/// One object of a list.
package enum ListItem<R: Resource>: Sendable {
    /// It, and the length of its document in bytes.
    case object(R, bytes: Int)
    /// The object cannot be read: the sentence says why.
    case unreadable(String, ObjectKey?)

    /// Reads the document of an item, which has neither kind nor version of its own.
    ///
    /// - Throws: `JSONError` when it is none.
    package init(_ bytes: Span<UInt8>, place: @autoclosure () -> String) throws(JSONError) {
        var reader = JSONReader(bytes, limits: APIAnswer.limits)
        let value = try reader.value(R.projection)
        try reader.end()
        self.init(value, bytes: bytes.count, place: place())
    }

    /// Reads an object.
    package init(_ value: JSONValue, bytes: Int, place: @autoclosure () -> String) {
        do throws(JSONShapeError) {
            self = .object(try R(JSONNode(value)), bytes: bytes)
        } catch {
            self = .unreadable("\(place()): \(error)", ObjectKey(of: value))
        }
    }
}

/// A page of a list as it comes in.
package struct ListPage<R: Resource>: Sendable {
    private var splitter = ItemSplitter()
    private var count = 0

    package init() {}

    /// The items that are complete after `piece`.
    ///
    /// - Throws: ``APIError`` when it is not a list, or an item has no end.
    package mutating func add(
        _ piece: [UInt8],
        of stream: APIStream
    ) throws(APIError) -> [ListItem<R>] {
        var items: [ListItem<R>] = []
        let before = count
        let broken = try splitter.add(piece) { (bytes) throws(APIError) in
            do throws(JSONError) {
                let place = before + items.count
                items.append(try ListItem(bytes, place: "\(R.type.plural)[\(place)]"))
            } catch {
                throw stream.unexpected(bytes)
            }
        }
        count += items.count
        switch broken {
        case nil: return items
        case .malformed: throw stream.unexpected(piece.span)
        case .tooLong: throw stream.tooLarge(limit: ItemSplitter.longest)
        }
    }

    /// The version of the list and where its next page begins, empty for none.
    ///
    /// - Throws: ``APIError`` when it was not a whole list.
    package func end(of stream: APIStream) throws(APIError) -> (version: String, next: String) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: splitter.envelope, limits: APIAnswer.limits)
        } catch {
            throw stream.unexpected(splitter.envelope.span)
        }
        guard let version = value["metadata"]?["resourceVersion"]?.string, !version.isEmpty,
            value["items"] != nil
        else { throw .misshapen(what: stream.summary, .missing(path: "items, resourceVersion")) }
        return (version, value["metadata"]?["continue"]?.string ?? "")
    }
}
