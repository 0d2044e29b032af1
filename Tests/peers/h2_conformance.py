#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds an HTTP/2 endpoint to the table of h2_cases_*.py:

    h2_conformance.py server PLAIN-PORT IMPATIENT-PORT [WORD]   our server, on 127.0.0.1
    h2_conformance.py client [WORD]                             our client; see h2_client_cases.py
    h2_conformance.py list                                      the table

For a server it prints one JSON line a case: name, section, what must be, whether it passed, and if
not, why: the broken expectation, what was sent in hex and what came. The server answers / with
`ok`, /echo with the request's body, /big?N with N times x, and /wait never.
"""
import json
import socket
import sys
import time

import h2_cases_defences
import h2_cases_frames
import h2_cases_framing
import h2_cases_messages
import h2_client_cases
from h2_talk import Talk

SERVER = (h2_cases_framing.CASES + h2_cases_frames.CASES + h2_cases_messages.CASES
          + h2_cases_defences.CASES)


def run(case, talk):
    """Runs the steps of a case; an AssertionError says what is wrong."""
    if case.greet is None:
        talk.greet()
    elif case.greet:
        talk.send(case.greet)
    for step in case.steps:
        if callable(step):
            step(talk)
        elif step:
            talk.send(step)
    case.expect.check(talk)


def report(case, talk, began, trouble):
    line = {"name": case.name, "section": case.section, "must": case.must,
            "passed": trouble is None, "seconds": round(time.monotonic() - began, 2)}
    if trouble is not None:
        line["why"] = f"{trouble}\n{talk.story()}"
    print(json.dumps(line), flush=True)


def judge(case, talk, body=run):
    began, trouble = time.monotonic(), None
    try:
        body(case, talk)
    except Exception as error:  # pylint: disable=broad-except
        trouble = str(error) if isinstance(error, AssertionError) else repr(error)
    report(case, talk, began, trouble)
    talk.close()


def hold_server(ports, word):
    for case in SERVER:
        if word in case.name:
            judge(case, Talk(socket.create_connection(("127.0.0.1", ports[case.server]))))


def listing():
    for side, cases in (("server", SERVER), ("client", h2_client_cases.CASES)):
        for case in cases:
            print(f"{side}  {case.name:32} {case.section:10} {case.must}")


def main():
    names = [case.name for case in SERVER + h2_client_cases.CASES]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, f"names that are not unique: {twice}"
    match sys.argv[1:]:
        case ["server", plain, impatient, *word]:
            hold_server({"plain": int(plain), "impatient": int(impatient)}, "".join(word))
        case ["client", *word]:
            h2_client_cases.serve("".join(word), judge)
        case _:
            listing()


if __name__ == "__main__":
    main()
