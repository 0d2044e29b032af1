# SPDX-License-Identifier: Apache-2.0
"""Informers on the real API server, on one without a watch cache, and on the in-memory one.

Without the cache a version that etcd has compacted is a true 410; with it, the cache forgets when
the server is restarted.
"""
from informer_contract import MemoryServer, RealServer, cases_for

globals().update(cases_for(__name__, "OnReal", RealServer))
globals().update(cases_for(__name__, "WithoutCache", RealServer, ["--watch-cache=false"]))
globals().update(cases_for(__name__, "InMemory", MemoryServer))
