// SPDX-License-Identifier: Apache-2.0

import Dispatch
import JSON
import Kernel
import Synchronization

/// One JSON value a line, whole from any task.
enum Lines {
    private static let output = Mutex(())

    /// Says something.
    static func say(_ value: JSONValue) {
        let line = value.encoded() + [UInt8(ascii: "\n")]
        output.withLock { _ in
            do throws(KernelError) {
                try Process.writeOutput(line)
            } catch {
                fail("standard output: \(error)")
            }
        }
    }

    /// What is asked, a JSON object a line, until standard input ends.
    static var asked: AsyncStream<JSONValue> {
        AsyncStream { lines in
            DispatchQueue.global().async {
                while let line = readLine() {
                    do throws(JSONError) {
                        lines.yield(try JSONValue(parsing: Array(line.utf8)))
                    } catch {
                        fail("standard input: \(error)")
                    }
                }
                lines.finish()
            }
        }
    }

    /// Says a sentence beside the answers.
    static func note(_ sentence: String) {
        do throws(KernelError) {
            try Process.writeError(Array("opi-xpu-runtime: \(sentence)\n".utf8))
        } catch {
            Process.exit(3)
        }
    }

    /// Ends the program with a sentence.
    static func fail(_ sentence: String) -> Never {
        note(sentence)
        Process.exit(1)
    }
}
