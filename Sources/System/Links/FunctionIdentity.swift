// SPDX-License-Identifier: Apache-2.0

/// What tells a function apart wherever it has been moved and whatever it is called there.
///
/// Names and numbers of links change when they move, so neither is an identity.
public enum FunctionIdentity: Hashable, Sendable {
    /// The device behind the link, such as the PCI address `0000:3b:00.2`.
    ///
    /// The kernel tells it, and nobody in a pod can change it.
    case parentDevice(String)
    /// The link's alias, for veth pairs, which have no device behind them.
    ///
    /// Whoever may configure a link can set it, so it is consulted only where the configuration
    /// chose this case, and never instead of a parent device.
    case alias(String)

    /// Whether `link` is the function.
    public func matches(_ link: Link) -> Bool {
        switch self {
        case .parentDevice(let name): link.parentDevice == name
        case .alias(let alias): link.alias == alias
        }
    }
}

extension FunctionIdentity: CustomStringConvertible {
    /// A phrase for error messages.
    public var description: String {
        switch self {
        case .parentDevice(let name): "device \(name)"
        case .alias(let alias): "alias \(alias)"
        }
    }
}
