"""When does Python's cycle collector only get in the way?"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused(*, when: bool = True) -> Iterator[None]:
    """Keep Python's cycle collector out of a block that makes very many values, if `when` holds.

    It walks all values again and again as they become more, which costs a quarter of the time for 20,000 Pods and finds
    nothing: manifests and what is said of them have no cycles. Only who paused it starts it again.
    """
    pauses = when and gc.isenabled()
    if pauses:
        gc.disable()
    try:
        yield
    finally:
        if pauses:
            gc.enable()
