// SPDX-License-Identifier: Apache-2.0

/// Rows of text in columns, as kubectl shows them.
package struct TextTable: Sendable {
    private let heads: [String]
    private var rows: [[String]] = []

    /// A table without rows.
    package init(_ heads: [String]) {
        self.heads = heads
    }

    /// Adds a row; an empty cell shows as `-`.
    package mutating func add(_ cells: [String]) {
        precondition(cells.count == heads.count, "a cell for each column")
        rows.append(cells.map { $0.isEmpty ? "-" : Self.plain($0) })
    }

    /// The text on one line and without what a terminal would obey: others have written it.
    package static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    scalar.properties.generalCategory == .control ? " " : scalar
                }
            )
        )
    }

    /// The lines, the heads first, columns three blanks apart.
    package var text: String {
        let all = [heads] + rows
        let widths = heads.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let lines = all.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 3)
            }
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
