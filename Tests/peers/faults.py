# SPDX-License-Identifier: Apache-2.0
"""Misbehaviour on demand, from a file that is read again for every request.

The file holds one JSON object or a list; the first rule that fits is used. No file, no fault.
    method      only this rpc (a regular expression over its name); all when absent
    times       only so many times, then the rule is spent (counted until the file changes)
    slow        seconds to wait before anything else
    hang        true: never answer
    apply       true: do the work first, so that only the answer is lost
    fail        "UNAVAILABLE:some text": answer this status
    component   an error text: what was asked for is accepted and then never comes up
"""
import json
import os
import re

import grpc


class Faults:
    def __init__(self, path=None, fail=None, hang=False):
        self.path = path
        self.fixed = [{"fail": fail}] if fail else [{"hang": True}] if hang else []
        self.used = {}
        self.version = None

    def rules(self):
        """The rules as they are now; a half-written file counts as its last whole version."""
        if not self.path:
            return self.fixed
        try:
            stat = os.stat(self.path)
            with open(self.path, encoding="utf-8") as file:
                text = file.read()
        except FileNotFoundError:
            return self.fixed
        version = (stat.st_mtime_ns, stat.st_ino, text)
        if version != self.version:
            self.version, self.used = version, {}
        if not text.strip():
            return self.fixed
        rules = json.loads(text)
        return rules if isinstance(rules, list) else [rules]

    def rule(self, method):
        """The rule for a request, or None; counts it as used."""
        return self._take(lambda rule: "component" not in rule
                          and re.fullmatch(rule.get("method", ".*"), method))

    def component_error(self):
        """The error text that the data path shall report now, or None."""
        rule = self._take(lambda rule: "component" in rule)
        return rule["component"] if rule else None

    def _take(self, fits):
        for index, rule in enumerate(self.rules()):
            if fits(rule) and self.used.get(index, 0) < rule.get("times", 1 << 60):
                self.used[index] = self.used.get(index, 0) + 1
                return rule
        return None


def status(fault):
    """("UNAVAILABLE:text") -> (grpc.StatusCode.UNAVAILABLE, "text")"""
    code, _, text = fault.partition(":")
    return grpc.StatusCode[code], text
