// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
//
// The manifest is the architecture: layers bottom to top, and a module may use only what is
// already on the list. `Tree` at the end refuses any other arrow.
import PackageDescription

let nio = "swift-nio"

var tree = Tree()

// Wire: bytes <-> values. No descriptors, clocks, tasks or locks.
tree.module("Bytes", in: "Wire")
tree.module("Addressing", in: "Wire", uses: ["Bytes"])
tree.module("JSON", in: "Wire", uses: ["Bytes"])
tree.module("Netlink", in: "Wire", uses: ["Bytes", "Addressing"])
tree.module("Protobuf", in: "Wire", uses: ["Bytes"])
tree.module("HPACK", in: "Wire", uses: ["Bytes"])
tree.module("HTTP2", in: "Wire", uses: ["Bytes", "HPACK"])
tree.module("GRPC", in: "Wire", uses: ["Bytes", "HPACK"])

// Libraries of the system.
tree.library("COpenSSL", pkgConfig: "openssl")
tree.library("CYAML", pkgConfig: "yaml-0.1")

// System: the kernel's files, sockets and namespaces, behind owned values.
tree.shim("CLinux")
tree.module("Kernel", in: "System", uses: ["CLinux", "Bytes"])
tree.module("Links", in: "System", uses: ["Bytes", "Addressing", "Netlink", "Kernel"])

tree.module("PCI", in: "System", uses: ["Kernel"])

// Transport: the wire's machines on sockets.
tree.module("TLS", in: "Transport", uses: ["COpenSSL", "Addressing"])
tree.module(
    "Connections",
    in: "Transport",
    uses: ["Bytes", "Kernel", "HPACK", "HTTP2", "TLS"],
    products: [("NIOCore", nio), ("NIOPosix", nio)]
)
tree.module(
    "RPC",
    in: "Transport",
    uses: ["Bytes", "Kernel", "HPACK", "HTTP2", "GRPC", "Protobuf", "Connections"],
    products: [("NIOCore", nio), ("NIOPosix", nio)]
)
tree.module(
    "HTTP",
    in: "Transport",
    uses: ["HPACK", "HTTP2", "TLS", "Connections"],
    products: [("NIOCore", nio), ("NIOPosix", nio)]
)

// Control: what should be, and who drives it there.
tree.module("Reconcile", in: "Control")
tree.module("Addresses", in: "Control", uses: ["Addressing"])
tree.module("Resources", in: "Control", uses: ["Bytes", "Addressing", "JSON", "PCI"])
tree.module("YAML", in: "Control", uses: ["CYAML", "JSON"])
tree.module(
    "Configuration",
    in: "Control",
    uses: ["JSON", "YAML", "Addressing", "Kernel", "PCI", "Connections"]
)
tree.module(
    "Kubernetes",
    in: "Control",
    uses: [
        "Bytes", "JSON", "YAML", "Kernel", "HPACK", "TLS", "Connections", "HTTP", "Reconcile",
        "Resources",
    ],
    products: [("Logging", "swift-log")]
)
tree.module("Devices", in: "Control", uses: ["JSON", "Kernel", "PCI", "Configuration"])
tree.module(
    "Attachment",
    in: "Control",
    uses: ["JSON", "Addressing", "Kernel", "PCI", "Links"]
)
tree.module("HostAPI", in: "Control", uses: ["Protobuf", "RPC"], exclude: ["host.proto"])
tree.module("KubeletAPI", in: "Control", uses: ["Protobuf", "RPC"])
tree.module("OPI", in: "Control", uses: ["Bytes", "Addressing", "Protobuf", "GRPC", "RPC"])

// Roles: what an operator starts. They meet only over RPC.
tree.role(
    "CNI",
    uses: [
        "JSON", "Addressing", "Kernel", "PCI", "Links", "GRPC", "RPC", "Configuration", "HostAPI",
        "Attachment",
    ]
)
tree.role(
    "HostAgent",
    uses: [
        "JSON", "Addressing", "Kernel", "PCI", "Links", "GRPC", "Connections", "RPC", "Reconcile",
        "Addresses", "Configuration", "HostAPI", "Attachment", "OPI", "Resources", "Kubernetes",
    ],
    products: [("Logging", "swift-log")]
)
tree.role(
    "XPUAgent",
    uses: [
        "JSON", "Addressing", "Kernel", "PCI", "GRPC", "RPC", "Connections", "Reconcile",
        "Addresses", "Configuration", "OPI", "Resources", "Kubernetes",
    ],
    products: [("Logging", "swift-log")]
)
tree.role(
    "DevicePlugin",
    uses: [
        "Kernel", "PCI", "GRPC", "Connections", "RPC", "Reconcile", "Configuration", "Devices",
        "Attachment", "HostAPI", "KubeletAPI",
    ],
    products: [("Logging", "swift-log")]
)

tree.role(
    "Inspect",
    uses: [
        "JSON", "Addressing", "Kernel", "PCI", "Configuration", "Devices", "Attachment",
        "Resources", "Kubernetes",
    ]
)

tree.binary(
    "opi-xpu",
    uses: ["Kernel", "Configuration"],
    products: [
        ("ArgumentParser", "swift-argument-parser"), ("Logging", "swift-log"),
        ("ServiceLifecycle", "swift-service-lifecycle"),
        ("UnixSignals", "swift-service-lifecycle"),
    ]
)

let package = Package(
    name: "opi-xpu",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: tree.targets
)

/// Builds the target list and refuses any arrow that does not point down.
struct Tree {
    typealias Product = (name: String, package: String)

    private(set) var targets: [Target] = [
        .target(
            name: "TestSupport",
            dependencies: ["Bytes", "Addressing", "Protobuf", "Kernel", "PCI", "Links"],
            path: "Tests/Support",
            swiftSettings: .strict
        )
    ]
    private var roles: [String] = []

    /// A module of a layer and its tests, which live at the same path below `Tests`.
    mutating func module(
        _ name: String,
        in layer: String,
        uses: [String] = [],
        products: [Product] = [],
        exclude: [String] = []
    ) {
        for used in uses {
            precondition(knows(used), "\(name): \(used) is not below it")
            precondition(!roles.contains(used), "\(name): roles meet only over RPC, not \(used)")
        }
        let dependencies = uses.map { Target.Dependency(stringLiteral: $0) } + external(products)
        let tested = ([name, "TestSupport"] + uses).filter { !isC($0) }
        targets += [
            .target(
                name: name,
                dependencies: dependencies,
                path: "Sources/\(layer)/\(name)",
                exclude: exclude,
                swiftSettings: .strict
            ),
            .testTarget(
                name: "\(name)Tests",
                dependencies: tested.map { .init(stringLiteral: $0) } + external(products),
                path: "Tests/\(layer)/\(name)Tests",
                swiftSettings: .strict
            ),
        ]
    }

    /// A part that an operator can start by name.
    mutating func role(_ name: String, uses: [String], products: [Product] = []) {
        module(name, in: "Roles", uses: uses, products: products)
        roles.append(name)
    }

    /// C that only declares what Swift cannot see.
    mutating func shim(_ name: String) {
        let settings: [CSetting] = [.treatAllWarnings(as: .error)]
        targets.append(.target(name: name, path: "Sources/C/\(name)", cSettings: settings))
    }

    /// A library of the system, found through its pkg-config name; one module wraps it.
    mutating func library(_ name: String, pkgConfig: String) {
        let path = "Sources/C/\(name)"
        targets.append(.systemLibrary(name: name, path: path, pkgConfig: pkgConfig))
    }

    /// The program: every role behind one argv.
    mutating func binary(_ name: String, uses: [String] = [], products: [Product]) {
        let uses = (roles + uses).map { Target.Dependency(stringLiteral: $0) } + external(products)
        targets.append(
            .executableTarget(
                name: name,
                dependencies: uses,
                path: "Sources/\(name)",
                swiftSettings: .strict
            )
        )
    }

    private func knows(_ name: String) -> Bool {
        targets.contains { $0.name == name }
    }

    /// Whether a name is that of C, which only the module that wraps it may see.
    private func isC(_ name: String) -> Bool {
        targets.contains { $0.name == name && $0.path?.hasPrefix("Sources/C/") == true }
    }

    private func external(_ products: [Product]) -> [Target.Dependency] {
        products.map { .product(name: $0.name, package: $0.package) }
    }
}

extension [SwiftSetting] {
    /// Every module compiles under the same rules.
    static var strict: Self {
        [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .enableUpcomingFeature("InferIsolatedConformances"),
            .enableUpcomingFeature("ImmutableWeakCaptures"),
            .enableExperimentalFeature("Lifetimes"),
            .strictMemorySafety(),
            .treatAllWarnings(as: .error),
            .treatWarning("ExplicitSendable", as: .error),
            .treatWarning("StrictLanguageFeatures", as: .error),
        ]
    }
}
