// SPDX-License-Identifier: Apache-2.0

import CNI
import Testing

@Suite struct InvocationTests {
    private static let complete = [
        "CNI_COMMAND": "ADD", "CNI_CONTAINERID": "c1", "CNI_NETNS": "/run/netns/x",
        "CNI_IFNAME": "eth0", "CNI_PATH": "/opt/cni/bin",
        "CNI_ARGS": "IgnoreUnknown=1;K8S_POD_NAME=web=0;K8S_POD_NAMESPACE=default;;X=;Y",
        "HOME": "/root",
    ]

    private static func environment(_ changes: [String: String?]) -> [String: String] {
        var environment = complete
        for (key, value) in changes { environment[key] = value }
        return environment
    }

    private func error(_ changes: [String: String?]) -> CNIError? {
        #expect(throws: CNIError.self) {
            _ = try Invocation(environment: { Self.environment(changes)[$0] })
        }
    }

    @Test func `reads every variable`() throws {
        let invocation = try Invocation(environment: { Self.complete[$0] })
        #expect(invocation.command == .add)
        #expect(invocation.containerID == "c1")
        #expect(invocation.networkNamespace == "/run/netns/x")
        #expect(invocation.interfaceName == "eth0")
        let arguments = invocation.arguments
        #expect(arguments["IgnoreUnknown"] == "1")
        #expect(arguments["K8S_POD_NAME"] == "web=0")
        #expect(arguments["K8S_POD_NAMESPACE"] == "default")
        #expect(arguments["X"] == "")
        #expect(arguments["Y"] == nil && arguments[""] == nil)
    }

    @Test(arguments: [
        ("ADD", "CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH"),
        ("CHECK", "CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH"),
        ("DEL", "CNI_CONTAINERID,CNI_IFNAME,CNI_PATH"), ("GC", "CNI_PATH"), ("STATUS", "CNI_PATH"),
    ])
    func `names what a command misses`(command: String, list: String) throws {
        let error = #expect(throws: CNIError.self) {
            _ = try Invocation(environment: { $0 == "CNI_COMMAND" ? command : nil })
        }
        #expect(error?.code == .invalidEnvironment)
        #expect(error?.message == "required env variables [\(list)] missing")
        for name in list.split(separator: ",").map(String.init) {
            for value in [nil, ""] as [String?] {
                let message = self.error(["CNI_COMMAND": command, name: value])?.message
                #expect(message == "required env variables [\(name)] missing")
            }
        }
    }

    @Test(arguments: [
        ("VERSION", [String]()), ("GC", ["CNI_PATH"]), ("STATUS", ["CNI_PATH"]),
        ("DEL", ["CNI_CONTAINERID", "CNI_IFNAME", "CNI_PATH"]),
    ])
    func `and needs no more`(command: String, names: [String]) throws {
        var environment = Self.complete.filter { names.contains($0.key) }
        environment["CNI_COMMAND"] = command
        let invocation = try Invocation(environment: { environment[$0] })
        #expect(invocation.command.rawValue == command)
        #expect(invocation.networkNamespace.isEmpty)
        #expect(invocation.arguments == Invocation.Arguments(""))
    }

    @Test(
        arguments: [
            (nil, "required env variables [CNI_COMMAND] missing"),
            ("", "required env variables [CNI_COMMAND] missing"),
            ("add", "unknown CNI_COMMAND: add"),
            ("UPDATE", "unknown CNI_COMMAND: UPDATE"),
        ] as [(String?, String)]
    )
    func `refuses no command or an unknown one`(command: String?, message: String) {
        let error = error(["CNI_COMMAND": command])
        #expect(error?.code == .invalidEnvironment)
        #expect(error?.message == message)
    }

    @Test(arguments: ["a", "9", "Z9_.-", String(repeating: "f", count: 64)])
    func `takes the specification's container ids`(id: String) throws {
        let environment = Self.environment(["CNI_CONTAINERID": id])
        #expect(try Invocation(environment: { environment[$0] }).containerID == id)
    }

    @Test(arguments: ["_a", ".", "-a", "a/b", "a b", "a\n", "../x", "é", "a\u{0}", "[a", "{", "@x"])
    func `refuses others`(id: String) {
        let error = error(["CNI_CONTAINERID": id])
        #expect(error?.code == .invalidEnvironment)
        #expect(error?.message.contains("CNI_CONTAINERID") == true)
    }

    @Test(arguments: ["eth0", "a", "0123456789abcde", "net-1.2_3", "ünterface", "eth0@x", "..."])
    func `takes the kernel's interface names`(name: String) throws {
        let environment = Self.environment(["CNI_IFNAME": name])
        #expect(try Invocation(environment: { environment[$0] }).interfaceName == name)
    }

    @Test(arguments: [
        "0123456789abcdef", ".", "..", "a/b", "a:b", "a b", "a\tb", "a\n", "a\u{7f}", "a\u{0}",
        "eth%d", "%", "ü\u{e0}", "üüüüüüüü",
    ])
    func `refuses other names`(name: String) {
        let error = error(["CNI_IFNAME": name])
        #expect(error?.code == .invalidEnvironment)
        #expect(error?.message.contains("CNI_IFNAME") == true)
    }
}
