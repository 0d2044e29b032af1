# SPDX-License-Identifier: Apache-2.0
"""`opi-xpu-runtime write` as a process that is asked for one request after the other."""
import json
import os
import subprocess
import tempfile

from parts import ROOT, WITH_US

RUNTIME = os.environ.get("OPI_XPU_RUNTIME") or os.path.join(ROOT, ".build", "debug",
                                                            "opi-xpu-runtime")


class Writer:
    """Ends with its input; `everything` is all that it ever said, on both of its outputs."""

    def __init__(self, kubeconfig, namespace, *servers, env=None):
        self.errors = tempfile.TemporaryFile("w+")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            [*WITH_US, RUNTIME, "write", kubeconfig, namespace, *servers], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, text=True, env=env)
        self.lines = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
        self.errors.close()

    def begin(self, what, **more):
        self.process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self.process.stdin.flush()

    def end(self):
        line = self.process.stdout.readline()
        assert line, f"it ended: {self.everything}"
        self.lines.append(line)
        return json.loads(line)

    def ask(self, what, **more):
        """What it answers, whatever that is."""
        self.begin(what, **more)
        return self.end()

    def get(self, what, **more):
        """The object that it answers."""
        answer = self.ask(what, **more)
        assert "object" in answer, answer
        return answer["object"]

    def refused(self, what, **more):
        """How it is refused: what kind of refusal, and the places that are wrong."""
        answer = self.ask(what, **more)
        assert "failed" in answer, answer
        fields = {one["field"] for one in answer["causes"]}
        return set(answer["is"]), fields, answer["failed"]

    @property
    def everything(self):
        self.errors.seek(0)
        return "".join(self.lines) + self.errors.read()
