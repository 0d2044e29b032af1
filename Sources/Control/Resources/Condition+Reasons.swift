// SPDX-License-Identifier: Apache-2.0

extension Condition {
    /// The card's OPI server cannot be reached or does not answer; it is tried again.
    public static let serverUnavailable = "OPIServerUnavailable"

    /// The card's OPI server said no.
    public static let serverRefused = "OPIServerRefused"

    /// The card is at work.
    public static let inProgress = "InProgress"

    /// Everything is as wanted.
    public static let done = "Done"

    /// The DPUNetwork does not exist.
    public static let unknownNetwork = "NetworkNotFound"

    /// The card's owner does not allow this network.
    public static let notAllowed = "NotAllowed"

    /// No address is free.
    public static let noAddress = "AddressesExhausted"
}
