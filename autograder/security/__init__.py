"""What may a container do? Identity, capabilities, seccomp, SELinux, files and Pod Security, out of a manifest."""

from __future__ import annotations

from .semantics import KUBERNETES, Semantics

__all__ = ["KUBERNETES", "Semantics"]
