#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What prometheus_client's parser reads in the text on standard input, as JSON.

{FAMILY: {"type", "help", "samples": {"NAME LABEL=VALUE ...": NUMBER},
"byL": {VALUE of the label l: NUMBER}}}; what it does not accept ends it with a traceback.
"""
import json
import sys

from prometheus_client.parser import text_string_to_metric_families

text = sys.stdin.buffer.read().decode()
families = {}
for family in text_string_to_metric_families(text):
    assert family.name not in families, f"{family.name} comes twice"
    found = {"type": family.type, "help": family.documentation, "samples": {}, "byL": {}}
    for sample in family.samples:
        labels = " ".join(f"{key}={value}" for key, value in sorted(sample.labels.items()))
        name = f"{sample.name} {labels}" if labels else sample.name
        assert name not in found["samples"], f"{name} comes twice"
        found["samples"][name] = sample.value
        if "l" in sample.labels:
            found["byL"][sample.labels["l"]] = sample.value
    families[family.name] = found
json.dump(families, sys.stdout, ensure_ascii=False)
