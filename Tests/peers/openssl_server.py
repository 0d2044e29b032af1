# SPDX-License-Identifier: Apache-2.0
"""OpenSSL's s_server with ALPN h2 and keys of its own in FOLDER:

    openssl_server.py FOLDER KIND [OPTION...]

Prints `ready PORT`, then all that s_server says. The kind `renegotiate` has it ask every client for
another handshake as soon as the first is over; all others are those of https_server.py.
"""
import ctypes
import re
import signal
import subprocess
import sys

from https_server import make_keys


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def main():
    folder, kind, *options = sys.argv[1:]
    make_keys(folder, kind)
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-alpn", "h2",
               "-cert", f"{folder}/server.crt", "-key", f"{folder}/server.key", *options]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, bufsize=0,
                              preexec_fn=die_with_parent)
    is_ready = False
    for line in server.stdout:
        text = line.decode(errors="replace")
        if found := re.match(r"ACCEPT 127\.0\.0\.1:(\d+)", text):
            is_ready = True
            print("ready", found[1], flush=True)
        elif is_ready:
            print(text, end="", flush=True)
        if kind == "renegotiate" and "Secure Renegotiation" in text:
            server.stdin.write(b"r\n")


main()
