// SPDX-License-Identifier: Apache-2.0

public import Resources

/// The number of a leader's term, as its writes carry it in an annotation of the object.
///
/// Numbers of one Lease rise with every term. A writer that finds a higher one in an object knows
/// that it leads no longer.
public struct Fence: Hashable, Sendable {
    /// The annotation: `17.0d6c8e1e-…`.
    public static let annotation = "\(ResourceType.ownGroup)/fence"

    /// The Lease's `leaseTransitions` in this term.
    public let number: Int
    /// The Lease's uid: one that was deleted and made again counts from 0.
    public let lease: String

    /// A term of the Lease with this uid.
    public init(number: Int, lease: String) {
        self.number = number
        self.lease = lease
    }

    /// The term that wrote an object last; nil when no leader has written it.
    ///
    /// An annotation that no leader writes counts as none: whoever may write the object may remove
    /// the annotation as well.
    public init?(of metadata: ObjectMeta) {
        guard let text = metadata.annotations[Self.annotation] else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[0]), (0...Self.largest).contains(number)
        else { return nil }
        self.init(number: number, lease: String(parts[1]))
    }

    /// `leaseTransitions` is a signed number of 32 bits.
    static let largest = Int(Int32.max)
}

extension Fence: CustomStringConvertible {
    /// What the annotation says.
    public var description: String { "\(number).\(lease)" }
}
