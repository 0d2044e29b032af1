# SPDX-License-Identifier: Apache-2.0
"""The parts killed and started again, the card's knobs, and programs in pods."""
import json

import spaces
from parts import until
from sandbox import API, PARTS, addresses
from sandbox_life import SandboxCase


class Running(SandboxCase):
    """A sandbox with two pods that reach each other."""

    def setUp(self):
        self.one = self.sandbox()
        self.found = self.two_pods(self.one)

    def talks(self):
        """Whoever is away: `exec` would ask the kubelet where the pod is."""
        for address in self.found[1]:
            self.assertTrue(spaces.ping(f"{self.one.name}-pod-one", address, seconds=2), address)

    def counts(self, number):
        def fit():
            netdevs = self.one.objects("netdevs").values()
            return (len(netdevs) == number == len(self.one.card_status()["ports"])
                    and all(one["status"].get("phase") == "Connected" for one in netdevs))
        until(fit, 30, f"{number} Netdevs and ports")


class Parts(Running):
    def again(self, *parts):
        """Killed: pods talk. Started again: counts return, a new pod works, and goes."""
        for part in parts:
            self.one.kill(part)
        self.talks()
        for part in parts:
            self.one.start(part)
        self.assertTrue(all(self.one.status()["parts"].values()))
        self.one.ready()
        self.counts(2)
        self.one.reaches("one", self.found[1][0])
        address = addresses(self.one.run_pod("new"))[0]
        self.one.reaches("one", address)
        self.counts(3)
        self.one.delete_pod("new")
        self.counts(2)

    def test_each_killed_and_started(self):
        for part in PARTS:
            with self.subTest(part=part):
                self.again(part)
        for pod in ("one", "two"):
            self.one.delete_pod(pod)
        self.one.settled()

    def test_all_killed_and_started(self):
        """In the order of `up`, and in the opposite one."""
        self.again(*PARTS)
        self.again(*reversed(PARTS))

    def test_start_of_what_runs_and_of_nothing(self):
        before = self.one.status()["parts"]
        for part in PARTS:
            self.one.start(part)
        self.assertEqual(self.one.status()["parts"], before)
        for word in ("start", "kill"):
            self.refused(self.one.command(word, "toaster", check=False),
                         "'toaster' is none of the parts: api-server, xpu,")
        self.one.kill("xpu")
        self.one.kill("xpu")

    def test_the_api_server_forgets_nothing(self):
        """Its journal has objects, versions and tokens; the agents go on with theirs."""
        def raw(kind):
            return json.loads(self.one.kubectl("get", "--raw", f"{API}/{kind}"))

        def version(found):
            return int(found["metadata"]["resourceVersion"])

        with open(self.one.kubeconfig, encoding="utf-8") as file:
            credentials = [line for line in file if "token" in line]
        kept = {kind: raw(kind) for kind in ("dpunetworks", "addressblocks", "netdevs")}
        self.one.kill("api-server")
        self.assertNotEqual(self.one.command("status").stdout.find("api-server     does not run"),
                            -1)
        self.one.start("api-server")
        with open(self.one.kubeconfig, encoding="utf-8") as file:
            self.assertEqual([line for line in file if "token" in line], credentials)
        for kind, before in kept.items():
            after = raw(kind)
            self.assertEqual(after["items"], before["items"], kind)
            self.assertGreaterEqual(version(after), version(before))
        self.one.kubectl("label", "dpunetworks", "blue", "touched=yes")
        touched = self.one.objects("dpunetworks")["blue"]["metadata"]["resourceVersion"]
        self.assertGreater(int(touched), version(kept["netdevs"]))
        renewed = self.one.objects("leases")

        def goes_on():
            return any(one["spec"].get("renewTime") != renewed[name]["spec"].get("renewTime")
                       for name, one in self.one.objects("leases").items())
        until(goes_on, 20, "an agent to renew its lease")
        self.talks()

    def test_the_kubelet_knows_its_pods_again(self):
        before, free = self.one.pods(), self.one.devices().assignments
        self.one.kill("kubelet")
        self.refused(self.one.command("pods", check=False))
        self.one.start("kubelet")
        self.assertEqual(self.one.pods(), before)
        self.assertEqual(sorted(str(one) for one in self.one.devices().assignments),
                         sorted(str(one) for one in free))
        self.one.ready()
        used = {pod["interfaces"][0]["deviceID"] for pod in before.values()}
        new = self.one.run_pod("new")["pod"]
        self.assertNotIn(new["interfaces"][0]["deviceID"], used)

    def test_pods_deleted_while_agents_are_away(self):
        for part in ("host-agent", "xpu-agent", "device-plugin"):
            self.one.kill(part)
        for pod in ("one", "two"):
            self.one.delete_pod(pod)
        self.assertEqual(len(self.one.card_status()["ports"]), 2)
        for part in ("device-plugin", "host-agent", "xpu-agent"):
            self.one.start(part)
        self.one.settled()


class Card(Running):
    def test_paused_and_resumed(self):
        self.one.card("pause")
        self.assertEqual(self.one.card_status()["state"], "paused")
        late = self.one.start_command("run-pod", "late", "-o", "json")
        self.addCleanup(late.communicate)
        self.addCleanup(late.kill)
        until(lambda: "code 11" in self.one.pods().get("late", {}).get("message", ""), 30,
              "ADD to answer code 11")
        self.talks()
        self.one.card("resume")
        answer = json.loads(late.communicate(timeout=60)[0])
        self.assertEqual((late.returncode, answer["pod"]["phase"]), (0, "Running"))
        self.assertGreater(answer["attempts"], 1)
        self.one.reaches("late", self.found[0][0])

    def test_paused_for_a_while(self):
        self.one.card("pause", "--seconds", "1")
        self.one.reaches("one", addresses(self.one.run_pod("late"))[0])

    def test_rebooted(self):
        """It forgets everything, and the agent makes everything again."""
        ports = {one["representor"] for one in self.one.card_status()["ports"]}
        self.one.card("reboot", "--seconds", "1")
        self.counts(2)
        self.assertEqual({one["representor"] for one in self.one.card_status()["ports"]}, ports)
        self.one.reaches("one", self.found[1][0])
        self.one.reaches("two", self.found[0][1])
        self.one.reaches("one", addresses(self.one.run_pod("new"))[0])


class PodCommands(Running):
    def test_a_name_that_is_taken(self):
        self.refused(self.one.command("run-pod", "one", check=False), "pod default/one exists")
        self.talks()
        self.one.command("run-pod", "one", "--namespace", "other")
        self.assertEqual(len(self.one.answer("pods")["pods"]), 3)
        self.one.command("delete-pod", "one", "--namespace", "other")
        self.talks()

    def test_what_is_not_there(self):
        self.refused(self.one.command("delete-pod", "nobody", check=False),
                     "there is no pod default/nobody")
        self.refused(self.one.command("run-pod", "web", "--network", "red", check=False),
                     "network red")
        self.refused(self.one.command("run-pod", "Web", check=False), "no DNS label")
        self.assertEqual(set(self.one.pods()), {"one", "two"})

    def test_a_pod_that_has_no_time(self):
        self.one.card("pause")
        done = self.one.command("run-pod", "late", "--timeout", "1", check=False)
        self.refused(done, "DEADLINE_EXCEEDED")
        self.one.card("resume")
        until(lambda: "late" not in self.one.pods(), 60, "the pod to be taken down")
        self.one.run_pod("late")


class Exec(Running):
    def test_streams_and_codes(self):
        done = self.one.exec("one", "sh", "-c", "cat; echo trouble >&2; exit 7",
                             check=False, text="words\n")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (7, "words\n", "trouble\n"))
        done = self.one.exec("one", "sh", "-c", "kill -9 $$", check=False)
        self.assertEqual(done.returncode, 137)
        self.assertEqual(self.one.exec("one", "/bin/echo", "-n", "a b", "--", "-c").stdout,
                         "a b -- -c")

    def test_where_it_runs(self):
        for pod, expected in (("one", "eth0"), ("host", "vf7"), ("xpu", "rep0")):
            links = json.loads(self.one.exec(pod, "ip", "-j", "link", "show").stdout)
            self.assertIn(expected, [link["ifname"] for link in links])

    def test_what_is_not_there(self):
        for words, text in ((("nobody", "--", "true"), "there is no pod default/nobody"),
                            (("one", "--", "no-such-program"), "no program no-such-program"),
                            (("one", "--", "/no/such/program"), "/no/such/program"),
                            (("one",), "what is to be run comes after `--`")):
            with self.subTest(words=words):
                self.refused(self.one.command("exec", *words, check=False), text)
