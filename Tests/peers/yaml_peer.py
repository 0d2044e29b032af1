#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""YAML by PyYAML's own parser and emitter (not libyaml's), both ways.

    yaml_peer.py load   YAML texts in, for each [value] or the text of an error out
    yaml_peer.py dump   values in, for each a list of YAML texts in several styles out

Standard input and output are JSON lists.

PyYAML resolves scalars as YAML 1.1 does. For `load` that is replaced by the core schema, from the
regular expressions of YAML 1.2.2, section 10.3.2. `dump` quotes what is no text to either.
"""

import json
import re
import sys

import yaml


class CoreLoader(yaml.SafeLoader):
    """Scalars of the core schema; containers and strings as they are."""

    yaml_implicit_resolvers = {}


def resolve(tag, pattern, first, construct):
    """Plain scalars that match are `construct(text)`."""
    CoreLoader.add_implicit_resolver(tag, re.compile(f"^(?:{pattern})$"), first)
    CoreLoader.add_constructor(tag, lambda loader, node: construct(node.value))


FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
NULL, BOOL = "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool"
resolve(NULL, "null|Null|NULL|~|", ["n", "N", "~", ""], lambda text: None)
resolve(BOOL, "true|True|TRUE|false|False|FALSE", list("tTfF"), lambda text: text[0] in "tT")
resolve("!decimal", "[-+]?[0-9]+", list("-+0123456789"), int)
resolve("!octal", "0o[0-7]+", ["0"], lambda text: int(text[2:], 8))
resolve("!hexadecimal", "0x[0-9a-fA-F]+", ["0"], lambda text: int(text[2:], 16))
resolve("!float", FLOAT, list("-+.0123456789"), float)


def load(texts):
    """Each text's value in a list, or what is wrong with it."""
    for text in texts:
        try:
            yield [yaml.load(text, CoreLoader)]
        except (yaml.YAMLError, ValueError) as error:
            yield str(error)


STYLES = [
    {},
    {"default_flow_style": True},
    {"default_flow_style": True, "default_style": '"', "width": 20, "allow_unicode": False},
    {"default_style": "'", "indent": 4},
    {"default_style": "|", "explicit_start": True, "explicit_end": True},
    {"default_style": ">", "width": 10},
    {"canonical": False, "width": 1 << 20, "line_break": "\r\n"},
]


class PlainDumper(yaml.SafeDumper):
    """Without anchors, and without tags for scalars whose style is forced."""

    def ignore_aliases(self, data):
        return True


PlainDumper.add_implicit_resolver("!float", re.compile(f"^{FLOAT}$"), list("-+.0123456789"))


def dump(values):
    """Each value in every style that gives it back without tags."""
    for value in values:
        texts = (yaml.dump(value, Dumper=PlainDumper, **{"allow_unicode": True, **style})
                 for style in STYLES)
        # A forced style makes the emitter write tags for what is no text.
        yield [text for text in texts if not re.search(r"!!|! |!$", text)]


def main():
    """Runs one verb over standard input."""
    verb = {"load": load, "dump": dump}[sys.argv[1]]
    json.dump(list(verb(json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
