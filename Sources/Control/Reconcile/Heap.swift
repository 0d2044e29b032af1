// SPDX-License-Identifier: Apache-2.0

/// Elements of which the smallest is at hand.
struct Heap<Element: Comparable & Sendable>: Sendable {
    private var elements: [Element] = []

    var count: Int { elements.count }
    var first: Element? { elements.first }

    /// Logarithmic in the number of elements; constant for one that is not smaller than the rest.
    mutating func push(_ element: Element) {
        var place = elements.count
        elements.append(element)
        while place > 0 {
            let parent = (place - 1) / 2
            guard elements[place] < elements[parent] else { return }
            elements.swapAt(place, parent)
            place = parent
        }
    }

    /// Takes the smallest element out; logarithmic in the number of elements.
    mutating func pop() -> Element? {
        guard let last = elements.popLast() else { return nil }
        guard let first = elements.first else { return last }
        elements[0] = last
        var place = 0
        while true {
            let left = 2 * place + 1
            guard left < elements.count else { return first }
            let right = left + 1
            let isRight = right < elements.count && elements[right] < elements[left]
            let child = isRight ? right : left
            guard elements[child] < elements[place] else { return first }
            elements.swapAt(place, child)
            place = child
        }
    }
}
