"""What a volume looks like to a container, and what fsGroup does to it.

======================================  ==================================  ======================================
volume                                  without fsGroup                     with fsGroup 2000
======================================  ==================================  ======================================
emptyDir                                root:root 0777                      root:2000 2777
emptyDir, medium Memory                 root:root 1777                      root:2000 3777
secret, projected, downwardAPI          root:root 1777, files 0644          root:2000 3777, files also 0440
configMap                               root:root 0777, files 0644          root:2000 2777, files also 0440
iscsi, fc                               as they are                         group 2000, files 0660, folders 2770
iscsi, fc, read-only                    as they are                         as they are
csi                                     as they are                         what the driver's fsGroupPolicy says
persistentVolumeClaim, ephemeral        as they are                         what the driver behind it says
hostPath, nfs, image                    as they are                         as they are
======================================  ==================================  ======================================

The owner never changes. Files get the group and ``g+rw`` (``g+r`` where they come from the API server), folders in
addition ``g+x`` and the setgid bit, so that new files get the group too. The policy OnRootMismatch skips the walk when
the root of the volume is right already; it plays no role for emptyDir, secret, configMap, projected and downwardAPI.

Sources: pkg/volume/volume_linux.go (SetVolumeOwnership), GetAttributes and SetUpAt of each plugin, pkg/volume/csi
csi_mounter.go (supportsFSGroup), pkg/volume/{iscsi,fc}/disk_manager.go (diskSetUp), pkg/kubelet/kubelet_pods.go
(makeMounts).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from autograder.manifests.objects import Pod
from autograder.security.containers import Container, containers_of, pod_security
from autograder.security.facts import Confidence
from autograder.security.node import Node
from autograder.security.precedence import setting
from autograder.security.semantics import KUBERNETES, Semantics

from .permissions import SETGID, UNKNOWN, Ownership

_API_DATA: Final = frozenset({"secret", "configMap", "projected", "downwardAPI"})
"""Volumes with what the API server stores. The kubelet mounts them read-only, whatever the mount says."""
_NEVER: Final = {
    "hostPath": "a hostPath is a part of the node, which the kubelet does not change",
    "nfs": "the file server decides about the files of an NFS volume",
    "image": "an image volume shows the files of an image, read-only",
}
_ROOTS: Final = {
    "emptyDir": Ownership(0, 0, 0o777),
    "configMap": Ownership(0, 0, 0o777),
    "secret": Ownership(0, 0, 0o1777),
    "projected": Ownership(0, 0, 0o1777),
    "downwardAPI": Ownership(0, 0, 0o1777),
    "gitRepo": Ownership(0, 0, 0o777),
}
_USUAL: Final = Ownership(0, 0, 0o755)
_BLOCK: Final = frozenset({"iscsi", "fc"})
_IGNORES_POLICY: Final = frozenset({"emptyDir", *_API_DATA})
_DEFAULT_MODE: Final = 0o644


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume of a Pod."""

    name: str
    type: str
    """The name of its source, such as ``emptyDir``."""
    source: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a container sees a volume."""

    volume: Volume
    path: str
    read_only: bool
    """As written, or because the kubelet mounts volumes of this type so."""
    sub_path: str = ""


@dataclass(frozen=True, slots=True)
class VolumeEffect:
    """A volume in a container: before and after what fsGroup does."""

    mount: Mount
    before: Ownership
    """Of the volume's root, as the kubelet or somebody else makes it."""
    after: Ownership
    applied: bool | None
    """Whether fsGroup changes it; None if that depends on something that nobody said."""
    why: str
    confidence: Confidence
    files: tuple[tuple[str, Ownership], ...] = ()
    """What lies in it from the start, as far as the manifest tells, after fsGroup."""
    notes: tuple[str, ...] = ()

    def new_file(self, uid: int | None, gid: int | None) -> Ownership:
        """Return the ownership of a file that a process makes here, with the usual umask 022."""
        if self.after.mode is None:
            return Ownership(uid, None, 0o644)
        return Ownership(uid, self.after.group if self.after.mode & SETGID else gid, 0o644)


def volumes_of(pod: Pod) -> dict[str, Volume]:
    """Return a Pod's volumes by name. One without a source is an emptyDir, as the API server's defaulting makes it."""
    found = {}
    for value in pod.spec.get("volumes", ()):
        kind = next((key for key in value if key != "name"), "emptyDir")
        found[value.get("name", "")] = Volume(value.get("name", ""), kind, value.get(kind, {}))
    return found


def mounts_of(container: Container, volumes: Mapping[str, Volume]) -> list[Mount]:
    """Return a container's mounts in the order of the manifest, those of unknown volumes left out."""
    return [
        Mount(
            volume,
            item.get("mountPath", ""),
            bool(item.get("readOnly")) or volume.type in _API_DATA or volume.type == "image" or _is_read_only(volume),
            item.get("subPath") or item.get("subPathExpr") or "",
        )
        for item in container.value.get("volumeMounts", ())
        if (volume := volumes.get(item.get("name", ""))) is not None
    ]


def _is_read_only(volume: Volume) -> bool:
    return volume.type in {"persistentVolumeClaim", "csi", "nfs", "iscsi", "fc"} and bool(volume.source.get("readOnly"))


def volume_effects(
    pod: Pod,
    container: Container,
    *,
    node: Node,
    users: Sequence[tuple[Container, int | None]] = (),
    semantics: Semantics = KUBERNETES,
) -> tuple[VolumeEffect, ...]:
    """Return what each mount of a container looks like.

    `users` are the Pod's containers with their uids; only somebody who believes that the first user owns a volume
    looks at them.
    """
    volumes = volumes_of(pod)
    return tuple(
        volume_effect(pod, mount, node=node, users=users, semantics=semantics)
        for mount in mounts_of(container, volumes)
    )


def volume_effect(
    pod: Pod,
    mount: Mount,
    *,
    node: Node,
    users: Sequence[tuple[Container, int | None]] = (),
    semantics: Semantics = KUBERNETES,
) -> VolumeEffect:
    """Return what one mount looks like; see `volume_effects`."""
    volume, security = mount.volume, pod_security(pod)
    fs_group: int | None = security.get("fsGroup")
    before = _root(volume)
    notes = _notes(mount, security, fs_group)
    if fs_group is None:
        after, why = before, _NEVER.get(volume.type) or "no fsGroup is set"
        if semantics.unowned_volume == "first_user":
            owner, who = _first_user(mount.volume, users)
            after, why = Ownership(owner, before.group, 0o700), f"it is taken to belong to its first user, {who}"
        return VolumeEffect(
            mount, before, after, applied=False, why=why, confidence=_confidence(volume),
            files=_files(pod, volume, None), notes=notes,
        )  # fmt: skip
    applied, why = _applies(volume, node, semantics)
    if semantics.fs_group_volumes == "all" and before == UNKNOWN:
        before = _USUAL  # whoever believes so has a folder in mind as others make it
    if applied is None:
        after = Ownership(before.owner, None, None)
    elif not applied:
        after = before
    elif semantics.fs_group_effect == "owner":
        after = Ownership(fs_group, before.group, before.mode)
    else:
        mode = None if before.mode is None else before.mode | SETGID | (0o550 if volume.type in _API_DATA else 0o770)
        after = Ownership(before.owner, fs_group, mode)
    changed = fs_group if applied and semantics.fs_group_effect == "group" else None
    return VolumeEffect(mount, before, after, applied, why, _confidence(volume), _files(pod, volume, changed), notes)


def _root(volume: Volume) -> Ownership:
    """Return the root of a volume before fsGroup; unknown where somebody else makes it."""
    if volume.type == "emptyDir" and volume.source.get("medium") == "Memory":
        return Ownership(0, 0, 0o1777)
    return _ROOTS.get(volume.type, UNKNOWN)


def _applies(volume: Volume, node: Node, semantics: Semantics) -> tuple[bool | None, str]:
    kind = volume.type
    if semantics.fs_group_volumes == "all":
        return True, "fsGroup is taken to change every volume"
    if kind in _NEVER:
        return False, _NEVER[kind]
    if kind in _BLOCK and volume.source.get("readOnly"):
        return False, f"a read-only {kind} volume is not changed"
    if kind in _ROOTS or kind in _BLOCK:
        return True, f"the kubelet changes volumes of type {kind}"
    if kind == "csi":
        return _csi(volume, node)
    if kind in {"persistentVolumeClaim", "ephemeral"}:
        return None, "it depends on the driver behind the claim and on its fsGroupPolicy"
    if kind == "flexVolume":
        return None, "it depends on whether the driver has the capability FSGroup"
    return None, f"it depends on the driver that stands behind {kind}"


def _csi(volume: Volume, node: Node) -> tuple[bool | None, str]:
    """Return what the policy of an inline CSI volume's driver says.

    ========================= =========================================
    fsGroupPolicy             fsGroup is applied
    ========================= =========================================
    None                      never
    File                      unless the volume is read-only
    ReadWriteOnceWithFSType   if fsType is set and it is not read-only
    ========================= =========================================
    """
    name = volume.source.get("driver", "")
    driver = node.csi.get(name)
    if driver is None:
        return None, f"it depends on the fsGroupPolicy of the CSI driver {name}"
    if driver.delegates:
        return True, f"the CSI driver {name} applies it itself"
    if driver.fs_group_policy == "None":
        return False, f"the CSI driver {name} has fsGroupPolicy None"
    if volume.source.get("readOnly"):
        return False, "a read-only CSI volume is not changed"
    if driver.fs_group_policy == "File":
        return True, f"the CSI driver {name} has fsGroupPolicy File"
    if volume.source.get("fsType"):
        return True, f"the CSI driver {name} has fsGroupPolicy ReadWriteOnceWithFSType, and fsType is set"
    return False, f"the CSI driver {name} has fsGroupPolicy ReadWriteOnceWithFSType, and no fsType is set"


def _first_user(volume: Volume, users: Sequence[tuple[Container, int | None]]) -> tuple[int | None, str]:
    for container, uid in users:
        if any(item.get("name") == volume.name for item in container.value.get("volumeMounts", ())):
            return uid, container.name
    return None, "whoever comes first"


def _confidence(volume: Volume) -> Confidence:
    if volume.type in {"emptyDir", "secret", "hostPath"}:
        return "measured"
    return "read"


def _notes(mount: Mount, security: Mapping[str, Any], fs_group: int | None) -> tuple[str, ...]:
    notes = []
    policy = security.get("fsGroupChangePolicy")
    if policy == "OnRootMismatch" and fs_group is not None:
        if mount.volume.type in _IGNORES_POLICY:
            notes.append(f"fsGroupChangePolicy plays no role for {mount.volume.type}")
        elif mount.volume.type not in _NEVER:
            notes.append(
                "with OnRootMismatch nothing below is changed if the root has the group, its bits and setgid already"
            )
    if mount.sub_path:
        notes.append(f"the folder {mount.sub_path} is made with the mode of the volume's root if it is missing")
    if mount.volume.type == "hostPath":
        kind = mount.volume.source.get("type", "")
        if kind == "DirectoryOrCreate":
            notes.append("if the kubelet has to make the folder, it is root:root 0755")
        elif kind == "FileOrCreate":
            notes.append("if the kubelet has to make the file, it is root:root 0644")
    return tuple(notes)


# -- what lies in it ---------------------------------------------------------------------------------------------------


def _files(pod: Pod, volume: Volume, fs_group: int | None) -> tuple[tuple[str, Ownership], ...]:
    """Return the files that the manifest tells of, with their modes; ``*`` stands for all keys."""
    if volume.type not in _API_DATA:
        return ()
    default = volume.source.get("defaultMode", _DEFAULT_MODE)
    if volume.type != "projected":
        return tuple(_items(volume.source, default, fs_group))
    found: list[tuple[str, Ownership]] = []
    for source in volume.source.get("sources", ()):
        token = source.get("serviceAccountToken")
        if token is not None:
            found.append((token.get("path", ""), _token(pod, default, fs_group)))
            continue
        for kind in ("secret", "configMap", "downwardAPI", "clusterTrustBundle"):
            if kind in source:
                found += _items(source[kind], default, fs_group)
    return tuple(found)


def _items(source: Mapping[str, Any], default: int, fs_group: int | None) -> list[tuple[str, Ownership]]:
    items = source.get("items")
    if not items:
        return [("*", _file(default, fs_group))]
    return [(item.get("path", ""), _file(item.get("mode", default), fs_group)) for item in items]


def _file(mode: int, fs_group: int | None) -> Ownership:
    return Ownership(0, 0, mode) if fs_group is None else Ownership(0, fs_group, mode | 0o440)


def _token(pod: Pod, default: int, fs_group: int | None) -> Ownership:
    """Return a service account token: of the one user that all containers run as, and readable by the fsGroup.

    Source: pkg/volume/projected/projected.go, pkg/volume/util FsUserFrom and atomic_writer.go.
    """
    users = {setting(pod, container, "runAsUser").value for container in containers_of(pod)}
    owner = users.pop() if len(users) == 1 else None
    if fs_group is not None:
        return Ownership(owner or 0, fs_group, 0o640)
    return Ownership(0, 0, default) if owner is None else Ownership(owner, 0, 0o600)
