"""*Baseline*: folders and files of the node may not be mounted.

Restricted fields: spec.volumes[*].hostPath.
Allowed values: unset.
"""

from __future__ import annotations

from autograder.security.standards.model import Check, Found, Version, View, plural, quoted


def since_1_0(view: View) -> Found | None:
    """Return the volumes that are a part of the node."""
    bad = [(index, volume) for index, volume in enumerate(view.spec.get("volumes", ())) if "hostPath" in volume]
    if not bad:
        return None
    names = quoted(volume.get("name", "") for _, volume in bad)
    return Found(
        "hostPath volumes",
        f"{plural('volume', len(bad))} {names}",
        tuple(("spec", "volumes", index, "hostPath") for index, _ in bad),
    )


CHECK = Check("hostPathVolumes", "baseline", (Version(0, since_1_0),))
