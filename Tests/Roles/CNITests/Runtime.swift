// SPDX-License-Identifier: Apache-2.0

import Attachment
import CNI
import Foundation
import JSON
import Kernel
import Links
import Synchronization
import TestSupport
import Testing

/// Executes the plugin as a container runtime does, with a namespace of its own for a host.
struct Runtime {
    let function: VethFunction
    let scratch: Scratch
    let journal: Journal
    let spool: ReleaseSpool

    init(isUp: Bool = false) throws {
        function = try VethFunction(isUp: isUp)
        scratch = try Scratch()
        journal = try Journal(runDirectory: scratch.path)
        spool = try ReleaseSpool(runDirectory: scratch.path)
    }

    /// What a command printed and its exit code.
    struct Answer: Sendable {
        var output: JSONValue?
        var code: Int32

        /// The code of the error object, 0 when there is none.
        var error: Int { code == 0 ? 0 : output?["code"]?.integer ?? -1 }
        var message: String { output?["msg"]?.string ?? "" }
    }

    /// The configuration with `members` besides or instead.
    func configuration(_ members: String = "", version: String = "1.1.0") -> String {
        """
        {"cniVersion": "\(version)", "name": "blue", "runDirectory": "\(scratch.path)",
         "functionIdentity": "alias", "timeoutSeconds": 5,
         "runtimeConfig": {"deviceID": "\(function.address)"}\(members)}
        """
    }

    /// Runs one command on a thread in the host's namespace.
    func run(
        _ command: String,
        container: String = "c1",
        netns: String = "",
        name: String = "eth0",
        _ configuration: String? = nil
    ) async throws -> Answer {
        let environment = [
            "CNI_COMMAND": command, "CNI_CONTAINERID": container, "CNI_NETNS": netns,
            "CNI_IFNAME": name, "CNI_PATH": "/opt/cni/bin",
            "CNI_ARGS": "K8S_POD_NAME=web-0;K8S_POD_NAMESPACE=default;K8S_POD_UID=a-b-c",
        ]
        let input = Array((configuration ?? self.configuration()).utf8)
        let path = function.home.path
        // Commands block; the tasks of a test must not.
        let outcome: Result<Answer, any Error> = await withCheckedContinuation { waiter in
            Thread.detachNewThread {
                waiter.resume(
                    returning: Result {
                        try NetworkNamespace(path: path).run {
                            let (output, code) = Plugin.answer(to: { environment[$0] }) { input }
                            return Answer(output: output, code: code)
                        }.get()
                    }
                )
            }
        }
        return try outcome.get()
    }

    /// A record of an ADD for `pod`, as if it had been written by one.
    func record(_ container: String, in pod: Sandbox, isComplete: Bool) -> AttachmentRecord {
        var record = AttachmentRecord(
            function: function.address,
            containerID: container,
            interfaceName: "eth0",
            networkNamespace: pod.path,
            homeName: function.name,
            mac: function.mac,
            mtu: 1450
        )
        record.isComplete = isComplete
        return record
    }
}
