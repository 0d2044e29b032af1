// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON

/// Whether Foundation takes the document.
func foundationAccepts(_ document: [UInt8]) -> Bool {
    (try? JSONSerialization.jsonObject(with: Data(document), options: .fragmentsAllowed)) != nil
}

/// Whether skipping takes the document.
func skips(_ document: [UInt8]) -> Bool {
    var reader = JSONReader(document.span)
    do {
        try reader.skip()
        try reader.end()
        return true
    } catch {
        return false
    }
}
