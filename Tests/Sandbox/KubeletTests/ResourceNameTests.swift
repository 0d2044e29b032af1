// SPDX-License-Identifier: Apache-2.0

import Kubelet
import Testing

@Suite struct ResourceNameTests {
    @Test(arguments: [
        "opi.example.com/blue", "a/b", "opi.org/A_b.c-1",
        "x.y/" + String(repeating: "n", count: 63),
    ])
    func `what a plugin may register`(name: String) {
        #expect(ResourceName(name)?.text == name)
    }

    @Test(arguments: [
        "", "cpu", "/", "a/", "/a", "a/b/c", "kubernetes.io/x", "node.kubernetes.io/x",
        "xkubernetes.io/x", "requests.opi.org/x", "Opi.org/x", "opi..org/x", "-opi.org/x",
        "opi.org/-x", "opi.org/x.", "opi.org/ä", "opi_x.org/y",
        "x/" + String(repeating: "n", count: 64), String(repeating: "d.", count: 125) + "d/n",
    ])
    func `what it may not`(name: String) {
        #expect(ResourceName(name) == nil)
    }
}
