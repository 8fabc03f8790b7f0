"""The course in Jupyter: ``%%manifest``, ``%%predict``, and ``check``, ``show``, ``compare``, ``hint``.

A notebook begins with one line::

    %load_ext autograder.notebook

Importing this needs neither IPython nor Jupyter.
"""

from __future__ import annotations

from typing import Any

from .cells import check, compare, hint, manifest, predict, show

__all__ = ["check", "compare", "hint", "load_ipython_extension", "show"]


def load_ipython_extension(shell: Any) -> None:
    """Register the magics and give the notebook the functions that its cells use. IPython calls this."""
    shell.register_magic_function(manifest, magic_kind="cell", magic_name="manifest")
    shell.register_magic_function(predict, magic_kind="cell", magic_name="predict")
    shell.push({"check": check, "compare": compare, "hint": hint, "show": show}, interactive=False)
