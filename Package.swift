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
tree.library("CZlib", pkgConfig: "zlib")

// System: the kernel's files, sockets and namespaces, behind owned values.
tree.shim("CLinux")
tree.module("Kernel", in: "System", uses: ["CLinux", "Bytes"])
tree.module("Links", in: "System", uses: ["Bytes", "Addressing", "Netlink", "Kernel"])
tree.module("PCI", in: "System", uses: ["Kernel"])

// Transport: the wire's machines on sockets.
tree.module("TLS", in: "Transport", uses: ["COpenSSL", "Addressing", "Kernel"])
tree.module(
    "Connections",
    in: "Transport",
    uses: ["Bytes", "Kernel", "HPACK", "HTTP2", "TLS"],
    products: [("NIOCore", nio), ("NIOPosix", nio)]
)
tree.module("Gzip", in: "Transport", uses: ["CZlib"])
tree.module(
    "RPC",
    in: "Transport",
    uses: [
        "Bytes", "Kernel", "HPACK", "HTTP2", "GRPC", "Protobuf", "TLS", "Connections", "Gzip",
    ],
    products: [("NIOCore", nio), ("NIOPosix", nio)]
)
tree.module(
    "HTTP",
    in: "Transport",
    uses: ["HPACK", "HTTP2", "TLS", "Connections", "Gzip"],
    products: [("NIOCore", nio), ("NIOPosix", nio)]
)

tree.module(
    "Pages",
    in: "Transport",
    uses: ["Kernel", "Connections"],
    products: [("NIOCore", nio), ("NIOPosix", nio), ("NIOHTTP1", nio)]
)

// Control: what should be, and who drives it there.
tree.module("Telemetry", in: "Control")
tree.module("Reconcile", in: "Control", uses: ["Telemetry"])
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
        "Bytes", "JSON", "YAML", "Kernel", "HPACK", "TLS", "Connections", "Gzip", "HTTP",
        "Telemetry", "Reconcile", "Resources",
    ],
    products: [("Logging", "swift-log")]
)
tree.module(
    "Election",
    in: "Control",
    uses: ["JSON", "Kernel", "Telemetry", "Reconcile", "Resources", "Kubernetes"],
    products: [("Logging", "swift-log")]
)
tree.module(
    "Informers",
    in: "Control",
    uses: ["Bytes", "JSON", "HTTP", "Telemetry", "Reconcile", "Resources", "Kubernetes"],
    products: [("Logging", "swift-log")]
)
tree.module(
    "Records",
    in: "Control",
    uses: ["JSON", "Kernel", "Reconcile", "Resources", "Kubernetes"],
    products: [("Logging", "swift-log")]
)
tree.module("Devices", in: "Control", uses: ["JSON", "Kernel", "PCI", "Configuration"])
tree.module(
    "Attachment",
    in: "Control",
    uses: ["JSON", "Addressing", "Kernel", "PCI", "Links"]
)
tree.module(
    "Startup",
    in: "Control",
    uses: ["Kernel", "Connections", "Pages", "Telemetry"],
    products: [
        ("ArgumentParser", "swift-argument-parser"), ("Logging", "swift-log"),
        ("ServiceLifecycle", "swift-service-lifecycle"),
        ("UnixSignals", "swift-service-lifecycle"),
    ]
)
tree.module("HostAPI", in: "Control", uses: ["Bytes", "Protobuf", "RPC"], exclude: ["host.proto"])
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
        "JSON", "Addressing", "Kernel", "PCI", "Links", "GRPC", "Connections", "RPC", "Telemetry",
        "Reconcile", "Addresses", "Configuration", "HostAPI", "Attachment", "OPI", "Resources",
        "Kubernetes", "Informers",
    ],
    products: [("Logging", "swift-log")]
)
tree.role(
    "XPUAgent",
    uses: [
        "JSON", "Addressing", "Kernel", "PCI", "GRPC", "RPC", "Connections", "Telemetry",
        "Reconcile", "Addresses", "Configuration", "OPI", "Resources", "Kubernetes", "Informers",
        "Records",
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

// Sandbox: the whole system on one machine; stands in for what a laptop lacks, and is not shipped.
tree.module("Schemas", in: "Sandbox", uses: ["JSON"])
tree.module(
    "APIServer",
    in: "Sandbox",
    uses: [
        "Bytes", "JSON", "Protobuf", "HPACK", "Kernel", "TLS", "Connections", "HTTP", "YAML",
        "Resources", "Configuration", "Schemas",
    ],
    products: [("Logging", "swift-log")]
)
tree.module(
    "SoftwareXPU",
    in: "Sandbox",
    uses: [
        "Bytes", "Addressing", "JSON", "Protobuf", "Netlink", "GRPC", "Kernel", "Links",
        "Connections", "RPC", "OPI",
    ],
    products: [("Logging", "swift-log")],
    exclude: ["xpu.proto"]
)
tree.module(
    "Kubelet",
    in: "Sandbox",
    uses: [
        "Bytes", "JSON", "Kernel", "Links", "Protobuf", "GRPC", "Connections", "RPC", "Reconcile",
        "KubeletAPI",
    ],
    products: [("Logging", "swift-log")],
    exclude: ["pods.proto"]
)
tree.module(
    "SandboxHost",
    in: "Sandbox",
    uses: [
        "Bytes", "Addressing", "JSON", "GRPC", "Kernel", "PCI", "Links", "APIServer", "Kubelet",
    ]
)

let parser: Tree.Product = ("ArgumentParser", "swift-argument-parser")
tree.product("opi-xpu", uses: tree.roles + ["Kernel", "Configuration", "Startup"], [parser])
tree.product(
    "opi-xpu-sandbox",
    uses: [
        "JSON", "Kernel", "GRPC", "Connections", "Configuration", "Startup", "APIServer",
        "SoftwareXPU", "Kubelet", "SandboxHost",
    ],
    [parser, ("Logging", "swift-log")]
)

// Decoders fed with anything; scripts/fuzz builds the program, the tests replay its corpus.
tree.fuzz(
    "FuzzTargets",
    uses: [
        "Bytes", "JSON", "Netlink", "Protobuf", "HPACK", "HTTP2", "GRPC", "Gzip", "YAML", "HostAPI",
        "KubeletAPI", "OPI", "CNI", "Resources", "Kubernetes", "Informers",
    ],
    builds: Context.environment["OPI_XPU_FUZZ"] != nil
)

// What tests in Python drive the Kubernetes runtime with.
tree.program(
    "opi-xpu-runtime",
    at: "Tests/Runtime/Program",
    uses: [
        "JSON", "Kernel", "Telemetry", "Reconcile", "Resources", "Kubernetes", "Informers",
        "Election", "Records",
    ],
    [("Logging", "swift-log")]
)

// Our side of scripts/bench wire.
if Context.environment["OPI_XPU_BENCH"] != nil {
    tree.program(
        "opi-xpu-bench",
        at: "Tests/Bench/Program",
        uses: ["HPACK", "HTTP2", "GRPC", "Protobuf", "Kernel", "TLS", "Connections", "RPC"]
    )
}

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
    private(set) var roles: [String] = []

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

    /// A program that people start.
    mutating func product(_ name: String, uses: [String], _ products: [Product]) {
        program(name, at: "Sources/\(name)", uses: uses, products)
    }

    /// A program; one below `Tests` is for tests or benchmarks alone.
    mutating func program(
        _ name: String,
        at path: String,
        uses: [String],
        _ products: [Product] = []
    ) {
        let dependencies = uses.map { Target.Dependency(stringLiteral: $0) } + external(products)
        targets.append(
            .executableTarget(
                name: name,
                dependencies: dependencies,
                path: path,
                swiftSettings: .strict
            )
        )
    }

    /// The fuzz targets, the test that replays their corpus and, when asked, the fuzzer itself.
    mutating func fuzz(_ name: String, uses: [String], builds isBuilt: Bool) {
        let dependencies = uses.map { Target.Dependency(stringLiteral: $0) }
        targets += [
            .target(
                name: name,
                dependencies: dependencies,
                path: "Tests/Fuzz/Targets",
                swiftSettings: .strict
            ),
            .testTarget(
                name: "CorpusTests",
                dependencies: [.init(stringLiteral: name), "TestSupport"],
                path: "Tests/Fuzz/CorpusTests",
                swiftSettings: .strict
            ),
        ]
        guard isBuilt else { return }
        targets.append(
            .executableTarget(
                name: "opi-xpu-fuzz",
                dependencies: [.init(stringLiteral: name)],
                path: "Tests/Fuzz/Main",
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
