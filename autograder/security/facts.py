"""One thing that is known about a container, with where it comes from, why, and how sure we are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T_co = TypeVar("T_co", covariant=True)

Origin = Literal["pod", "container", "image", "runtime", "kubelet", "api", "kernel", "unknown"]
"""Who decides a value: a field of the Pod or of the container, the image, a default of the container runtime, the
kubelet or the API server, the kernel; ``unknown`` where nobody told."""

Confidence = Literal["read", "measured", "general"]
"""``read``: read in the source code of Kubernetes or the runtime. ``measured``: seen with a real runtime and kernel.
``general``: general knowledge, not looked up again."""


@dataclass(frozen=True, slots=True)
class Fact(Generic[T_co]):
    """A value and its reason.

    >>> Fact(1000, "pod", "spec.securityContext.runAsUser is 1000").value
    1000
    """

    value: T_co | None
    """None: not known, or not set; `why` says which."""
    origin: Origin
    why: str
    """One sentence or clause, for people."""
    confidence: Confidence = "read"

    @property
    def known(self) -> bool:
        """Whether somebody decided. An unknown fact has no value that anything may be built on."""
        return self.origin != "unknown"
