"""The course in Jupyter: two magics and thirteen functions.

``%%manifest`` and ``%%predict``; ``task``, ``check``, ``show``, ``compare``, ``hint`` and ``solution``; ``progress``
and ``certificate``; for containers
``context``, ``capabilities``, ``syscalls``, ``volumes`` and ``standards``.
A notebook begins with one line::

    %load_ext autograder.notebook

Importing this needs neither IPython nor Jupyter.
"""

from __future__ import annotations

from typing import Any

from .cells import (
    capabilities,
    certificate,
    check,
    compare,
    context,
    hint,
    manifest,
    predict,
    progress,
    show,
    solution,
    standards,
    syscalls,
    task,
    volumes,
)

__all__ = [
    "capabilities",
    "certificate",
    "check",
    "compare",
    "context",
    "hint",
    "load_ipython_extension",
    "progress",
    "show",
    "solution",
    "standards",
    "syscalls",
    "task",
    "volumes",
]


def load_ipython_extension(shell: Any) -> None:
    """Register the magics and give the notebook the functions that its cells use. IPython calls this."""
    shell.register_magic_function(manifest, magic_kind="cell", magic_name="manifest")
    shell.register_magic_function(predict, magic_kind="cell", magic_name="predict")
    functions = {"check": check, "compare": compare, "hint": hint, "show": show, "solution": solution}
    functions |= {"task": task}
    functions |= {"context": context, "capabilities": capabilities, "syscalls": syscalls, "volumes": volumes}
    functions |= {"standards": standards, "progress": progress, "certificate": certificate}
    shell.push(functions, interactive=False)
