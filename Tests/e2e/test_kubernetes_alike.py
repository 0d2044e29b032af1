# SPDX-License-Identifier: Apache-2.0
"""What holds without a cluster holds in one: the same tests, with the API server in between."""
import test_cni_races
import test_host_agent_faults
from kube_cases import KubeCase


class CardInCluster(KubeCase, test_host_agent_faults.Card):
    """A card that is away, hangs, refuses or fails."""


class InterruptedInCluster(KubeCase, test_cni_races.Interrupted):
    """ADDs that somebody interrupts."""


class RefusalsInCluster(KubeCase, test_cni_races.Refusals):
    """Functions and names that somebody else has."""
