# SPDX-License-Identifier: Apache-2.0
"""Up and down: what comes up, what is refused, what is left; two sandboxes side by side."""
import os
import signal
import unittest

import spaces
from parts import BINARY, until
from sandbox import PARTS, ROOT, Sandbox, addresses, finish


class SandboxCase(unittest.TestCase):
    """Sandboxes that are down, and without a trace, when the test is over."""

    maxDiff = None

    def sandbox(self, name=None, functions=8, up=True):
        sandbox = Sandbox(name, functions)
        self.addCleanup(self.nothing_of, sandbox)
        self.addCleanup(sandbox.down)
        if up:
            sandbox.up()
        return sandbox

    def nothing_of(self, sandbox):
        self.assertEqual(sandbox.leftovers(), [])

    def two_pods(self, sandbox, names=("one", "two")):
        """Pods on blue that reach each other both ways: the addresses of both."""
        found = [addresses(sandbox.run_pod(name)) for name in names]
        for address in found[1]:
            sandbox.reaches(names[0], address)
        for address in found[0]:
            sandbox.reaches(names[1], address)
        return found

    def refused(self, done, *words):
        self.assertNotEqual(done.returncode, 0, done)
        for word in words:
            self.assertIn(word, done.stderr)


class Up(SandboxCase):
    def test_pods_reach_each_other_and_nothing_is_left(self):
        sandbox = self.sandbox()
        homes = sandbox.homes()
        self.assertEqual(len(homes), 8)
        self.assertTrue(all(mtu == 1500 and not up and not found
                            for _, _, mtu, up, found in homes.values()), homes)
        one, two = self.two_pods(sandbox)
        self.assertEqual([":" in address for address in one], [False, True])
        green = addresses(sandbox.run_pod("other", "green"))
        for address in green:
            self.assertFalse(sandbox.pings("one", address), f"{address} is on another network")
        for pod in ("one", "two", "other"):
            sandbox.delete_pod(pod)
        sandbox.settled()
        self.assertEqual(sandbox.homes(), homes)
        said = sandbox.down().stdout
        self.assertIn("Removed 6 processes, 2 namespaces", said)
        self.assertEqual(sandbox.leftovers(), [])

    def test_a_pod_on_both_networks(self):
        sandbox = self.sandbox()
        pod = sandbox.run_pod("both", "blue", "green")["pod"]
        self.assertEqual([(one["network"], one["interface"]) for one in pod["interfaces"]],
                         [("blue", "eth0"), ("green", "net1")])
        peer = sandbox.run_pod("green", "green")
        for address in addresses(peer):
            sandbox.reaches("both", address)

    def test_down_with_pods_that_run_a_program(self):
        sandbox = self.sandbox()
        self.two_pods(sandbox)
        sleeper = sandbox.start_command("exec", "one", "--", "sleep", "1000")
        until(lambda: len(spaces.run("ip", "netns", "pids", f"{sandbox.name}-pod-one")
                          .stdout.split()) == 1, 10, "the program")
        self.assertIn("4 namespaces", sandbox.down().stdout)
        self.assertEqual(finish(sleeper)[0], 137)
        self.assertEqual(sandbox.leftovers(), [])

    def test_status_tells_the_truth(self):
        sandbox = self.sandbox()
        found = sandbox.status()
        self.assertEqual(list(found["parts"]), list(PARTS))
        self.assertEqual(sorted(found["parts"].values()), sorted(sandbox.processes()))
        self.assertEqual((found["card"]["ports"], found["pods"]), ([], []))
        sandbox.run_pod("web")
        found = sandbox.status()
        self.assertEqual(len(found["card"]["ports"]), 1)
        self.assertEqual([pod["name"] for pod in found["pods"]], ["web"])
        text = sandbox.command("status").stdout
        self.assertRegex(text, r"(?m)^card +running, 5 objects|^card +running, 3 objects")
        self.assertRegex(text, r"(?m)^pods +1\n +web Running eth0 10\.10\.0\.")
        for part in PARTS:
            sandbox.kill(part)
            with self.subTest(killed=part):
                self.assertIsNone(sandbox.status()["parts"][part])
                self.assertRegex(sandbox.command("status").stdout,
                                 rf"(?m)^{part} +does not run, log {sandbox.logs}/{part}.log$")
        found = sandbox.status()
        self.assertEqual(set(found["parts"].values()), {None})
        self.assertEqual((found["card"], found["pods"]), (None, None))
        self.assertIn("cannot be asked", sandbox.command("status").stdout)

    def test_two_side_by_side(self):
        """The same subnets in both, so a frame that crossed over would find somebody."""
        one, two = self.sandbox(), self.sandbox()
        mine, others = self.two_pods(one), self.two_pods(two, ("three", "four"))
        self.assertEqual(mine, others, "both give the first addresses")
        two.delete_pod("three")
        two.delete_pod("four")
        far = addresses(two.run_pod("far"))
        while set(far) & {address for pair in mine for address in pair}:
            far = addresses(two.run_pod(f"far-{far[0].rpartition('.')[2]}"))
        for address in far:
            self.assertFalse(one.pings("one", address), f"{address} is in the other sandbox")
        self.assertEqual(set(one.pods()), {"one", "two"})
        self.assertEqual(len(one.objects("netdevs")), 2)
        two.down()
        self.assertEqual(two.leftovers(), [])
        self.assertTrue(one.pings("one", mine[1][0]))
        self.assertEqual([part for part, number in one.status()["parts"].items() if not number], [])
        one.run_pod("new")

    def test_two_that_come_up_at_once(self):
        both = [self.sandbox(up=False) for _ in range(2)]
        coming = [one.start_command("up", "--quiet") for one in both]
        self.assertEqual([finish(process) for process in coming], [(0, "")] * 2)
        for one in both:
            self.two_pods(one)

    def test_up_twice_of_one_name(self):
        sandbox = self.sandbox()
        address = self.two_pods(sandbox)[1][0]
        parts = sandbox.status()["parts"]
        self.refused(sandbox.up(check=False), "is up already", f"down --name {sandbox.name}")
        self.assertEqual(sandbox.status()["parts"], parts)
        self.assertTrue(sandbox.pings("one", address))
        sandbox.run_pod("three")

    def test_up_at_once_of_one_name(self):
        sandbox = self.sandbox(up=False)
        coming = [sandbox.start_command("up", "--quiet") for _ in range(4)]
        self.assertEqual(sorted(finish(process)[0] for process in coming), [0, 1, 1, 1])
        self.two_pods(sandbox)

    def test_functions_that_run_out(self):
        sandbox = self.sandbox(functions=4)  # three of blue, one of green
        for name in ("one", "two", "three"):
            sandbox.run_pod(name)
        done = sandbox.command("run-pod", "four", check=False)
        self.refused(done, "UnexpectedAdmissionError: ", "Requested: 1, Available: 0")
        self.assertEqual(set(sandbox.pods()), {"one", "two", "three"})
        sandbox.run_pod("four", "green")
        sandbox.delete_pod("two")
        sandbox.run_pod("two")
        sandbox.reaches("one", addresses(sandbox.pods()["two"])[0])


class Down(SandboxCase):
    def test_down_twice_and_of_nothing(self):
        sandbox = self.sandbox()
        self.assertIn("Removed 6 processes", sandbox.down().stdout)
        for _ in range(2):
            done = sandbox.down()
            self.assertEqual(done.stdout, f"There was nothing of a sandbox '{sandbox.name}'.\n")

    def test_what_needs_one_that_is_up(self):
        sandbox = self.sandbox(up=False)
        for words in (["status"], ["pods"], ["run-pod", "web"], ["delete-pod", "web"],
                      ["exec", "web", "--", "true"], ["kill", "xpu"], ["start", "xpu"]):
            with self.subTest(words=words):
                self.refused(sandbox.command(*words, check=False),
                             f"there is no sandbox '{sandbox.name}'")
        self.assertNotEqual(sandbox.command("card", "status", check=False).returncode, 0)
        self.assertEqual(sandbox.leftovers(), [])

    def test_after_every_part_was_killed(self):
        sandbox = self.sandbox()
        self.two_pods(sandbox)
        for number in sandbox.processes():
            os.kill(number, signal.SIGKILL)
        until(lambda: not sandbox.processes(), 10, "the parts to end")
        sandbox.down()
        self.assertEqual(sandbox.leftovers(), [])

    def test_two_downs_at_once(self):
        sandbox = self.sandbox()
        self.two_pods(sandbox)
        going = [sandbox.start_command("down") for _ in range(3)]
        for process in going:
            finish(process)
        sandbox.down()
        self.assertEqual(sandbox.leftovers(), [])


class Names(SandboxCase):
    def test_bad_names(self):
        before = set(os.listdir(ROOT)) if os.path.isdir(ROOT) else set()
        for name in ("", "A", "9lives", "a_b", "a/b", "../a", "a" * 31, "a b", "é", "a-pod",
                     "a-pod-b"):
            with self.subTest(name=name):
                for word in ("up", "down", "status"):
                    done = Sandbox("x").command(word, f"--name={name}", check=False)
                    self.refused(done)
        after = set(os.listdir(ROOT)) if os.path.isdir(ROOT) else set()
        self.assertFalse({one for one in after - before if one.startswith(("a", "A", "9"))})

    def test_the_longest_name(self):
        name = f"oxs{os.getpid()}-".ljust(30, "l")
        self.two_pods(self.sandbox(name))

    def test_names_that_begin_alike(self):
        short = self.sandbox()
        long = self.sandbox(f"{short.name}-host")
        self.two_pods(short)
        address = self.two_pods(long)[1][0]
        short.down()
        self.assertTrue(long.pings("one", address))
        self.assertEqual(len(long.processes()), 6)
        long.down()
        self.assertEqual(short.leftovers(), [])

    def test_a_program_that_is_not_there(self):
        sandbox = self.sandbox(up=False)
        self.refused(sandbox.up("--product", "/nowhere/opi-xpu", check=False),
                     "/nowhere/opi-xpu is not there")
        self.refused(sandbox.up("--manifests", "/nowhere", check=False), "/nowhere")
        self.assertEqual(sandbox.leftovers(), [])
        sandbox.up("--product", BINARY)

    def test_numbers_of_functions(self):
        sandbox = self.sandbox(up=False)
        for count in ("-1", "0", "1", "251", "many"):
            with self.subTest(count=count):
                self.refused(sandbox.command("up", f"--functions={count}", check=False))
                self.assertEqual(sandbox.leftovers(), [])
        sandbox.functions = 2
        sandbox.up()
        sandbox.run_pod("both", "blue", "green")
        sandbox.down()
        sandbox.functions = 250
        sandbox.up()
        self.assertTrue(sandbox.all_free())
        sandbox.run_pod("web")
