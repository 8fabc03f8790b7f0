"""Who can talk to whom, as a picture: Graphviz DOT, Mermaid and SVG.

>>> from autograder.network import Cluster, reachability
>>> from autograder.pictures import mermaid
>>> mermaid(reachability(Cluster())).splitlines()[0]
'flowchart LR'
"""

from __future__ import annotations

from .dot import dot
from .graph import MOST_NODES, Graph, graph
from .mermaid import mermaid
from .svg import svg

__all__ = ["MOST_NODES", "Graph", "dot", "graph", "mermaid", "svg"]
