"""Pod Guardrails: who can talk to whom, what may a container do, and is that what was asked?

Importing this package loads nothing else. Take what you need from its rooms, for example
``autograder.manifests`` or ``autograder.network``.
"""

from __future__ import annotations

__version__ = "0.1.0"
