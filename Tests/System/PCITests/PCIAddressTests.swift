// SPDX-License-Identifier: Apache-2.0

import PCI
import Testing

@Suite struct PCIAddressTests {
    @Test(arguments: ["0000:00:00.0", "0000:3b:00.2", "ffff:ff:1f.7", "10de:0a:10.1"])
    func `prints what it read`(text: String) {
        #expect(PCIAddress(text)?.description == text)
    }

    @Test func `tells its parts`() throws {
        let address = try #require(PCIAddress("0001:3b:1f.7"))
        #expect(address.domain == 1)
        #expect(address.bus == 0x3b)
        #expect(address.device == 31)
        #expect(address.function == 7)
    }

    @Test(arguments: [
        "", "3b:00.2", "0000:3b:00.8", "0000:3b:20.0", "0000:3B:00.2", "0000:3b:00:2",
        "0000-3b:00.2", "0000:3b-00.2", "00000:3b:00.2", " 0000:3b:00.2", "0000:3b:00.2\n",
        "0000:3b:00.", "000g:3b:00.2", "+000:3b:00.2", "0000:3b:00.２", "../../../etc",
    ])
    func `refuses anything else`(text: String) {
        #expect(PCIAddress(text) == nil)
    }

    @Test func `orders as the bus is walked`() {
        let texts = [
            "0000:02:00.0", "0000:02:00.7", "0000:02:01.0", "0000:10:00.0", "0001:00:00.0",
        ]
        #expect(texts.shuffled().compactMap { PCIAddress($0) }.sorted().map(\.description) == texts)
    }
}
