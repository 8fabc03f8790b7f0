"""How Hypothesis looks for examples, in every test and on every machine."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail: nothing here asserts a time. Where changes are judged, the examples are always
# the same; elsewhere they differ from run to run, and so find more.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("house")
