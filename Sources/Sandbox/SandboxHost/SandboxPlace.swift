// SPDX-License-Identifier: Apache-2.0

import Bytes
import Kernel

/// The names of one sandbox: its folder, its network namespaces, its files.
///
/// Everything of a sandbox is below ``folder`` or is a namespace whose name begins with its own, so
/// two sandboxes of different names do not know of each other.
public struct SandboxPlace: Hashable, Sendable {
    /// What it is called; begins all its names.
    public let name: String
    /// The folder that holds everything.
    public let folder: String

    /// The folder of all sandboxes.
    public static let root = "/run/opi-xpu-sandbox"
    /// What it is called unless told.
    public static let defaultName = "sandbox"
    /// The variable that marks every process of a sandbox; its value is the folder.
    public static let mark = "OPI_XPU_SANDBOX_FOLDER"

    /// The sandbox of that name: 1 to 30 lower-case letters, digits and hyphens, a letter first;
    /// not `a-pod` or `a-pod-b`, whose namespaces would be those of pods of `a`.
    ///
    /// - Throws: ``SandboxError/badName(_:)``.
    public init(name: String) throws(SandboxError) {
        let isGood = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isGood, (1...30).contains(name.utf8.count), name.first?.isLetter == true,
            !"\(name)-".contains("-pod-")
        else { throw .badName(name) }
        self.name = name
        folder = "\(Self.root)/\(name)"
    }

    /// A path in the folder.
    public func path(_ relative: String) -> String { "\(folder)/\(relative)" }

    /// The host's network namespace.
    public var hostNamespace: String { "\(name)-host" }
    /// The card's network namespace.
    public var xpuNamespace: String { "\(name)-xpu" }
    /// How the names of pods' namespaces begin.
    public var podPrefix: String { "\(name)-pod" }

    /// The path of a network namespace by its name.
    public static func path(ofNamespace name: String) -> String { "/run/netns/\(name)" }

    /// The administrator's kubeconfig, for 127.0.0.1 of the machine.
    public var kubeconfig: String { path("api/admin.kubeconfig") }
    /// The control socket of the kubelet stand-in.
    public var kubeletState: String { path("kubelet") }
    /// The control socket of the card.
    public var xpuControl: String { path("xpu/control.sock") }
    /// The node's configuration, of host agent and device plugin.
    public var nodeConfiguration: String { path("config/node.json") }
    /// The log of a part.
    public func log(of part: SandboxPart) -> String { path("logs/\(part.rawValue).log") }

    /// A number that tells sandboxes apart in PCI domains and MAC addresses, 1 to 65535.
    var number: UInt16 {
        let digest = Bytes.Fingerprint.of(name)
        return UInt16(truncatingIfNeeded: digest % 0xffff) + 1
    }
}
