"""How Hypothesis looks for examples, and which files have no tests where an extra is missing."""

from __future__ import annotations

import os
from importlib.util import find_spec

from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail: nothing here asserts a time. Where changes are judged, the examples are always
# the same; elsewhere they differ from run to run, and so find more.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("house")

# Only nbgrader loads this one, so without nbgrader it cannot be loaded in search of examples.
collect_ignore = [] if find_spec("nbgrader") else ["autograder/classroom/nbgrader_plugin.py"]
