#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real kube-apiserver with its etcd, on 127.0.0.1 of a network namespace or of the machine.

    control_plane.py up FOLDER [--netns NAME] [--port N] [--bare] [--foreground]
    control_plane.py down FOLDER                 end, and remove the folder
    control_plane.py restart FOLDER apiserver|etcd
    control_plane.py kubeconfig FOLDER ACCOUNT   print a kubeconfig's path, with a token
    control_plane.py token FOLDER ACCOUNT [--seconds N]
    control_plane.py status FOLDER

`up` starts both, prints a JSON line and returns; in the foreground it stays until a signal comes.

TLS with an authority of its own, RBAC, bound service account tokens. `scripts/control-plane` sets
KUBE_APISERVER, ETCD and KUBECTL, and passes its words on.
"""
import argparse
import base64
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys

import spaces
from parts import ROOT, WITH_US, until

MANIFESTS = os.path.join(ROOT, "manifests")
NAMESPACE = "opi-xpu"
ADMIN_TOKEN = "admin-of-this-test-only"
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def program(name):
    path = os.environ.get(name)
    if not path or not os.access(path, os.X_OK):
        sys.exit(f"{name} must name a program; run this through scripts/control-plane")
    return path


def free_ports(count):
    """Ports of 127.0.0.1 nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def birth(pid):
    """When a process began, in ticks; None when it is no more. An id alone may be a stranger's."""
    fields = stat(pid)
    return int(fields[19]) if fields and fields[0] != "Z" else None


def stat(pid):
    """What /proc/PID/stat says from the third field on (proc(5)); None when it is no more."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def end_children():
    """Ends what this program started, also what it had no time to write down."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        fields = stat(pid)
        if fields and int(fields[1]) == os.getpid():
            end(int(pid), birth(pid), signal.SIGKILL)


def end(pid, born, how, seconds=15):
    """Ends the process that has this id since then, and returns when it is gone."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if born is None or birth(pid) != born:
            return
        for number in (how, signal.SIGKILL):
            signal.pidfd_send_signal(process, number)
            if select.select([process], [], [], seconds)[0]:
                return
    except ProcessLookupError:
        return
    finally:
        os.close(process)


class ControlPlane:
    """`folder` has everything: keys, etcd's data, logs, and state.json for other processes."""

    def __init__(self, folder, netns=None, detached=False, port=None):
        """A detached one outlives this program; any other is gone when this program is."""
        self.folder, self.netns, self.detached = folder, netns, detached
        self.pids, self.births, self.processes = {}, {}, {}
        self.extra = []  # flags for the API server beyond the usual ones
        # A namespace of its own has its ports to itself.
        self.ports = [2379, 2380, port or 6443] if netns else None
        self.port = port

    def file(self, *names):
        return os.path.join(self.folder, *names)

    @property
    def server(self):
        return f"https://127.0.0.1:{self.ports[2]}"

    @property
    def admin(self):
        return self.file("admin.kubeconfig")

    @property
    def before(self):
        return spaces.inside(self.netns) if self.netns else []

    # Up and down.

    def up(self, bare=False):
        os.makedirs(self.folder, exist_ok=True)
        self.ports = self.ports or [*free_ports(2), self.port or free_ports(1)[0]]
        try:
            self._make_keys()
            self.write_kubeconfig(self.admin, {"token": ADMIN_TOKEN})
            self.start("etcd")
            self.start("apiserver")
            if not bare:
                self.install()
        except BaseException:
            self.down()
            raise
        return self

    def down(self, how=signal.SIGTERM):
        """A server that is asked nicely waits for its watchers."""
        for name in ("apiserver", "etcd"):
            self.stop(name, how)
        shutil.rmtree(self.folder, ignore_errors=True)

    def install(self):
        """The shipped resource definitions, namespace, accounts and roles."""
        self.kubectl("apply", "-k", MANIFESTS)
        self.kubectl("wait", "--for=condition=Established", "--timeout=20s", "crd", "--all")

    def start(self, name, wait=True):
        command = {"etcd": self._etcd, "apiserver": self._apiserver}[name]()
        bound = [] if self.detached else WITH_US
        with open(self.file(f"{name}.log"), "ab") as log:
            process = subprocess.Popen(
                [*bound, *self.before, *command], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=self.detached)
        self.pids[name], self.processes[name] = process.pid, process
        self.births[name] = birth(process.pid)
        self._save()
        if wait and name == "apiserver":
            until(self.ready, 60, "kube-apiserver to be ready", pause=0.1)

    def ready(self):
        process = self.processes.get("apiserver")
        if process and process.poll() is not None:
            raise AssertionError(f"kube-apiserver ended: {self.said('apiserver')[-3000:]}")
        return self.kubectl("get", "--raw", "/readyz", check=False).stdout == "ok"

    def said(self, name):
        with open(self.file(f"{name}.log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def stop(self, name, how=signal.SIGTERM):
        """Ends one of the two, if it is still the process that was started."""
        pid, born = self.pids.pop(name, None), self.births.pop(name, None)
        if pid is None:
            return
        process = self.processes.pop(name, None)
        end(pid, birth(pid) if process else born, how)  # a child's id is nobody else's
        if process:
            process.wait()
        self._save()

    def kill(self, name):
        self.stop(name, signal.SIGKILL)

    def restart(self, name):
        self.stop(name)
        self.start(name)

    # What runs.

    def _etcd(self):
        client, peer = self.ports[:2]
        return [program("ETCD"), "--name", "etcd", "--data-dir", self.file("etcd"),
                "--listen-client-urls", f"http://127.0.0.1:{client}",
                "--advertise-client-urls", f"http://127.0.0.1:{client}",
                "--listen-peer-urls", f"http://127.0.0.1:{peer}",
                "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
                "--initial-cluster", f"etcd=http://127.0.0.1:{peer}"]

    def _apiserver(self):
        return [program("KUBE_APISERVER"),
                "--etcd-servers", f"http://127.0.0.1:{self.ports[0]}",
                "--bind-address", "127.0.0.1", "--secure-port", str(self.ports[2]),
                "--endpoint-reconciler-type", "none", "--advertise-address", "192.0.2.1",
                "--cert-dir", self.file("certs"),
                "--tls-cert-file", self.file("server.crt"),
                "--tls-private-key-file", self.file("server.key"),
                "--client-ca-file", self.file("ca.crt"),
                "--token-auth-file", self.file("tokens.csv"),
                "--authorization-mode", "Node,RBAC",
                "--service-account-issuer", "https://kubernetes.default.svc",
                "--service-account-signing-key-file", self.file("accounts.key"),
                "--service-account-key-file", self.file("accounts.key"),
                "--service-cluster-ip-range", "10.96.0.0/24",
                "--shutdown-delay-duration", "0s",
                *self.extra]

    # Keys and certificates.

    def _make_keys(self):
        self.make_authority("ca")
        self.make_certificate("server", "ca")
        spaces.run("openssl", "genrsa", "-out", self.file("accounts.key"), "2048")
        with open(self.file("tokens.csv"), "w", encoding="utf-8") as file:
            file.write(f'{ADMIN_TOKEN},admin,admin,"system:masters"\n')

    def make_authority(self, name):
        spaces.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                   "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj",
                   f"/CN={name}", "-keyout", self.file(f"{name}.key"), "-out",
                   self.file(f"{name}.crt"))

    def make_certificate(self, name, authority, names="DNS:localhost,DNS:kubernetes.default.svc,"
                         "IP:127.0.0.1", begin=None, end=None):
        """`begin` and `end` as YYYYMMDDHHMMSSZ, for certificates of another time."""
        with open(self.file(f"{name}.cnf"), "w", encoding="utf-8") as file:
            file.write(f"[ca]\ndefault_ca=here\n[here]\ndatabase={self.file(name)}.db\n"
                       f"new_certs_dir={self.folder}\nrand_serial=yes\ndefault_md=sha256\n"
                       f"policy=any\nunique_subject=no\n[any]\ncommonName=supplied\n"
                       f"[names]\nsubjectAltName={names}\n")
        open(self.file(f"{name}.db"), "w", encoding="utf-8").close()
        spaces.run("openssl", "req", "-newkey", "ec", "-pkeyopt",
                   "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}", "-keyout",
                   self.file(f"{name}.key"), "-out", self.file(f"{name}.csr"))
        dates = (["-startdate", begin, "-enddate", end] if begin else ["-days", "30"])
        spaces.run("openssl", "ca", "-batch", "-notext", "-config", self.file(f"{name}.cnf"),
                   "-extensions", "names", "-cert", self.file(f"{authority}.crt"), "-keyfile",
                   self.file(f"{authority}.key"), "-in", self.file(f"{name}.csr"), "-out",
                   self.file(f"{name}.crt"), *dates)

    # Callers.

    def write_kubeconfig(self, path, user, server=None, authority=None):
        """A kubeconfig for `user`, which is what stands below `user:` in it."""
        with open(authority or self.file("ca.crt"), "rb") as file:
            trusted = base64.b64encode(file.read()).decode()
        config = {
            "apiVersion": "v1", "kind": "Config", "current-context": "it",
            "clusters": [{"name": "it", "cluster": {
                "server": server or self.server, "certificate-authority-data": trusted}}],
            "users": [{"name": "me", "user": user}],
            "contexts": [{"name": "it", "context": {
                "cluster": "it", "user": "me", "namespace": NAMESPACE}}]}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file, indent=1)
        os.chmod(path, 0o600)
        return path

    def token(self, account, seconds=3600):
        """A bound token of a service account."""
        request = self.file("token-request.json")
        with open(request, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                       "spec": {"expirationSeconds": seconds}}, file)
        path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{account}/token"
        answer = self.kubectl("create", "--raw", path, "-f", request).stdout
        return json.loads(answer)["status"]["token"]

    def kubeconfig(self, account):
        """A kubeconfig with the account's token in a file of its own, as a pod has it."""
        token = self.file(f"{account}.token")
        with open(token, "w", encoding="utf-8") as file:
            file.write(self.token(account))
        os.chmod(token, 0o600)
        return self.write_kubeconfig(self.file(f"{account}.kubeconfig"), {"tokenFile": token})

    def kubectl(self, *words, check=True, config=None, given=None):
        done = subprocess.run(
            [*self.before, program("KUBECTL"), "--kubeconfig", config or self.admin,
             "--request-timeout=20s", *words], input=given or "", capture_output=True, text=True,
            timeout=60, env={**os.environ, "HOME": self.folder})
        if check and done.returncode:
            raise AssertionError(f"kubectl {' '.join(words)}: {done.stderr.strip()}")
        return done

    def apply(self, *objects):
        everything = {"apiVersion": "v1", "kind": "List", "items": objects}
        self.kubectl("apply", "-f", "-", given=json.dumps(everything))

    def objects(self, kind, *words):
        return json.loads(self.kubectl("get", kind, "-o", "json", *words).stdout)["items"]

    # For other processes.

    def _save(self):
        with open(self.file("state.json"), "w", encoding="utf-8") as file:
            json.dump({"pids": self.pids, "births": self.births, "ports": self.ports,
                       "netns": self.netns}, file)

    @classmethod
    def load(cls, folder):
        with open(os.path.join(folder, "state.json"), encoding="utf-8") as file:
            state = json.load(file)
        plane = cls(folder, state["netns"], detached=True)
        plane.pids, plane.births, plane.ports = state["pids"], state["births"], state["ports"]
        return plane

    def describe(self):
        return {"folder": self.folder, "server": self.server, "kubeconfig": self.admin,
                "authority": self.file("ca.crt"), "netns": self.netns, "pids": self.pids}


def exists(folder):
    return os.path.exists(os.path.join(folder, "state.json"))


def interrupted(number, _):
    """Once: a second signal would cut the cleaning short."""
    for other in ENDING:
        signal.signal(other, lambda *_: None)
    sys.exit(128 + number)


def up(folder, options):
    if os.path.exists(folder) and os.listdir(folder):
        sys.exit(f"{folder} is in use; end it first: control-plane down {folder}" if exists(folder)
                 else f"{folder} has other files, which `down` would remove; name a new folder")
    for number in ENDING:
        signal.signal(number, interrupted)
    plane = ControlPlane(folder, options.netns, not options.foreground, options.port)
    try:
        plane.up(options.bare)
    except BaseException:
        end_children()  # the signal may have come between a start and its being known
        shutil.rmtree(folder, ignore_errors=True)
        raise
    print(json.dumps(plane.describe()), flush=True)
    if options.foreground:
        try:
            signal.pause()
        finally:
            if exists(folder):  # as it is now: somebody may have restarted a part
                ControlPlane.load(folder).down()


def act(folder, verb, options):
    plane = ControlPlane.load(folder)
    if verb == "down":
        plane.down()
    elif verb == "restart":
        plane.restart(options.part)
    elif verb == "kubeconfig":
        print(plane.kubeconfig(options.account))
    elif verb == "token":
        print(plane.token(options.account, options.seconds))
    else:
        print(json.dumps({**plane.describe(), "ready": plane.ready()}))


def parse():
    parser = argparse.ArgumentParser(
        prog="control-plane", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = {name: verbs.add_parser(name)
            for name in ("up", "down", "restart", "kubeconfig", "token", "status")}
    for one in verb.values():
        one.add_argument("folder", type=os.path.abspath)
    verb["up"].add_argument("--netns", help="the network namespace to run in")
    verb["up"].add_argument("--port", type=int, help="of the API server; a free one when absent")
    verb["up"].add_argument("--bare", action="store_true", help="without this project's manifests")
    verb["up"].add_argument("--foreground", action="store_true", help="stay until a signal comes")
    verb["restart"].add_argument("part", choices=["apiserver", "etcd"])
    for name in ("kubeconfig", "token"):
        verb[name].add_argument("account", help=f"a service account of {NAMESPACE}")
    verb["token"].add_argument("--seconds", type=int, default=3600, help="600 at least")
    return parser.parse_args()


def main():
    options = parse()
    folder, verb = options.folder, options.verb
    if verb not in ("up", "down") and not exists(folder):
        sys.exit(f"{folder} has no control plane")
    try:
        if verb == "up":
            up(folder, options)
        elif exists(folder):  # otherwise it is down
            act(folder, verb, options)
    except (AssertionError, RuntimeError) as error:
        sys.exit(f"control-plane {verb}: {error}")


if __name__ == "__main__":
    main()
