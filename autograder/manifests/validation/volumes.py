"""Volumes and where they are mounted, as far as people write them every day.

Source: pkg/apis/core/validation/validation.go (ValidateVolumes, validateVolumeSource, ValidateVolumeMounts). Sources of
volumes that are seldom written, such as those of cloud disks, are decoded strictly and not validated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from autograder.manifests.problems import Path

from .errors import FieldError, duplicate, each, forbidden, invalid, not_found, not_supported, required
from .names import dns_label
from .paths import descending_path, no_backsteps, non_reserved_path

_MODE: Final = "must be a number between 0 and 0777 (octal), both inclusive"
_HOST_PATH_TYPES: Final = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)
_PROPAGATIONS: Final = ("Bidirectional", "HostToContainer", "None")


def validate_volumes(volumes: list[Mapping[str, Any]], path: Path) -> tuple[frozenset[str], list[FieldError]]:
    """Return the names of the sound volumes, which alone may be mounted, and the errors of all."""
    names: set[str] = set()
    errors: list[FieldError] = []
    for index, volume in enumerate(volumes):
        place = (*path, index)
        name = volume.get("name", "")
        found = list(_source(volume, place))
        if name:
            found += each((*place, "name"), name, dns_label(name))
        else:
            found.append(required((*place, "name")))
        if name in names:
            found.append(duplicate((*place, "name"), name))
        if found:
            errors += found
        else:
            names.add(name)
    return frozenset(names), errors


def _source(volume: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    """Yield the errors of a volume's source. Of several the first in the server's order counts."""
    several = [kind for kind in _ORDER if kind in volume]
    for kind in several[1:]:
        yield forbidden((*path, kind), "may not specify more than 1 volume type")
    if several and several[0] in _CHECKS:
        yield from _CHECKS[several[0]](volume[several[0]], (*path, several[0]))


_ORDER: Final = (
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "flocker",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "quobyte",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "storageos",
    "projected",
    "scaleIO",
    "csi",
    "ephemeral",
    "image",
)


def _host_path(source: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    if not source.get("path"):
        yield required((*path, "path"))
        return
    yield from no_backsteps(source["path"], (*path, "path"))
    kind = source.get("type", "")
    if kind not in _HOST_PATH_TYPES:
        yield not_supported((*path, "type"), kind, _HOST_PATH_TYPES)


def _secret(source: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    if not source.get("secretName"):
        yield required((*path, "secretName"))
    yield from _modes(source, path)


def _config_map(source: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    if not source.get("name"):
        yield required((*path, "name"))
    yield from _modes(source, path)


def _projected(source: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    yield from _mode(source.get("defaultMode"), (*path, "defaultMode"))
    for index, one in enumerate(source.get("sources", ())):
        for kind in ("secret", "configMap"):
            if kind in one:
                place = (*path, "sources", index, kind)
                if not one[kind].get("name"):
                    yield required((*place, "name"))
                yield from _items(one[kind], place)


def _downward_api(source: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    yield from _mode(source.get("defaultMode"), (*path, "defaultMode"))


def _claim(source: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    if not source.get("claimName"):
        yield required((*path, "claimName"))


def _nfs(source: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    for field in ("server", "path"):
        if not source.get(field):
            yield required((*path, field))
    if not source.get("path", "").startswith("/"):
        yield invalid((*path, "path"), source.get("path", ""), "must be an absolute path")


_CHECKS: Final = {
    "configMap": _config_map,
    "downwardAPI": _downward_api,
    "hostPath": _host_path,
    "nfs": _nfs,
    "persistentVolumeClaim": _claim,
    "projected": _projected,
    "secret": _secret,
}


def _modes(source: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    yield from _mode(source.get("defaultMode"), (*path, "defaultMode"))
    yield from _items(source, path)


def _items(source: Mapping[str, Any], path: Path) -> Iterator[FieldError]:
    for index, item in enumerate(source.get("items", ())):
        place = (*path, "items", index)
        for field in ("key", "path"):
            if not item.get(field):
                yield required((*place, field))
        yield from non_reserved_path(item.get("path", ""), (*place, "path"))
        yield from _mode(item.get("mode"), (*place, "mode"))


def _mode(mode: int | None, path: Path) -> Iterator[FieldError]:
    if mode is not None and not 0 <= mode <= 0o777:
        yield invalid(path, mode, _MODE)


def validate_volume_mounts(container: Mapping[str, Any], volumes: frozenset[str], path: Path) -> Iterator[FieldError]:
    """Yield the errors of a container's volumeMounts. The server leaves the index out of some of their paths."""
    devices = container.get("volumeDevices", ())
    device_names = {device.get("name", "") for device in devices}
    device_paths = {device.get("devicePath", "") for device in devices}
    privileged = bool((container.get("securityContext") or {}).get("privileged"))
    taken: set[str] = set()
    for index, mount in enumerate(container.get("volumeMounts", ())):
        place = (*path, index)
        name, where = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            yield required((*place, "name"))
        if name not in volumes:
            yield not_found((*place, "name"), name)
        if not where:
            yield required((*place, "mountPath"))
        if where in taken:
            yield invalid((*place, "mountPath"), where, "must be unique")
        taken.add(where)
        if name in device_names:
            yield invalid((*place, "name"), name, "must not already exist in volumeDevices")
        if where in device_paths:
            detail = "must not already exist as a path in volumeDevices"
            yield invalid((*place, "mountPath"), where, detail)
        for field in ("subPath", "subPathExpr"):
            text = mount.get(field, "")
            if field == "subPathExpr" and text and mount.get("subPath"):
                yield invalid((*place, field), text, "subPathExpr and subPath are mutually exclusive")
            yield from descending_path(text, (*path, field), (*place, field))
        yield from _propagation(mount, path, place, privileged=privileged)
        yield from _recursive_read_only(mount, path, place)


def _propagation(mount: Mapping[str, Any], path: Path, place: Path, *, privileged: bool) -> Iterator[FieldError]:
    mode = mount.get("mountPropagation")
    if mode is None:
        return
    field, at = (*path, "mountPropagation"), (*place, "mountPropagation")
    if mode not in _PROPAGATIONS:
        error = not_supported(field, mode, _PROPAGATIONS)
        yield FieldError(error.type, field, error.detail, error.value, at)
    if mode == "Bidirectional" and not privileged:
        yield forbidden(field, "Bidirectional mount propagation is available only to privileged containers", at)


def _recursive_read_only(mount: Mapping[str, Any], path: Path, place: Path) -> Iterator[FieldError]:
    mode = mount.get("recursiveReadOnly")
    field, at = (*path, "recursiveReadOnly"), (*place, "recursiveReadOnly")
    if mode in {None, "Disabled"}:
        return
    if mode not in {"Enabled", "IfPossible"}:
        error = not_supported(field, mode, ("Disabled", "Enabled", "IfPossible"))
        yield FieldError(error.type, field, error.detail, error.value, at)
        return
    if not mount.get("readOnly"):
        yield forbidden(field, "may only be specified when readOnly is true", at)
    if mount.get("mountPropagation", "None") != "None":
        yield forbidden(field, "may only be specified when mountPropagation is None or not specified", at)
