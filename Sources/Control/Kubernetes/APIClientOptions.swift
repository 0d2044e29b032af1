// SPDX-License-Identifier: Apache-2.0

/// What holds for all requests of a client.
public struct APIClientOptions: Hashable, Sendable {
    /// What the client calls itself: `user-agent`, and the field manager of its writes.
    public var name: String
    /// Time for a request with all that is made again of it, and for a watch to begin.
    public var deadline = Duration.seconds(15)
    /// How many requests are made at most; nil for any number.
    ///
    /// Who must not wait for others, such as the holder of a lease, has a client of its own.
    public var rate: RequestRate? = .standard

    /// The usual options.
    public init(name: String = "opi-xpu") {
        self.name = name
    }

    /// Whose the fields are that this client writes, as servers take it: at most 128 printable
    /// characters.
    public var fieldManager: String { String(name.prefix(128)) }
}
