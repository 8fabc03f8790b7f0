"""Is a team's own YAML sound? Everything that the course teaches, looked for in manifests that nobody wrote for it.

    manifests ─► scene ─► checks ─► accepted? ─► findings ─► text · JSON · SARIF · JUnit · Markdown

>>> from autograder.manifests.load import load_text
>>> from autograder.review import review
>>> found = review(load_text('''
... {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {hostPID: true, containers: [{name: web, image: web}]}}
... ''')).findings
>>> [each.id for each in found if each.severity == "error"]
['host-namespaces']
"""

from __future__ import annotations

from .reviewing import Review, review

__all__ = ["Review", "review"]
