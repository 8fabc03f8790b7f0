"""What may a container do? Identity, capabilities, seccomp, SELinux, files and Pod Security, out of a manifest.

>>> from autograder.manifests.load import load_text
>>> [pod] = load_text(
...     "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: web, "
...     "securityContext: {runAsUser: 1000, capabilities: {add: [NET_ADMIN]}}}]}}"
... ).pods
>>> [context] = effective(pod)
>>> context.identity.uid.value, sorted(context.sets.effective), "NET_ADMIN" in context.sets.bounding
(1000, [], True)
"""

from __future__ import annotations

from .context import Context, effective, effective_of_all
from .facts import Fact
from .images import Image, ImageGroup, Images, read_images
from .node import CSIDriver, Node
from .semantics import KUBERNETES, Semantics

__all__ = [
    "KUBERNETES",
    "CSIDriver",
    "Context",
    "Fact",
    "Image",
    "ImageGroup",
    "Images",
    "Node",
    "Semantics",
    "effective",
    "effective_of_all",
    "read_images",
]
