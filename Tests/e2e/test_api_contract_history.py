# SPDX-License-Identifier: Apache-2.0
"""Thousands of objects and forgotten history: a real server, one without its watch cache, ours."""
import unittest

import api_contract_history
from api_client import Client
from api_contract import MemoryServer, RealServer
from control_plane import ADMIN_TOKEN


class Cached(RealServer):
    """As servers are: what etcd has forgotten, the watch cache still knows, until a restart."""

    caches = True

    def compact_if_it_remembers(self):
        """Nothing: a new watch cache begins with the present."""

    def reconnect(self):
        self.client.close()
        self.client = Client(self.plane.server, self.plane.file("ca.crt"), ADMIN_TOKEN)


class Uncached(Cached):
    """Watches go to etcd itself, which only forgets what is compacted."""

    caches = False
    flags = ["--watch-cache=false"]

    def compact_if_it_remembers(self):
        self.compact()


class Ours(MemoryServer):
    """The sandbox's."""

    caches = False

    def compact_if_it_remembers(self):
        """Nothing: with the process its history is gone."""

    def reconnect(self):
        self.client.close()
        self.client = Client(self.plane.server, self.plane.file("ca.crt"), self.plane.admin_token)


def on(server_class):
    """The cases on a server of that class, one for each class of cases."""
    def up(cls):
        cls.server = server_class()
        cls.addClassCleanup(lambda: cls.server.down())

    return {f"{server_class.__name__}{case.__name__}": type(
        f"{server_class.__name__}{case.__name__}", (case, unittest.TestCase),
        {"__module__": __name__, "setUpClass": classmethod(up)})
        for case in (api_contract_history.Gone, api_contract_history.Many)}


for one in (Cached, Uncached, Ours):
    globals().update(on(one))
