# SPDX-License-Identifier: Apache-2.0
"""Network namespaces, and what iproute2 says of them; all ours are called oxl-<pid>-…"""
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

PREFIX = "oxl-"
NAMED = "/run/netns"


def run(*command, check=True, **options):
    """A command's completed process; its error text is in the exception when it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, **options)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
    return done


def path(space):
    return f"{NAMED}/{space}"


def add(space):
    run("ip", "netns", "add", space)
    run("ip", "-n", space, "link", "set", "lo", "up")


def delete(space):
    if os.path.exists(path(space)):
        run("ip", "netns", "delete", space, check=False)


def inside(space):
    """The words that put a command into a namespace without touching its mounts."""
    return ["nsenter", f"--net={path(space)}"]


def ip(space, *words):
    """`ip -j` there, parsed; a command that prints nothing gives []."""
    text = run("ip", "-n", space, "-d", "-j", *words).stdout
    return json.loads(text) if text.strip() else []


def link(space, name):
    """One link as `ip -j -d link` shows it, or None."""
    return next((one for one in ip(space, "link", "show") if one.get("ifname") == name), None)


def addresses(space, name):
    """{"10.1.2.3/24", …} of a link, without what the kernel made itself (fe80::…)."""
    found = ip(space, "address", "show", "dev", name)
    return {f"{one['local']}/{one['prefixlen']}" for entry in found
            for one in entry.get("addr_info", []) if one.get("scope") != "link"}


def routes(space, name):
    """{(destination, gateway)} of a link in both families, without those of its own subnets."""
    found = set()
    for family, everything in (("-4", "0.0.0.0/0"), ("-6", "::/0")):
        text = run("ip", "-n", space, "-j", family, "route", "show", "dev", name).stdout
        for route in json.loads(text) if text.strip() else []:
            if route.get("protocol") == "kernel":
                continue
            target = route["dst"] if route["dst"] != "default" else everything
            found.add((target, route.get("gateway")))
    return found


def ping(space, address, count=1, seconds=1):
    """Whether one of `count` echo requests was answered."""
    family = "-6" if ":" in address else "-4"
    done = run("ip", "netns", "exec", space, "ping", family, "-n", "-q", "-c", str(count),
               "-i", "0.2", "-W", str(seconds), address, check=False)
    return done.returncode == 0


def reaches(space, address, seconds=5):
    """Whether `address` answers before the time is over; ports need a moment to forward."""
    end = time.monotonic() + seconds
    while True:
        if ping(space, address):
            return True
        if time.monotonic() > end:
            return False


def ours(prefix=PREFIX):
    """The namespaces whose names begin so."""
    try:
        return sorted(name for name in os.listdir(NAMED) if name.startswith(prefix))
    except FileNotFoundError:
        return []


def sweep():
    """Removes what laboratories left behind that were killed before they could tidy up."""
    for space in filter(is_orphan, ours()):
        delete(space)
    for folder in filter(is_orphan, os.listdir(tempfile.gettempdir())):
        shutil.rmtree(os.path.join(tempfile.gettempdir(), folder), ignore_errors=True)


def is_orphan(name):
    """Whether something of a laboratory carries the id of a process that is no more."""
    owner = re.match(rf"{PREFIX}(\d+)-", name)
    return bool(owner) and not os.path.exists(f"/proc/{owner[1]}")
