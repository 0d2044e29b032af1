# SPDX-License-Identifier: Apache-2.0
"""Counts what the thread sanitizer reported: `races.py LOG` prints "REAL CONTENDED".

The slow path of Synchronization.Mutex is in a library of the toolchain that the sanitizer cannot
see into: when a lock was waited for, what two threads did under it looks unordered. Such a report
has the body of a `withLock` in both of its stacks and is counted as contended. Any other is real,
and printed to standard error.
"""
import re
import sys

REPORT = re.compile(r"WARNING: ThreadSanitizer: .*?SUMMARY: ThreadSanitizer: [^\n]*", re.DOTALL)
UNDER_A_LOCK = re.compile(r"YTXEfU|withLock")  # a closure with a sending result, as withLock takes


def is_contended(report):
    now, *before = report.split("\n  Previous ", 1)
    stacks = [now, *(part.split("\n\n")[0] for part in before)]
    return len(stacks) == 2 and all(UNDER_A_LOCK.search(stack) for stack in stacks)


def main():
    with open(sys.argv[1], encoding="utf-8", errors="replace") as file:
        reports = REPORT.findall(file.read())
    real = [report for report in reports if not is_contended(report)]
    for report in real:
        print(report, file=sys.stderr)
    print(len(real), len(reports) - len(real))


if __name__ == "__main__":
    main()
