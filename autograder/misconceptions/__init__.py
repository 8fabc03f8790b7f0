"""What do people believe instead? The catalogue of misconceptions, as data.

A *model* is a value of an evaluator's semantics, so that evaluating under it costs one argument. A *pattern*
recognizes a belief in what decoding or validation refuses, and so never reaches an evaluator.

>>> from autograder.misconceptions import CATALOGUE, semantics
>>> CATALOGUE["empty-rule-denies"].title
'An empty rule allows nothing'
>>> semantics("empty-rule-denies").empty_rule
'nothing'
"""

from __future__ import annotations

from .catalogue import CATALOGUE, Misconception, UnknownMisconceptionError, models, patterns, semantics
from .recognition import recognize

__all__ = ["CATALOGUE", "Misconception", "UnknownMisconceptionError", "models", "patterns", "recognize", "semantics"]
