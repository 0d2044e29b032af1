# SPDX-License-Identifier: Apache-2.0
"""Processes of a laboratory: started, asked to end, or killed, each with a log of its own."""
import json
import os
import queue
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PEERS = os.path.join(ROOT, "Tests", "peers")
BINARY = os.environ.get("OPI_XPU_BINARY") or os.path.join(ROOT, ".build", "opi-xpu")
SANDBOX = os.environ.get("OPI_XPU_SANDBOX") or os.path.join(ROOT, ".build", "opi-xpu-sandbox")
PYTHON = os.environ.get("OPI_XPU_PYTHON") or sys.executable

# A laboratory that is killed takes its processes along.
WITH_US = ["setpriv", "--pdeathsig", "KILL"]


# No wait for something that should come is given up earlier, however busy the machine is.
PATIENCE = 20


def until(condition, seconds=10, what="a condition", pause=0.02):
    """The first true value of `condition`; an AssertionError naming `what` when time is up."""
    seconds = max(seconds, PATIENCE)
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(pause)


def listens(path):
    """Whether somebody accepts connections on a Unix socket; one left by a crash refuses."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
        return True


class Part:
    """A background process: `command` is a list, or a function that makes one at each start."""

    def __init__(self, name, command, log, ready=None):
        self.name, self.command, self.log, self.ready = name, command, log, ready
        self.process, self.mark = None, 0

    def start(self, wait=True):
        assert not self.alive, f"{self.name} runs already"
        command = self.command() if callable(self.command) else self.command
        with open(self.log, "ab") as log:
            self.mark = log.tell()
            self.process = subprocess.Popen(WITH_US + command, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        if wait and self.ready:
            until(self._is_up, 20, f"{self.name} to come up")
        return self

    def _is_up(self):
        if not self.alive:
            raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self.said()}")
        return self.ready()

    @property
    def alive(self):
        return self.process is not None and self.process.poll() is None

    def said(self):
        """What it has written since its last start."""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            log.seek(self.mark)
            return log.read()

    def wait(self, seconds=10):
        return self.process.wait(seconds)

    def stop(self):
        """Asks it to end as an operator would; the exit status, None when it did not run."""
        return self._end(self.process.terminate) if self.alive else None

    def kill(self):
        """Ends it in the middle of whatever it does."""
        return self._end(self.process.kill) if self.alive else None

    def _end(self, how):
        how()
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.name} did not end within 10 s") from None


class Kubelet:
    """The kubelet peer: commands in, JSON lines out (Tests/peers/kubelet.py explains them)."""

    def __init__(self, folder, log):
        with open(log, "ab") as errors:
            self.process = subprocess.Popen(
                WITH_US + [PYTHON, os.path.join(PEERS, "kubelet.py"), folder],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True)
        self.replies, self.events = queue.Queue(), []
        threading.Thread(target=self._read, daemon=True).start()
        until(lambda: self.seen("ready"), 20, "the kubelet to come up")

    def _read(self):
        for line in self.process.stdout:
            fields = json.loads(line)
            if "reply" in fields:
                self.replies.put(fields)
            else:
                self.events.append(fields)
        self.replies.put({"ok": False, "why": "the kubelet ended"})

    def seen(self, event):
        return [fields for fields in list(self.events) if fields["event"] == event]

    def ask(self, command, **fields):
        """The reply to a command; with fields, they go along as JSON."""
        line = json.dumps({"do": command, **fields}) if fields else command
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.replies.get(timeout=60)

    def do(self, command, **fields):
        """The reply to a command that must succeed."""
        reply = self.ask(command, **fields)
        assert reply["ok"], f"{command}: {reply}"
        return reply

    def close(self):
        """Ends it; the rules that were broken, each as a sentence."""
        if not self.process.stdin.closed:
            self.process.stdin.close()  # the end of its input ends it
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return [fields["why"] for fields in self.seen("violation")]
