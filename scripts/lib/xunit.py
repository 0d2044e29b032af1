#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints "PASSED FAILED" from an xUnit file: xunit.py FILE (a skipped test is a failed one)"""
import sys
from xml.etree import ElementTree

cases = ElementTree.parse(sys.argv[1]).findall(".//testcase")
failed = sum(1 for case in cases if case.find("failure") is not None
             or case.find("error") is not None or case.find("skipped") is not None)
print(len(cases) - failed, failed)
