# SPDX-License-Identifier: Apache-2.0
"""routers - other implementations of BGP, each behind the same few words.

A Router is given a Conf and started in a namespace of a fabric; what it says of its
neighbors and routes comes in one form whichever it is. So what is tried with one is
tried with all, by tests/e2e/test_matrix.py, and measured with all, by bench/speakers.
"""

from .bird import Bird, Bird13
from .exabgp import ExaBgp
from .frr import Frr, Frr13
from .gobgp import GoBgp
from .openbgpd import OpenBgpd
from .router import LLGR_STALE, Conf, Neighbor, Router

ROUTERS = [Frr, Frr13, Bird, Bird13, GoBgp, OpenBgpd, ExaBgp]

__all__ = ["ROUTERS", "Bird", "Bird13", "Conf", "ExaBgp", "Frr", "Frr13", "GoBgp",
           "LLGR_STALE", "Neighbor", "OpenBgpd", "Router"]
