"""*Restricted*: only volumes that belong to the Pod may be mounted.

Restricted fields: spec.volumes[*].
Allowed values: configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected, secret.
A volume without a source is an emptyDir after defaulting.

In place of hostPathVolumes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from autograder.security.standards.model import Check, Found, Version, View, plural, quoted, sorted_set

_ALLOWED: Final = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
_OTHERS: Final = (
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
)


def since_1_0(view: View) -> Found | None:
    """Return the volumes of other types."""
    bad = [
        (index, volume, _type(volume))
        for index, volume in enumerate(view.spec.get("volumes", ()))
        if not _ALLOWED & volume.keys() and _type(volume)
    ]
    if not bad:
        return None
    types = sorted_set(name for _, _, name in bad)
    return Found(
        "restricted volume types",
        f"{plural('volume', len(bad))} {quoted(volume.get('name', '') for _, volume, _ in bad)} "
        f"{plural('uses', len(bad), 'use')} {plural('restricted volume type', len(types))} {quoted(types)}",
        tuple(("spec", "volumes", index, name) for index, _, name in bad),
    )


def _type(volume: Mapping[str, Any]) -> str:
    """Return the type of a volume that is not allowed; empty for one without any source, which is an emptyDir."""
    return next((name for name in _OTHERS if name in volume), "")


CHECK = Check("restrictedVolumes", "restricted", (Version(0, since_1_0),), overrides="hostPathVolumes")
