// SPDX-License-Identifier: Apache-2.0

public import Connections

/// How a software xPU is.
public struct XPUSettings: Sendable {
    /// What forwards between the ports.
    public enum DataPathKind: Sendable, Hashable {
        /// Nothing does, and every object comes up.
        case none
        /// Plain bridges of the network namespace of the process. The file at `representors` is a
        /// JSON object from a function's MAC to the interface that stands for it; it may change.
        case bridges(representors: String)
    }

    /// Where the OPI server listens.
    public var listen: Endpoint
    /// The Unix socket of the knobs, nil for none.
    public var control: String?
    /// What forwards between the ports.
    public var dataPath = DataPathKind.none
    /// How long an object is not up after it was asked for, and not gone after its deletion.
    public var delay = Duration.milliseconds(50)
    /// The file that gets every request and every change of an object as JSON lines.
    public var journal: String?
    /// The file with rules of misbehaviour, read again for every request.
    public var faults: String?
    /// Which oddities of a real server it has.
    public var traps = Trap.standard

    /// An OPI server at `listen` without a data path.
    public init(listen: Endpoint) {
        self.listen = listen
    }
}
