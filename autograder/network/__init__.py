"""Who can talk to whom? NetworkPolicy evaluated exactly, under Kubernetes' semantics or anybody's.

>>> from autograder.network import Cluster, reachability
>>> reachability(Cluster()).summary().pairs
0
"""

from __future__ import annotations

from .cluster import Cluster, Endpoint
from .ports import PortSet
from .reachability import Connection, Reachability, Summary, reachability
from .semantics import KUBERNETES, Semantics

__all__ = [
    "KUBERNETES",
    "Cluster",
    "Connection",
    "Endpoint",
    "PortSet",
    "Reachability",
    "Semantics",
    "Summary",
    "reachability",
]
