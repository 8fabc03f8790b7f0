"""The stages that a manifest passes on its way to a running process, each with its own way to fail.

    decode ─► defaulting ─► validation ─► admission ─► kubelet ─► runtime ─► kernel
    400       (changes)     422           403          waiting     waiting    EPERM, EROFS, …

==========  ===============================================  =========================================================
stage       who                                              what a failure looks like
==========  ===============================================  =========================================================
decode      the API server, after kubectl's YAML             400, ``strict decoding error: unknown field …``
defaulting  the API server                                   never fails; it fills in what is absent
validation  the API server                                   422, ``… is invalid: …``
admission   Pod Security, where the namespace asks for it    403, ``violates PodSecurity …``
kubelet     the kubelet on the node                          Pod Failed, or waiting in CreateContainerConfigError
runtime     containerd or CRI-O, and runc                    waiting in CreateContainerError
kernel      Linux                                            the process runs, and a call returns an error
==========  ===============================================  =========================================================

Source of the order: apiserver pkg/registry/generic/registry/store.go (Create): validation comes before validating
admission, so Pod Security judges valid objects only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

StageName = Literal["decode", "defaulting", "validation", "admission", "kubelet", "runtime", "kernel"]

STAGES: Final[tuple[StageName, ...]] = (
    "decode",
    "defaulting",
    "validation",
    "admission",
    "kubelet",
    "runtime",
    "kernel",
)
"""In the order in which a manifest meets them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one check ends. ``ok`` is None where it depends on something that nobody said."""

    ok: bool | None
    reason: str = ""
    """What ``kubectl get pods`` or the API server calls it: ``CreateContainerConfigError``, ``Forbidden``, …"""
    message: str = ""
    """The real text of the failure; for an unknown outcome, what it depends on."""


PASSED: Final = Outcome(ok=True)
NOT_KNOWN: Final = Outcome(ok=None, message="it depends on the image, and nobody said what it is like")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage and how it ends for one container."""

    name: StageName
    ok: bool | None
    reason: str = ""
    message: str = ""
    code: int | None = None
    """The HTTP status of the API server, where it is the API server that refuses."""
    lines: tuple[int, ...] = ()
    """Lines of the file at fault."""


@dataclass(frozen=True, slots=True)
class Start:
    """Whether a container's process starts at all, and if not, where it stops and with which words."""

    ok: bool | None
    stage: StageName | None = None
    reason: str = ""
    message: str = ""


def start_of(stages: tuple[Stage, ...]) -> Start:
    """Return whether all stages pass; the first that fails decides, then the first that is unknown.

    >>> start_of((Stage("decode", True), Stage("kubelet", False, "CreateContainerConfigError", "…"))).stage
    'kubelet'
    """
    for wanted in (False, None):
        for stage in stages:
            if stage.ok is wanted:
                return Start(wanted, stage.name, stage.reason, stage.message)
    return Start(ok=True)
