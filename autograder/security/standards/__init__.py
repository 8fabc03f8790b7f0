"""Pod Security Standards: which level does a Pod pass, and what keeps it from a stricter one?

>>> from autograder.manifests.load import load_text
>>> [pod] = load_text(
...     "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: web}]}}"
... ).pods
>>> level_of(pod)
'baseline'
>>> [violation.check for violation in evaluate(pod, "restricted")]
['allowPrivilegeEscalation', 'capabilities_restricted', 'runAsNonRoot', 'seccompProfile_restricted']
"""

from __future__ import annotations

from .evaluation import LATEST, Judgement, Violation, evaluate, joined, level_of, policy_minor
from .model import LEVELS, Level

__all__ = ["LATEST", "LEVELS", "Judgement", "Level", "Violation", "evaluate", "joined", "level_of", "policy_minor"]
