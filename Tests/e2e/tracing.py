# SPDX-License-Identifier: Apache-2.0
"""strace around the plugin: which system calls it makes, and what happens when one goes wrong.

A kill comes at the entry of a system call, so killing at each of them in turn covers every state
that the plugin can leave behind: what one call did is still there when the next one kills.
"""
import re
from collections import Counter
from dataclasses import dataclass

MUTATING = ("sendto", "sendmsg", "rename", "renameat", "renameat2", "unlink", "unlinkat",
            "openat", "write", "mkdir", "mkdirat")
LINE = re.compile(r"^(\d+) +(\w+)\((.*)$")
BY_NAME, BY_DESCRIPTOR = re.compile(r'"(/[^"]*)"'), re.compile(r"<(/[^>]*)>")


@dataclass(frozen=True)
class Call:
    """The number-th call of this name in its thread, as strace counts for `when=`.

    A thread that is not the first can only be met by the path that it works on.
    """
    name: str
    number: int
    text: str
    path: str = ""

    def __str__(self):
        return f"{self.name} #{self.number} ({self.text[:100]})"

    def rule(self, what):
        """The words with which strace does `what` to this call."""
        if self.path:
            return ["-P", self.path, "-e", f"inject={self.name}:{what}:when=1"]
        return ["-e", f"inject={self.name}:{what}:when={self.number}"]


def words(log, *rule):
    """strace in front of a command."""
    return ["strace", "-f", "-y", "-s", "64", "-o", log, "-e", f"trace={','.join(MUTATING)}", *rule]


def calls(log):
    """The calls that change something, in order: sends, renames, removals, writes to files.

    A call is left out when another thread came first to the same count: a rule would meet that one.
    """
    counts, found, first, met = Counter(), [], None, set()
    with open(log, encoding="utf-8", errors="replace") as file:
        for match in filter(None, map(LINE.match, file)):
            thread, name, text = match.groups()
            first = first or thread
            counts[thread, name] += 1
            number = counts[thread, name]
            is_second = (name, number) in met
            met.add((name, number))
            if name == "openat" and "O_RDONLY" in text:
                continue
            where = (BY_DESCRIPTOR if name == "write" else BY_NAME).search(text)
            path = where[1] if where and thread != first else ""
            if path or not is_second:
                found.append(Call(name, number, text.strip(), path))
    return found


def trace(lab, command, *arguments, **conf):
    """Runs the plugin under strace; its outcome and its calls."""
    log = lab.file("strace.log")
    outcome = lab.cni(command, *arguments, before=words(log), **conf)
    return outcome, calls(log)


def kill_at(lab, call, command, *arguments, **conf):
    """Runs the plugin until that call."""
    rule = call.rule("signal=KILL")
    return lab.cni(command, *arguments, before=words(lab.file("strace.log"), *rule), **conf)


def fail_at(lab, call, error, command, *arguments, **conf):
    """Runs the plugin with the kernel refusing that call."""
    rule = call.rule(f"error={error}")
    return lab.cni(command, *arguments, before=words(lab.file("strace.log"), *rule), **conf)
