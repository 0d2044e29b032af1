// SPDX-License-Identifier: Apache-2.0

public import Protobuf

/// A message and the bytes that another implementation has for it.
public struct Golden: Sendable, CustomStringConvertible {
    /// The message's Swift type.
    public let type: String

    private let check: @Sendable () throws -> String?

    /// Field 2000, the text "x".
    private static let newerField = hex("827d 01 78")

    /// What `bytes`, hexadecimal text, stand for.
    public init<M: Message>(_ bytes: String, _ message: M) {
        type = "\(M.self)"
        let bytes = hex(bytes)
        check = {
            let ours = message.encoded()
            guard ours == bytes else { return "encoded as \(hex(ours)), not \(hex(bytes))" }
            let decoded = try M(decoding: bytes)
            guard decoded == message else { return "decoded as \(decoded), not \(message)" }
            let newer = bytes + Self.newerField
            let passedOn = try M(decoding: newer).encoded()
            return passedOn == newer ? nil : "loses a newer peer's field: \(hex(passedOn))"
        }
    }

    /// Where bytes and message differ, nil when each becomes the other.
    ///
    /// A field that the message does not know has to survive, too.
    ///
    /// - Throws: ``ProtobufError`` when the bytes are refused.
    public func difference() throws -> String? { try check() }

    /// The type's name.
    public var description: String { type }
}

extension Message {
    /// A message with some of its fields set.
    public init(_ fill: (inout Self) -> Void) {
        self.init()
        fill(&self)
    }
}
