# SPDX-License-Identifier: Apache-2.0
"""The sandbox as people use it: up and down, its pods, its parts killed, the demo, many pods."""
from sandbox_life import Down, Names, Up  # noqa: F401
from sandbox_killed import Interrupted  # noqa: F401
from sandbox_parts import Card, Exec, Parts, PodCommands  # noqa: F401
from sandbox_demo import Demo  # noqa: F401
from sandbox_many import ManyPods  # noqa: F401
