"""The course in Jupyter: two magics and five functions.

``%%manifest`` and ``%%predict``; ``check``, ``show``, ``compare``, ``hint`` and ``solution``.
A notebook begins with one line::

    %load_ext autograder.notebook

Importing this needs neither IPython nor Jupyter.
"""

from __future__ import annotations

from typing import Any

from .cells import check, compare, hint, manifest, predict, show, solution

__all__ = ["check", "compare", "hint", "load_ipython_extension", "show", "solution"]


def load_ipython_extension(shell: Any) -> None:
    """Register the magics and give the notebook the functions that its cells use. IPython calls this."""
    shell.register_magic_function(manifest, magic_kind="cell", magic_name="manifest")
    shell.register_magic_function(predict, magic_kind="cell", magic_name="predict")
    functions = {"check": check, "compare": compare, "hint": hint, "show": show, "solution": solution}
    shell.push(functions, interactive=False)
