#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs end-to-end tests: runner.py [-k WORD] [MODULE…]   (default: all of them)

Prints each test with its time, failures in full, and `N passed, N failed` as the last line. A test
that takes longer than three minutes fails; one that cannot even be interrupted ends the program.
Needs root, OPI_XPU_PYTHON's packages, and the binary (OPI_XPU_BINARY or .build/opi-xpu).
"""
import argparse
import faulthandler
import os
import signal
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import lab  # noqa: E402  (its folder has to be known first)
from parts import BINARY  # noqa: E402

MODULES = ["lab", "cni", "cni_races", "cni_killed", "host_agent", "host_agent_faults",
           "software_xpu", "device_plugin", "kubelet_rules", "kubelet_pods", "bad_input", "chroot",
           "control_plane", "kubernetes", "kubernetes_alike", "kubernetes_refused",
           "kubernetes_killed", "kubernetes_metrics", "runtime_odd", "runtime_client",
           "runtime_informer", "runtime_election", "runtime_fences", "runtime_faults",
           "api_contract_memory", "api_contract_real", "api_contract_history", "kubectl", "sandbox"]
# Seconds for a test or the set-up of a class; a campaign of many kills takes longer.
LIMIT = max(180, 10 * int(os.environ.get("OPI_XPU_KILLS", "5")),
            120 + int(os.environ.get("OPI_XPU_SECONDS", "60")))


class TookTooLong(BaseException):
    """Not an Exception: no `except Exception` of a test may swallow it."""


def too_long(*_):
    raise TookTooLong(f"no end after {LIMIT} s")


def watch():
    """Starts the time of the next test; if even the exception does not end it, we end."""
    signal.alarm(LIMIT)
    faulthandler.dump_traceback_later(LIMIT + 60, exit=True)


class Result(unittest.TestResult):
    """Prints a line for each test, and counts in the way the last line wants."""

    def __init__(self):
        super().__init__()
        self.passed, self.failed = 0, 0

    def startTest(self, test):
        super().startTest(test)
        watch()
        self.begun, self.trouble = time.monotonic(), []

    def stopTest(self, test):
        super().stopTest(test)
        watch()
        verdict = "FAILED" if self.trouble else "ok"
        print(f"{verdict:6} {time.monotonic() - self.begun:6.2f} s  {name(test)}", flush=True)
        for text in self.trouble:
            print(text, flush=True)
        self.failed += bool(self.trouble)
        self.passed += not self.trouble

    def addError(self, test, err):
        self._note(test, err)

    def addFailure(self, test, err):
        self._note(test, err)

    def addSubTest(self, test, subtest, err):
        if err:
            self.trouble.append(subtest._subDescription())
            self._note(test, err)

    def addSkip(self, test, reason):
        self.trouble.append(f"skipped, which no test here may be: {reason}")

    def _note(self, test, err):
        text = self._exc_info_to_string(err, test)
        if isinstance(test, unittest.TestCase):
            self.trouble.append(text)
        else:  # a class or module that could not be set up or torn down
            print(f"FAILED {test}\n{text}", flush=True)
            self.failed += 1
        if issubclass(err[0], (KeyboardInterrupt, SystemExit)):
            self.stop()


def name(test):
    return ".".join(test.id().split(".")[-2:])


def every(suite):
    for one in suite:
        yield from every(one) if isinstance(one, unittest.TestSuite) else [one]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-k", metavar="WORD", help="only tests whose name contains it")
    parser.add_argument("modules", nargs="*", default=MODULES)
    options = parser.parse_args()
    if os.geteuid() or not os.access(BINARY, os.X_OK):
        sys.exit(f"runner.py: needs root and an executable {BINARY}")
    lab.tidy_on_signals()
    signal.signal(signal.SIGALRM, too_long)
    watch()
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{options.k}*"] if options.k else None
    found = loader.loadTestsFromNames(
        [f"test_{word.removeprefix('test_').removesuffix('.py')}" for word in options.modules])
    if not any(True for _ in every(found)):
        sys.exit("runner.py: no test fits")
    result = Result()
    try:
        found.run(result)
    finally:
        signal.alarm(0)
        lab.tear_down_all()
        print(f"{result.passed} passed, {result.failed} failed", flush=True)
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main())
