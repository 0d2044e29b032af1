// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import Kubernetes
import Logging
import Records
import Resources

/// `record KUBECONFIG NAMESPACE`: tells what happens to a Netdev.
///
/// `{"do": "note", "name": NAME, "message": "…", "times": N}` is answered at once by
/// `{"kept": N}`, how many of them wait to be written.
enum Recording {
    static func run(_ arguments: [String]) async throws {
        guard arguments.count == 2 else { Lines.fail("record KUBECONFIG NAMESPACE") }
        let client = try APIClient(ClusterAccess(kubeconfig: arguments[0]))
        let recorder = EventRecorder(client, component: "test", log: Logger(label: "record"))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await recorder.run() }
            for await command in Lines.asked {
                let metadata = ObjectMeta(
                    name: command["name"]?.string ?? "",
                    namespace: arguments[1]
                )
                // Any object will do: nothing but its name and kind is used.
                let object = Lease(metadata: metadata, spec: Lease.Spec())
                let message = command["message"]?.string ?? ""
                let kept = (0..<(command["times"]?.integer ?? 1)).count { _ in
                    recorder.record(object, .warning, reason: "Tested", message)
                }
                Lines.say(["kept": .number(JSONNumber(kept))])
            }
            group.cancelAll()
        }
        await client.close()
    }
}
