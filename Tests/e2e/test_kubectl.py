# SPDX-License-Identifier: Apache-2.0
"""kubectl on the real API server and on the in-memory one: the same words on the screen.

KUBECTL names the kubectl; OPI_XPU_TRANSCRIPTS a folder that keeps the transcripts.
"""
import difflib
import os
import shutil
import tempfile
import unittest

from control_plane import ControlPlane
from deviations import DEVIATIONS_1_20, LIMITS_IN_MEMORY, STEPS_THAT_DIFFER
from kubectl_session import Session
from memory_plane import MemoryPlane

cache = {}


def transcript(kind, name):
    """The steps of a session on a new server of that kind, played once for each name."""
    if name not in cache:
        folder = tempfile.mkdtemp(prefix=f"oxl-{os.getpid()}-")
        plane = kind(folder)
        try:
            plane.up(bare=True)
            cache[name] = Session(plane).play()
        finally:
            plane.kill("apiserver")
            plane.down()
            shutil.rmtree(folder, ignore_errors=True)
        keep(name)
    return cache[name]


def keep(name):
    folder = os.environ.get("OPI_XPU_TRANSCRIPTS")
    if folder:
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"{name}.txt"), "w", encoding="utf-8") as file:
            for title, lines in cache[name]:
                file.write("\n".join([f"$ {title}", *lines, "", ""]))


def difference(one, two, names):
    return "\n".join(difflib.unified_diff(one, two, *names, lineterm="", n=1))


class Transcripts(unittest.TestCase):
    def test_the_real_servers_is_the_same_twice(self):
        first, second = transcript(ControlPlane, "real"), transcript(ControlPlane, "real-again")
        self.assertEqual([title for title, _ in first], [title for title, _ in second])
        for (title, one), (_, two) in zip(first, second):
            with self.subTest(title):
                self.assertEqual(one, two, difference(one, two, ["first", "second"]))

    def test_the_in_memory_servers_is_the_real_ones(self):
        """Step by step; a step of the table must differ, and for its reason only."""
        real, memory = transcript(ControlPlane, "real"), transcript(MemoryPlane, "memory")
        self.assertEqual([title for title, _ in real], [title for title, _ in memory])
        for number, ((title, one), (_, two)) in enumerate(zip(real, memory)):
            with self.subTest(title, step=number):
                entry, wanted = STEPS_THAT_DIFFER.get(title, (None, one))
                if entry:
                    self.assertNotEqual(one, two, f"nothing differs by {entry}")
                if wanted is not None:
                    self.assertEqual(wanted, two, difference(wanted, two, ["wanted", "in memory"]))

    def test_every_step_of_the_table_is_in_the_script(self):
        titles = {title for title, _ in transcript(ControlPlane, "real")}
        self.assertLessEqual(set(STEPS_THAT_DIFFER), titles)
        entries = {entry for entry, _ in STEPS_THAT_DIFFER.values()} - set(LIMITS_IN_MEMORY)
        self.assertEqual(entries, {name for name in DEVIATIONS_1_20 if name.startswith("kubectl-")})
