// SPDX-License-Identifier: Apache-2.0

/// Documents that both implementations must read alike.
enum Documents {
    static let good: [String] = [
        // Every form of the core schema's scalars, YAML 1.2.2 section 10.3.2.
        "[null, Null, NULL, ~, true, True, TRUE, false, False, FALSE]",
        "[0, 7, -19, +12, 0o7, 0x3A, 0xff, 18446744073709551615, 123456789012345678901234567890]",
        "[0., -0.0, .5, +12e03, -2E+05, 1.5, 0.1e-5, 5.e2, -.25]",
        // What looks like one and is text.
        "[yes, no, on, off, Yes, NO, y, n, nULL, tRUE, 1_000, 0b11, 0xg, 0o8, 12:30:45, 1e, .e1]",
        "[2026-11-24, 2026-11-24T08:00:00Z, 1.2.3, 10.0.0.1]",
        "[02:00:5e:10:00:01, -, +, ., -x, 0x, 0o]",
        #"["true", 'null', "1", '0755', "", '', "~", '!x']"#,
        // Containers in both styles.
        "a: 1\nb:\n  c: [x, {d: e}]\n  f:\n  - g\n  - h: i\n    j: k\n  -\n    - l\n",
        "- - - a\n    - b\n- {}\n- []\n-\n- c:\n",
        "{a: b, 'c': \"d\", e: , f}",
        "[a: b, c]",
        "? a\n: b\n? c\n",
        "{\"a\":1,\"b\":[true,null],\"c\":{\"d\":\"\\u00e9\\n\\/\\\"\"}}",
        // Texts on several lines.
        "a: |\n  x\n   y\n\n  z\n\nb: >-\n  x\n  y\n\n  z\nc: |+\n  x\n\nd: |2\n   x\n",
        "a: first\n  second\n\n  third\nb: \"x\n  y\\\n  z\"\nc: 'it''s\n\n  two'\n",
        // Comments, markers and white space.
        "# only\n---\n# a\na: b # c\nd: e#f\n...\n# end\n", "%YAML 1.1\n---\na: b\n", "--- a\n",
        "   a: b\n   c: d\n", "a: b\r\nc:\r\n- d\r\n", "a: b", "\u{feff}a: b\n",
        "a:    \n  b   :   c   \n",
        // A kubeconfig.
        """
        apiVersion: v1
        kind: Config
        current-context: admin@cluster
        clusters:
        - name: cluster
          cluster: {server: "https://10.0.0.1:6443", certificate-authority-data: LS0tLS1CRUdJTg==}
        contexts:
        - context:
            cluster: cluster
            user: admin
          name: admin@cluster
        users:
        - name: admin
          user:
            token: 0e12345
            exec: {command: aws, args: [--region, eu-1, "-o", json], env: null}
        preferences: {}
        """,
        // Characters beyond ASCII.
        "größe: 日本語\nemoji: \"😀\"\n'\\U0001F600': \"\\U0001F600\\x41\\u00e9\\0\\e\"\n",
    ]

    /// What neither takes.
    static let broken: [(text: String, line: Int, column: Int)] = [
        ("{", 2, 1), ("[1, 2", 2, 1), ("a: b: c", 1, 5), ("a: b\n c: d\n", 2, 3),
        ("a:\n\t- b\n", 2, 1), ("\"open", 1, 6), ("a: 'x\nb: c", 2, 5), ("- a\nb: c\n", 2, 1),
        ("a: b\n- c\n", 2, 1), ("{a: b}}", 1, 7), ("]", 1, 1), ("a: @x", 1, 4), ("a: `x`", 1, 4),
        ("\"\\q\"", 1, 2), ("%YAML 3.0\n---\na: b\n", 1, 1), ("a: %x", 1, 4),
        ("a: |x\n  b\n", 1, 5), ("a: b\n...x\nc", 3, 1), ("a\u{1}b", 1, 2), ("\u{0}\u{0}", 1, 1),
        ("é: \"é\u{7}\"", 1, 6), ("a: [1, 2\nb: 3\n", 2, 2), ("{a: b, c: d]", 1, 12),
        ("key: *", 1, 7), ("key: &", 1, 7), ("a: !<x", 1, 7),
    ]
}
