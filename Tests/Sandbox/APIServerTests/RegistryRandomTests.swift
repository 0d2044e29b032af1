// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing

@testable import APIServer

/// Whatever is done in whatever order, some things hold.
@Suite struct RegistryRandomTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `what always holds`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var lab = try Lab()
        var made: [JSONValue] = []
        var gone: Set<String> = []
        var last: UInt64 = 1
        for step in 0..<300 {
            let plural = Bool.random(using: &random) ? "configmaps" : "things"
            let name = "o\(Int.random(in: 0..<12, using: &random))"
            do {
                switch Int.random(in: 0..<4, using: &random) {
                case 0, 1:
                    var metadata: JSONValue = ["name": .string(name)]
                    let owners = (0..<Int.random(in: 0..<3, using: &random)).compactMap { _ in
                        made.randomElement(using: &random).map { Lab.reference(to: $0) }
                    }
                    if !owners.isEmpty { metadata["ownerReferences"] = .array(owners) }
                    if Int.random(in: 0..<3, using: &random) == 0 { metadata["finalizers"] = ["x"] }
                    made.append(try lab.create(plural, lab.object(plural, metadata)))
                case 2:
                    let patch: [JSONValue] = [
                        ["metadata": ["finalizers": .null]], ["metadata": ["finalizers": ["x"]]],
                        ["metadata": ["labels": ["step": .string("s\(step)")]]],
                        ["metadata": ["ownerReferences": .null]],
                    ]
                    try lab.patch(plural, name, patch.randomElement(using: &random) ?? [:])
                default:
                    let how: [DeleteOptions.Propagation] = [.background, .foreground, .orphan]
                    try lab.delete(plural, name, how.randomElement(using: &random) ?? .background)
                }
            } catch let error as Refusal {
                #expect([404, 409, 422].contains(error.code), "\(error)")
            }
            for change in lab.registry.storage.takeUntold() {
                #expect(change.version == last + 1, "every version is told once")
                last = change.version
                #expect(change.object.resourceVersion == "\(change.version)")
                if change.kind == .deleted {
                    gone.insert(change.object.objectUID)
                } else {
                    #expect(!gone.contains(change.object.objectUID), "the deleted stay deleted")
                }
            }
            check(lab.registry.storage, last)
        }
        #expect(gone.count > 10)
    }

    private func check(_ storage: Storage, _ last: UInt64) {
        var uids: [String] = []
        var versions: [String] = []
        for resource in storage.resources {
            for (_, object) in storage.objects(of: resource) {
                uids.append(object.objectUID)
                versions.append(object.resourceVersion)
                if object.isBeingDeleted { #expect(!object.finalizers.isEmpty) }
                let living = object.owners.count { storage.uids.contains($0["uid"]?.string ?? "") }
                #expect(object.isBeingDeleted || living == object.owners.count)
            }
        }
        #expect(Set(uids) == Set(storage.uids) && uids.count == storage.uids.count)
        #expect(Set(versions).count == versions.count)
        #expect(versions.allSatisfy { (UInt64($0) ?? .max) <= last } && storage.version == last)
    }
}
