#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what each module adds to the binary: sizes.py LINKER-MAP BINARY

Reads gold's map: every input section with its size and the object it came from. A module's objects
lie in <Module>.build/; a library's in an archive. What the linker makes itself (merged strings,
unwind index, headers, padding) belongs to no module and gets its own line, so the total is exactly
the file. Specialised generics count for the module that made the linker emit them.
"""
import os
import re
import sys
from collections import Counter

OUTPUT = re.compile(r"^([^\s*]\S*)(?:\s+(0x[0-9a-f]+)\s+(0x[0-9a-f]+))?\s*$")
INPUT = re.compile(r"^ (?:(\S+))?\s+(0x[0-9a-f]+)\s+(0x[0-9a-f]+)\s+(/.*|\S.*\.o\)?)$")
MODULE = re.compile(r"/([^/]+)\.build/")
ARCHIVE = re.compile(r"/(?:lib)?([^/]+)\.a\(")
NOT_IN_FILE = (".bss", ".tbss", "__libc_freeres_ptrs", ".debug_", ".comment", ".note.gnu.gold")


def owner(path):
    """The module, else the library, that an object belongs to."""
    if found := MODULE.search(path):
        return found[1]
    if found := ARCHIVE.search(path):
        return f"lib{found[1]}"
    return "start-up files"


def sizes(lines):
    """Bytes per owner."""
    total, section, lines = Counter(), "", iter(lines)
    for line in lines:
        if line.startswith("Memory map"):
            break
    for line in lines:
        if found := OUTPUT.match(line):
            section = found[1]
        elif found := INPUT.match(line):
            if not section.startswith(NOT_IN_FILE):
                total[owner(found[4])] += int(found[3], 16)
    return total


def main(linker_map, binary):
    with open(linker_map, encoding="utf-8", errors="replace") as lines:
        total = sizes(lines)
    size = os.path.getsize(binary)
    if not total:
        sys.exit(f"{linker_map}: no module found; is the linker gold?")
    total["(linker: merged strings, headers, padding)"] = size - sum(total.values())
    for name, count in sorted(total.items(), key=lambda item: -item[1]):
        print(f"{count:>12}  {100 * count / size:5.1f} %  {name}")
    print(f"{size:>12}  100.0 %  total")


if __name__ == "__main__":
    main(*sys.argv[1:])
