// SPDX-License-Identifier: Apache-2.0

/// Prometheus' text format, version 0.0.4.
///
/// Source: Prometheus, "Exposition formats", section "Text-based format".
public enum TextFormat: Sendable {
    /// The media type of a document.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func page(_ family: Family<Counter>) -> String {
        page(family, "counter") { values, counter in
            sample(family.name, family.labels, values, "\(counter.value)")
        }
    }

    static func page(_ family: Family<Gauge>) -> String {
        page(family, "gauge") { values, gauge in
            sample(family.name, family.labels, values, number(gauge.value))
        }
    }

    static func page(_ family: Family<Histogram>) -> String {
        page(family, "histogram") { values, histogram in
            let snapshot = histogram.snapshot
            let (name, labels) = (family.name, family.labels)
            var text = ""
            for bucket in snapshot.buckets {
                let bounded = values + [number(bucket.bound)]
                text += sample(name + "_bucket", labels + ["le"], bounded, "\(bucket.count)")
            }
            text += sample(name + "_sum", labels, values, number(snapshot.sum))
            return text + sample(name + "_count", labels, values, "\(snapshot.count)")
        }
    }

    private static func page<Series>(
        _ family: Family<Series>,
        _ kind: String,
        _ samples: (_ values: [String], Series) -> String
    ) -> String {
        let all = family.sorted
        guard !all.isEmpty else { return "" }
        let help = escaped(family.help, quotes: false)
        var text = "# HELP \(family.name) \(help)\n# TYPE \(family.name) \(kind)\n"
        for (values, series) in all { text += samples(values, series) }
        return text
    }

    private static func sample(
        _ name: String,
        _ labels: [String],
        _ values: [String],
        _ number: String
    ) -> String {
        guard !labels.isEmpty else { return "\(name) \(number)\n" }
        let pairs = zip(labels, values).map { "\($0)=\"\(escaped($1, quotes: true))\"" }
        return "\(name){\(pairs.joined(separator: ","))} \(number)\n"
    }

    /// `\` and line feed; in the value of a label the quotation mark too.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        // By scalar: a line feed after a carriage return is part of one character.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// As Go's `ParseFloat` reads it.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value.magnitude < 1e15, value == value.rounded() { return "\(Int64(value))" }
        return "\(value)"
    }
}
