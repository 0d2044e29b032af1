# SPDX-License-Identifier: Apache-2.0
"""`opi-xpu-runtime`, the program that drives the Kubernetes runtime, as a process to talk with."""
import json
import os
import queue
import signal
import subprocess
import threading
import time

from parts import ROOT, WITH_US, until

RUNTIME = os.environ.get("OPI_XPU_RUNTIME") or os.path.join(ROOT, ".build", "debug",
                                                            "opi-xpu-runtime")


class Runtime:
    """Commands in, JSON lines out; `said` has all of them in order."""

    def __init__(self, *words, log=subprocess.DEVNULL):
        words = [word if isinstance(word, str) else json.dumps(word) for word in words]
        self.process = subprocess.Popen([*WITH_US, RUNTIME, *words], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=log, text=True)
        self.said, self.arrived = [], queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            word = json.loads(line)
            self.said.append(word)
            self.arrived.put(word)

    def tell(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def next(self, key, seconds=20):
        """The next thing it says that has this key; what comes before is skipped."""
        end = time.monotonic() + seconds
        while True:
            try:
                word = self.arrived.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"nothing about {key!r}; last: {self.said[-5:]}") from None
            if key in word:
                return word[key]

    def ask(self, key, **command):
        """The first answer to the command that has `key`."""
        mark = len(self.said)
        self.tell(**command)
        return until(lambda: next((one for one in self.said[mark:]
                                   if key in one or "refused" in one), None),
                     20, f"an answer to {command}")

    def freeze(self):
        """Stops it where it is; returns when the kernel has it stopped."""
        self.process.send_signal(signal.SIGSTOP)
        until(lambda: self._state() == "T", 5, "the runtime to be stopped")

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def _state(self):
        return stat_of(self.process.pid)[0]

    def resident(self):
        """Resident memory in KiB now, and at most so far."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            fields = dict(line.split(":", 1) for line in file)
        return tuple(int(fields[key].split()[0]) for key in ("VmRSS", "VmHWM"))

    def kill(self):
        """Ends it in the middle of whatever it does."""
        self.process.kill()
        self.process.wait()
        self.reader.join(10)
        self.process.stdout.close()
        self.process.stdin.close()

    def close(self):
        """The end of its input ends it; its exit status."""
        self.thaw()
        self.process.stdin.close()
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the runtime does not end") from None
        finally:
            self.reader.join(5)
            self.process.stdout.close()


class Informer(Runtime):
    """`inform`: what its handler was told, and what its store has."""

    def __init__(self, kubeconfig, namespace, **options):
        super().__init__("inform", kubeconfig, namespace, options)

    @property
    def events(self):
        """What the handler was told, as (event, name, uid, version)."""
        return [(one["event"], one["key"].split("/")[-1], one["uid"], one["version"])
                for one in list(self.said) if "event" in one]

    @property
    def troubles(self):
        return [one["trouble"] for one in list(self.said) if "trouble" in one]

    def dump(self):
        return self.ask("objects", do="dump")

    def store(self):
        """Name to (uid, version)."""
        return {key.split("/")[-1]: tuple(value) for key, value in self.dump()["objects"].items()}

    def synced(self, seconds=20):
        until(lambda: self.dump()["synced"], seconds, "the informer to have read everything")
        return self

    def restarts(self, reason):
        return self.dump()["restarts"].get(reason, 0)

    def faults(self):
        """What no handler may be told: the story of each object, told from the events."""
        known, found = {}, []
        for event, name, uid, version in self.events:
            before = known.get(name)
            if event == "added":
                if before:
                    found.append(f"{name} was added while it was there")
                known[name] = (uid, version)
            elif event == "changed":
                if not before or before[0] != uid:
                    found.append(f"{name} changed into another")
                elif int(version) <= int(before[1]):
                    found.append(f"{name} went from {before[1]} to {version}")
                known[name] = (uid, version)
            else:
                if not before or before[0] != uid:
                    found.append(f"{name} was deleted, but not this one")
                known.pop(name, None)
        return found, known


def stat_of(pid):
    """What /proc/PID/stat says from the third field on (proc(5))."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rpartition(")")[2].split()
