# SPDX-License-Identifier: Apache-2.0
"""The base of the tests that need a cluster: what must be true after each of them."""
import time

from cases import LabCase
from kube_lab import KubeLab
from parts import until


class KubeCase(LabCase):
    """One node and one control plane for a class."""

    @classmethod
    def setUpClass(cls):
        cls.lab = KubeLab(**cls.settings).up()
        cls.addClassCleanup(cls.close_lab)
        cls.lab.start()

    def check_world(self):
        """Everything runs again, and then node, cluster and card have forgotten every pod."""
        lab = self.lab
        for name in ("etcd", "apiserver"):
            if name not in lab.plane.pids:
                lab.plane.start(name)
        if not lab.xpu_agent.alive:
            lab.xpu_agent.start()
        super().check_world()
        self.assertEqual(lab.allocations(), [])

    def add_as_a_runtime(self, pod, function, seconds=60):
        """Repeats ADD until it succeeds, as a kubelet does; its result."""
        self.attached.append((pod, function, "net1"))
        return repeated(lambda: self.lab.cni("ADD", pod, function), seconds)

    def delete_as_a_runtime(self, pod, function, seconds=60):
        repeated(lambda: self.lab.cni("DEL", pod, function), seconds)


def repeated(command, seconds):
    """What the command answers when it succeeds at last; only "try again later" is a reason."""
    last = None

    def succeeds():
        nonlocal last
        last = command()
        if last.code == 0:
            return True
        code = (last.answer or {}).get("code")
        assert code in (11, 999, 103, None), f"no reason to try again: {last}"
        time.sleep(0.1)
        return False

    until(succeeds, seconds, f"a command that succeeds; the last one: {last}", pause=0)
    return last.answer
