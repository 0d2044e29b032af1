// SPDX-License-Identifier: Apache-2.0

import Kernel
public import Links
public import PCI

/// Finds a function's link, whatever it is called and wherever it is.
public struct FunctionFinder: Sendable {
    private let tree: SysfsTree
    private let usesAlias: Bool

    /// Whether a function's identity holds for the whole machine.
    ///
    /// Aliases do not: a second sandbox on the machine has functions of the same names, and taking
    /// one of those home would be theft.
    let knowsWholeMachine: Bool

    /// A finder by the parent device that the kernel reports, or by alias in a sandbox of veth
    /// pairs.
    public init(sysfs: String, usesAlias: Bool) {
        self.init(sysfs: sysfs, usesAlias: usesAlias, knowsWholeMachine: !usesAlias)
    }

    /// A seam for tests whose aliases are unique on the machine.
    package init(sysfs: String, usesAlias: Bool, knowsWholeMachine: Bool) {
        tree = SysfsTree(root: sysfs)
        self.usesAlias = usesAlias
        self.knowsWholeMachine = knowsWholeMachine
    }

    /// What tells the function apart.
    public func identity(of function: PCIAddress) -> FunctionIdentity {
        usesAlias ? .alias(function.description) : .parentDevice(function.description)
    }

    /// The function's link in the namespace of `home`, nil when it is not there.
    ///
    /// The name that sysfs gives is tried first, one message; it proves nothing by itself.
    ///
    /// - Throws: ``AttachmentError/link(_:)``.
    public func linkAtHome(
        of function: PCIAddress,
        over home: borrowing RouteSocket
    ) throws(AttachmentError) -> Link? {
        do throws(LinkError) {
            for name in hints(for: function) {
                if let link = try home.link(named: name), identity(of: function).matches(link) {
                    return link
                }
            }
            return try home.link(matching: identity(of: function))
        } catch {
            throw .link(error)
        }
    }

    /// The function's link in a namespace, if it has the name `name` there; one message.
    ///
    /// - Throws: ``AttachmentError/link(_:)``.
    func link(
        _ name: String,
        of function: PCIAddress,
        over socket: borrowing RouteSocket
    ) throws(AttachmentError) -> Link? {
        do throws(LinkError) {
            let link = try socket.link(named: name)
            return link.flatMap { identity(of: function).matches($0) ? $0 : nil }
        } catch {
            throw .link(error)
        }
    }

    /// The namespace in which the function is, looked for in every one that has a name or a
    /// process.
    ///
    /// For records that were lost: a reboot of the agent's file system, a foreign tool. Slow.
    ///
    /// - Returns: a socket there, nil when it is nowhere.
    /// - Throws: ``AttachmentError/kernel(_:)`` when namespaces cannot be listed.
    public func search(
        for function: PCIAddress,
        besides home: borrowing RouteSocket
    ) throws(AttachmentError) -> RouteSocket? {
        var seen: Set<FileIdentity> = [home.namespace.identity]
        for path in try Self.namespacePaths() {
            // Processes and names come and go while we look; what is gone holds no function.
            guard let socket = Self.open(path, unless: &seen) else { continue }
            do throws(LinkError) {
                if try socket.link(matching: identity(of: function)) != nil { return socket }
            } catch {
                continue
            }
        }
        return nil
    }

    /// Whether the bus has the function and its driver makes an interface of it.
    func shouldExist(_ function: PCIAddress) throws(AttachmentError) -> Bool {
        guard !usesAlias else { return false }
        do {
            guard let driver = try tree.device(at: function)?.driver else { return false }
            return driver != "vfio-pci"
        } catch {
            throw .bus(error)
        }
    }

    private func hints(for function: PCIAddress) -> [String] {
        do {
            return try tree.interfaces(of: function).map(\.name)
        } catch {
            return []  // the listing of all links will tell
        }
    }

    private static func open(
        _ path: String,
        unless seen: inout Set<FileIdentity>
    ) -> RouteSocket? {
        do {
            let namespace = try NetworkNamespace(path: path)
            guard seen.insert(namespace.identity).inserted else { return nil }
            return try RouteSocket(in: namespace)
        } catch {
            return nil
        }
    }

    private static func namespacePaths() throws(AttachmentError) -> [String] {
        do throws(KernelError) {
            var paths: [String] = []
            for directory in ["/run/netns", "/var/run/netns"] where try Files.exists(directory) {
                paths += try Files.list(directory).map { "\(directory)/\($0)" }
            }
            let processes = try Files.list("/proc").filter { UInt32($0) != nil }
            return paths + processes.map { "/proc/\($0)/ns/net" }
        } catch {
            throw .kernel(error)
        }
    }
}
